"""Pool: V8 children, started when needed, stopped when idle, killed when they hang.

Flow: prefetch and Code nodes → **pool** → child processes → values.
"""

import asyncio
import contextlib
import importlib.util
import os
import re
import signal
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import msgspec

from nodes.expressions.coercion import UNDEFINED
from nodes.expressions.javascript import bridge
from nodes.expressions.javascript.child import CHECK, CODE_EACH, CODE_ONCE, DONE, EVALUATE, FULL, LATE
from nodes.expressions.scope import Scope
from schemas.errors import DefectError, ExpressionError, NodeError, OperationalError, UserError

GRACE_SECONDS = 1.0
START_SECONDS = 20.0
CHILD = Path(__file__).with_name("child.py")
_PLACE = re.compile(r"<anonymous>:(\d+): (?:Uncaught )?(\w*Error: .*)")


class _Died(Exception):
    """The child ended without an answer."""


class Child:
    """One child process; one request at a time."""

    def __init__(self, process: asyncio.subprocess.Process) -> None:
        self.process = process

    @classmethod
    async def start(cls, memory_mb: int) -> "Child":
        """Start a child with an almost empty environment."""
        found = importlib.util.find_spec("py_mini_racer")
        if found is None or found.origin is None:
            raise OperationalError("JavaScript is not available", hint="install the package mini-racer")
        library = str(Path(found.origin).parent.parent)
        process = await asyncio.create_subprocess_exec(
            *(sys.executable, "-I", str(CHILD), str(os.getpid()), str(memory_mb), library),
            stdin=asyncio.subprocess.PIPE,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.DEVNULL,
            env={"TZ": "UTC", "LANG": "C.UTF-8"},
            cwd="/",
        )
        child = cls(process)
        try:
            await asyncio.wait_for(child.read(), START_SECONDS)
        except (TimeoutError, _Died):
            await child.stop()
            raise OperationalError("JavaScript could not be started") from None
        return child

    @property
    def alive(self) -> bool:
        """Say whether the process runs."""
        return self.process.returncode is None

    async def ask(self, kind: bytes, payload: bytes, seconds: float) -> tuple[bytes, bytes]:
        """Send a request and read its answer; raise _Died where none comes."""
        stdin = self.process.stdin
        if stdin is None:
            raise _Died
        body = int(seconds * 1000).to_bytes(4, "big") + payload
        try:
            stdin.write(len(body).to_bytes(4, "big") + kind + body)
            await stdin.drain()
        except ConnectionError as gone:
            raise _Died from gone
        return await self.read()

    async def read(self) -> tuple[bytes, bytes]:
        """Read one frame; raise _Died where the child ends first."""
        stdout = self.process.stdout
        if stdout is None:
            raise _Died
        try:
            head = await stdout.readexactly(5)
            return head[4:], await stdout.readexactly(int.from_bytes(head[:4], "big"))
        except (asyncio.IncompleteReadError, ConnectionError) as gone:
            raise _Died from gone

    async def stop(self) -> None:
        """Kill the process and wait for it; it has nothing to save."""
        if self.alive:
            with contextlib.suppress(ProcessLookupError):
                os.kill(self.process.pid, signal.SIGKILL)
        await self.process.wait()


