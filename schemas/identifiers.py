"""Identifiers: how executions, tasks and versions are named, and which partition they live in.

Flow: gateway and triggers make ids → **identifiers** → every topic and table is partitioned by them.
"""

import hashlib
import os
import uuid
from collections.abc import Iterator
from itertools import count
from typing import NewType

from schemas.clock import now_ms

WorkflowId = NewType("WorkflowId", str)
VersionId = NewType("VersionId", str)
ExecutionId = NewType("ExecutionId", str)
NodeName = NewType("NodeName", str)
TaskId = NewType("TaskId", str)

_MASK = 0xFFFFFFFF
_MURMUR = 0x5BD1E995
_SEED = 0x9747B28C


def new_execution_id(at: int | None = None) -> ExecutionId:
    """Make a time-ordered id (UUIDv7) for a start that has no identity of its own."""
    stamp = now_ms() if at is None else at
    tail = int.from_bytes(os.urandom(10))
    value = (stamp & 0xFFFFFFFFFFFF) << 80 | 7 << 76 | (tail >> 68) << 64
    return ExecutionId(_text(value | 0b10 << 62 | tail & 0x3FFFFFFFFFFFFFFF))


def digest_id(*parts: object) -> ExecutionId:
    """Make the id (UUIDv8) of a start that has an identity: the same parts give the same id."""
    text = "\x1f".join(str(part) for part in parts)
    value = int.from_bytes(hashlib.sha256(text.encode()).digest()[:16])
    value = value & ~(0xF << 76) | 8 << 76
    return ExecutionId(_text(value & ~(0b11 << 62) | 0b10 << 62))


def fresh_ids(at: int | None = None) -> Iterator[ExecutionId]:
    """Make ids without an identity, one after the other."""
    while True:
        yield new_execution_id(at)


def digest_ids(*parts: object) -> Iterator[ExecutionId]:
    """Make the ids of an identity, always the same ones in the same order: its own, then those with a salt."""
    yield digest_id(*parts)
    yield from salted_ids(*parts, since=1)


def salted_ids(*parts: object, since: int = 0) -> Iterator[ExecutionId]:
    """Make the ids of an identity with a salt, always the same ones in the same order."""
    for salt in count(since):
        yield digest_id(*parts, salt)


def id_beside(key: str, ids: Iterator[ExecutionId], partitions: int) -> ExecutionId:
    """Give the first of the ids that lives in the partition of a key."""
    home = partition_of(key, partitions)
    return next(made for made in ids if partition_of(made, partitions) == home)


def new_id() -> str:
    """Make a random id for a workflow, a request or a command."""
    return uuid.uuid4().hex


def task_id(execution: str, node: str, run: int) -> TaskId:
    """Name one activation of one node in one execution."""
    return TaskId(f"{execution}/{node}/{run}")


def partition_of(key: str, partitions: int) -> int:
    """Say which partition a key lives in: Kafka's murmur2 of its UTF-8 text, modulo the count."""
    return (murmur2(key.encode()) & 0x7FFFFFFF) % partitions


def murmur2(data: bytes) -> int:
    """Hash bytes as Kafka's default partitioner does (unsigned 32 bits)."""
    length = len(data)
    value = _SEED ^ length
    whole = length & ~3
    for at in range(0, whole, 4):
        k = int.from_bytes(data[at : at + 4], "little") * _MURMUR & _MASK
        value = value * _MURMUR & _MASK ^ (k ^ k >> 24) * _MURMUR & _MASK
    if whole < length:
        value = (value ^ int.from_bytes(data[whole:], "little")) * _MURMUR & _MASK
    value = (value ^ value >> 13) * _MURMUR & _MASK
    return value ^ value >> 15


def _text(value: int) -> str:
    digits = f"{value:032x}"
    return f"{digits[:8]}-{digits[8:12]}-{digits[12:16]}-{digits[16:20]}-{digits[20:]}"
