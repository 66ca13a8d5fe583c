"""Services: credential types of well-known services, as rows of a table: their fields, and where a secret goes.

Flow: `services.toml` → **service credentials** → HTTP nodes (`predefinedCredentialType`).
Names of types and fields are n8n's: an imported workflow finds its credential. A service whose credential does more
than fill in texts has a file of its own.
"""

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, ClassVar, Literal, NamedTuple

import msgspec
from pydantic import SecretStr, create_model

from nodes.credentials.oauth2 import OAuth2
from nodes.credentials.request_parts import basic, with_header, with_query
from nodes.credentials.trying import ask
from nodes.sdk import Field, HttpClient, HttpRequest
from nodes.sdk.credential import CredentialFields, CredentialType, credential

EXAMPLE = "k-12345678"


class Service(msgspec.Struct, forbid_unknown_fields=True):
    """A service with a key, a token or a password; ``plain`` has fields that may be seen, with their first values."""

    title: str
    secret: list[str]
    plain: dict[str, str] = {}
    headers: dict[str, str] = {}
    query: dict[str, str] = {}
    basic: tuple[str, str] | None = None
    tried_at: str = ""


class Authority(msgspec.Struct, forbid_unknown_fields=True):
    """A service that gives tokens, by OAuth2."""

    title: str
    auth_url: str
    token_url: str
    scope: str = ""
    query: str = ""
    sent_in: Literal["header", "body"] = "header"


class Table(msgspec.Struct, forbid_unknown_fields=True):
    """Services by the names of their credential types."""

    service: dict[str, Service]
    authority: dict[str, Authority]


class Parts(NamedTuple):
    """What a service's credential puts into a request: texts with ``{field}`` where a field's value goes."""

    headers: Mapping[str, str]
    query: Mapping[str, str]
    basic: tuple[str, str] | None
    tried_at: str


class ServiceFields(CredentialFields):
    """Fields of one service."""

    parts: ClassVar[Parts] = Parts({}, {}, None, "")

    def sign(self, request: HttpRequest, now: int) -> HttpRequest:
        """Add what the service asks for; a header whose field is empty is left out."""
        known = self._known()
        for name, text in self.parts.headers.items():
            if all(known[field] for field in known if f"{{{field}}}" in text):
                request = with_header(request, name, text.format_map(known))
        if self.parts.basic is not None:
            user, password = (text.format_map(known) for text in self.parts.basic)
            request = with_header(request, "authorization", basic(user, SecretStr(password)))
        return with_query(request, [(name, text.format_map(known)) for name, text in self.parts.query.items()])

    def texts(self) -> Iterator[str]:
        """Give the secrets, and what basic authentication makes of them."""
        yield from super().texts()
        if self.parts.basic is not None:
            user, password = (text.format_map(self._known()) for text in self.parts.basic)
            yield basic(user, SecretStr(password)).removeprefix("Basic ")

    def _known(self) -> dict[str, str]:
        found = {}
        for name, field in type(self).model_fields.items():
            value = getattr(self, name)
            text = value.get_secret_value() if isinstance(value, SecretStr) else str(value)
            found[field.alias or name] = text.rstrip("/") if text.startswith("http") else text
        return found


class TriedFields(ServiceFields):
    """Fields of a service that says whether it accepts them."""

    async def try_it(self, http: HttpClient, now: int) -> None:
        """Ask for something small."""
        await ask(self, http, self.parts.tried_at.format_map(self._known()), now)


def service(kind: str, row: Service) -> CredentialType:
    """Make the credential type of a row."""
    fields: dict[str, Any] = {}
    for name in row.secret:
        fields[name] = (SecretStr, Field(SecretStr(""), alias=name, description="As the service gives it."))
    for name, default in row.plain.items():
        fields[name] = (str, Field(default, alias=name, description="As the service names it."))
    base = TriedFields if row.tried_at else ServiceFields
    made = _model(kind, base, fields)
    made.__doc__ = f"Access to {row.title}."
    made.parts = Parts(row.headers, row.query, row.basic, row.tried_at)
    example = dict.fromkeys(row.secret, EXAMPLE) | {name: default or "x" for name, default in row.plain.items()}
    return credential(kind, title=row.title, example=example)(made)


def authority(kind: str, row: Authority) -> CredentialType:
    """Make the credential type of a service that gives tokens: OAuth2 with its addresses filled in."""
    fields: dict[str, Any] = {
        "auth_url": (str, Field(row.auth_url, description="Where a person allows it.")),
        "access_token_url": (str, Field(row.token_url, description="Where tokens are given.")),
        "scope": (str, Field(row.scope, description="What is asked for, with spaces between.")),
        "auth_query_parameters": (str, Field(row.query, description="Further parameters of the first address.")),
        "authentication": (
            OAuth2.model_fields["authentication"].annotation,
            Field(row.sent_in, description="Where the client's secret is sent."),
        ),
    }
    made = _model(kind, OAuth2, fields)
    made.__doc__ = f"A client of {row.title}, connected by a person."
    return credential(
        kind, title=f"{row.title} (OAuth2)", oauth=True, example={"clientId": "shop", "clientSecret": EXAMPLE}
    )(made)


def _model(kind: str, base: type[CredentialFields], fields: dict[str, Any]) -> Any:
    return create_model(kind, __base__=base, __module__=__name__, **fields)


def table_types() -> list[CredentialType]:
    """Make every type of the table."""
    table = msgspec.toml.decode(Path(__file__).with_suffix(".toml").read_bytes(), type=Table)
    made = [service(kind, row) for kind, row in table.service.items()]
    return made + [authority(kind, row) for kind, row in table.authority.items()]