class JavaScriptPool:
    """Evaluates expressions and Code nodes in V8, within limits of time and memory.

    ``children`` work side by side. A call that hits a limit costs its child; the next call gets a new one.
    """

    def __init__(
        self, *, children: int = 1, timeout_seconds: float = 5.0, memory_mb: int = 128, idle_seconds: float = 30
    ) -> None:
        self._timeout_seconds = timeout_seconds
        self._memory_mb = memory_mb
        self._idle_seconds = idle_seconds
        self._places = asyncio.Semaphore(children)
        self._free: list[Child] = []
        self._all: set[Child] = set()
        self._sweeper: asyncio.TimerHandle | None = None
        self._stopping: set[asyncio.Task[None]] = set()
        self._closed = False

    async def evaluate(self, sources: Sequence[str], scope: Scope, indexes: Sequence[int]) -> list[list[Any]]:
        """Evaluate template texts: per source, per index a JSON value, UNDEFINED or an ExpressionError."""
        return await self.evaluate_marked(sources, scope, indexes, marks=False)

    async def evaluate_marked(
        self, sources: Sequence[str], scope: Scope, indexes: Sequence[int], *, marks: bool
    ) -> list[list[Any]]:
        """Do as ``evaluate``; with ``marks`` what JSON cannot hold comes as ``{"$date": …}`` and its like."""
        if not sources:
            return []
        broken = bridge.unreadable(sources)
        try:
            payload = bridge.request(["=" if s in broken else s for s in sources], scope, indexes, marks=marks)
            answers = bridge.values(await self._ask(EVALUATE, payload))
            pairs = zip(sources, answers, strict=True)
            return [[broken[source]] * len(indexes) if source in broken else row for source, row in pairs]
        except UserError as bad:
            return [[ExpressionError(bad.message, hint=bad.hint) for _ in indexes] for _ in sources]

    async def run_code(self, code: str, scope: Scope, *, per_item: bool) -> Any:
        """Run a Code node's body: give what it returned, or a list with what it returned, or a NodeError, per item.

        Raise NodeError with the line where the code throws when run once; UserError where it hits a limit. Code that
        does not parse fails once, or for each item. ``detail["whole"]`` of an error says that it ends the node.
        """
        payload = bridge.code_request(code, scope, per_item=per_item)
        try:
            answer = _outcome(await self._ask(CODE_EACH if per_item else CODE_ONCE, payload))
        except NodeError as bad:
            if not per_item:
                raise
            return [bad for _ in scope.items]
        if scope.static is not None:
            scope.static.left = answer.get("static")
        if "rows" in answer:
            return [
                _code_error(row["error"]) if "error" in row else row.get("value", UNDEFINED) for row in answer["rows"]
            ]
        if "error" in answer:
            raise _code_error(answer["error"])
        return answer.get("value", UNDEFINED)

    async def check(self, sources: Sequence[str]) -> list[str | None]:
        """Say for each template text what V8 says of its syntax; None where it parses."""
        parts: list[Any] = []
        for source in sources:
            try:
                parts.append(bridge.code_parts(source))
            except ExpressionError as bad:
                parts.append(bad.message)
        asked = [[] if isinstance(part, str) else part for part in parts]
        answers = msgspec.json.decode(await self._ask(CHECK, msgspec.json.encode(asked)))
        return [part if isinstance(part, str) else answer for part, answer in zip(parts, answers, strict=True)]

    async def close(self) -> None:
        """Stop all children; the pool takes no more calls."""
        self._closed = True
        if self._sweeper is not None:
            self._sweeper.cancel()
        self._free.clear()
        await asyncio.gather(*(child.stop() for child in list(self._all)), *self._stopping)
        self._all.clear()

    async def _ask(self, kind: bytes, payload: bytes) -> bytes:
        clock = asyncio.get_running_loop().time
        async with self._places:
            child = await self._child()
            until = clock() + self._timeout_seconds + GRACE_SECONDS
            outcome, answer = await self._answer(child, kind, payload)
            if outcome == LATE and clock() > until + GRACE_SECONDS:
                # told late that it is late: the process stood still, not the code, which has no effects to repeat
                outcome, answer = await self._answer(await self._child(), kind, payload)
        return self._judge(outcome, answer)

    async def _answer(self, child: Child, kind: bytes, payload: bytes) -> tuple[bytes, bytes]:
        healthy = False
        try:
            seconds = self._timeout_seconds
            outcome, answer = await asyncio.wait_for(child.ask(kind, payload, seconds), seconds + GRACE_SECONDS)
            healthy = outcome not in (LATE, FULL)
        except TimeoutError:
            outcome, answer = LATE, b""
        except _Died:
            outcome, answer = FULL, b""
        finally:
            await self._release(child, healthy=healthy)
        return outcome, answer

    def _judge(self, outcome: bytes, answer: bytes) -> bytes:
        if outcome == DONE:
            return answer
        if outcome == LATE:
            raise UserError(
                f"JavaScript took longer than {self._timeout_seconds:g} s", hint="look for a loop without end"
            )
        if outcome == FULL:
            raise UserError(
                f"JavaScript needs more than {self._memory_mb} MB of memory", hint="work on fewer items at a time"
            )
        text = answer.decode(errors="replace")
        found = _PLACE.search(text)
        if found:
            raise NodeError(f"{found.group(2)} [line {max(int(found.group(1)) - 1, 1)}]")
        raise DefectError("JavaScript failed", detail=text[:1000])

    async def _child(self) -> Child:
        if self._closed:
            raise OperationalError("JavaScript pool is closed")
        while self._free:
            child = self._free.pop()
            if child.alive:
                return child
            self._all.discard(child)
        child = await Child.start(self._memory_mb)
        self._all.add(child)
        return child

    async def _release(self, child: Child, *, healthy: bool) -> None:
        if healthy and not self._closed:
            self._free.append(child)
            self._watch()
            return
        self._all.discard(child)
        await child.stop()

    def _watch(self) -> None:
        """Stop the free children when none was needed for a while."""
        if self._sweeper is not None:
            self._sweeper.cancel()
        self._sweeper = asyncio.get_running_loop().call_later(self._idle_seconds, self._sweep)

    def _sweep(self) -> None:
        for child in self._free:
            self._all.discard(child)
            task = asyncio.ensure_future(child.stop())
            self._stopping.add(task)
            task.add_done_callback(self._stopping.discard)
        self._free.clear()


def _outcome(text: bytes) -> dict[str, Any]:
    """Read what a Code node's isolate says; its code may have broken the means to say it."""
    try:
        answer = bridge.decoded(text)
    except ValueError:
        answer = None
    if not isinstance(answer, dict):
        raise NodeError("the code gave no readable result", hint="leave JavaScript's own objects as they are")
    return answer


def _code_error(error: dict[str, Any]) -> NodeError:
    text = error["message"] if error["name"] in ("Error", "ExpressionError") else f"{error['name']}: {error['message']}"
    place = [f"line {error['line']}"] if error["line"] else []
    place += [f"for item {error['item']}"] if error["item"] is not None else []
    return NodeError(f"{text} [{', '.join(place)}]" if place else text, detail=error)
