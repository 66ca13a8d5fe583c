"""HTTP signing: every kind of authentication against a server that checks it.

Flow: httpRequest + credential → real servers → items.
"""

import asyncio
import base64
import datetime
import ssl
from collections.abc import AsyncIterator, Iterator
from typing import Any

import pytest
from aiohttp import web
from authlib.oauth1.rfc5849 import OAuth1Request, signature
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from joserfc import jwt
from joserfc.jwk import OctKey

from nodes.data.addresses import AddressGuard
from nodes.data.graphql import graphql
from nodes.data.http_client import RealHttp
from nodes.data.http_request import http_request
from nodes.sdk import Item
from nodes.sdk.harness import FakeClock, FakeCredentials, Harness, outputs
from schemas.errors import MillraceError, NodeError, UserError
from tests.nodes.data.authorization import Authority, Serving, client_fields

SECRET = "s3cret-of-ada"


class Checker:
    """Serves what only those may have who prove themselves, each path in its way; remembers what came."""

    def __init__(self) -> None:
        self.url = ""
        self.came: list[web.Request] = []

    async def answer(self, request: web.Request) -> web.Response:
        self.came.append(request)
        body = await request.read()
        ok = getattr(self, f"_{request.path.strip('/')}")(request, body)
        if request.path == "/digest" and not ok:
            challenge = 'Digest realm="shop", nonce="abc", qop="auth", algorithm=SHA-256'
            return web.Response(status=401, headers={"www-authenticate": challenge})
        return web.json_response({"ok": True, "query": dict(request.query)}, status=200 if ok else 403)

    def _basic(self, request: web.Request, _: bytes) -> bool:
        pair = base64.b64encode(f"ada:{SECRET}".encode()).decode()
        return request.headers.get("authorization") == f"Basic {pair}"

    def _header(self, request: web.Request, _: bytes) -> bool:
        return request.headers.get("x-key") == SECRET

    def _query(self, request: web.Request, _: bytes) -> bool:
        return request.query.get("key") == SECRET

    def _bearer(self, request: web.Request, _: bytes) -> bool:
        return request.headers.get("authorization") == f"Bearer {SECRET}"

    def _digest(self, request: web.Request, _: bytes) -> bool:
        given = request.headers.get("authorization", "")
        return given.startswith("Digest ") and 'username="ada"' in given and SECRET not in given

    def _custom(self, request: web.Request, body: bytes) -> bool:
        return (request.headers.get("x-a"), request.query.get("b"), body) == (SECRET, "2", b'{"n":1,"c":3}')

    def _jwt(self, request: web.Request, _: bytes) -> bool:
        token = request.headers["authorization"].removeprefix("Bearer ")
        return jwt.decode(token, OctKey.import_key("0123456789abcdef" * 2)).claims["exp"] > 0

    def _oauth1(self, request: web.Request, _: bytes) -> bool:
        asked = OAuth1Request(
            request.method, str(request.url), headers={"Authorization": request.headers["authorization"]}
        )
        asked.client = type("Client", (), {"get_client_secret": lambda self: SECRET})()
        asked.credential = type("Token", (), {"get_oauth_token_secret": lambda self: "token-s3cret"})()
        return signature.verify_hmac_sha1(asked)


@pytest.fixture
async def checker() -> AsyncIterator[Checker]:
    found = Checker()
    app = web.Application()
    app.router.add_route("*", "/{any:.*}", found.answer)
    runner = web.AppRunner(app)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    found.url = f"http://127.0.0.1:{runner.addresses[0][1]}"
    yield found
    await runner.cleanup()


@pytest.fixture
async def http() -> AsyncIterator[RealHttp]:
    client = RealHttp(AddressGuard("127.0.0.1,localhost"))
    yield client
    await client.close()


@pytest.fixture
def authority() -> Iterator[Authority]:
    with Serving() as found:
        yield found


def harness(http: RealHttp, **secrets: dict[str, Any]) -> Harness:
    return Harness(http_request, http=http, credentials=FakeCredentials(secrets))  # type: ignore[arg-type]


async def ask(house: Harness, url: str, kind: str, **more: Any) -> list[Any]:
    params = {"url": url, "authentication": "genericCredentialType", "genericAuthType": kind, **more}
    return [item.json for item in outputs(await house.run(params))[0]]


