"""Tests of XML in both directions."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nodes.transform.xml_reading import DEEPEST, Reading, read_xml
from nodes.transform.xml_writing import Writing, write_xml
from schemas.errors import NodeError

PLAIN = Reading()
BOMB = '<!DOCTYPE a [<!ENTITY x "xx"><!ENTITY y "&x;&x;">]><a>&y;</a>'


@pytest.mark.parametrize(
    ("source", "how", "found"),
    [
        pytest.param("<a/>", PLAIN, {"a": ""}, id="empty"),
        pytest.param("<a>\n <b>1</b>\n <b>2</b>\n</a>", PLAIN, {"a": {"b": ["1", "2"]}}, id="repeated"),
        pytest.param('<a b="1">t</a>', PLAIN, {"a": {"_": "t", "b": "1"}}, id="attributes beside"),
        pytest.param('<a b="1">t</a>', Reading(merge_attrs=False), {"a": {"_": "t", "$": {"b": "1"}}}, id="apart"),
        pytest.param('<a b="1">t</a>', Reading(ignore_attrs=True), {"a": "t"}, id="without attributes"),
        pytest.param("<a><b>x</b></a>", Reading(explicit_root=False), {"b": "x"}, id="without root"),
        pytest.param("<a><b>x</b></a>", Reading(explicit_array=True), {"a": {"b": ["x"]}}, id="lists"),
        pytest.param(
            "<A><B> x  y </B></A>", Reading(normalize=True, normalize_tags=True), {"a": {"b": "x y"}}, id="tidy"
        ),
        pytest.param("<a> x </a>", Reading(trim=True), {"a": "x"}, id="trimmed"),
        pytest.param("<a><![CDATA[<b>]]></a>", PLAIN, {"a": "<b>"}, id="cdata"),
        pytest.param("<s:a xmlns:s='u'><s:b>1</s:b></s:a>", PLAIN, {"s:a": {"xmlns:s": "u", "s:b": "1"}}, id="prefix"),
        pytest.param("<a>é &amp; ü</a>", PLAIN, {"a": "é & ü"}, id="entities of the language"),
        pytest.param("<!DOCTYPE a><a>1</a>", PLAIN, {"a": "1"}, id="doctype"),
    ],
)
def test_reads(source: str, how: Reading, found: Any) -> None:
    assert read_xml(source, how) == found


@pytest.mark.parametrize(
    ("source", "text"),
    [
        pytest.param(BOMB, "declares entities", id="entities"),
        pytest.param(
            '<!DOCTYPE a SYSTEM "file:///etc/passwd" [<!ENTITY % e SYSTEM "x">]><a/>', "declares", id="outside"
        ),
        pytest.param("<a>" * (DEEPEST + 2), "levels deep", id="deep"),
        pytest.param("<a><b></a>", "line 1", id="crossed"),
        pytest.param("", "not well-formed", id="nothing"),
    ],
)
def test_refuses(source: str, text: str) -> None:
    with pytest.raises(NodeError, match=text):
        read_xml(source, PLAIN)


@pytest.mark.parametrize(
    ("value", "how", "found"),
    [
        pytest.param({"a": {"b": [1, True, None]}}, Writing(headless=True),
                     "<a>\n  <b>1</b>\n  <b>true</b>\n  <b/>\n</a>", id="list"),
        pytest.param({"a": 1, "b": 2}, Writing(headless=True), "<root>\n  <a>1</a>\n  <b>2</b>\n</root>", id="root"),
        pytest.param({"a": "<b>"}, Writing(headless=True, cdata=True), "<a><![CDATA[<b>]]></a>", id="cdata"),
        pytest.param({"a": {"$": {"x": '"<'}, "_": "&"}}, Writing(headless=True), "<a x='\"&lt;'>&amp;</a>",
                     id="escaped"),
    ],
)  # fmt: skip
def test_writes(value: dict[str, Any], how: Writing, found: str) -> None:
    assert write_xml(value, how) == found


@pytest.mark.parametrize("value", [{"a b": 1}, {"a": {"$": {"1": 2}}}, {"a": "\x00"}, {"a": {"b>": 1}}])
def test_does_not_write_what_is_no_xml(value: dict[str, Any]) -> None:
    with pytest.raises(NodeError):
        write_xml(value, Writing())


LETTERS = st.characters(codec="utf-8", exclude_categories=("C", "Z"))


@given(st.dictionaries(st.sampled_from("abc"), st.text(LETTERS, min_size=1), min_size=2))
def test_what_was_written_is_read_again(fields: dict[str, str]) -> None:
    assert read_xml(write_xml(fields, Writing()), PLAIN) == {"root": fields}
