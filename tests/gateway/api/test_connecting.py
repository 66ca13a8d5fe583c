"""Connecting: a person allows it at a real authorization server, and the tokens end up sealed.

Flow: `oauth/start` → authorization server → `oauth/callback` → credential.
"""

import json
from collections.abc import Iterator

import pytest
from yarl import URL

from tests.nodes.data.authorization import Authority, Serving, client_fields

PATH = "/api/v1/credentials"


@pytest.fixture
def authority() -> Iterator[Authority]:
    with Serving() as found:
        yield found


async def begun(house, authority: Authority, grant: str = "authorizationCode") -> tuple[str, str]:
    body = {"name": "Orders", "type": "oAuth2Api", "data": client_fields(authority, grant)}
    made = await house.call("POST", PATH, 201, json=body)
    started = await house.call("POST", f"{PATH}/{made['id']}/oauth/start", 200)
    return made["id"], started["url"]


async def allowed(house, url: str) -> str:
    """Be the person's browser at the authorization server; give where it is sent back to."""
    async with house.session.get(url, allow_redirects=False) as answer:
        assert answer.status == 302
        return answer.headers["location"]


@pytest.mark.parametrize("grant", ["authorizationCode", "pkce"])
async def test_a_person_allows_it_and_requests_are_signed(house, authority: Authority, grant: str) -> None:
    credential, url = await begun(house, authority, grant)
    back = await allowed(house, url)

    async with house.session.get(back) as page:
        text = await page.text()
    shown = await house.call("GET", f"{PATH}/{credential}", 200)
    tried = await house.call("POST", f"{PATH}/{credential}/test", 200, json={"url": f"{authority.url}/orders"})

    assert (page.status, page.content_type) == (200, "text/html")
    assert "“Orders” is connected" in text
    assert URL(url).query["prompt"] == "none"
    assert shown["connected"] is True
    assert shown["data"]["oauthTokenData"] == {"$secret": True}
    assert authority.tokens[0].access not in json.dumps(shown)
    assert tried["ok"]


async def test_what_was_connected_survives_a_change_of_its_fields(house, authority: Authority) -> None:
    credential, url = await begun(house, authority)
    async with house.session.get(await allowed(house, url)):
        pass
    shown = await house.call("GET", f"{PATH}/{credential}", 200)
    data = {name: value for name, value in shown["data"].items() if name != "oauthTokenData"} | {"scope": "orders"}

    changed = await house.call("PUT", f"{PATH}/{credential}", 200, json={"data": data})

    assert changed["connected"] is True
    assert changed["data"]["scope"] == "orders"


@pytest.mark.parametrize(
    ("query", "text"),
    [
        pytest.param({"code": "x"}, "this token was not made here", id="without a state"),
        pytest.param({"code": "x", "state": "eHh4"}, "this token was not made here", id="with a strange state"),
        pytest.param({"code": "x", "state": None}, "gave no token", id="with a strange code"),
        pytest.param({"error": "access_denied", "state": None}, "did not allow it: access_denied", id="refused"),
        pytest.param({"error": "<script>", "state": None}, "&lt;script&gt;", id="with a script"),
    ],
)
async def test_what_was_not_begun_here_is_refused(house, authority: Authority, query, text: str) -> None:
    credential, url = await begun(house, authority)
    if "state" in query and query["state"] is None:
        query = {**query, "state": URL(url).query["state"]}

    async with house.session.get("/api/v1/oauth/callback", params=query) as page:
        said = await page.text()

    assert page.status == 400
    assert text in said
    assert (await house.call("GET", f"{PATH}/{credential}", 200))["connected"] is False


async def test_a_code_is_good_once(house, authority: Authority) -> None:
    _, url = await begun(house, authority)
    back = await allowed(house, url)

    async with house.session.get(back) as first, house.session.get(back) as second:
        pass

    assert (first.status, second.status) == (200, 400)


@pytest.mark.parametrize(
    ("kind", "data", "text"),
    [
        pytest.param("httpBasicAuth", {}, "not connected by a person", id="no OAuth"),
        pytest.param("oAuth2Api", {"grantType": "clientCredentials"}, "connected by themselves", id="no person"),
        pytest.param("oAuth2Api", {}, 'no "authUrl"', id="no address"),
        pytest.param("oAuth1Api", {}, "not all of its addresses", id="no addresses"),
    ],
)
async def test_what_cannot_be_connected_says_why(house, kind: str, data: dict[str, str], text: str) -> None:
    made = await house.call("POST", PATH, 201, json={"name": "x", "type": kind, "data": data})

    refused = await house.call("POST", f"{PATH}/{made['id']}/oauth/start", 400)

    assert text in refused["detail"]
