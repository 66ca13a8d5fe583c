"""Custom authentication: headers, query parameters and body fields as JSON.

Flow: store → **httpCustomAuth** → HTTP nodes.
"""

import json
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import msgspec
from pydantic import SecretStr, field_validator

from nodes.credentials.request_parts import text, with_header, with_query
from nodes.sdk import Field, HttpRequest
from nodes.sdk.credential import CredentialFields, credential
from schemas.errors import UserError

PARTS = ("headers", "qs", "body")


@credential("httpCustomAuth", title="Custom Auth", example={"json": '{"headers": {"x-key": "k-12345678"}}'})
class HttpCustomAuth(CredentialFields):
    """Whatever a service wants in headers, query and body."""

    json_: SecretStr = Field(
        SecretStr("{}"), alias="json", description='`{"headers": {…}, "qs": {…}, "body": {…}}`, each optional.'
    )

    @field_validator("json_")
    @classmethod
    def _is_object(cls, value: SecretStr) -> SecretStr:
        try:
            found = json.loads(value.get_secret_value() or "{}")
        except ValueError:
            raise ValueError("it is not valid JSON") from None
        if not isinstance(found, dict) or not all(isinstance(found.get(part, {}), dict) for part in PARTS):
            raise ValueError("it must be an object whose headers, qs and body are objects")
        return value

    def sign(self, request: HttpRequest, now: int) -> HttpRequest:
        """Add what the JSON has; fields of the body go into a JSON body."""
        parts = self._parts()
        for name, value in parts.get("headers", {}).items():
            request = with_header(request, name, text(value))
        request = with_query(request, [(name, text(value)) for name, value in parts.get("qs", {}).items()])
        return _with_fields(request, parts["body"]) if parts.get("body") else request

    def texts(self) -> Iterator[str]:
        """Give the values that the JSON holds, too."""
        yield from super().texts()
        for part in PARTS:
            yield from (text(value) for value in self._parts().get(part, {}).values())

    def _parts(self) -> dict[str, Any]:
        return json.loads(self.json_.get_secret_value() or "{}")  # type: ignore[no-any-return]


def _with_fields(request: HttpRequest, fields: dict[str, Any]) -> HttpRequest:
    try:
        body = msgspec.json.decode(request.body or b"{}")
    except msgspec.DecodeError:
        body = None
    if not isinstance(body, dict):
        raise UserError("this credential adds fields to the body, which must be a JSON object")
    signed = replace(request, body=msgspec.json.encode(body | fields))
    return with_header(signed, "content-type", "application/json")
