"""In flight: runs that wait for the world, each at most once at a time.

Flow: engine → **in flight** → node function; a copy of a running task attaches to it.
"""

import asyncio
from collections.abc import Awaitable, Callable
from functools import partial

from agents.actions import Doubted, Failed, Finished
from agents.outbox import Outbox
from agents.persisting import persist
from agents.plan import PlannedNode
from agents.state import Activation
from schemas.errors import InDoubt, Revoked
from schemas.failpoints import failpoint
from schemas.identifiers import task_id
from streams.tables import Table

STARTED = b"started"


class InFlight:
    """Keeps the registry of running tasks by task id, and the journal of effects that must not be made twice."""

    def __init__(self, journal: "Table[bytes]") -> None:
        self._journal = journal
        self._running: dict[str, asyncio.Task[None]] = {}
        self._stopped: set[str] = set()

    async def once(self, name: str, work: Callable[[], Awaitable[None]]) -> None:
        """Do the work of a task; where a copy of it is under way, be done when that is, unless it was given up."""
        while (running := self._running.get(name)) is not None:
            await asyncio.wait([running])
            if not running.cancelled() and not isinstance(running.exception(), Revoked):
                return
            await asyncio.sleep(0)  # whoever began it takes it off the list
        self._running[name] = asyncio.ensure_future(work())
        try:
            await self._running[name]
        except asyncio.CancelledError:
            if name not in self._stopped:
                raise
        finally:
            del self._running[name]
            self._stopped.discard(name)

    def stop(self, execution: str) -> None:
        """Interrupt what runs for an execution that was cancelled."""
        self.stop_where(lambda running: running == execution)

    def stop_where(self, matches: Callable[[str], bool]) -> None:
        """Interrupt what runs for executions that match."""
        for name, running in self._running.items():
            if matches(name.partition("/")[0]):
                self._stopped.add(name)
                running.cancel()

    async def effect(
        self,
        node: PlannedNode,
        execution: str,
        activation: Activation,
        outbox: Outbox,
        work: Callable[[], Awaitable[Finished | Failed]],
    ) -> Finished | Failed | Doubted:
        """Run an effect; one that was started before a crash is in doubt, not repeated."""
        if not _unsafe(node):
            return await work()
        name = f"{task_id(execution, activation.node, activation.run)}/{activation.attempt}"
        if self._journal.get(name) is not None:
            outbox.journaled.append(name)
            return Doubted(activation.node, activation.run, activation.attempt, _doubt(node).info())
        await persist(outbox.owner, partial(self._journal.put, outbox.owner, name, STARTED))
        outbox.journaled.append(name)
        failpoint("effect.started")
        outcome = await work()
        failpoint("effect.ended")
        return outcome


def _unsafe(node: PlannedNode) -> bool:
    if node.type is None or node.disabled:
        return False
    repeat = node.type.repeat
    return (repeat(node.raw, node.version) if callable(repeat) else repeat) == "unsafe"


def _doubt(node: PlannedNode) -> InDoubt:
    return InDoubt(
        "the effect was started before a crash and may have happened; it was not made again",
        node=node.name,
        hint="look at the target, then say whether it happened: the execution goes on from there",
    )
