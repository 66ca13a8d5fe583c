"""Changing: commands to the catalog on behalf of a request, under its conditions.

Flow: api → **changing** → publishing → answer, seen by this gateway's view.
"""

import contextlib

import msgspec
from pydantic import BaseModel, ConfigDict, Field

from gateway.endpoints import Outcome
from gateway.problems import HttpProblem, refuse
from gateway.publishing import Publishing
from gateway.reading import Catalog
from schemas.commands import Answer, Author, Change
from schemas.identifiers import digest_id, new_id


class Conditions(BaseModel):
    """Under which conditions to change."""

    model_config = ConfigDict(extra="ignore")

    if_match: str | None = Field(None, alias="if-match", description="ETag of the revision that you saw.")
    idempotency_key: str | None = Field(
        None, alias="idempotency-key", max_length=256, description="A repetition with the same key changes nothing."
    )

    client: str = Field(
        "api", alias="millrace-client", max_length=40, description="What asks, for whoever reads the list of versions."
    )

    @property
    def revision(self) -> int | None:
        """Give the revision that the client saw, None for whatever is there; raise a problem for a strange ETag."""
        if self.if_match is None or self.if_match.strip() == "*":
            return None
        text = self.if_match.strip().removeprefix("W/").strip('"')
        if not text.isdigit():
            raise refuse(
                "PreconditionFailed",
                f"no revision has the ETag {self.if_match}",
                field="If-Match",
                hint="read it again",
            )
        return int(text)


class Changing:
    """Sends changes and waits until they can be read here."""

    def __init__(self, catalog: Catalog, publishing: Publishing) -> None:
        self._catalog = catalog
        self._publishing = publishing

    async def change(self, change: Change, headers: Conditions) -> Answer:
        """Make a change; raise the problem that refused it."""
        key = headers.idempotency_key
        command = digest_id("command", type(change).__name__, change.id, key) if key else new_id()
        answer = await self._publishing.change(command, change, Author(headers.client))
        # The next read on this gateway sees the change; a view that lags does not undo what was decided.
        with contextlib.suppress(HttpProblem):
            await self._catalog.wait(answer.offset)
        return answer

    async def outcome(
        self, change: Change, headers: Conditions, shape: type[msgspec.Struct], status: int = 200
    ) -> Outcome:
        """Make a change and show the aggregate after it, in a shape with its ``revision``."""
        answer = await self.change(change, headers)
        shown = msgspec.convert(answer.body, shape)
        return Outcome(shown, status, {"ETag": f'"{answer.body["revision"]}"', "Millrace-Offset": f"0:{answer.offset}"})
