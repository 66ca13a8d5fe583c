"""Records: what the engine writes of states and marks, as values.

Flow: engine → **records** → outbox: pointers to activations, answers that are kept and given again.
"""

import msgspec

from agents.outbox import Outbox
from agents.plan import Plan
from agents.state import Activation, Mark, State
from nodes.sdk.ports import Response
from schemas.task import Reply, ReplyTo, Task
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
