"""The engine's shell: takes tasks, runs them, steps executions, and fills an outbox. One per worker.

Flow: frame → **engine** → runner → step → outbox → durable → acknowledge.
Run first, then step: between reading an execution's state and replacing it nothing awaits.
"""

import asyncio
import time
from collections import deque
from collections.abc import Callable

import msgspec

from agents import records
from agents.actions import (
    Action,
    Alert,
    Answer,
    Began,
    CameBack,
    Cancelled,
    Doubted,
    Failed,
    Halt,
    Invoke,
    Occurrence,
    Record,
    Resumed,
    Return,
    Run,
    Settled,
    Sleep,
    Why,
    Woke,
)
from agents.batches import Place
from agents.calling import Calling
from agents.doubting import doubted
from agents.in_flight import InFlight
from agents.looking import seen_by
from agents.outbox import Outbox
from agents.placing import held, place_of
from agents.plan import Plan
from agents.plans import Plans
from agents.resuming import cause_of, opened, unwoken
from agents.rota import Lane
from agents.running import Runner, Surroundings
from agents.settings import WorkerSettings
from agents.state import Activation, Mark, Row, State, fork
from agents.step import step
from agents.timing import bound, deadline_key, release, timer_of
from schemas.errors import MillraceError, error_info
from schemas.events import Event
from schemas.identifiers import task_id
from schemas.task import Control, Reply, Resume, Returned, Settlement, Start, Task
from streams.app import Streams

CHAIN_RUNS = 1000
CHAIN_SECONDS = 1.0
YIELD_EVERY = 20


