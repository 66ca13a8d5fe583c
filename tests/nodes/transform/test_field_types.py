"""Tests of turning values into the type that a field wants."""

from typing import Any

import pytest

from nodes.transform.field_types import CONVERT, moment, text


@pytest.mark.parametrize(
    ("type_", "value", "result"),
    [
        pytest.param("number", "3.0", 3, id="whole numbers are int"),
        pytest.param("number", " ", 0, id="blank text is 0"),
        pytest.param("number", "0x10", 16, id="hexadecimal"),
        pytest.param("number", True, 1, id="true is 1"),
        pytest.param("number", "1e3", 1000, id="exponent"),
        pytest.param("boolean", "TRUE", True, id="true in any case"),
        pytest.param("boolean", 0, False, id="0 is false"),
        pytest.param("array", "[1]", [1], id="JSON list"),
        pytest.param("object", '{"a":1}', {"a": 1}, id="JSON object"),
        pytest.param("number", [], 0, id="an empty list is 0"),
        pytest.param("number", [5], 5, id="a list of one number is that"),
        pytest.param("boolean", [None], False, id="a list of nothing is false"),
        pytest.param("array", "['a']", ["a"], id="list in single quotes"),
        pytest.param("object", "{'a':'it\\'s'}", {"a": "it's"}, id="single quotes"),
        pytest.param("object", "{'a': 'say \"hi\"'}", {"a": 'say "hi"'}, id="quotes in quotes"),
        pytest.param("object", "{a:b, c: True,}", {"a": "b", "c": "True"}, id="bare words are texts"),
        pytest.param("object", "{a:[.5,0x10,null,NaN]}", {"a": [0.5, 16, None, "NaN"]}, id="bare values"),
        pytest.param("object", '// why\n{"a": /* so */ 1}', {"a": 1}, id="comments"),
        pytest.param("object", "null", None, id="null"),
        pytest.param("string", {"a": [1, None]}, '{"a":[1,null]}', id="objects as JSON"),
        pytest.param("string", 1e21, "1e+21", id="large numbers as in JavaScript"),
        pytest.param("string", 1.5e-7, "1.5e-7", id="small numbers as in JavaScript"),
        pytest.param("string", 0.00001, "0.00001", id="but not these"),
        pytest.param("string", 5.0, "5", id="no trailing zero"),
    ],
)
def test_converts(type_: str, value: Any, result: Any) -> None:
    made = CONVERT[type_](value)

    assert made == result
    assert type(made) is type(result)


@pytest.mark.parametrize(
    ("type_", "value"),
    [
        pytest.param("number", "12a", id="no number"),
        pytest.param("number", "1_000", id="no Python number"),
        pytest.param("number", [1, 2], id="a list of two as number"),
        pytest.param("number", {}, id="an object as number"),
        pytest.param("array", "[a]", id="a list of bare words"),
        pytest.param("object", "{a:1}}", id="more than an object"),
        pytest.param("object", '{"a":1', id="less than an object"),
        pytest.param("boolean", "yes", id="another word"),
        pytest.param("boolean", 2, id="another number"),
        pytest.param("array", "{}", id="an object as list"),
        pytest.param("object", "NaN", id="no JSON"),
    ],
)
def test_refuses(type_: str, value: Any) -> None:
    with pytest.raises(ValueError):  # noqa: PT011 - the caller words it
        CONVERT[type_](value)


@pytest.mark.parametrize(
    ("value", "at"),
    [
        pytest.param("2023-11-15T17:10:49.113Z", 1_700_068_249_113, id="ISO"),
        pytest.param("2023-11-15", 1_700_024_400_000, id="a day in the zone"),
        pytest.param("Wed, 15 Nov 2023 17:10:49 +0000", 1_700_068_249_000, id="mail"),
        pytest.param("1700068249", 1_700_068_249_000, id="seconds as text"),
        pytest.param(1_700_068_249_113, 1_700_068_249_113, id="milliseconds"),
    ],
)
def test_moments(value: Any, at: int) -> None:
    assert moment(value, "America/New_York") == at


def test_text_keeps_letters_as_they_are() -> None:
    assert text({"ä": "ö"}) == '{"ä":"ö"}'
