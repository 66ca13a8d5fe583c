"""Drawing together: the document is the workflow, edits of many merge, nothing accepted is lost, what is saved is one.

Flow: robots ⇄ WebSockets ⇄ gateways ⇄ log → **here**.
"""

import asyncio
import contextlib
import socket
from typing import Any

import aiohttp
import msgspec
import pytest
import uvicorn
from pycrdt import Awareness, create_awareness_message, create_update_message

from gateway.app import build_gateway
from gateway.settings import GatewaySettings
from gateway.together import room as rooms_of
from gateway.together.document import read, unflatten
from gateway.together.member import WAITING, Member
from streams.topics import COLLABORATION
from tests.gateway.robots import FLOW, Robot, node

TOKEN = "a-token-for-tests"
PATH = "/api/v1/workflows"


@contextlib.asynccontextmanager
async def another_gateway(house: Any):
    """Serve a second gateway on the log of the first."""
    other = house.other
    told = GatewaySettings(token=TOKEN, partitions=house.parts.PARTITIONS, drain_seconds=2.0)
    gateway = build_gateway(told, other.log, other.view, other.history, other.registry, other.blobs)
    await gateway.start()
    held = socket.create_server(("127.0.0.1", 0))
    config = uvicorn.Config(gateway.asgi, ws="websockets-sansio", lifespan="off", log_config=None)
    server = type(house.server)(config)
    serving = asyncio.create_task(server.serve(sockets=[held]))
    try:
        yield f"http://127.0.0.1:{held.getsockname()[1]}"
    finally:
        gateway.drain()
        server.should_exit = True
        await serving
        await gateway.stop()
        held.close()


async def until(condition: Any) -> None:
    async with asyncio.timeout(20):
        while not condition():  # noqa: ASYNC110 - what is waited for knows no event
            await asyncio.sleep(0.01)


@pytest.fixture
async def drawn(house):
    """A house, the id of its workflow, and a way to make robots for it."""
    made = await house.make(FLOW, active=False)
    robots: list[Any] = []

    async def robot(address: str = "", number: int = 0) -> Any:
        robots.append(Robot(house.session, address, made["id"], number))
        await robots[-1].come()
        return robots[-1]

    yield house, made["id"], robot
    for each in robots:
        if each._socket is not None:
            await each.go()


async def test_two_see_what_the_other_does(drawn) -> None:
    _, _, robot = drawn
    one, other = await robot(), await robot()

    one.put("id-A", "parameters.url", "https://one.example")
    other.put("new", "name", "New")
    await one.send()
    await other.send()
    await until(
        lambda: one.bytes() == other.bytes() and b"https://one.example" in other.bytes() and b"New" in one.bytes()
    )


async def test_what_is_saved_is_the_draft_and_only_once(drawn) -> None:
    house, name, robot = drawn
    one = await robot()
    one.put("id-A", "parameters.url", "https://saved.example")

    told = await one.save()

    read_again = await house.call("GET", f"{PATH}/{name}", 200)
    assert told["saved"]["revision"] == read_again["revision"]
    assert read_again["workflow"]["nodes"][0]["parameters"]["url"] == "https://saved.example"
    again = await one.save()
    assert again["saved"]["versionId"] == told["saved"]["versionId"]


async def test_what_cannot_be_saved_is_refused_and_stays(drawn) -> None:
    _, _, robot = drawn
    one = await robot()
    one.put("bad", "type", 7)

    told = await one.save()

    assert told["problem"]["status"] == 422
    assert b'"bad"' in one.bytes()


async def test_what_was_saved_beside_the_document_comes_into_it(drawn) -> None:
    house, name, robot = drawn
    one = await robot()
    one.put("id-B", "parameters.mine", "kept")
    await one.send()
    changed = {**FLOW, "nodes": [node("A", 0, url="https://beside.example"), node("B", 1), node("C", 2)]}

    await house.call("PUT", f"{PATH}/{name}", 200, json=changed)

    await until(lambda: b"https://beside.example" in one.bytes())
    drawn_now = unflatten(read(one.document))
    assert [each["name"] for each in drawn_now["nodes"]] == ["A", "B", "C"]
    assert drawn_now["nodes"][1]["parameters"] == {"mine": "kept"}


@pytest.mark.parametrize("again", [False, True], ids=["new", "saved before"])
@pytest.mark.parametrize("beside", [False, True], ids=["here", "at another gateway"])
async def test_who_draws_on_while_it_is_saved_keeps_what_they_draw(
    drawn, monkeypatch, again: bool, beside: bool
) -> None:
    house, name, robot = drawn
    async with another_gateway(house) if beside else contextlib.nullcontext("") as address:
        one, other = await robot(), await robot(address)
        if again:
            for url in ("https://one.example", "https://two.example"):
                one.put("id-A", "parameters.url", url)
                await one.save()
        rooms = house.gateway._parts.rooms
        change = rooms._publishing.change
        absorbed = []

        async def meanwhile(*what: Any) -> Any:
            # Something else is news of the workflow, and somebody draws on: both may come at any time.
            absorbed.append(asyncio.create_task(rooms._rooms[name].absorb()))
            await asyncio.wait(absorbed, timeout=0.3)
            answer = await change(*what)
            other.put("id-A", "parameters.url", "https://later.example")
            await other.send()
            await until(lambda: b"https://later.example" in one.bytes())
            return answer

        monkeypatch.setattr(rooms._publishing, "change", meanwhile)
        one.put("id-A", "parameters.url", "https://one.example")

        told = await one.save()
        await asyncio.gather(*absorbed, rooms._rooms[name].absorb())

        assert told["saved"]["workflow"]["nodes"][0]["parameters"]["url"] == "https://one.example"
        assert b"https://later.example" in one.bytes()
        monkeypatch.undo()
        later = await one.save()
        assert later["saved"]["workflow"]["nodes"][0]["parameters"]["url"] == "https://later.example"
        assert "millrace" not in str(later["saved"]["workflow"])