CUSTOM = f'{{"headers": {{"x-a": "{SECRET}"}}, "qs": {{"b": 2}}, "body": {{"c": 3}}}}'
OAUTH1 = {
    "consumerKey": "shop",
    "consumerSecret": SECRET,
    "oauthTokenData": '{"oauth_token": "t", "oauth_token_secret": "token-s3cret"}',
}
KINDS = [
    pytest.param("httpBasicAuth", "basic", {"user": "ada", "password": SECRET}, id="basic"),
    pytest.param("httpHeaderAuth", "header", {"name": "X-Key", "value": SECRET}, id="header"),
    pytest.param("httpQueryAuth", "query", {"name": "key", "value": SECRET}, id="query"),
    pytest.param("httpBearerAuth", "bearer", {"token": SECRET}, id="bearer"),
    pytest.param("httpDigestAuth", "digest", {"user": "ada", "password": SECRET}, id="digest"),
    pytest.param("jwtAuth", "jwt", {"secret": "0123456789abcdef" * 2}, id="JWT"),
    pytest.param("oAuth1Api", "oauth1", OAUTH1, id="OAuth1"),
]


@pytest.mark.parametrize(("kind", "path", "fields"), KINDS)
async def test_the_server_accepts_it(
    checker: Checker, http: RealHttp, kind: str, path: str, fields: dict[str, Any]
) -> None:
    got = await ask(harness(http, **{kind: fields}), f"{checker.url}/{path}?a=1", kind)

    assert got[0]["ok"]
    assert got[0]["query"]["a"] == "1"


async def test_custom_fields_go_into_headers_query_and_body(checker: Checker, http: RealHttp) -> None:
    sends = {"method": "POST", "sendBody": True, "bodyParameters": {"parameters": [{"name": "n", "value": 1}]}}

    got = await ask(harness(http, httpCustomAuth={"json": CUSTOM}), f"{checker.url}/custom", "httpCustomAuth", **sends)

    assert got[0]["ok"]


async def test_version_1_and_graphql_sign_as_well(checker: Checker, http: RealHttp) -> None:
    secrets = FakeCredentials({"httpBasicAuth": {"user": "ada", "password": SECRET}})
    old = Harness(http_request, http=http, credentials=secrets)  # type: ignore[arg-type]
    asks = Harness(graphql, http=http, credentials=secrets)  # type: ignore[arg-type]

    one = await old.run({"url": f"{checker.url}/basic", "authentication": "basicAuth"}, version=1)
    two = await asks.run({"endpoint": f"{checker.url}/basic", "authentication": "basicAuth", "query": "{ a }"})

    assert outputs(one)[0][0].json["ok"]
    assert outputs(two)[0][0].json["ok"]


@pytest.mark.parametrize(
    ("params", "text"),
    [
        pytest.param({"authentication": "strange"}, 'authentication "strange" is not known', id="strange"),
        pytest.param({"authentication": "genericCredentialType"}, "no credential type is chosen", id="none chosen"),
        pytest.param(
            {"authentication": "predefinedCredentialType", "nodeCredentialType": "nobodyApi"},
            'no credential type "nobodyApi"',
            id="a service that is not known",
        ),
        pytest.param(
            {"authentication": "genericCredentialType", "genericAuthType": "smtp"}, "signs no HTTP", id="no HTTP"
        ),
        pytest.param(
            {"authentication": "genericCredentialType", "genericAuthType": "httpBasicAuth"},
            'no credential of type "httpBasicAuth"',
            id="not there",
        ),
    ],
)
async def test_what_cannot_be_signed_says_why(http: RealHttp, params: dict[str, Any], text: str) -> None:
    with pytest.raises(UserError, match=text):
        await harness(http).run({"url": "http://127.0.0.1:1/", **params})


async def test_client_credentials_come_by_their_token_once(http: RealHttp, authority: Authority) -> None:
    house = harness(http, oAuth2Api=client_fields(authority, "clientCredentials"))

    for _ in range(3):
        got = await ask(house, f"{authority.url}/orders", "oAuth2Api")
        assert got[0]["orders"] == [1]

    assert authority.given == {"client_credentials": 1}


async def test_a_token_in_the_body_and_one_that_was_revoked(http: RealHttp, authority: Authority) -> None:
    house = harness(http, oAuth2Api=client_fields(authority, "clientCredentials", authentication="body"))
    await ask(house, f"{authority.url}/orders", "oAuth2Api")

    authority.revoke_access()
    got = await ask(house, f"{authority.url}/orders", "oAuth2Api")

    assert got[0]["orders"] == [1]
    assert authority.given == {"client_credentials": 2}


