"""Who may call a webhook, what browsers are told, and which headers are believed."""

import pytest


@pytest.mark.parametrize(
    ("options", "headers", "status"),
    [
        pytest.param({"ignoreBots": True}, {"User-Agent": "Googlebot/2.1"}, 403, id="bot"),
        pytest.param({"ignoreBots": True}, {"User-Agent": "curl/8"}, 200, id="no bot"),
        pytest.param({"ipWhitelist": "10.0.0.1"}, {}, 403, id="other address"),
        pytest.param({"ipWhitelist": "10.0.0.1, 127.0.0.0/8"}, {}, 200, id="address in a listed network"),
        pytest.param({"ipWhitelist": "nonsense"}, {}, 403, id="list without an address admits nobody"),
        pytest.param({"ipWhitelist": "9.9.9.9"}, {"X-Forwarded-For": "9.9.9.9"}, 403, id="claimed address"),
    ],
)
async def test_who_may_call(house, options, headers, status):
    await house.make(house.parts.webhook("in", options=options))

    async with house.session.post("/w/in", headers=headers) as answer:
        assert answer.status == status


@pytest.mark.parametrize(
    ("origins", "origin", "expected"),
    [
        pytest.param(None, "https://a.example", "*", id="all by default"),
        pytest.param("https://a.example, https://b.example", "https://b.example", "https://b.example", id="listed"),
        pytest.param("https://a.example", "https://evil.example", None, id="not listed"),
        pytest.param(None, None, None, id="no browser"),
    ],
)
async def test_cors(house, origins, origin, expected):
    options = {"allowedOrigins": origins} if origins else {}
    await house.make(house.parts.webhook("in", options=options))
    headers = {"Origin": origin} if origin else {}

    async with house.session.post("/w/in", headers=headers) as answer:
        assert answer.headers.get("Access-Control-Allow-Origin") == expected
    asked = {"Access-Control-Request-Method": "POST", "Access-Control-Request-Headers": "x-a", **headers}
    async with house.session.options("/w/in", headers=asked) as answer:
        preflight = (answer.status, answer.headers.get("Access-Control-Allow-Origin"))
        allowed = answer.headers["Access-Control-Allow-Methods"], answer.headers["Access-Control-Allow-Headers"]

    assert preflight == (204, expected)
    assert allowed == ("POST", "x-a")


@pytest.mark.parametrize(
    ("trust", "headers", "url"),
    [
        pytest.param(False, {"X-Forwarded-Proto": "https", "X-Forwarded-Host": "evil"}, None, id="not believed"),
        pytest.param(
            True,
            {"X-Forwarded-Proto": "https", "X-Forwarded-Host": "me.example"},
            "https://me.example",
            id="x-forwarded",
        ),
        pytest.param(
            True,
            {"Forwarded": "proto=http;host=evil, proto=https;host=me.example"},
            "https://me.example",
            id="the last",
        ),
        pytest.param(True, {"X-Forwarded-Proto": "javascript"}, None, id="strange scheme"),
    ],
)
async def test_forwarded_headers(open_house, trust, headers, url):
    house = await open_house(trust_forwarded=trust)
    await house.make(house.parts.webhook("in"))

    async with house.session.post("/w/in", headers=headers) as answer:
        item = (await answer.json())["json"]

    base = url or f"http://{house.session._base_url.authority}"
    assert item["webhookUrl"] == f"{base}/w/in"