async def test_nothing_is_lost_when_everybody_leaves(drawn) -> None:
    house, name, robot = drawn
    one = await robot()
    one.put("id-A", "parameters.url", "https://unsaved.example")
    await one.send()
    room = house.gateway._parts.rooms._rooms[name]
    await until(lambda: b"https://unsaved.example" in msgspec.json.encode(unflatten(read(room.document))))
    await one.go()

    later = await robot()

    assert b"https://unsaved.example" in later.bytes()


async def test_many_records_become_one(drawn, monkeypatch) -> None:
    house, name, robot = drawn
    monkeypatch.setattr(rooms_of, "COVER_AFTER", 20)
    one = await robot()

    for at in range(60):
        one.put("id-A", "parameters.count", at)
        await one.send()
    rooms = house.gateway._parts.rooms._rooms
    await until(
        lambda: (
            len(rooms[name]._keys) < 25 and b'"count":59' in msgspec.json.encode(unflatten(read(rooms[name].document)))
        )
    )
    await one.go()
    later = await robot()

    assert b'"count":59' in later.bytes()


async def test_presence_reaches_others_and_goes_with_its_owner(drawn) -> None:
    _, _, robot = drawn
    one, other = await robot(), await robot()
    mine = Awareness(one.document)
    mine.set_local_state({"user": "Ada"})

    await one.say(create_awareness_message(mine.encode_awareness_update([one.document.client_id])))
    await until(lambda: len(other.awareness) == 1)
    await one.go()
    await until(lambda: len(other.awareness) == 2)

    assert b"Ada" in other.awareness[0]
    assert b"null" in other.awareness[1]


WRONG = [
    pytest.param(b"", id="empty"),
    pytest.param(b"\x07", id="unknown kind"),
    pytest.param(create_update_message(b"garbage"), id="no update"),
    pytest.param(b"\x01\x05\xff\xff\xff\xff\xff", id="no awareness"),
    pytest.param({"save": "x"}, id="no save"),
]


@pytest.mark.parametrize("message", WRONG)
async def test_who_speaks_nonsense_is_told_and_let_go(drawn, message: Any) -> None:
    house, name, robot = drawn
    good = await robot()
    async with house.session.ws_connect(f"{PATH}/{name}/collaborate") as socket:
        await socket.send_json({"token": TOKEN})
        await socket.receive(timeout=5)
        await (socket.send_bytes(message) if isinstance(message, bytes) else socket.send_json(message))
        told = (await socket.receive(timeout=5)).data
        closed = await socket.receive(timeout=5)

    assert msgspec.json.decode(told)["problem"]["status"] == 400
    assert (closed.type, closed.data) == (aiohttp.WSMsgType.CLOSE, 4400)
    good.put("id-A", "parameters.after", 1)
    await good.send()


async def test_an_unknown_workflow_has_no_room(house) -> None:
    async with house.session.ws_connect(f"{PATH}/nowhere/collaborate") as socket:
        await socket.send_json({"token": TOKEN})

        assert (await socket.receive_json(timeout=5))["problem"]["status"] == 404


async def test_a_document_has_a_largest_size(drawn, monkeypatch) -> None:
    _, _, robot = drawn
    one = await robot()
    monkeypatch.setattr(rooms_of, "BYTES_MAX", 10_000)

    one.put("id-A", "parameters.long", "x" * 20_000)
    await one.send()

    await until(lambda: one.texts)
    assert one.texts[0]["problem"]["status"] == 413


def test_a_member_that_does_not_read_is_let_go() -> None:
    member = Member()

    for _ in range(WAITING + 2):
        member.put(b"x")

    assert member.lost


@pytest.mark.timeout(170)
async def test_five_robots_on_two_gateways_converge_to_the_same_bytes(drawn) -> None:
    house, _, robot = drawn
    async with another_gateway(house) as address:
        robots = [await robot(address if number % 2 else "", number) for number in range(5)]

        async def draw(one: Any) -> None:
            for _ in range(2_000):
                one.edit()
                await one.send()
                if one.random.random() < 0.004:
                    await one.go()
                    for _ in range(one.random.randrange(20)):
                        one.edit()
                    await one.come()

        await asyncio.gather(*map(draw, robots))
        for one in robots:
            await one.go()
            await one.come()
        for one in robots:  # what the last ones sent on coming back has reached the first ones too
            await one.go()
            await one.come()

        # they did not merely exchange whole documents on coming back
        assert sum((await house.other.log.ends(COLLABORATION)).values()) > 9_000
        assert len({one.bytes() for one in robots}) == 1
        assert len(read(robots[0].document)) > 100
        for one in robots:
            await one.go()
