"""The web app's files: kinds, compression, caching, protection; the plain page where nothing was built.

Flow: a folder as the build leaves it → pages → real requests of Starlette's client → **here**.
"""

import gzip

import pytest
from starlette.applications import Starlette
from starlette.testclient import TestClient

from gateway.pages import Pages

INDEX = b"<!doctype html><title>Millrace</title>"
SCRIPT = b"export const answer = 42;" * 40


@pytest.fixture
def folder(tmp_path):
    (tmp_path / "assets").mkdir()
    (tmp_path / "index.html").write_bytes(INDEX)
    (tmp_path / "assets/main-Bx1.js").write_bytes(SCRIPT)
    (tmp_path / "assets/main-Bx1.js.gz").write_bytes(gzip.compress(SCRIPT))
    (tmp_path / ".made-of").write_text("a digest")
    return tmp_path


def client(folder):
    return TestClient(Starlette(routes=Pages("1.2.3", folder).routes()))


def test_the_start_page_is_asked_for_again_and_guarded(folder):
    answer = client(folder).get("/")

    assert answer.content == INDEX
    assert answer.headers["cache-control"] == "no-cache"
    assert "script-src" not in answer.headers["content-security-policy"], "scripts follow the default: from here alone"
    assert "frame-ancestors 'none'" in answer.headers["content-security-policy"]


@pytest.mark.parametrize(
    ("accepted", "coding"),
    [
        pytest.param("gzip, br", "gzip", id="packed"),
        pytest.param("identity", None, id="plain"),
        pytest.param("br", None, id="what there is not"),
    ],
)
def test_an_asset_is_kept_for_ever_in_the_form_that_was_accepted(folder, accepted, coding):
    answer = client(folder).get("/assets/main-Bx1.js", headers={"accept-encoding": accepted})

    assert answer.content == SCRIPT, "the client unpacks"
    assert answer.headers.get("content-encoding") == coding
    assert "immutable" in answer.headers["cache-control"]
    assert answer.headers["content-type"].startswith("text/javascript")
    assert answer.headers["vary"] == "accept-encoding"


def test_what_did_not_change_is_not_sent_again(folder):
    asked = client(folder)
    tag = asked.get("/").headers["etag"]

    assert asked.get("/", headers={"if-none-match": tag}).status_code == 304
    assert asked.get("/", headers={"if-none-match": '"other"'}).status_code == 200


@pytest.mark.parametrize(
    "path", ["/.made-of", "/assets/main-Bx1.js.gz", "/assets/..%2Findex.html", "/assets/", "/index.html"]
)
def test_nothing_else_is_served(folder, path):
    assert client(folder).get(path).status_code == 404


def test_without_a_build_a_plain_page_says_how_to_make_one(tmp_path):
    answer = client(tmp_path).get("/")

    assert "1.2.3" in answer.text
    assert "make web" in answer.text
