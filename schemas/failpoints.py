"""Failpoints: named places where a process can be made to die, wait or fail, so that tests see what survives it.

Flow: setting → ops arms → **failpoint** at every await and write of gateway, worker and log → death, delay, error.
Not armed, which is always but in tests, a failpoint is one comparison.
"""

import errno
import os
import re
import signal
import time
from dataclasses import dataclass, field
from typing import Literal, get_args

from schemas.errors import OperationalError, UserError

Deed = Literal["kill", "delay", "error", "enospc"]
COUNT = "count"
_EVER = 1 << 62
_RULE = re.compile(
    r"(?P<name>[a-z.]+):(?P<first>\d+)(?:-(?P<last>\d*))?:(?P<deed>[a-z]+)(?:=(?P<seconds>\d+(?:\.\d+)?))?"
)

FAILPOINTS: dict[str, str] = {
    "blobs.write": "a blob's bytes are on the disk, not under its name",
    "blobs.written": "a blob is durable, whoever put it does not know",
    "catalog.decided": "a command is decided, nothing of it written",
    "catalog.put": "a command's snapshots are durable, its answer not sent",
    "catalog.replied": "a command is answered, not acknowledged",
    "control.handled": "what was asked of an execution is carried out, nothing of it written",
    "effect.ended": "an effect that must not be repeated has answered, nothing of that written",
    "effect.started": "the mark of an effect that must not be repeated is durable, the effect not made",
    "frames.send": "a frame is about to go to the log",
    "frames.sent": "a frame is durable, its senders do not know",
    "gateway.accepted": "a start is durable, its request not answered",
    "gateway.command": "a command is about to go to the log",
    "gateway.commanded": "a command is durable, not answered",
    "gateway.control": "a cancellation or a resumption is about to go to the log",
    "gateway.controlled": "a cancellation or a resumption is durable, its request not answered",
    "gateway.reply": "the answer of a workflow has arrived, its request not answered",
    "gateway.start": "a start is about to go to the log",
    "history.committed": "events are in the history and committed",
    "history.write": "events are about to go to the history",
    "history.written": "events are in the history, not committed",
    "ingest.begin": "records of a topic are read, their starts not written",
    "ingest.written": "starts of records are durable, the records not committed",
    "kafka.fetched": "a broker has answered a fetch",
    "kafka.produce": "batches are about to go to a broker",
    "kafka.produced": "a broker has answered a write, its senders do not know",
    "letters.send": "a dead letter is about to go to the log",
    "letters.sent": "a dead letter is durable, its record not acknowledged",
    "log.write": "a batch is about to go to the disk",
    "log.written": "a batch is durable, its senders do not know",
    "marks.drop": "marks of finished executions are about to go",
    "node.ran": "a node has run, nothing of it written",
    "node.run": "a node is about to run",
    "offsets.commit": "offsets are about to be committed",
    "offsets.committed": "offsets are committed",
    "outbox.durable": "all that a call wrote is durable, its record not acknowledged",
    "outbox.emit": "rows are sent (on Kafka durable), nothing of what follows them is",
    "outbox.events": "a call is done, nothing of it written",
    "outbox.replies": "what follows the rows is sent, replies are not",
    "outbox.rows": "events are sent, rows are not",
    "parking.drop": "the tasks of a parked record are done, its row is there",
    "parking.parked": "the row of a record that waits is durable, the record not acknowledged",
    "parking.put": "a record that waits is about to be parked",
    "partitions.assigned": "partitions are recovered, their streams do not run yet",
    "partitions.revoked": "partitions are about to go to others",
    "record.acknowledged": "a record is acknowledged, that is not committed",
    "record.handled": "a record is done, not acknowledged",
    "record.taken": "a record has come to its agent",
    "records.deliver": "a record is about to be handed to its agent",
    "sqlite.begin": "a transaction has begun, nothing is written",
    "sqlite.commit": "a transaction is written, not committed",
    "sqlite.committed": "a transaction is committed",
    "tables.recover": "a table is about to be read back",
    "tables.recovered": "a table is read back",
    "timers.fire": "timers are due, their tasks not sent",
    "timers.fired": "the tasks of timers are durable",
}
"""Every failpoint and how things stand there."""


@dataclass(frozen=True, slots=True)
class Rule:
    """What happens at a failpoint from the ``first`` to the ``last`` time that it is reached."""

    name: str
    first: int
    last: int
    deed: Deed
    seconds: float = 0.0


@dataclass(slots=True)
class Armed:
    """Rules in force, and how often each failpoint was reached."""

    rules: dict[str, list[Rule]] = field(default_factory=dict)
    reached: dict[str, int] = field(default_factory=dict)

    def reach(self, name: str) -> None:
        """Count a failpoint and do what its rules say."""
        times = self.reached[name] = self.reached.get(name, 0) + 1
        for rule in self.rules.get(name, ()):
            if rule.first <= times <= rule.last:
                _do(rule)


_armed: Armed | None = None


def failpoint(name: str) -> None:
    """Mark a place where a process may be made to fail; ``name`` stands in FAILPOINTS."""
    if _armed is not None:
        _armed.reach(name)


def arm(text: str | None) -> Armed | None:
    """Put the rules of a text in force, or none; give what counts them. Raise UserError for a text that is no rule."""
    global _armed  # an argument would have to pass through everything
    _armed = None if not text else Armed(read_rules(text))
    return _armed


def read_rules(text: str) -> dict[str, list[Rule]]:
    """Read `name:nth:deed`, several with commas between; `count` alone has no rules."""
    rules: dict[str, list[Rule]] = {}
    for part in text.split(",") if text != COUNT else ():
        rule = _rule(part.strip())
        rules.setdefault(rule.name, []).append(rule)
    return rules


def _rule(part: str) -> Rule:
    found = _RULE.fullmatch(part)
    if found is None or found["deed"] not in get_args(Deed) or (found["deed"] == "delay") is (found["seconds"] is None):
        raise UserError(
            f'"{part}" is no rule for a failpoint', hint="write name:nth:deed, such as outbox.rows:1:kill; see the docs"
        )
    if found["name"] not in FAILPOINTS:
        raise UserError(f'there is no failpoint "{found["name"]}"', hint="docs/failpoints.md lists them")
    first = int(found["first"])
    last = first if found["last"] is None else int(found["last"] or _EVER)
    return Rule(found["name"], first, last, found["deed"], float(found["seconds"] or 0))  # type: ignore[arg-type]


def _do(rule: Rule) -> None:
    match rule.deed:
        case "kill":
            os.kill(os.getpid(), signal.SIGKILL)
        case "delay":
            time.sleep(rule.seconds)
        case "error":
            raise OperationalError(f"made to fail at {rule.name}")
        case "enospc":
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
