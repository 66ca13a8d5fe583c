"""Layouts: a text that was read is written again byte for byte.

Flow: text → value + **layout** → the same text.
"""

import json

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from schemas.layout import Layout, layout_of, without_text, write

VALUE = {"name": "Größe", "nodes": [], "n": 1.5, "empty": {}, "list": [1, {"a": None}]}
JSON = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(2**53), 2**53)
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
)


@pytest.mark.parametrize(
    ("text", "simple"),
    [
        pytest.param(json.dumps(VALUE, indent=2, ensure_ascii=False), True, id="as n8n writes"),
        pytest.param(json.dumps(VALUE, indent=2, ensure_ascii=False) + "\n", True, id="with an end of line"),
        pytest.param(json.dumps(VALUE, indent=4), True, id="four, escaped"),
        pytest.param(json.dumps(VALUE, indent="\t", ensure_ascii=False), True, id="tabs"),
        pytest.param(json.dumps(VALUE, separators=(",", ":"), ensure_ascii=False), True, id="compact"),
        pytest.param(json.dumps(VALUE), False, id="with spaces on one line"),
        pytest.param(json.dumps(VALUE, indent=2).replace("1.5", "1.50"), False, id="numbers of its own"),
        pytest.param("\ufeff" + json.dumps(VALUE, indent=2), False, id="with a mark in front"),
        pytest.param(json.dumps(VALUE, indent=2).replace("\n", "\r\n"), False, id="lines of Windows"),
        pytest.param('{"a": 1, "a": 2}', False, id="a key twice"),
    ],
)
def test_a_text_comes_back(text: str, simple: bool) -> None:
    value = json.loads(text.removeprefix("\ufeff"))

    layout = layout_of(text, value)

    assert write(value, layout) == text
    assert (layout.text is None) is simple


@given(JSON, st.sampled_from([None, 1, 2, 4, "\t"]), st.booleans(), st.sampled_from(["", "\n"]))
def test_any_value_written_in_any_way_comes_back_over_the_log(value, indent, ascii_, end) -> None:
    text = json.dumps(value, indent=indent, ensure_ascii=ascii_) + end
    layout = layout_of(text, value)

    travelled = msgspec.msgpack.decode(msgspec.msgpack.encode([value, layout]), type=tuple[object, Layout])

    assert write(*travelled) == text


def test_what_has_changed_is_not_written_as_it_came() -> None:
    assert without_text(Layout(text="x")) == Layout()
    assert without_text(Layout(4, ascii=True)) == Layout(4, ascii=True)