class Engine:
    """Advances executions.

    ``_live`` has the newest state of executions that a call is working on: ahead of the table until the call's
    outbox is durable, and all there is of an execution that never leaves one call.
    """

    def __init__(
        self, streams: Streams, plans: Plans, runner: Runner, surroundings: Surroundings, settings: WorkerSettings
    ) -> None:
        self._executions = streams.table("executions")
        self._plans = plans
        self._runner = runner
        self._now = surroundings.now
        self._waits = surroundings.waits
        self._calling = Calling(streams.settings.partitions, surroundings)
        self._chaining = settings.chaining
        self._live: dict[str, Row] = {}
        self._unsent: dict[str, list[Event]] = {}
        self._sent: dict[str, list[asyncio.Future[int]]] = {}
        self._in_flight = InFlight(streams.table("results"))

    def quick(self, task: Task) -> Lane | None:
        """Give whose a task is that can be carried out without waiting for anything, None for any other."""
        if task.start is None or not self._chaining:
            return None
        plan = self._plans.cached(task.workflow, task.version)
        return plan.lane if plan is not None and plan.quick and task.execution not in self._live else None

    async def place(self, task: Task, catalog: int) -> Place:
        """Say what a task needs, whose it is, and what holds it back."""
        try:
            plan = await self._plan(task, catalog)
            items = await self._runner.start_items(task.start) if task.start and held(plan, task) else None
            return place_of(plan, task, items or [])
        except Exception:  # it fails in the same way when it is carried out, and is dealt with there
            return Place("turn", Lane(workflow=task.workflow))

    def under_way(self, execution: str) -> bool:
        """Say whether an execution has begun and not ended, and will go on in another call."""
        return self._state(execution) is not None

    def row(self, execution: str) -> Row | None:
        """Give the newest row of an execution: what a call is about to write, else what the table has."""
        return self._live.get(execution) or self._executions.get(execution)

    def take_events(self, execution: str) -> list[Event]:
        """Give the events of an execution with a row that are not sent yet."""
        return self._unsent.pop(execution, [])

    def sent(self, execution: str) -> list[asyncio.Future[int]]:
        """Give the sends of an execution's events that may not be durable yet."""
        return self._sent.setdefault(execution, [])

    def settle(self, written: dict[str, Row]) -> None:
        """Forget the live rows that the table has by now."""
        for execution, row in written.items():
            if self._live.get(execution) is row:
                del self._live[execution]
                self._sent.pop(execution, None)

    def abandon(self, execution: str) -> None:
        """Forget what a failed call had begun, unless other calls have a part in it."""
        row = self._live.get(execution)
        if isinstance(row, State) and not row.left:
            del self._live[execution]

    def lose(self, mine: Callable[[str], bool]) -> None:
        """Forget and interrupt the executions that are no longer ours; whoever has them now goes on from their rows."""
        for kept in (self._live, self._unsent, self._sent):
            for execution in [execution for execution in kept if not mine(execution)]:
                del kept[execution]
        self._in_flight.stop_where(lambda execution: not mine(execution))

    async def handle(self, task: Task, outbox: Outbox) -> None:
        """Carry out one task. Raises NotFoundError where its plan is unknown."""
        plan = await self._plan(task, outbox.catalog)
        if task.start is not None:
            await self._start(plan, task, task.start, outbox)
        else:
            await self._resume(plan, task, outbox)

    async def _plan(self, task: Task, catalog: int) -> Plan:
        plan = self._plans.cached(task.workflow, task.version)
        return plan if plan is not None else await self._plans.get(task.workflow, task.version, catalog)

    async def control(self, control: Control, outbox: Outbox) -> None:
        """Carry out what was asked of an execution; nothing happens to one that has ended."""
        row = self.row(control.execution)
        if control.look is not None:
            outbox.early.append(seen_by(row, control, control.look))
            return
        if control.ask == "expire":
            outbox.timers[deadline_key(control.execution)] = None
        if isinstance(row, Mark):
            outbox.controls += row.after
        if control.resume is not None:
            await self._go_on(control, control.resume, outbox)
        elif isinstance(row, Mark):
            return
        elif control.alarm is not None:
            await self._calling.alarm(control, control.alarm, outbox)
        elif row is not None:
            plan = await self._plans.get(row.workflow, row.version, row.catalog)
            if (state := self._state(control.execution)) is None:
                return
            if control.returned is not None:
                await self._come_back(plan, state, control.returned, outbox)
            elif control.settlement is not None:
                await self._settle(plan, state, control, control.settlement, outbox)
            else:
                kind: Why = "Timeout" if control.ask == "expire" else "Cancelled"
                self._apply(plan, state, Cancelled(control.reason, kind), "", outbox)
                self._in_flight.stop(control.execution)

    async def refuse(self, task: Task, error: MillraceError, outbox: Outbox) -> None:
        """End an execution whose task cannot be done, or made what cannot be stored: that is the error of its node."""
        self._live.pop(task.execution, None)
        plan = await self._plans.get(task.workflow, task.version, outbox.catalog)
        state = self._state(task.execution)
        if state is None and task.start is not None:
            state, _ = step(plan, records.new_state(task, task.start, outbox.catalog), Began(task.node, None), task.at)
        if state is None:
            return
        info = error_info(error, task.node)
        failed = Failed(task.node, task.run, info, final=True)
        self._apply(plan, state, failed, f"{task.node}/{task.run}", outbox)

    async def _go_on(self, control: Control, resume: Resume, outbox: Outbox) -> None:
        """Let a request wake the node that waits for it, or answer that none does."""
        state, cause = self._state(control.execution), cause_of(control, resume)
        if state is None or opened(state, resume) is None:
            if state is not None:
                plan = await self._plans.get(state.workflow, state.version, state.catalog)
                records.emit_again(plan, state, cause, outbox)
            if (refused := unwoken(control, resume, state)) is not None:
                outbox.replies.append(refused)
            return
        plan = await self._plans.get(state.workflow, state.version, state.catalog)
        items = await self._runner.start_items(Start(items=resume.items or [], blob=resume.blob))
        # What a request brings stands for what slept: later nodes find the way back to the items before it.
        paired = [msgspec.structs.replace(item, paired=0) for item in items or []]
        packets, text, blob = await self._runner.pack([paired])
        state = self._state(control.execution)
        activation = opened(state, resume)
        if state is None or activation is None:
            return
        if activation.due is not None:
            outbox.timers[f"{control.execution}/{activation.key}"] = None
        resumed = Resumed(activation.node, activation.run, packets, text, blob, resume.reply)
        await self._drive(plan, state, resumed, cause, outbox)

    async def _come_back(self, plan: Plan, state: State, returned: Returned, outbox: Outbox) -> None:
        key = f"{returned.node}/{returned.run}"
        cause = f"{key}#{returned.index}"
        activation = state.flight.get(key)
        if activation is not None and activation.calls and returned.index in activation.calls.pending:
            await self._drive(plan, state, CameBack(returned), cause, outbox)
        else:
            records.emit_again(plan, state, cause, outbox)
            self._calling.again(state, activation, outbox)

    async def _settle(self, plan: Plan, state: State, control: Control, settlement: Settlement, outbox: Outbox) -> None:
        cause = f"~{control.at}/{settlement.node}"
        if doubted(state, settlement) is None:
            records.emit_again(plan, state, cause, outbox)
        else:
            await self._drive(plan, state, Settled(settlement), cause, outbox)

    def _state(self, execution: str) -> State | None:
        row = self.row(execution)
        return row if isinstance(row, State) else None

    async def _start(self, plan: Plan, task: Task, start: Start, outbox: Outbox) -> None:
        row = self.row(task.execution)
        if isinstance(row, Mark):
            records.repeat_reply(row, start.reply, outbox)
            outbox.controls += row.after
            return
        cause = f"{task.node}/0"
        if isinstance(row, State) and row.version != task.version:
            # Another version was published, or tried out, since it began.
            plan = await self._plans.get(row.workflow, row.version, row.catalog)
            row = self.row(task.execution)
        if isinstance(row, State):
            if start.reply is not None and start.reply not in row.replies:
                self._live[task.execution] = msgspec.structs.replace(row, replies=[*row.replies, start.reply])
            records.emit_again(plan, row, cause, outbox)
            return
        state = records.new_state(task, start, outbox.catalog)
        items = await self._runner.start_items(start)
        if (rule := held(plan, task)) is not None:
            state.hold = rule.of(items or []).name
        if items is None:
            began = Began(task.node, None)
        else:
            packets, text, blob = await self._runner.pack([[] for _ in range(start.output)] + [items])
            began = Began(task.node, packets, text, blob)
        await self._drive(plan, state, began, cause, outbox)

    async def _resume(self, plan: Plan, task: Task, outbox: Outbox) -> None:
        state = self._state(task.execution)
        key = f"{task.node}/{task.run}"
        if task.due is not None:
            outbox.timers[f"{task.execution}/{key}"] = None
        if state is None:
            row = self.row(task.execution)
            outbox.controls += row.after if isinstance(row, Mark) else []
            return
        activation = state.flight.get(key)
        if activation is not None and activation.calls is not None and activation.calls.pending:
            self._calling.again(state, activation, outbox)
        elif activation is None or (task.due is not None and activation.due is None):
            records.emit_again(plan, state, key, outbox)
        elif not activation.asleep:
            name = task_id(task.execution, task.node, task.run)
            await self._in_flight.once(name, lambda: self._run(plan, task, activation, outbox))
        elif task.due is not None and task.attempt == activation.attempt:
            await self._drive(plan, state, Woke(task.node, task.run), key, outbox)
        elif activation.due is not None:
            # It was this task that put it to sleep: its timer may have been lost, and nobody else sets it again.
            outbox.timers[f"{task.execution}/{key}"] = timer_of(state, activation)

    async def _run(self, plan: Plan, task: Task, activation: Activation, outbox: Outbox) -> None:
        node = plan.nodes[task.node]
        state = self._state(task.execution)
        if state is None:
            return

        async def work():  # type: ignore[no-untyped-def]
            return await self._runner.run(plan, state, activation)

        outcome = await self._in_flight.effect(node, task.execution, activation, outbox, work)
        if not isinstance(outcome, Doubted):
            outcome = msgspec.structs.replace(outcome, attempt=activation.attempt)
        fresh = self._state(task.execution)
        if fresh is not None and activation.key in fresh.flight:
            await self._drive(plan, fresh, outcome, activation.key, outbox)

    async def _drive(self, plan: Plan, state: State, occurrence: Occurrence, cause: str, outbox: Outbox) -> None:
        """Apply an occurrence, then run what may be chained, until nothing of it is left or the call grows too long."""
        queue = deque(self._apply(plan, state, occurrence, cause, outbox))
        runs, until = 0, time.monotonic() + CHAIN_SECONDS
        while queue:
            activation = queue.popleft()
            current = self._state(state.execution)
            if current is None or activation.key not in current.flight:
                continue
            runs += 1
            if runs % YIELD_EVERY == 0:
                await asyncio.sleep(0)
                if runs >= CHAIN_RUNS or time.monotonic() > until:
                    self._leave(plan, current, [activation, *queue], outbox)
                    return
            outcome = await self._runner.run(plan, current, activation)
            current = self._state(state.execution)
            if current is not None and activation.key in current.flight:
                queue.extend(self._apply(plan, current, outcome, cause, outbox))

    def _leave(self, plan: Plan, state: State, rest: list[Activation], outbox: Outbox) -> None:
        """Send the rest of a long chain through its topics: a loop of many passes must not hold up everything else."""
        new = fork(state)
        new.left = True
        bound(plan, new, outbox)
        self._live[state.execution] = new
        outbox.rows.add(state.execution)
        outbox.tasks += [records.pointer(plan, new, activation) for activation in rest if activation.key in new.flight]

    def _apply(self, plan: Plan, state: State, occurrence: Occurrence, cause: str, outbox: Outbox) -> list[Activation]:
        """Step, replace the live row and collect the actions; give the activations to chain in this call."""
        outbox.owner.check()  # an effect may have outlived the lease of its partition
        execution = state.execution
        now = self._now(execution) if state.left else state.started
        new, actions = step(plan, state, occurrence, now, cause)
        if new is state:
            return []
        chained, given = self._sort(plan, actions)
        # What is given to a topic, or sleeps, must find a row: the execution has left this call.
        kept = state.left or (new.key is not None if new.terminal else given)
        new.left = kept
        if kept:
            outbox.rows.add(execution)
        if new.terminal:
            release(plan, state, outbox)
        elif kept and not state.left:
            bound(plan, new, outbox)
        if not new.terminal:
            self._live[execution] = new
        elif kept:
            self._live[execution] = self._mark(new, actions)
        else:
            self._live.pop(execution, None)
        events = self._unsent.setdefault(execution, []) if kept else outbox.events
        for action in actions:
            if type(action) is Record:
                events.append(action.event)
            elif not (type(action) is Run and any(action.activation is one for one in chained)):
                self._collect(plan, new, action, outbox)
        return chained

    def _sort(self, plan: Plan, actions: list[Action]) -> tuple[list[Activation], bool]:
        """Give the activations that this call runs itself, and whether others are given to topics or timers."""
        chained: list[Activation] = []
        given = False
        for action in actions:
            kind = type(action)
            if kind is Run:
                activation = action.activation  # type: ignore[union-attr]
                if self._chaining and plan.nodes[activation.node].inline:
                    chained.append(activation)
                else:
                    given = True
            elif kind is Sleep or kind is Invoke:
                given = True
        return chained, given

    def _collect(self, plan: Plan, state: State, action: Action, outbox: Outbox) -> None:
        match action:
            case Run(activation):
                outbox.tasks.append(records.pointer(plan, state, activation))
            case Sleep(activation) if activation.due is None:
                self._waits(state.execution)
            case Sleep(activation):
                outbox.timers[f"{state.execution}/{activation.key}"] = timer_of(state, activation)
            case Answer(to, response):
                reply = Reply(to.boot, to.request, response.status, response.headers, response.body, state.execution)
                (outbox.replies if state.left else outbox.early).append((to.partition, reply))
            case Invoke():
                self._calling.invoke(state, action, outbox)
            case Halt() | Return() | Alert():
                outbox.controls += self._calling.controls(state, action, self._now(state.execution))

    def _mark(self, state: State, actions: list[Action]) -> Mark:
        ended = self._now(state.execution)
        told = [action for action in actions if isinstance(action, Halt | Return | Alert)]
        after = [control for action in told for control in self._calling.controls(state, action, ended)]
        return records.mark_of(state, actions, ended, after)
