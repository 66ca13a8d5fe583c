"""Batches: one JSON request per line in, one JSON answer per line out, in any order.

Flow: standard input → **batch** → an answering function, many at a time → standard output.
"""

import asyncio
import json
import sys
from collections.abc import Awaitable, Callable
from typing import Any

from schemas.errors import error_info

Answering = Callable[[dict[str, Any]], Awaitable[dict[str, Any]]]


async def answer_lines(answer: Answering, at_once: int = 32) -> None:
    """Answer every line of standard input; a request that fails is answered with its error and ends nothing."""
    room = asyncio.Semaphore(at_once)
    async with asyncio.TaskGroup() as group:
        while line := await asyncio.to_thread(sys.stdin.buffer.readline):
            if line.strip():
                await room.acquire()
                group.create_task(_one(answer, line, room))


async def _one(answer: Answering, line: bytes, room: asyncio.Semaphore) -> None:
    name = None
    try:
        request = json.loads(line)
        name = request.get("id")
        given = await answer(request)
    except Exception as bad:
        given = {"id": name, "status": "error", "error": {"message": error_info(bad).message}}
    finally:
        room.release()
    text = json.dumps(given, ensure_ascii=True, separators=(",", ":"))
    sys.stdout.write(text + "\n")
    sys.stdout.flush()
