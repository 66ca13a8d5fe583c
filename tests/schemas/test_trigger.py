"""Which routes cannot be told apart."""

import pytest

from schemas.trigger import Route, route_key


def route(method: str, path: str) -> Route:
    return Route(node="Hook", type="webhook", method=method, path=path)


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        pytest.param(route("GET", "a/b"), route("GET", "a/b"), True, id="equal"),
        pytest.param(route("get", "a"), route("GET", "a"), True, id="case of the method"),
        pytest.param(route("GET", "a"), route("POST", "a"), False, id="methods"),
        pytest.param(route("GET", "a"), route("GET", "A"), False, id="case of the path"),
        pytest.param(route("GET", "u/:id"), route("GET", "u/:name"), True, id="names of parameters"),
        pytest.param(route("GET", "u/:id"), route("GET", "u/me"), False, id="a literal"),
        pytest.param(route("GET", ":a/:b"), route("GET", ":a"), False, id="lengths"),
        pytest.param(route("GET", "u/a:b"), route("GET", "u/a:c"), False, id="a colon within a segment"),
    ],
)
def test_route_keys(one, other, same):
    assert (route_key(one) == route_key(other)) is same
