"""Codecs give back what they took, and refuse what they do not know."""

from collections.abc import Callable

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from schemas.events import EventFrame, NodeFinished
from schemas.item import Item
from schemas.task import DeadLetter, Frame, Reply, ReplyFrame, ReplyTo, Start, Task
from streams import codecs

texts = st.text(max_size=40)
values = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**53), 2**53) | texts,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(texts, inner, max_size=4),
    max_leaves=10,
)
items = st.builds(Item, json=st.dictionaries(texts, values, max_size=5))
starts = st.builds(
    Start,
    items=st.none() | st.lists(items, max_size=3),
    reply=st.none() | st.builds(ReplyTo, boot=texts, partition=st.integers(0, 7), request=st.integers(0, 2**40)),
    key=st.none() | texts,
)
tasks = st.builds(
    Task, execution=texts, workflow=texts, version=texts, node=texts, at=st.integers(0, 2**45), start=st.none() | starts
)
replies = st.builds(
    Reply, boot=texts, request=st.integers(0, 2**40), headers=st.lists(st.tuples(texts, texts)), body=st.binary()
)


@given(st.builds(Frame, tasks=st.lists(tasks, max_size=8), catalog=st.integers(-1, 2**40)))
def test_a_frame_comes_back(frame: Frame) -> None:
    assert codecs.decode(codecs.encode(frame), Frame) == frame


@given(st.builds(ReplyFrame, replies=st.lists(replies, max_size=4)))
def test_bytes_come_back(frame: ReplyFrame) -> None:
    assert codecs.decode(codecs.encode(frame), ReplyFrame) == frame


@given(st.binary(max_size=64))
def test_strange_bytes_are_undecodable(data: bytes) -> None:
    with pytest.raises(codecs.Undecodable):
        codecs.decode(data, Frame)


@pytest.mark.parametrize("size", [pytest.param(100, id="small"), pytest.param(200_000, id="large")])
def test_raw_json_inside_an_event_comes_back(size: int) -> None:
    outputs = msgspec.Raw(msgspec.json.encode(["x" * size]))
    event = NodeFinished("e", "w", "v", 1, "n", "set", outputs=outputs)

    back = codecs.decode(codecs.encode(EventFrame([event])), EventFrame).events[0]

    assert isinstance(back, NodeFinished)
    assert bytes(back.outputs) == bytes(outputs)


@pytest.mark.parametrize(
    ("value", "kind"),
    [
        pytest.param(Frame([Task("e", "w", "v", "n" * 50_000, 1)]), Frame, id="json"),
        pytest.param(DeadLetter("t", 0, 1, "r", 2, raw=b"\x00\xff" * 50_000), DeadLetter, id="msgpack"),
    ],
)
def test_a_large_record_is_compressed(value: msgspec.Struct, kind: type[msgspec.Struct]) -> None:
    data = codecs.encode(value)

    assert len(data) < 5_000
    assert codecs.decode(data, kind) == value


def flip(data: bytes, at: int, byte: int) -> bytes:
    return data[:at] + bytes((byte,)) + data[at + 1 :]


@pytest.mark.parametrize(
    ("damage", "message"),
    [
        pytest.param(lambda data: b"", "our mark", id="empty"),
        pytest.param(lambda data: flip(data, 0, 0), "our mark", id="no mark"),
        pytest.param(lambda data: flip(data, 2, 9), "newer release", id="newer version"),
        pytest.param(lambda data: flip(data, 3, 0x80), "newer release", id="unknown flag"),
        pytest.param(lambda data: data[: len(data) // 2], "could not", id="cut off"),
        pytest.param(lambda data: data[:4] + b"\xff\xff\xff\x7f" + data[8:], "beyond 64 MB", id="bomb"),
    ],
)
def test_damage_is_named(damage: Callable[[bytes], bytes], message: str) -> None:
    data = codecs.encode(Frame([Task("e", "w", "v", "n" * 50_000, 1)]))

    with pytest.raises(codecs.Undecodable, match=message):
        codecs.decode(damage(data), Frame)


class Thing(msgspec.Struct):
    name: str
    size: int = 0


def test_an_older_record_is_brought_up_to_date(monkeypatch: pytest.MonkeyPatch) -> None:
    old = codecs.seal_json(b'{"title":"a"}', Thing)
    monkeypatch.setitem(codecs.VERSIONS, Thing, 3)
    monkeypatch.setitem(codecs.UPCASTERS, (Thing, 1), lambda value: {"name": value["title"]})
    monkeypatch.setitem(codecs.UPCASTERS, (Thing, 2), lambda value: {**value, "size": len(value["name"])})

    assert codecs.decode(old, Thing) == Thing("a", 1)


def test_an_older_record_that_nothing_reads_is_undecodable(monkeypatch: pytest.MonkeyPatch) -> None:
    old = codecs.seal_json(b'{"title":"a"}', Thing)
    monkeypatch.setitem(codecs.VERSIONS, Thing, 2)

    with pytest.raises(codecs.Undecodable, match="nothing reads version 1"):
        codecs.decode(old, Thing)
