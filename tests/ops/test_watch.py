"""The watch: `/ready` is red where a partition has no owner, a task is too old, or nobody can look."""

from collections.abc import Sequence

import pytest

from ops.watch import Behind, Sight, Watch
from schemas.errors import OperationalError

LIMIT, GRACE = 60.0, 10.0


class Cluster:
    """What there is to see, at a time that the test decides."""

    def __init__(self) -> None:
        self.now = 1000.0
        self.positions: Sequence[tuple[int, int]] = [(0, 0)]
        self.unowned = 0
        self.away = False
        self.watch = Watch(self._look, LIMIT, GRACE, lambda: self.now)

    async def _look(self) -> Sight:
        if self.away:
            raise OperationalError("the cluster is away")
        behind = [Behind("engine", "millrace.node.set", at, *found) for at, found in enumerate(self.positions)]
        return Sight([*behind, Behind("history", "millrace.events", 0, 0, 9)], self.unowned)

    async def after(self, seconds: float, **seen: object) -> tuple[bool, bool]:
        """Let time pass, look, and say whether all is owned and young."""
        self.now += seconds
        vars(self).update(seen)
        await self.watch.look()
        return await self.watch.owned(), await self.watch.young()


@pytest.fixture
def cluster() -> Cluster:
    return Cluster()


async def test_a_partition_without_owner_is_red_after_its_grace(cluster: Cluster) -> None:
    found = [
        await cluster.after(0),
        await cluster.after(9, unowned=1),
        await cluster.after(2),
        await cluster.after(1, unowned=0),
    ]

    assert [owned for owned, _ in found] == [True, True, False, True]


async def test_what_never_had_an_owner_has_no_grace(cluster: Cluster) -> None:
    cluster.unowned = 1

    assert not await cluster.watch.owned()


async def test_who_cannot_look_does_not_know(cluster: Cluster) -> None:
    await cluster.after(0)
    cluster.away = True
    with pytest.raises(OperationalError):
        await cluster.after(5)
    soon = await cluster.watch.owned()
    cluster.now += 30
    late = await cluster.watch.owned()

    assert (soon, late) == (True, False)


async def test_a_task_that_waits_too_long_is_red(cluster: Cluster) -> None:
    found = [
        await cluster.after(0, positions=[(5, 6), (3, 3)]),
        await cluster.after(40, positions=[(5, 9), (3, 3)]),
        await cluster.after(21),
        await cluster.after(1, positions=[(8, 9), (3, 3)]),
        await cluster.after(40),
        await cluster.after(1, positions=[(9, 9), (3, 3)]),
    ]

    assert [young for _, young in found] == [True, True, False, True, False, True]


async def test_what_is_behind_is_counted_by_group_and_topic(cluster: Cluster) -> None:
    await cluster.after(0, positions=[(5, 6), (3, 10)], unowned=2)
    figures = {
        (each.name, *sample.labels.values()): sample.value
        for each in cluster.watch.collect()
        for sample in each.samples
    }

    assert figures["millrace_lag", "engine", "millrace.node.set"] == 8
    assert figures["millrace_lag", "history", "millrace.events"] == 9
    assert figures["millrace_partitions_unowned",] == 2
