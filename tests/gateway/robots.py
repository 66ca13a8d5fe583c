"""Robots: clients that draw a workflow at random, lose their connection and come back.

Flow: robot (pycrdt, as a browser would with Yjs) ⇄ WebSocket ⇄ gateway.
"""

import asyncio
import json
import random
from typing import Any

import aiohttp
import msgspec
from pycrdt import Map, YMessageType, create_sync_message, create_update_message, handle_sync_message

from gateway.together.document import open_document, read, unflatten

TOKEN = "a-token-for-tests"
SAVE_SECONDS = 10.0


def node(name: str, at: int = 0, **parameters: Any) -> dict[str, Any]:
    head = {"parameters": parameters, "id": f"id-{name}", "name": name, "type": "n8n-nodes-base.set"}
    return {**head, "typeVersion": 3, "position": [at * 200, 0]}


FLOW = {
    "name": "drawn together",
    "nodes": [
        node("A", 0, url="https://example.org", count=3, ratio=1.5, deep={"b": [1, None], "a": "ü"}),
        node("B", 1),
    ],
    "connections": {"A": {"main": [[{"node": "B", "type": "main", "index": 0}]]}},
    "settings": {"executionOrder": "parallel"},
}


class Robot:
    """One client with a document of its own; ``seen`` are the texts that the gateway sent."""

    def __init__(self, session: aiohttp.ClientSession, address: str, workflow: str, seed: int = 0) -> None:
        self.document = open_document()
        self.random = random.Random(seed)
        self.texts: list[Any] = []
        self.awareness: list[bytes] = []
        self._session = session
        self._address = f"{address}/api/v1/workflows/{workflow}/collaborate"
        self._socket: aiohttp.ClientWebSocketResponse | None = None
        self._reading: asyncio.Task[None] | None = None
        self._synced = asyncio.Event()
        self._hearing = False
        self._unsent: list[bytes] = []
        self.document.observe(self._changed)

    async def come(self) -> None:
        """Connect and have the same document."""
        self._synced.clear()
        self._socket = await self._session.ws_connect(self._address, max_msg_size=0)
        await self._socket.send_json({"token": TOKEN})
        await self._socket.send_bytes(create_sync_message(self.document))
        self._unsent.clear()
        self._reading = asyncio.create_task(self._read(self._socket))
        async with asyncio.timeout(20):
            await self._synced.wait()

    async def go(self) -> None:
        """Lose the connection."""
        assert self._socket is not None
        assert self._reading is not None
        await self._socket.close()
        self._reading.cancel()
        await asyncio.gather(self._reading, return_exceptions=True)
        self._socket = None

    async def send(self) -> None:
        """Send what was changed since; nothing where there is no connection."""
        unsent, self._unsent = self._unsent, []
        for update in unsent if self._socket is not None else ():
            await self._socket.send_bytes(create_update_message(update))

    async def say(self, message: Any) -> None:
        assert self._socket is not None
        await (self._socket.send_bytes if isinstance(message, bytes) else self._socket.send_json)(message)

    async def save(self) -> Any:
        """Ask for the document to be made the draft; give the answer."""
        await self.send()
        await self.say({"save": 1})
        async with asyncio.timeout(SAVE_SECONDS):
            while not self.texts:  # noqa: ASYNC110 - what is waited for knows no event
                await asyncio.sleep(0.01)
        return self.texts.pop()

    def put(self, node: str, field: str, value: Any) -> None:
        """Set a field of a node, which is made where it is not there."""
        nodes = self.document.get("nodes", type=Map)
        with self.document.transaction():
            if node not in nodes:
                nodes[node] = Map({})
                for name, first in (("name", node), ("type", "n8n-nodes-base.set"), ("position", [0, 0])):
                    nodes[node][name] = json.dumps(first)
            nodes[node][field] = json.dumps(value)

    def edit(self) -> None:
        """Change something at random."""
        chance, nodes = self.random, self.document.get("nodes", type=Map)
        wires = self.document.get("wires", type=Map)
        known = sorted(nodes.keys())
        kind = chance.choices(["put", "wire", "unwire", "remove", "meta"], [60, 20, 8, 7, 5])[0]
        if kind == "put" or len(known) < 2:
            node = f"n{chance.randrange(60)}"
            field = chance.choice(["position", "parameters.url", "parameters.code", "name", "disabled"])
            value = chance.choice([[chance.randrange(900), 7], f"text {chance.random()}"])
            self.put(node, field, f"Node {chance.randrange(20)}" if field == "name" else value)
        elif kind == "wire":
            source, target = chance.choice(known), chance.choice(known)
            wires[json.dumps([source, "main", chance.randrange(3), target, "main", 0])] = str(chance.randrange(9))
        elif kind == "unwire" and (drawn := sorted(wires.keys())):
            wires.pop(chance.choice(drawn))
        elif kind == "remove":
            nodes.pop(chance.choice(known))
        else:
            self.document.get("meta", type=Map)["name"] = json.dumps(f"flow {chance.randrange(100)}")

    def bytes(self) -> bytes:
        """Give the workflow as the bytes of its JSON."""
        return msgspec.json.encode(unflatten(read(self.document)))

    def _changed(self, event: Any) -> None:
        if not self._hearing:
            self._unsent.append(event.update)

    async def _read(self, socket: aiohttp.ClientWebSocketResponse) -> None:
        async for message in socket:
            if message.type == aiohttp.WSMsgType.TEXT:
                self.texts.append(json.loads(message.data))
            elif message.data[0] == YMessageType.AWARENESS:
                self.awareness.append(message.data[1:])
            elif message.data[0] == YMessageType.SYNC:
                self._hearing = True
                reply = handle_sync_message(message.data[1:], self.document)
                self._hearing = False
                if reply is not None:
                    await socket.send_bytes(reply)
                if message.data[1] == 1:  # the second step: all that we lacked
                    self._synced.set()
