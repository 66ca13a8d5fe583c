"""Preferences: how somebody wants the web app to look, kept with the installation and not with a browser.

Flow: `/api/v1/preferences` → **preferences** → commands; vault view → **preferences** → web app.
"""

from collections.abc import Callable
from typing import Literal
from zoneinfo import available_timezones

import msgspec
from pydantic import BaseModel, ConfigDict, Field, field_validator

from gateway.changing import Changing, Conditions
from gateway.endpoints import Endpoint, Outcome
from schemas.vault import PutPreferences
from streams.stores.vault_view import VaultView

PATH = "/api/v1/preferences"
BEARER = "bearer"
"""Who bears the token is one user. Once there are more, each has preferences under an id of their own."""
LANGUAGE = r"^([A-Za-z]{2,3}(-[A-Za-z0-9]{2,8})*)?$"


class Preferences(msgspec.Struct, rename="camel"):
    """How to show things. An empty language or time zone is the browser's."""

    colours: Literal["system", "light", "dark"] = "system"
    density: Literal["comfortable", "compact"] = "comfortable"
    language: str = ""
    time_zone: str = ""


class PreferencesBody(BaseModel):
    """What to change; what is absent stays."""

    model_config = ConfigDict(extra="forbid")

    colours: Literal["system", "light", "dark"] | None = Field(None, description="Light, dark, or as the system.")
    density: Literal["comfortable", "compact"] | None = Field(None, description="How much room rows take.")
    language: str | None = Field(
        None, pattern=LANGUAGE, max_length=35, description="How numbers and times are written, such as de-CH."
    )
    time_zone: str | None = Field(None, alias="timeZone", description="In which zone times are shown.")

    @field_validator("time_zone")
    @classmethod
    def _known(cls, name: str | None) -> str | None:
        if name and name not in available_timezones():
            raise ValueError("no such time zone: give a name like Europe/Zurich, or nothing for the browser's")
        return name


class PreferencesResource:
    """The resource."""

    def __init__(self, view: Callable[[], VaultView], changing: Changing) -> None:
        self._view = view
        self._changing = changing

    def endpoints(self) -> list[Endpoint]:
        """Declare the operations."""
        return [
            Endpoint("GET", PATH, self.get, "preferences", {200: Preferences}),
            Endpoint("PATCH", PATH, self.change, "preferences", {200: Preferences}, (422, 504)),
        ]

    async def get(self) -> Outcome:
        """Read your preferences."""
        kept = self._view().preferences(BEARER)
        return Outcome(msgspec.convert(kept.values if kept else {}, Preferences))

    async def change(self, body: PreferencesBody, headers: Conditions) -> Outcome:
        """Change some of your preferences."""
        changed = body.model_dump(exclude_none=True, by_alias=True)
        answer = await self._changing.change(PutPreferences(BEARER, changed), headers)
        return Outcome(msgspec.convert((answer.body or {})["values"], Preferences))
