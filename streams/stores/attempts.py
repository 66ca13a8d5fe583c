"""Attempts: those of a node's run that failed before its last one, as the history has them.

Flow: history → **attempts** → gateway.
"""

from typing import Any

import msgspec

from streams.stores.history import History

_SQL = (
    "SELECT attempt, toUnixTimestamp64Milli(at) AS at, payload FROM execution_events FINAL "
    "WHERE execution = {id:String} AND event = 'node.retried' AND node = {node:String} AND run = {run:UInt32} "
    "ORDER BY attempt"
)


async def attempts(history: History, execution: str, node: str, run: int) -> list[dict[str, Any]]:
    """List them in order: when each failed, why, and when the next was due (epoch ms)."""
    answer = await history.query(_SQL, {"id": execution, "node": node, "run": run})
    told = [(attempt, at, msgspec.json.decode(payload)) for attempt, at, payload in answer.rows]
    return [
        {"attempt": attempt, "at": at, "due": said.get("due", 0), "error": said.get("error")}
        for attempt, at, said in told
    ]
