"""Records: what the engine writes of states and marks, as values.

Flow: engine → **records** → outbox: pointers to activations, answers that are kept and given again.
"""

from collections.abc import Sequence

import msgspec

from agents.actions import Action, Answer
from agents.outbox import Outbox
from agents.plan import Plan
from agents.state import Activation, Mark, State
from agents.timing import bound, timer_of
from nodes.sdk.ports import Response
from schemas.task import Control, Reply, ReplyTo, Start, Task
from streams import codecs
from streams.topics import node_topic

KEPT_REPLY_BYTES = 128 * 1024


def kept_reply(response: Response, execution: str) -> bytes:
    """Give the bytes of an answer for those who ask again; a large one is not kept in the mark."""
    if len(response.body) > KEPT_REPLY_BYTES:
        text = b'{"message":"this request was answered before; its answer was too large to be kept"}'
        response = Response(200, [("content-type", "application/json; charset=utf-8")], text)
    return codecs.encode(Reply("", 0, response.status, response.headers, response.body, execution))


def repeat_reply(mark: Mark, to: ReplyTo | None, outbox: Outbox) -> None:
    """Answer again whoever asks again for what has ended."""
    if to is not None and mark.reply is not None:
        reply = codecs.decode(mark.reply, Reply)
        outbox.replies.append((to.partition, msgspec.structs.replace(reply, boot=to.boot, request=to.request)))


def pointer(plan: Plan, state: State, activation: Activation) -> tuple[str, Task]:
    """Give the task that asks for an activation, and its topic."""
    task = Task(
        execution=state.execution,
        workflow=state.workflow,
        version=state.version,
        node=activation.node,
        at=activation.at,
        run=activation.run,
        attempt=activation.attempt,
    )
    node = plan.nodes[activation.node]
    return node_topic(node.type_name if node.type is not None else "noOp"), task


def new_state(task: Task, start: Start, catalog: int) -> State:
    """Give the state of an execution that begins."""
    return State(
        execution=task.execution,
        workflow=task.workflow,
        version=task.version,
        mode=start.mode,
        started=task.at,
        trigger=task.node,
        replies=[start.reply] if start.reply is not None else [],
        key=start.key,
        keep_seconds=start.keep_seconds,
        listen=start.listen,
        catalog=catalog,
        origin=start.origin,
        parent=start.parent,
    )


def mark_of(state: State, actions: Sequence[Action], ended: int, after: list[Control]) -> Mark:
    """Give what remains of an execution that has ended; ``after`` is what its end tells others."""
    reply = None
    if state.key is not None:
        for action in actions:
            if isinstance(action, Answer):
                reply = kept_reply(action.response, state.execution)
    until = ended + state.keep_seconds * 1000
    return Mark(status=state.status, at=ended, until=until, reply=reply, origin=state.origin, after=after)


def emit_again(plan: Plan, state: State, cause: str, outbox: Outbox) -> None:
    """Send once more what a finished task had put in flight: its own emission may have been lost."""
    bound(plan, state, outbox)
    for activation in state.flight.values():
        if activation.cause != cause:
            continue
        if not activation.asleep:
            outbox.tasks.append(pointer(plan, state, activation))
        elif activation.due is not None:
            outbox.timers[f"{state.execution}/{activation.key}"] = timer_of(state, activation)
