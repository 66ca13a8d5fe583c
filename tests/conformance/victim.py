"""A process that is killed: appends to a log, or works on it, and says what it may be held to.

Flow: test starts **victim** → lines on its standard output → SIGKILL → test opens the log.
"""

import asyncio
import sys
from typing import Any

from streams.app import Streams, build_app
from streams.settings import StreamSettings
from streams.topics import EVENTS, EXECUTIONS, node_topic
from tests.conformance.transports import NODE_TYPES

TOPIC = node_topic("alpha")


def say(*words: object) -> None:
    """Print a line at once."""
    print(*words, flush=True)


async def append(streams: Streams) -> None:
    """Append for ever; say each offset once its future resolved, and each record that a reader saw."""
    reader = await streams.log.reader(EVENTS, [0], "latest")

    async def watch() -> None:
        while True:
            for record in await reader.read():
                say("saw", record.offset, record.value.decode() if record.value else "")

    def durable(n: int, outcome: asyncio.Future[int]) -> None:
        say("durable", outcome.result(), n)

    watching = asyncio.create_task(watch())
    n = 0
    while not watching.done():
        futures = [streams.log.send(EVENTS, 0, b"%d" % (n + i)) for i in range(7)]
        for i, future in enumerate(futures):
            future.add_done_callback(lambda outcome, n=n + i: durable(n, outcome))
        n += 7
        await asyncio.sleep(0.001)


async def work(streams: Streams) -> None:
    """Process records: a row first, then say so, then acknowledge."""

    async def agent(stream: Any) -> None:
        async for event in stream.noack().events():
            name = event.value.decode()
            owner = streams.owner(event.message.partition)
            assert owner is not None
            await streams.table(EXECUTIONS).put(owner, name, b"done")
            say("done", name)
            event.ack()

    streams.app.agent(streams.topic(TOPIC))(agent)
    await streams.start()
    await asyncio.sleep(60)


async def main(role: str, settings: str) -> None:
    """Play a role on the log of the settings."""
    streams = build_app(StreamSettings.model_validate_json(settings), NODE_TYPES)
    await {"append": append, "work": work}[role](streams)


if __name__ == "__main__":
    asyncio.run(main(*sys.argv[1:]))
