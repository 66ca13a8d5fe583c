"""Assignor: shares the partitions of a group so that one member has partition p of every topic.

Flow: members' wishes → **assignor** (in the group's leader) → assignments.

It is sticky: a member keeps what it had as far as the shares allow, so that few tables have to be read again. A member
that wants other topics than the rest would split what belongs together; it gets nothing, and a reason.
"""

from collections import Counter
from collections.abc import Iterable, Mapping
from typing import Any

import msgspec
from aiokafka.coordinator.protocol import ConsumerProtocolMemberAssignment, ConsumerProtocolMemberMetadata

NAME = "millrace"
VERSION = 0


class Claim(msgspec.Struct):
    """What a member had until now, and since which generation of the group."""

    generation: int
    partitions: list[int]


def share(claims: Mapping[str, Claim], partitions: int) -> dict[str, list[int]]:
    """Divide partitions among members as evenly as can be, moving as few as possible."""
    holder: dict[int, str] = {}
    for member in sorted(claims, key=lambda member: (claims[member].generation, member)):
        holder.update(dict.fromkeys((p for p in claims[member].partitions if p < partitions), member))
    kept: dict[str, list[int]] = {member: [] for member in claims}
    for partition, member in sorted(holder.items()):
        kept[member].append(partition)
    least, more = divmod(partitions, len(claims))
    shares: dict[str, list[int]] = {}
    for member in sorted(kept, key=lambda member: (-len(kept[member]), member)):
        size = least + (1 if more > 0 and len(kept[member]) > least else 0)
        more -= size - least
        shares[member] = kept[member][:size]
    free = sorted(set(range(partitions)).difference(*shares.values()), reverse=True)
    for size in (least, least + 1):
        for member in sorted(shares):
            while free and len(shares[member]) < size:
                shares[member].append(free.pop())
    return {member: sorted(found) for member, found in shares.items()}


def established(topics: Mapping[str, frozenset[str]], claims: Mapping[str, Claim]) -> frozenset[str]:
    """Say which set of topics the group lives by: that of most partitions in work, then of most members."""
    weights: Counter[frozenset[str]] = Counter()
    for member, wanted in topics.items():
        weights[wanted] += 1 + 1_000_000 * len(claims[member].partitions)
    return max(sorted(weights, key=sorted), key=lambda wanted: weights[wanted])


class Assignor:
    """aiokafka's seam for one member of one group."""

    name = NAME
    version = VERSION

    def __init__(self) -> None:
        self.claim = Claim(-1, [])
        self.refusal = ""

    def metadata(self, topics: Iterable[str]) -> ConsumerProtocolMemberMetadata:
        """Say what this member wants, and what it had."""
        return ConsumerProtocolMemberMetadata(VERSION, sorted(topics), msgspec.json.encode(self.claim))

    def assign(self, cluster: Any, members: Mapping[str, Any]) -> dict[str, ConsumerProtocolMemberAssignment]:
        """Divide the partitions of all members' topics."""
        topics = {member: frozenset(wish.subscription) for member, wish in members.items()}
        claims = {member: _claim(wish.user_data) for member, wish in members.items()}
        ours = established(topics, claims)
        counts = {topic: len(cluster.partitions_for_topic(topic) or ()) for topic in ours}
        same = {member: claims[member] for member in members if topics[member] == ours}
        shares = share(same, max(counts.values(), default=0))
        answers = {}
        for member in members:
            mine = shares.get(member, [])
            parts = (
                [(topic, [p for p in mine if p < counts[topic]]) for topic in sorted(ours)] if member in same else []
            )
            refusal = b"" if member in same else _difference(topics[member], ours).encode()
            answers[member] = ConsumerProtocolMemberAssignment(VERSION, parts, refusal)
        return answers

    def on_assignment(self, assignment: Any) -> None:
        """Take what was given."""
        self.refusal = (assignment.user_data or b"").decode()


def _claim(data: bytes | None) -> Claim:
    try:
        return msgspec.json.decode(data or b"", type=Claim)
    except msgspec.DecodeError:
        return Claim(-1, [])


def _difference(wanted: frozenset[str], ours: frozenset[str]) -> str:
    parts = [f"it reads {', '.join(sorted(wanted - ours))}"] if wanted - ours else []
    parts += [f"it lacks {', '.join(sorted(ours - wanted))}"] if ours - wanted else []
    return " and ".join(parts)
