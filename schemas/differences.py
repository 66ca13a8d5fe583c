"""Differences: two executions compared, node run by node run.

Flow: runs of replays and shadows → **differences** → API, events.
"""

import hashlib
from collections.abc import Sequence
from typing import Literal

import msgspec

from schemas.guide import Past


class Difference(msgspec.Struct, rename="camel"):
    """A node run that is not the same: its outputs or error differ, or only one of both executions has it.

    ``before`` and ``after`` are hashes of the outputs, or the error's text.
    """

    node: str
    run: int
    kind: Literal["outputs", "status", "error", "missing", "added"]
    before: str | None = None
    after: str | None = None


def compare(before: Sequence[Past], after: Sequence[Past]) -> list[Difference]:
    """Give what differs, in the order of the first, then of the second."""
    first = {(run.node, run.run): run for run in before}
    second = {(run.node, run.run): run for run in after}
    found = [_difference(run, second.get(key)) for key, run in first.items()]
    added = [Difference(node, run, "added") for node, run in second if (node, run) not in first]
    return [one for one in found if one is not None] + added


def _difference(before: Past, after: Past | None) -> Difference | None:
    if after is None:
        return Difference(before.node, before.run, "missing")
    if before.status != after.status:
        return Difference(before.node, before.run, "status", before.status, after.status)
    if before.status != "success":
        texts = [run.error.message if run.error else "" for run in (before, after)]
        return None if texts[0] == texts[1] else Difference(before.node, before.run, "error", *texts)
    hashes = digest(before), digest(after)
    return None if hashes[0] == hashes[1] else Difference(before.node, before.run, "outputs", *hashes)


def digest(run: Past) -> str:
    """Hash what a run gave; large outputs are named by the hash of their text already."""
    if run.blob is not None:
        return run.blob
    return hashlib.sha256(msgspec.json.encode(run.outputs, order="sorted")).hexdigest()
