"""Partitions are shared evenly, whole, and with few moves; who wants other topics is told so.

Flow: claims → **share**; members' wishes → **assignor** → assignments.
"""

from typing import Any

import pytest
from aiokafka.coordinator.protocol import ConsumerProtocolMemberMetadata
from hypothesis import given
from hypothesis import strategies as st

from streams.transports.kafka_assignor import Assignor, Claim, share


class Cluster:
    """Topics of three partitions."""

    def partitions_for_topic(self, topic: str) -> set[int]:
        return {0, 1, 2}


def wish(topics: list[str], claim: Claim | None = None) -> ConsumerProtocolMemberMetadata:
    member = Assignor()
    member.claim = claim or member.claim
    return member.metadata(topics)


claims = st.dictionaries(
    st.text("abc", min_size=1, max_size=3),
    st.builds(Claim, st.integers(-1, 9), st.lists(st.integers(0, 40), max_size=40, unique=True)),
    min_size=1,
    max_size=6,
)


@given(claims, st.integers(1, 40))
def test_every_partition_has_one_member_and_shares_are_even(before: dict[str, Claim], partitions: int) -> None:
    after = share(before, partitions)

    assert sorted(p for mine in after.values() for p in mine) == list(range(partitions))
    assert after.keys() == before.keys()
    assert max(map(len, after.values())) - min(map(len, after.values())) <= 1


@given(st.integers(1, 6), st.integers(1, 40))
def test_what_is_even_already_stays_as_it_is(members: int, partitions: int) -> None:
    first = share({f"m{n}": Claim(-1, []) for n in range(members)}, partitions)

    again = share({name: Claim(1, mine) for name, mine in first.items()}, partitions)

    assert again == first


@pytest.mark.parametrize(
    ("before", "after"),
    [
        pytest.param({"a": (1, [0, 1, 2, 3])}, {"a": [0, 1, 2, 3]}, id="alone"),
        pytest.param({"a": (1, [0, 1, 2, 3]), "b": (-1, [])}, {"a": [0, 1], "b": [2, 3]}, id="one joins"),
        pytest.param({"a": (2, [0, 1]), "b": (2, [3])}, {"a": [0, 1], "b": [2, 3]}, id="one left"),
        pytest.param({"a": (1, [0, 1, 2, 3]), "b": (4, [2, 3])}, {"a": [0, 1], "b": [2, 3]}, id="the later claim wins"),
        pytest.param({"a": (1, [0, 9]), "b": (1, [1])}, {"a": [0, 2], "b": [1, 3]}, id="unknown partitions"),
    ],
)
def test_few_partitions_move(before: dict[str, tuple[int, list[int]]], after: dict[str, list[int]]) -> None:
    assert share({name: Claim(*claim) for name, claim in before.items()}, 4) == after


def test_a_member_has_the_same_partitions_of_every_topic() -> None:
    members = {"a": wish(["x", "y"]), "b": wish(["y", "x"], Claim(3, [1]))}

    found = Assignor().assign(Cluster(), members)

    assert {name: parts_of(each) for name, each in found.items()} == {
        "a": {"x": [0, 2], "y": [0, 2]},
        "b": {"x": [1], "y": [1]},
    }


@pytest.mark.parametrize(
    ("new", "text"),
    [
        pytest.param(["x", "y", "z"], "it reads z", id="one more"),
        pytest.param(["x"], "it lacks y", id="one less"),
        pytest.param(["x", "z"], "it reads z and it lacks y", id="others"),
        pytest.param(["x", "y"], "", id="the same"),
    ],
)
def test_who_wants_other_topics_than_those_at_work_gets_nothing_and_a_reason(new: list[str], text: str) -> None:
    members = {"old": wish(["x", "y"], Claim(1, [0, 1, 2])), "new": wish(new), "newer": wish(new)}
    member = Assignor()

    found = member.assign(Cluster(), members)
    member.on_assignment(found["new"])

    assert member.refusal == text
    assert bool(parts_of(found["new"])) == (text == "")
    assert parts_of(found["old"])


def parts_of(assignment: Any) -> dict[str, list[int]]:
    return {topic: numbers for topic, numbers in assignment.assignment if numbers}
