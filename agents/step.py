"""The step: the pure function that advances an execution. No I/O, no clock, no Faust.

Flow: (plan, state, occurrence, now) → **step** → (new state, actions).
It decides what happens when a run finishes, fails, wakes or is cancelled; the shell carries the actions out.
"""

from typing import assert_never

import msgspec

from agents.actions import (
    Action,
    Answer,
    Began,
    CameBack,
    Cancelled,
    Doubted,
    End,
    Failed,
    Finished,
    Occurrence,
    Record,
    Resumed,
    Run,
    Settled,
    Sleep,
    Woke,
)
from agents.calls import come_back, invoke, tell_begun, tell_end
from agents.doubting import doubt, give_up, settle
from agents.joining import release
from agents.ordering import enqueue, runnable
from agents.partial import resume
from agents.plan import Plan
from agents.responding import answer_at_end
from agents.retrying import retry
from agents.routing import deliver
from agents.state import UNTIL, Activation, Kept, Packet, State, fork
from nodes.sdk.ports import Response
from schemas.errors import ErrorInfo
from schemas.events import ExecutionFinished, ExecutionStarted, ExecutionStatus, NodeFinished
from schemas.item import Item

EMPTY_START = [Item(json={})]


def step(plan: Plan, state: State, occurrence: Occurrence, now: int, cause: str = "") -> tuple[State, list[Action]]:
    """Advance an execution; a terminal state never changes, and a repeated occurrence changes nothing.

    ``cause`` names the task whose record asked for this: what it puts in flight is emitted again if that comes again.
    """
    if state.terminal:
        return state, []
    new = fork(state)
    actions: list[Action] = []
    match occurrence:
        case Finished() | Failed() if _stale(new, occurrence):
            pass
        case Finished():
            _finish(plan, new, occurrence, now, cause, actions)
        case Began():
            _begin(plan, new, occurrence, now, cause, actions)
        case Failed():
            _fail(plan, new, occurrence, now, actions)
        case Doubted():
            doubt(plan, new, occurrence, now, actions)
        case Settled():
            settled = settle(plan, new, occurrence.settlement, now, cause, actions)
            if settled is not None:
                _finish(plan, new, settled, now, cause, actions)
        case Woke():
            _wake(plan, new, occurrence, now, cause, actions)
        case Resumed():
            _go_on(plan, new, occurrence, now, cause, actions)
        case CameBack():
            come_back(plan, new, occurrence.returned, now, cause, actions)
        case Cancelled():
            reason = occurrence.reason or "cancelled"
            _end(plan, new, "cancelled", now, actions, ErrorInfo(message=reason, kind=occurrence.kind))
        case _:
            assert_never(occurrence)
    return new, actions


def _begin(plan: Plan, state: State, began: Began, now: int, cause: str, actions: list[Action]) -> None:
    if state.runs:
        return
    actions.append(
        Record(ExecutionStarted(state.execution, plan.workflow, plan.version, state.started, began.node, state.mode))
    )
    tell_begun(state, actions)
    opening = plan.guidance.opening if plan.guidance is not None else None
    if opening is not None and opening.root is None:
        enqueue(plan, state, resume(plan, state, opening, now, actions), began.node)
        _advance(plan, state, now, cause, actions)
        return
    if opening is not None and opening.root is not None and opening.root != began.node:
        began = Began(opening.root, None)
    state.runs[began.node] = 1
    start = Packet(items=EMPTY_START, count=1)
    state.flight[f"{began.node}/0"] = Activation(node=began.node, inputs=[start], sources=[], at=now, cause=cause)
    if began.outputs is None:
        actions.append(Run(state.flight[f"{began.node}/0"]))
        return
    done = Finished(began.node, 0, began.outputs, began.encoded, began.blob)
    _finish(plan, state, done, now, cause, actions)


def _respond(state: State, done: Finished, actions: list[Action]) -> None:
    if done.response is not None:
        actions += [Answer(to, done.response) for to in state.replies]
        state.replies = []


def _stale(state: State, outcome: Finished | Failed) -> bool:
    """Say whether an outcome is of an attempt that is over: one that comes again, or too late."""
    activation = state.flight.get(f"{outcome.node}/{outcome.run}")
    if activation is None or outcome.attempt is None:
        return activation is None
    calling = activation.calls is not None and not activation.calls.over
    return activation.asleep or calling or activation.attempt != outcome.attempt


def _finish(plan: Plan, state: State, done: Finished, now: int, cause: str, actions: list[Action]) -> None:
    key = f"{done.node}/{done.run}"
    activation = state.flight.get(key)
    if activation is None:
        return
    if done.until is not None or done.opening is not None:
        asleep = msgspec.structs.replace(
            activation, due=done.until, why=UNTIL if done.fixed else "wait", held=done.outputs, opening=done.opening
        )
        state.flight[key] = asleep
        state.status = "waiting"
        _respond(state, done, actions)
        actions.append(Sleep(asleep))
        return
    if done.calls is not None:
        invoke(plan, state, activation, done.calls, actions)
        return
    del state.flight[key]
    if done.looping:
        _set_context(state, done)
    _respond(state, done, actions)
    _record(plan, state, activation, done, now, actions)
    ready = deliver(plan, state, done.node, done.run, done.outputs)
    enqueue(plan, state, ready, done.node)
    _advance(plan, state, now, cause, actions)


def _set_context(state: State, done: Finished) -> None:
    if done.context is None:
        state.contexts.pop(done.node, None)
    else:
        state.contexts[done.node] = done.context


