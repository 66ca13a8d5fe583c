"""The law of every transport's Faust face: order, at-least-once, contiguous commits, back-pressure."""

import asyncio
from typing import Any

import pytest

from streams.topics import node_topic
from tests.conformance.transports import PARTITIONS, Installation, listen, until, values

ALPHA, BETA = node_topic("alpha"), node_topic("beta")
ALL = range(PARTITIONS)


async def test_agents_get_the_order_of_their_partition(installation: Installation) -> None:
    streams = installation.worker()
    got = listen(streams, ALPHA)
    await streams.start()
    for n in range(200):
        streams.log.send(ALPHA, 1, b"%d" % n)

    await until(lambda: len(got) >= 200)
    await streams.stop()

    assert values(got) == [b"%d" % n for n in range(200)]


async def test_what_was_acknowledged_does_not_come_again(installation: Installation) -> None:
    streams = installation.worker()
    got = listen(streams, ALPHA)
    await streams.start()
    await asyncio.gather(*(streams.log.send(ALPHA, n % PARTITIONS, b"%d" % n) for n in range(40)))
    await until(lambda: len(got) == 40)
    await streams.stop()

    streams = installation.worker()
    again = listen(streams, ALPHA)
    await streams.start()
    await streams.log.send(ALPHA, 0, b"last")
    await until(lambda: bool(again))
    await streams.stop()

    assert values(again) == [b"last"]


async def test_what_was_not_acknowledged_comes_again(installation: Installation) -> None:
    streams = installation.worker()
    got = listen(streams, ALPHA, lambda _: False)
    await streams.start()
    await asyncio.gather(*(streams.log.send(ALPHA, n % PARTITIONS, b"%d" % n) for n in range(8)))
    await until(lambda: len(got) == 8)
    await streams.stop()

    streams = installation.worker()
    again = listen(streams, ALPHA)
    await streams.start()
    await until(lambda: len(again) == 8)
    await streams.stop()

    assert sorted(values(again)) == sorted(values(got))


@pytest.mark.parametrize("done_before", [pytest.param(0, id="fresh"), pytest.param(5, id="committed")])
async def test_a_commit_never_passes_a_slow_head(installation: Installation, done_before: int) -> None:
    streams = installation.worker()
    got = listen(streams, ALPHA, lambda event: event.value != b"slow")
    await streams.start()
    await asyncio.gather(*(streams.log.send(ALPHA, 1, b"before") for _ in range(done_before)))
    await until(lambda: streams.progress(1)[ALPHA] == (done_before, done_before))
    streams.log.send(ALPHA, 1, b"slow")
    await asyncio.gather(*(streams.log.send(ALPHA, 1, b"fast") for _ in range(20)))
    await until(lambda: len(got) == done_before + 21)
    await asyncio.sleep(0.1)
    committed, end = streams.progress(1)[ALPHA]
    await streams.stop()

    streams = installation.worker()
    again = listen(streams, ALPHA)
    await streams.start()
    await until(lambda: len(again) >= 21)
    await streams.stop()

    assert (committed, end) == (done_before, done_before + 21)
    assert values(again) == [b"slow", *[b"fast"] * 20]


async def test_a_late_acknowledgement_lets_the_commit_catch_up(installation: Installation) -> None:
    streams = installation.worker()
    got = listen(streams, ALPHA, lambda event: event.value != b"slow")
    await streams.start()
    await streams.log.send(ALPHA, 2, b"slow")
    await asyncio.gather(*(streams.log.send(ALPHA, 2, b"fast") for _ in range(3)))
    await until(lambda: len(got) == 4)

    got[0].ack()
    await until(lambda: streams.progress(2)[ALPHA] == (4, 4))
    await streams.stop()


async def test_an_acknowledgement_of_an_earlier_assignment_counts_for_nothing(installation: Installation) -> None:
    streams = installation.worker()
    got = listen(streams, ALPHA, lambda _: False)
    await streams.start()
    await streams.log.send(ALPHA, 0, b"x")
    await until(lambda: bool(got))

    streams.app.consumer_generation_id += 1
    acknowledged = got[0].ack()
    await streams.app.consumer.commit()
    committed = streams.progress(0)[ALPHA]
    await streams.stop()

    assert not acknowledged
    assert committed == (0, 1)


async def test_an_agent_that_takes_nothing_stops_no_other(installation: Installation) -> None:
    streams = installation.worker()
    blocked = asyncio.Event()

    async def stuck(stream: Any) -> None:
        async for event in stream.noack().events():
            await blocked.wait()
            event.ack()

    streams.app.agent(streams.topic(ALPHA))(stuck)
    got = listen(streams, BETA)
    await streams.start()
    await asyncio.gather(*(streams.log.send(ALPHA, n % PARTITIONS, b"a") for n in range(1000)))
    await asyncio.gather(*(streams.log.send(BETA, n % PARTITIONS, b"b") for n in range(100)))

    await until(lambda: len(got) == 100)
    blocked.set()
    await until(lambda: all(streams.progress(p)[ALPHA] == (250, 250) for p in ALL))
    await streams.stop()


async def test_stop_lets_agents_finish_and_commits(installation: Installation) -> None:
    streams = installation.worker()
    taken, done = asyncio.Event(), asyncio.Event()

    async def slow(stream: Any) -> None:
        async for event in stream.noack().events():
            taken.set()
            await asyncio.sleep(0.2)
            event.ack()
            done.set()

    async def finish(_: float, __: float) -> None:
        await done.wait()

    streams.on_draining(finish)
    streams.app.agent(streams.topic(ALPHA))(slow)
    await streams.start()
    await streams.log.send(ALPHA, 0, b"x")
    await taken.wait()
    await streams.stop()

    streams = installation.worker()
    group = await streams.log.group([ALPHA], "another")
    await group.close()
    got = listen(streams, ALPHA)
    await streams.start()
    progress = streams.progress(0)[ALPHA]
    await streams.stop()

    assert progress == (1, 1)
    assert got == []
