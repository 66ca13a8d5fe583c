"""The live channel: what watchers see, what they are told they did not see, and who is let in.

Flow: events → log → gateway → WebSocket → **here**.
"""

import asyncio
import contextlib
from typing import Any

import aiohttp
import pytest

from gateway.live import OUTBOX, Subscription, Watcher
from schemas.errors import ErrorInfo
from schemas.events import EventFrame, ExecutionFinished, ExecutionStarted, NodeFinished
from streams.codecs import encode
from streams.topics import EVENTS

TOKEN = "a-token-for-tests"
WORKFLOW = {"name": "seen", "nodes": [], "connections": {}}


def frame(execution: str, workflow: str = "w", *, node: str = "Set", failed: bool = False) -> bytes:
    ids = {"execution": execution, "workflow": workflow, "version": "v", "at": 1}
    wrong = ErrorInfo("no") if failed else None
    done = NodeFinished(**ids, node=node, node_type="set", counts=[2, 1], duration_us=7, error=wrong)
    status = "error" if failed else "success"
    done.status = status
    return encode(
        EventFrame([ExecutionStarted(**ids, node=node), done, ExecutionFinished(**ids, started=1, status=status)])
    )


class Seen:
    """What a client has seen so far."""

    def __init__(self, socket: aiohttp.ClientWebSocketResponse) -> None:
        self.socket = socket
        self.events: list[dict[str, Any]] = []
        self.counts: dict[str, Any] = {}
        self.offsets: dict[str, int] = {}
        self.skipped = 0
        self.gap = 0
        self.problem: dict[str, Any] | None = None

    async def until(self, condition: Any) -> "Seen":
        async with asyncio.timeout(10):
            while not condition(self):
                self.take(await self.socket.receive_json())
        return self

    def take(self, beat: dict[str, Any]) -> None:
        self.events += beat.get("events", [])
        self.skipped += beat.get("skipped", 0)
        self.gap += beat.get("gap", 0)
        self.offsets = beat.get("offsets", self.offsets)
        self.problem = beat.get("problem", self.problem)
        for workflow, more in beat.get("counts", {}).items():
            known = self.counts.setdefault(workflow, {"started": 0, "success": 0, "error": 0, "runs": 0, "items": 0})
            for name in ("started", "success", "error"):
                known[name] += more[name]
            for node in more["nodes"].values():
                known["runs"] += node["runs"]
                known["items"] += sum(node["items"])


async def problem_of(socket: aiohttp.ClientWebSocketResponse) -> tuple[int, int]:
    """Read why a socket was refused: the problem's status and the close code."""
    told = await socket.receive_json(timeout=5)
    closed = await socket.receive(timeout=5)
    return told["problem"]["status"], closed.data


@contextlib.asynccontextmanager
async def watching(house: Any, **subscription: Any):
    async with house.session.ws_connect("/api/v1/live") as socket:
        await socket.send_json({"token": TOKEN, **subscription})
        seen = Seen(socket)
        await seen.until(lambda seen: seen.offsets)
        yield seen


async def test_everything_is_seen_with_its_counts(house) -> None:
    async with watching(house) as seen:
        await house.other.log.send(EVENTS, 0, frame("a"))
        await house.other.log.send(EVENTS, 1, frame("b", failed=True))
        await seen.until(lambda seen: seen.counts.get("w", {}).get("started") == 2)

    assert [each["type"] for each in seen.events].count("node.finished") == 2
    assert seen.counts == {"w": {"started": 2, "success": 1, "error": 1, "runs": 2, "items": 6}}
    done = next(each for each in seen.events if each["type"] == "node.finished")
    assert (done["node"], done["nodeType"], done["durationUs"], done["counts"]) == ("Set", "set", 7, [2, 1])
    assert "outputs" not in done


@pytest.mark.parametrize(
    ("chosen", "expected"),
    [
        pytest.param({"execution": "b"}, {"b"}, id="one execution"),
        pytest.param({"workflow": True}, {"c"}, id="one workflow"),
    ],
)
async def test_only_what_is_asked_for_is_seen(house, chosen: dict[str, Any], expected: set[str]) -> None:
    made = await house.make(WORKFLOW, active=False)
    if "workflow" in chosen:
        chosen = {"workflow": made["id"]}

    async with watching(house, **chosen) as seen:
        for execution, workflow in (("a", "w"), ("b", "w"), ("c", made["id"])):
            await house.other.log.send(EVENTS, 0, frame(execution, workflow))
        await seen.until(lambda seen: len(seen.events) == 3 and seen.offsets.get("0") == 3)

    assert {each["execution"] for each in seen.events} == expected
    assert set(seen.counts) <= {made["id"]}