async def test_a_wrong_secret_is_told_without_it(http: RealHttp, authority: Authority) -> None:
    house = harness(http, oAuth2Api=client_fields(authority, "clientCredentials", clientSecret="wrong-s3cret"))

    with pytest.raises(NodeError, match="the authorization server gave no token") as refused:
        await ask(house, f"{authority.url}/orders", "oAuth2Api")

    assert "wrong-s3cret" not in f"{refused.value.message} {refused.value.detail}"


async def test_what_is_not_connected_says_so(http: RealHttp, authority: Authority) -> None:
    house = harness(http, oAuth2Api=client_fields(authority, "authorizationCode"))

    with pytest.raises(UserError, match="not connected yet"):
        await ask(house, f"{authority.url}/orders", "oAuth2Api")


async def test_an_expired_token_is_refreshed(http: RealHttp, authority: Authority) -> None:
    authority.lifetime = 600
    house = harness(http, oAuth2Api=client_fields(authority, "clientCredentials"))
    house.clock = FakeClock(1_700_000_000_000)
    await ask(house, f"{authority.url}/orders", "oAuth2Api")

    house.clock.at += 590_000
    await ask(house, f"{authority.url}/orders", "oAuth2Api")

    assert authority.given == {"client_credentials": 2}


@pytest.fixture
def certified() -> dict[str, Any]:
    """Make an authority, and a server's and a client's certificate of it."""
    root, root_key = certificate("root", None, None)
    return {"root": root, **{name: certificate(name, root, root_key) for name in ("server", "client")}}


def certificate(name: str, issuer: Any, issuer_key: Any) -> Any:
    key = ec.generate_private_key(ec.SECP256R1())
    subject = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, name)])
    at = datetime.datetime.now(datetime.UTC)
    made = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(subject if issuer is None else issuer.subject)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(at - datetime.timedelta(days=1))
        .not_valid_after(at + datetime.timedelta(days=1))
        .add_extension(x509.BasicConstraints(ca=issuer is None, path_length=None), critical=True)
        .add_extension(x509.SubjectAlternativeName([x509.DNSName("localhost")]), critical=False)
        .sign(issuer_key or key, hashes.SHA256())
    )
    return made, key


def pem(made: Any, key: Any, passphrase: bytes = b"") -> tuple[str, str]:
    how = serialization.BestAvailableEncryption(passphrase) if passphrase else serialization.NoEncryption()
    key_text = key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, how)
    return made.public_bytes(serialization.Encoding.PEM).decode(), key_text.decode()


async def test_a_certificate_proves_who_asks(http: RealHttp, certified: dict[str, Any], tmp_path) -> None:
    root = certified["root"].public_bytes(serialization.Encoding.PEM).decode()
    cert, key = pem(*certified["server"])
    (tmp_path / "server.pem").write_text(cert + key)
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH, cadata=root)
    context.load_cert_chain(tmp_path / "server.pem")
    context.verify_mode = ssl.CERT_REQUIRED

    async def who(request: web.Request) -> web.Response:
        shown = request.transport.get_extra_info("peercert")
        return web.json_response({"who": shown["subject"][0][0][1]})

    app = web.Application()
    app.router.add_get("/", who)
    runner = web.AppRunner(app)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0, ssl_context=context).start()
    url = f"https://localhost:{runner.addresses[0][1]}/"
    cert, key = pem(*certified["client"], passphrase=b"open sesame")
    shown = {"ca": root, "cert": cert, "key": key, "passphrase": "open sesame"}
    try:
        got = await harness(http, httpSslAuth=shown).run({"url": url, "provideSslCertificates": True})
        with pytest.raises(MillraceError):
            await harness(http).run({"url": url})
        wrong = harness(http, httpSslAuth={**shown, "passphrase": "close sesame"})
        with pytest.raises(UserError, match="cannot be used"):
            await wrong.run({"url": url, "provideSslCertificates": True})
    finally:
        await runner.cleanup()

    assert outputs(got)[0][0].json == {"who": "client"}


async def test_many_items_at_once_ask_for_one_token(http: RealHttp, authority: Authority) -> None:
    """The harness's credentials have no lock: this is about what a node asks; the store's own test has one."""
    house = harness(http, oAuth2Api=client_fields(authority, "clientCredentials"))
    await ask(house, f"{authority.url}/orders", "oAuth2Api")
    params = {
        "url": f"{authority.url}/orders",
        "authentication": "genericCredentialType",
        "genericAuthType": "oAuth2Api",
    }

    got = await asyncio.wait_for(house.run(params, [[Item(json={})] * 40]), 20)

    assert len(outputs(got)[0]) == 40
    assert authority.given == {"client_credentials": 1}