def _record(plan: Plan, state: State, activation: Activation, done: Finished, now: int, actions: list[Action]) -> None:
    node = plan.nodes[done.node]
    event = NodeFinished(
        state.execution,
        plan.workflow,
        plan.version,
        now,
        done.node,
        node.type_name,
        done.run,
        state.seq,
        "success",
        done.duration_us,
        activation.attempt,
        [packet.count for packet in done.outputs],
        msgspec.Raw(done.encoded),
        done.blob,
        activation.sources,
        done.error,
        activation.at,
    )
    actions.append(Record(event))
    state.seq += 1
    state.last = done.node
    if state.replies or state.parent is not None:
        state.result = done.outputs
    if plan.keeps(done.node):
        kept = Kept(outputs=done.outputs, sources=activation.sources)
        state.kept[done.node] = [*state.kept.get(done.node, ()), kept]


def _advance(plan: Plan, state: State, now: int, cause: str, actions: list[Action]) -> None:
    """Give out what may run now; where nothing is left, end the execution."""
    if plan.timeout_seconds is not None and now - state.started > plan.timeout_seconds * 1000:
        _end(plan, state, "cancelled", now, actions, ErrorInfo(message="execution timed out", kind="Timeout"))
        return
    together = plan.order == "parallel"
    while state.stack and (together or not state.flight):
        one, state.stack = state.stack[0], state.stack[1:]
        if runnable(plan, one):
            _give(state, one, now, cause, actions)
    if state.flight:
        return
    released = release(plan, state)
    if released is not None:
        _give(state, released, now, cause, actions)
        return
    _end(plan, state, "success", now, actions, None)


def _give(state: State, one: Activation, now: int, cause: str, actions: list[Action]) -> None:
    run = state.runs.get(one.node, 0)
    state.runs[one.node] = run + 1
    given = Activation(one.node, one.inputs, one.sources, run, cause, now)
    state.flight[f"{one.node}/{run}"] = given
    state.status = "running"
    actions.append(Run(given))


def _fail(plan: Plan, state: State, failed: Failed, now: int, actions: list[Action]) -> None:
    activation = state.flight.get(f"{failed.node}/{failed.run}")
    if activation is None:
        return
    if not failed.final and retry(plan, state, activation, failed, now, actions):
        return
    node = plan.nodes[failed.node]
    actions.append(
        Record(
            NodeFinished(
                execution=state.execution,
                workflow=plan.workflow,
                version=plan.version,
                at=now,
                node=failed.node,
                node_type=node.type_name,
                run=failed.run,
                seq=state.seq,
                status="error",
                duration_us=failed.duration_us,
                attempt=activation.attempt,
                sources=activation.sources,
                error=failed.error,
                now=activation.at,
            )
        )
    )
    state.seq += 1
    state.last = failed.node
    _end(plan, state, "error", now, actions, failed.error)


def _wake(plan: Plan, state: State, woke: Woke, now: int, cause: str, actions: list[Action]) -> None:
    activation = state.flight.get(f"{woke.node}/{woke.run}")
    if activation is None or activation.due is None:
        return
    awake = msgspec.structs.replace(activation, due=None, why="", at=now, held=None, opening=None, cause=cause)
    state.flight[activation.key] = awake
    state.status = "running"
    if activation.held is None:
        actions.append(Run(awake))
        return
    # The wait's own outputs were written when it fell asleep; they count as a run from here on.
    outputs = activation.held
    blob = outputs[0].blob if outputs else None
    text = b"[]" if blob else msgspec.json.encode([packet.items or [] for packet in outputs])
    _finish(plan, state, Finished(woke.node, woke.run, outputs, text, blob), now, cause, actions)


def _go_on(plan: Plan, state: State, resumed: Resumed, now: int, cause: str, actions: list[Action]) -> None:
    """A request woke a waiting activation: its item is what the node gives, and the request may want an answer."""
    activation = state.flight.get(f"{resumed.node}/{resumed.run}")
    if activation is None or activation.opening is None:
        return
    opening = activation.opening
    state.status = "running"
    if resumed.reply is not None and opening.mode == "onReceived":
        answer = Response(opening.status, opening.headers, opening.body.encode())
        actions.append(Answer(resumed.reply, answer))
    elif resumed.reply is not None:
        state.replies = [*state.replies, resumed.reply]
        state.asked = resumed.node
    awake = msgspec.structs.replace(activation, due=None, why="", at=now, held=None, opening=None)
    state.flight[activation.key] = awake
    done = Finished(resumed.node, resumed.run, resumed.outputs, resumed.encoded, resumed.blob)
    _finish(plan, state, done, now, cause, actions)


def _end(
    plan: Plan, state: State, status: ExecutionStatus, now: int, actions: list[Action], error: ErrorInfo | None
) -> None:
    state.status = status
    state.error = error
    tell_end(plan, state, actions)
    give_up(plan, state, now, actions)
    state.flight, state.stack, state.waiting = {}, [], {}
    actions.append(
        Record(
            ExecutionFinished(
                execution=state.execution,
                workflow=plan.workflow,
                version=plan.version,
                at=now,
                started=state.started,
                status=status,
                mode=state.mode,
                node=state.last,
                runs=state.seq,
                error=error,
            )
        )
    )
    if state.replies:
        response = answer_at_end(plan, state)
        actions += [Answer(to, response) for to in state.replies]
    actions.append(End(status))