async def test_over_its_rate_a_client_sees_a_sample_and_exact_counts(house) -> None:
    async with watching(house, rate=10) as seen:
        for at in range(100):
            await house.other.log.send(EVENTS, at % 4, frame(str(at)))
        await seen.until(lambda seen: seen.counts.get("w", {}).get("success") == 100)

    assert 10 <= len(seen.events) < 100
    assert len(seen.events) + seen.skipped == 300
    assert seen.counts["w"] == {"started": 100, "success": 100, "error": 0, "runs": 100, "items": 300}


async def test_a_client_resumes_where_it_was(house) -> None:
    async with watching(house) as seen:
        await house.other.log.send(EVENTS, 0, frame("a"))
        await seen.until(lambda seen: seen.counts)
    for at in range(4):
        await house.other.log.send(EVENTS, at, frame(f"missed {at}"))

    # somebody else watches, so that the shared reader is ahead of what was missed
    async with watching(house), watching(house, since=seen.offsets) as again:
        await again.until(lambda again: again.counts.get("w", {}).get("success") == 4)

    assert {each["execution"] for each in again.events} == {f"missed {at}" for at in range(4)}
    assert again.gap == 0


async def test_nobody_resumes_in_the_future(house) -> None:
    async with watching(house), watching(house, since={"0": 10_000}) as seen:
        await house.other.log.send(EVENTS, 0, frame("a"))
        await seen.until(lambda seen: seen.counts.get("w", {}).get("success") == 1)

    assert {each["execution"] for each in seen.events} == {"a"}


async def test_a_client_may_ask_for_something_else(house) -> None:
    async with watching(house, execution="x") as seen:
        await seen.socket.send_json({"execution": "b"})
        seen.offsets = {}
        await seen.until(lambda seen: seen.offsets)
        await house.other.log.send(EVENTS, 0, frame("b"))
        await seen.until(lambda seen: len(seen.events) == 3)

    assert {each["execution"] for each in seen.events} == {"b"}


REFUSED = [
    pytest.param({}, 401, id="no token"),
    pytest.param({"token": "another"}, 401, id="wrong token"),
    pytest.param({"token": TOKEN, "rate": 0}, 400, id="no rate"),
    pytest.param({"token": TOKEN, "rate": 1e9}, 400, id="too high a rate"),
    pytest.param({"token": TOKEN, "colour": "red"}, 400, id="unknown word"),
    pytest.param({"token": TOKEN, "workflow": "nowhere"}, 404, id="unknown workflow"),
]


@pytest.mark.parametrize(("first", "status"), REFUSED)
async def test_who_is_refused_is_told_why(house, first: dict[str, Any], status: int) -> None:
    async with house.session.ws_connect("/api/v1/live") as socket:
        await socket.send_json(first)

        assert await problem_of(socket) == (status, 4000 + status)


async def test_there_are_only_so_many_sockets(open_house) -> None:
    house = await open_house(max_sockets=1)
    async with watching(house), house.session.ws_connect("/api/v1/live") as socket:
        await socket.send_json({"token": TOKEN})

        assert await problem_of(socket) == (503, 4503)


async def test_a_stopping_gateway_lets_watchers_go(house) -> None:
    async with watching(house) as seen:
        house.gateway.drain()
        message = await seen.socket.receive(timeout=5)

    assert (message.type, message.data) == (aiohttp.WSMsgType.CLOSE, 1001)


EVENT = NodeFinished("x", "w", "v", 1, "Set", "set")
FAILED = NodeFinished("x", "w", "v", 1, "Set", "set", error=ErrorInfo("no"))


def test_a_client_that_does_not_read_costs_no_more_than_its_outbox() -> None:
    watcher = Watcher(Subscription(rate=1e9), now=lambda: 0.0)

    for _ in range(OUTBOX + 5):
        watcher.put(EVENT)

    beat = watcher.take()
    assert beat is not None
    assert (len(beat.events), beat.skipped) == (OUTBOX, 5)


def test_failures_may_overdraw_the_rate() -> None:
    watcher = Watcher(Subscription(rate=8), now=lambda: 0.0)

    for _ in range(20):
        watcher.put(EVENT)
    for _ in range(20):
        watcher.put(FAILED)

    beat = watcher.take()
    assert beat is not None
    assert [b"error" in bytes(each) for each in beat.events] == [False] * 8 + [True] * 2
