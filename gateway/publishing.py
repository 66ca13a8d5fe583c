"""Publishing: the only module of the gateway that writes to the log.

Flow: ingress, api → **publishing** → node topics, `commands`, `control`.
"""

import asyncio

import msgspec

from gateway.problems import HttpProblem, problem_of_info, refuse
from gateway.settings import GatewaySettings
from gateway.waiting import Waiting
from schemas.clock import now_ms
from schemas.commands import Answer, Author, Change, Command, CreateWorkflow
from schemas.errors import ErrorInfo
from schemas.failpoints import failpoint
from schemas.identifiers import partition_of
from schemas.looking import Seen
from schemas.task import Control, ControlFrame, Resume, Settlement, Task
from schemas.vault import VaultChange
from streams.codecs import encode
from streams.frames import Gatherer
from streams.topics import COMMANDS, CONTROL
from streams.transports.protocol import Log

LOOK_SECONDS = 1.0
"""So long a gateway waits for a worker's word on an execution; the history answers without it."""


class Publishing:
    """Starts, commands and controls; each is durable when its call returns."""

    def __init__(self, log: Log, gatherer: Gatherer, waiting: Waiting, settings: GatewaySettings) -> None:
        self._log = log
        self._gatherer = gatherer
        self._waiting = waiting
        self._settings = settings

    def start(self, topic: str, task: Task, catalog: int) -> asyncio.Future[int]:
        """Send a start task; the future resolves when it is durable. Raises Overloaded."""
        failpoint("gateway.start")
        partition = partition_of(task.execution, self._settings.partitions)
        return self._gatherer.add(topic, partition, task, catalog)

    async def change(self, command_id: str, change: Change, by: Author | None = None) -> Answer:
        """Send a command and wait for its answer; raise the problem that refused it."""
        to, waiter = self._waiting.open()
        command = Command(command_id, change, now_ms(), to.boot, to.partition, to.request, by)
        try:
            failpoint("gateway.command")
            await self._log.send(COMMANDS, 0, encode(command))
            failpoint("gateway.commanded")
            async with asyncio.timeout(self._settings.command_timeout_seconds):
                reply = await waiter
        except TimeoutError:
            raise refuse(
                "TimedOut",
                f"the catalog gave no answer within {self._settings.command_timeout_seconds:g} seconds",
                hint="the change may still happen; repeat it with the same Idempotency-Key",
            ) from None
        finally:
            self._waiting.close(to)
        if reply is None:
            raise refuse("OperationalError", "the gateway stops before the answer came")
        answer = msgspec.json.decode(reply.body, type=Answer)
        if not answer.ok:
            raise _refused(answer, change)
        return answer

    async def resume(self, execution: str, resume: Resume, at: int) -> None:
        """Hand a request to a waiting execution."""
        partition = partition_of(execution, self._settings.partitions)
        await self._ask(partition, Control(execution, "resume", at, resume=resume))

    async def settle(self, execution: str, settlement: Settlement) -> None:
        """Tell an execution what came of its effect in doubt."""
        partition = partition_of(execution, self._settings.partitions)
        await self._ask(partition, Control(execution, "settle", now_ms(), settlement=settlement))

    async def cancel(self, execution: str, reason: str | None = None) -> None:
        """Ask an execution to stop."""
        partition = partition_of(execution, self._settings.partitions)
        await self._ask(partition, Control(execution, "cancel", now_ms(), reason))

    async def look(self, execution: str) -> Seen | None:
        """Ask an execution's worker how it stands; None where it knows nothing of it, or nobody answers."""
        to, waiter = self._waiting.open()
        try:
            partition = partition_of(execution, self._settings.partitions)
            await self._ask(partition, Control(execution, "look", now_ms(), look=to))
            async with asyncio.timeout(LOOK_SECONDS):
                reply = await waiter
        except TimeoutError:
            return None
        finally:
            self._waiting.close(to)
        return None if reply is None else msgspec.json.decode(reply.body, type=Seen | None)

    async def _ask(self, partition: int, control: Control) -> None:
        failpoint("gateway.control")
        await self._log.send(CONTROL, partition, encode(ControlFrame([control])))
        failpoint("gateway.controlled")


def _refused(answer: Answer, change: Change) -> HttpProblem:
    info = msgspec.convert(answer.body, ErrorInfo)
    if isinstance(info.detail, dict) and "revision" in info.detail and getattr(change, "expected", None) is not None:
        info.kind = "PreconditionFailed"
    if isinstance(change, VaultChange):
        return HttpProblem(problem_of_info(info))
    workflow = change.workflow.get("name") if isinstance(change, CreateWorkflow) else change.id
    return HttpProblem(problem_of_info(info, workflow if isinstance(workflow, str) else None))
