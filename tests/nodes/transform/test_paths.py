"""Tests of paths in JSON values."""

import copy
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nodes.expressions.coercion import UNDEFINED
from nodes.transform import paths
from schemas.errors import NodeError


@pytest.mark.parametrize(
    ("text", "keys"),
    [
        pytest.param("a", ("a",), id="one"),
        pytest.param("a.b", ("a", "b"), id="two"),
        pytest.param("a[0].b", ("a", "0", "b"), id="an index"),
        pytest.param('a["c d"]', ("a", "c d"), id="quotes"),
        pytest.param("", ("",), id="nothing"),
    ],
)
def test_keys(text: str, keys: tuple[str, ...]) -> None:
    assert paths.keys(text) == keys


@pytest.mark.parametrize(
    ("start", "path", "result"),
    [
        pytest.param({}, "a.b", {"a": {"b": 9}}, id="objects are made"),
        pytest.param({}, "a[1]", {"a": [None, 9]}, id="lists are made"),
        pytest.param({"a": [1]}, "a[0]", {"a": [9]}, id="an element is replaced"),
        pytest.param({"a": 1}, "a.b", {"a": {"b": 9}}, id="a value gives way"),
        pytest.param({"a": {"c": 1}}, "a.b", {"a": {"c": 1, "b": 9}}, id="others stay"),
    ],
)
def test_put_changes_nothing_that_lies_below(start: dict[str, Any], path: str, result: dict[str, Any]) -> None:
    before, record = copy.deepcopy(start), dict(start)

    paths.put(record, paths.keys(path), 9)

    assert record == result
    assert start == before


def test_a_far_index_is_refused() -> None:
    with pytest.raises(NodeError, match="too far"):
        paths.put({}, paths.keys("a[999999999]"), 1)


@pytest.mark.parametrize(
    ("start", "path", "result"),
    [
        pytest.param({"a": {"b": 1, "c": 2}}, "a.b", {"a": {"c": 2}}, id="a field"),
        pytest.param({"a": [1, 2]}, "a[0]", {"a": [None, 2]}, id="an element leaves a gap"),
        pytest.param({"a": 1}, "x.y", {"a": 1}, id="nothing there"),
    ],
)
def test_drop(start: dict[str, Any], path: str, result: dict[str, Any]) -> None:
    before, record = copy.deepcopy(start), dict(start)

    paths.drop(record, paths.keys(path))

    assert record == result
    assert start == before


def test_a_field_named_like_a_path_comes_first() -> None:
    record = {"a.b": 1, "a": {"b": 2}}

    assert paths.find(record, "a.b") == 1
    assert paths.find({"a": {"b": 2}}, "a.b") == 2
    assert paths.find({"a": {"b": 2}}, "a.b", dots=False) is UNDEFINED


@given(st.lists(st.sampled_from(["a", "b", "0", "1"]), min_size=1, max_size=4))
def test_what_was_put_is_found(keys: list[str]) -> None:
    record: dict[str, Any] = {}

    paths.put(record, tuple(keys), 9)

    assert paths.dig(record, tuple(keys)) == 9
