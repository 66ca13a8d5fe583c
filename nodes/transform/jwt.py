"""JWT: sign, verify or decode a JSON web token.

Flow: any node → **jwt** → any node.  One item out per item in.
"""

from typing import Any, Literal

from nodes.sdk import Credentials, Example, Field, Item, Items, NodeError, NodeParams, Parameters, Run, node, using
from nodes.sdk.ports import error_item
from nodes.transform.field_types import parse_json
from nodes.transform.tokens import Algorithm, Token, check_times, sign, take_apart, verify
from schemas.errors import MillraceError

SAMPLE = "eyJhbGciOiJIUzI1NiIsInR5cCI6IkpXVCJ9.eyJzdWIiOiJhZGEifQ.c2lnbmF0dXJl"


class Claims(NodeParams):
    """Claims that have a name in the standard."""

    audience: str = Field("", description="Who it is for.")
    expires_in: float | None = Field(None, description="Seconds until it expires.")
    issuer: str = Field("", description="Who made it.")
    jwtid: str = Field("", description="Its id.")
    not_before: float | None = Field(None, description="Seconds until it is valid.")
    subject: str = Field("", description="Who it is about.")


class JwtOptions(NodeParams):
    """Rarely needed choices."""

    complete: bool = Field(False, description="Give header and signature too.")
    ignore_expiration: bool = Field(False, description="Accept an expired token.")
    ignore_not_before: bool = Field(False, description="Accept a token that is not valid yet.")
    clock_tolerance: float = Field(0, ge=0, description="Seconds that clocks may differ.")
    kid: str = Field("", description="Id of the key, for the header.")
    algorithm: Algorithm | None = Field(None, description="Instead of the credential's.")


class Jwt(NodeParams):
    """What to do."""

    operation: Literal["sign", "verify", "decode"] = Field("sign", description="What to do.")
    use_json: bool = Field(False, description="Give the claims as JSON.")
    claims: Claims = Field(Claims(), description="Claims one by one.")
    claims_json: Any = Field('{"my_field_1": "value 1", "my_field_2": "value 2"}', description="Claims as JSON.")
    header_claims: Any = Field("{}", description="Further fields of the header, as JSON.")
    token: str = Field("", description="The token.")
    options: JwtOptions = JwtOptions()


@using("jwtAuth")
@node(
    "jwt",
    group="transform",
    title="JWT",
    runs="compute",
    examples=[
        Example(
            title="decodes without checking",
            params={"operation": "decode", "token": SAMPLE},
            then=[{"payload": {"sub": "ada"}}],
        ),
        Example(title="a text is no token", params={"operation": "decode", "token": "x"}, fails="no JSON web token"),
        Example(title="signing needs a credential", fails='no credential of type "jwtAuth"'),
    ],
)
async def jwt(parameters: Parameters[Jwt], items: Items, run: Run, credentials: Credentials) -> Items:
    """Make, check or read JSON web tokens."""
    made: Items = []
    for index in range(len(items)):
        try:
            params = parameters(index)
            secret = {} if params.operation == "decode" else await credentials.get("jwtAuth")
            made.append(Item(json=_result(params, secret, run.now / 1000), paired=index))
        except MillraceError as bad:
            if not run.continue_on_fail:
                raise
            made.append(error_item(bad, index))
    return made


def _result(params: Jwt, secret: dict[str, Any], now: float) -> dict[str, Any]:
    options = params.options
    if params.operation == "decode":
        return _shown(take_apart(params.token), options.complete)
    algorithm = options.algorithm or secret.get("algorithm") or "HS256"
    if params.operation == "verify":
        found = verify(params.token, algorithm, secret)
        check_times(
            found.payload,
            now,
            tolerance=options.clock_tolerance,
            expiry=not options.ignore_expiration,
            start=not options.ignore_not_before,
        )
        return _shown(found, options.complete)
    header = _object(params.header_claims, "headerClaims") | ({"kid": options.kid} if options.kid else {})
    claims = _object(params.claims_json, "claimsJson") if params.use_json else _claims(params.claims, now)
    return {"token": sign(header, {**claims, "iat": claims.get("iat", int(now))}, algorithm, secret)}


def _shown(token: Token, complete: bool) -> dict[str, Any]:
    if not complete:
        return {"payload": token.payload}
    return {"header": token.header, "payload": token.payload, "signature": token.signature}


def _claims(claims: Claims, now: float) -> dict[str, Any]:
    found: dict[str, Any] = {
        "aud": claims.audience, "iss": claims.issuer, "jti": claims.jwtid, "sub": claims.subject,
        "exp": None if claims.expires_in is None else int(now + claims.expires_in),
        "nbf": None if claims.not_before is None else int(now + claims.not_before),
    }  # fmt: skip
    return {name: value for name, value in found.items() if value not in (None, "")}


def _object(value: Any, field: str) -> dict[str, Any]:
    try:
        found = parse_json(value) if isinstance(value, str) and value.strip() else value or {}
    except ValueError:
        found = None
    if not isinstance(found, dict):
        raise NodeError("claims must be a JSON object", field=field)
    return found
