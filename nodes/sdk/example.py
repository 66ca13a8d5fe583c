"""Examples: documentation, editor hints and tests in one value.

Flow: `@node(examples=[…])` → **example** → docs, `GET /node-types`, the node law.
"""

from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True, slots=True)
class Example:
    """Given these parameters and items, the node gives those items, or fails with a text that holds ``fails``.

    ``given`` lists bare JSON objects of input 0; ``inputs`` gives them per input instead. ``then`` lists those of
    output 0; ``outputs`` per output. ``binary`` is what every given item has; ``files`` are on the host: path → text.
    ``http`` scripts answers: (method, url) → (status, headers, JSON or text). ``credentials`` has their fields by type;
    ``remote`` the files of a server elsewhere, ``commands`` what commands write: text → output.
    """

    title: str
    params: dict[str, Any] = field(default_factory=dict)
    given: list[dict[str, Any]] = field(default_factory=lambda: [{}])
    then: list[dict[str, Any]] | None = None
    fails: str | None = None
    inputs: list[list[dict[str, Any]]] | None = None
    outputs: list[list[dict[str, Any]]] | None = None
    version: float | None = None
    http: dict[tuple[str, str], tuple[int, dict[str, str], Any]] = field(default_factory=dict)
    binary: dict[str, Any] | None = None
    files: dict[str, str] = field(default_factory=dict)
    credentials: dict[str, dict[str, Any]] = field(default_factory=dict)
    remote: dict[str, str] = field(default_factory=dict)
    commands: dict[str, str] = field(default_factory=dict)
