"""Coercion: JavaScript's conversions, as tables.

Flow: values → **coercion** → values.
"""

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nodes.expressions.coercion import (
    UNDEFINED,
    add,
    jsonable,
    less,
    loose_equals,
    number_text,
    ordered_keys,
    strict_equals,
    text_number,
    to_string,
    truthy,
    type_of,
)
from schemas.item import Item, Paired


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (0, "0"),
        (-0.0, "0"),
        (1.0, "1"),
        (0.1, "0.1"),
        (1e21, "1e+21"),
        (1e20, "100000000000000000000"),
        (1e-6, "0.000001"),
        (1e-7, "1e-7"),
        (1.5e-10, "1.5e-10"),
        (123456789012345680000.0, "123456789012345680000"),
        (math.nan, "NaN"),
        (math.inf, "Infinity"),
        (-math.inf, "-Infinity"),
        (5e-324, "5e-324"),
        (2**53 + 1, "9007199254740992"),
        (-1.25, "-1.25"),
    ],
)
def test_numbers_are_written_as_javascript_does(value, text):
    assert number_text(value) == text


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("", 0),
        (" 12 ", 12),
        ("1e3", 1000),
        (".5", 0.5),
        ("5.", 5),
        ("0x1F", 31),
        ("0b11", 3),
        ("-Infinity", -math.inf),
        ("+1", 1),
    ],
)
def test_text_is_read_as_a_number(text, value):
    assert text_number(text) == value


@pytest.mark.parametrize("text", ["a", "1a", "1 2", "--1", "0x", "1_000", "infinity", "٣"])
def test_other_text_is_not_a_number(text):
    assert math.isnan(text_number(text))


@pytest.mark.parametrize("value", [0, -0.0, math.nan, "", None, UNDEFINED, False])
def test_falsy(value):
    assert truthy(value) is False


@pytest.mark.parametrize("value", [1, "0", " ", [], {}, True, -1.5])
def test_truthy(value):
    assert truthy(value) is True


@pytest.mark.parametrize(
    ("left", "right", "loose", "strict"),
    [
        (1, 1.0, True, True),
        (1, "1", True, False),
        (True, 1, True, False),
        (None, UNDEFINED, True, False),
        (None, 0, False, False),
        ("", 0, True, False),
        ([], "", True, False),
        ([1], 1, True, False),
        ({}, "[object Object]", True, False),
        (math.nan, math.nan, False, False),
        ("a", "a", True, True),
        ([], [], False, False),
        (False, "0", True, False),
        (UNDEFINED, UNDEFINED, True, True),
    ],
)
def test_equality(left, right, loose, strict):
    assert loose_equals(left, right) is loose
    assert strict_equals(left, right) is strict


@pytest.mark.parametrize(
    ("left", "right", "total"),
    [
        (1, 2, 3),
        ("a", 1, "a1"),
        (1, None, 1),
        (True, True, 2),
        ([], {}, "[object Object]"),
        ([1, 2], "x", "1,2x"),
        (2**53, 2**53, 2.0**54),
    ],
)
def test_addition(left, right, total):
    assert add(left, right) == total


@pytest.mark.parametrize(
    ("left", "right", "answer"),
    [(1, 2, True), ("10", "9", True), ("10", 9, False), (UNDEFINED, 1, None), (None, 1, True), ("😀", "\uffff", True)],
)
def test_order(left, right, answer):
    assert less(left, right) is answer


def test_kinds():
    kinds = [type_of(value) for value in (UNDEFINED, None, True, 1, "", [], {})]

    assert kinds == ["undefined", "object", "boolean", "number", "string", "object", "object"]


def test_integer_keys_come_first():
    assert ordered_keys({"b": 1, "10": 1, "2": 1, "a": 1, "01": 1}) == ["2", "10", "b", "a", "01"]


def test_items_are_seen_as_objects():
    item = Item(json={"a": 1}, paired=Paired(2))

    assert jsonable(item) == {"json": {"a": 1}, "pairedItem": {"item": 2}}
    assert to_string(item) == "[object Object]"


@given(st.floats(allow_nan=False, allow_infinity=False))
def test_a_number_survives_its_text(value):
    assert text_number(number_text(value)) == value


@given(
    st.recursive(
        st.none() | st.booleans() | st.integers(-(2**53), 2**53) | st.text(),
        lambda v: st.lists(v) | st.dictionaries(st.text(), v),
    )
)
def test_json_is_jsonable_as_it_is(value):
    assert jsonable(value) == value
