"""Credential types: what a secret is made of, how it signs a request, how it is renewed and tried.

Flow: credential files → `@credential` → **credential types** → form, sealed store, HTTP nodes, "test" button.
"""

import importlib
import inspect
import json
import pkgutil
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from typing import Any, ClassVar, Protocol
from urllib.parse import quote

from pydantic import BaseModel, ConfigDict, Secret, SecretStr, ValidationError
from pydantic.alias_generators import to_camel

from nodes.sdk.context import HttpClient, HttpRequest
from schemas.errors import DefectError, ParameterError, UserError

SHORTEST_SECRET = 4
"""A shorter text occurs by chance: taking it out of an error would spoil the error and tell what it was."""


Seal = Callable[[Mapping[str, str]], str]
"""Makes a text that nobody else can read or make, of what has to be kept until a person has allowed something."""


@dataclass(frozen=True, slots=True)
class Beginning:
    """Where a person allows a connection, and the fields that change before."""

    url: str
    changes: Mapping[str, Any] = field(default_factory=dict)


class Connecting(Protocol):
    """What fields of an OAuth type can do besides: come by their tokens with a person's consent."""

    async def begin(self, http: HttpClient, now: int, callback: str, seal: Seal) -> Beginning:
        """Begin; ``callback`` is where the service sends the person back to, with the text of ``seal`` as ``state``."""
        ...

    async def finish(
        self, http: HttpClient, now: int, callback: str, kept: Mapping[str, str], query: Mapping[str, str]
    ) -> Mapping[str, Any]:
        """Give the fields that change, of what was sealed and the query that came back; raise NodeError."""
        ...


class CredentialFields(BaseModel):
    """Base of every credential type's fields: camelCase outside, ``SecretStr`` for what must not be shown.

    A field that a type does not know is kept, as a secret. ``now`` is epoch ms everywhere.
    """

    model_config = ConfigDict(
        alias_generator=to_camel,
        populate_by_name=True,
        extra="allow",
        frozen=True,
        protected_namespaces=(),
        defer_build=True,
        hide_input_in_errors=True,
    )
    kind: ClassVar[str] = ""

    def sign(self, request: HttpRequest, now: int) -> HttpRequest:
        """Give the request with what proves who sends it; raise UserError where the type signs none."""
        raise UserError(f'a credential of type "{self.kind}" signs no HTTP requests', hint="choose another one")

    async def renew(self, http: HttpClient, now: int, *, refused: bool) -> Mapping[str, Any] | None:
        """Give fields that have to change before a request is signed, None where they are good.

        ``refused`` says that a request signed with these fields was answered with 401.
        """
        return None

    async def try_it(self, http: HttpClient, now: int) -> None:
        """Find out whether it works; raise what is wrong. Only where a type can."""
        raise NotImplementedError

    def texts(self) -> Iterator[str]:
        """Give the texts that must not be seen; a type adds what it makes of them."""
        yield from _texts(dict(self))
        yield from _texts(self.model_extra or {}, every=True)

    def secrets(self) -> set[str]:
        """Give every form in which its secrets may come back, to be taken out of errors."""
        found = {text for text in self.texts() if len(text) >= SHORTEST_SECRET}
        return found | {quote(text, safe="") for text in found} | {json.dumps(text)[1:-1] for text in found}


@dataclass(frozen=True, slots=True)
class CredentialType:
    """One credential type as the registry, the store and the editor know it."""

    name: str
    title: str
    fields: type[CredentialFields]
    example: Mapping[str, Any]
    summary: str
    module: str
    oauth: bool = False

    @property
    def testable(self) -> bool:
        """Say whether it can be tried."""
        return self.fields.try_it is not CredentialFields.try_it

    @property
    def signs(self) -> bool:
        """Say whether it signs HTTP requests."""
        return self.fields.sign is not CredentialFields.sign

    def schema(self) -> dict[str, Any]:
        """Give the fields as JSON Schema; secret ones are ``writeOnly``."""
        return self.fields.model_json_schema(by_alias=True)

    def read(self, data: Mapping[str, Any]) -> CredentialFields:
        """Read fields; raise ParameterError naming the one that does not fit, and never its value."""
        try:
            return self.fields.model_validate(dict(data))
        except ValidationError as bad:
            first = bad.errors(include_input=False, include_url=False)[0]
            where = ".".join(str(part) for part in first["loc"])
            text = first["msg"].removeprefix("Value error, ").lower()
            raise ParameterError(f'credential of type "{self.name}", field "{where}": {text}', field=where) from None

    def secret_names(self, data: Mapping[str, Any]) -> set[str]:
        """Name those of the given fields that must not be shown: the secret ones, and those it does not know."""
        fields = {field.alias or name: field.annotation for name, field in self.fields.model_fields.items()}
        return {name for name in data if name not in fields or _secret(fields[name])}


class CredentialTypes:
    """Credential types by name."""

    def __init__(self, types: Sequence[CredentialType] = ()) -> None:
        self._types = {each.name: each for each in types}

    def get(self, name: str) -> CredentialType:
        """Find a type; raise UserError where there is none."""
        found = self._types.get(name)
        if found is None:
            raise UserError(
                f'there is no credential type "{name}"',
                hint="GET /api/v1/credential-types lists them; httpHeaderAuth or httpBearerAuth suit most services",
            )
        return found

    def find(self, name: str) -> CredentialType | None:
        """Find a type, or None."""
        return self._types.get(name)

    def __iter__(self) -> Iterator[CredentialType]:
        """Go through the types by name."""
        return iter(sorted(self._types.values(), key=lambda each: each.name))

    def __len__(self) -> int:
        """Count the types."""
        return len(self._types)


def credential(
    name: str, *, title: str, example: Mapping[str, Any], oauth: bool = False
) -> Callable[[type[CredentialFields]], CredentialType]:
    """Make a credential type of the class of its fields; ``example`` holds fields that validate."""

    def register(fields: type[CredentialFields]) -> CredentialType:
        fields.kind = name
        summary = (inspect.getdoc(fields) or "").partition("\n")[0]
        return CredentialType(name, title, fields, dict(example), summary, fields.__module__, oauth)

    return register


@cache
def discover_credentials() -> CredentialTypes:
    """Import every file of ``nodes/credentials`` and collect the types in them."""
    package = importlib.import_module("nodes.credentials")
    types: list[CredentialType] = []
    for info in pkgutil.iter_modules(package.__path__):
        module = importlib.import_module(f"nodes.credentials.{info.name}")
        types += [value for value in vars(module).values() if isinstance(value, CredentialType)]
        if (table := getattr(module, "table_types", None)) is not None:
            types += table()
    names = [each.name for each in types]
    if twice := {name for name in names if names.count(name) > 1}:
        raise DefectError(f"credential types registered twice: {', '.join(sorted(twice))}")
    return CredentialTypes(types)


def _secret(annotation: Any) -> bool:
    return "Secret" in str(annotation)


def _texts(value: Any, *, every: bool = False) -> Iterator[str]:
    """Give secret texts in a value, or every text where all of it is secret."""
    if isinstance(value, SecretStr | Secret):
        yield from _texts(value.get_secret_value(), every=True)
    elif isinstance(value, str) and every:
        yield value
    elif isinstance(value, Mapping):
        for child in value.values():
            yield from _texts(child, every=every)
    elif isinstance(value, list | tuple):
        for child in value:
            yield from _texts(child, every=every)
    elif isinstance(value, BaseModel):
        yield from _texts(dict(value), every=every)
