"""Python runner: what runs inside the sandbox: one request on standard input, one answer on standard output.

Flow: python code (worker) → bubblewrap → **runner** → a user's code → answer.
It is started by its source text, so that it imports nothing of ours, and it ends after one request.
"""

import ast
import ctypes
import errno
import json
import os
import platform
import resource
import struct
import sys
import traceback
from typing import Any

FILE = "<code>"
NUMBERS = {
    "x86_64": (0xC000003E, (57, 58, 59, 322), 56),
    "aarch64": (0xC00000B7, (221, 281), 220),
}
"""Of a machine: its kernel's name for it, its calls that fork or run a program, and the one that clones."""
CLONE3, CLONE_THREAD, OTHER_CALLS = 435, 0x10000, 0x40000000
LOAD, EQUAL, AT_LEAST, HAS, GIVE = 0x20, 0x15, 0x35, 0x45, 0x06
ALLOW, REFUSE = 0x7FFF0000, 0x00050000


class Box(dict[str, Any]):
    """A dictionary whose entries are attributes as well."""

    def __getattr__(self, name: str) -> Any:
        try:
            return self[name]
        except KeyError:
            raise AttributeError(name) from None

    def __setattr__(self, name: str, value: Any) -> None:
        self[name] = value


class Input:
    """The items, as `_input` gives them."""

    def __init__(self, items: list[Any], item: Any) -> None:
        self._items, self.item = items, item

    def all(self) -> Any:
        """Give all items."""
        return self._items

    def first(self) -> Any:
        """Give the first item."""
        return self._items[0] if self._items else None

    def last(self) -> Any:
        """Give the last item."""
        return self._items[-1] if self._items else None


def main() -> None:
    """Answer one request."""
    out = os.dup(1)
    os.dup2(os.open(os.devnull, os.O_WRONLY), 1)
    asked = json.loads(sys.stdin.buffer.readline(), object_hook=Box)
    for name, limit in asked.limits.items():
        resource.setrlimit(getattr(resource, name), (limit, limit))
    stay_alone()
    try:
        answer = {"rows": [row(asked, item) for item in asked["items"]]} if asked.each else row(asked, None)
        text = json.dumps(answer, default=plain, allow_nan=False)
    except MemoryError:
        text = json.dumps({"error": "the code used too much memory"})
    except (TypeError, ValueError, RecursionError) as bad:
        text = json.dumps({"error": f"what the code returned is not JSON: {bad}"})
    with os.fdopen(out, "w") as file:
        file.write(text)


def stay_alone() -> None:
    """Have the kernel refuse new processes and programs, threads excepted: the limits count for each process anew."""
    known = NUMBERS.get(platform.machine())
    if known is None:
        resource.setrlimit(resource.RLIMIT_NPROC, (1, 1))
        return
    rules = _rules(*known)
    program = b"".join(struct.pack("<HBBI", *rule) for rule in rules)
    text = ctypes.create_string_buffer(program, len(program))
    asked = ctypes.create_string_buffer(struct.pack("@HP", len(rules), ctypes.addressof(text)))
    if ctypes.CDLL(None, use_errno=True).prctl(22, 2, asked, 0, 0):
        raise OSError(ctypes.get_errno(), "seccomp")


def _rules(machine: int, refused: tuple[int, ...], clone: int) -> list[tuple[int, int, int, int]]:
    """Write the filter: operation, how many rules to skip where it holds and where not, operand."""
    count = len(refused)
    return [
        (LOAD, 0, 0, 4),
        (EQUAL, 0, count + 5, machine),
        (LOAD, 0, 0, 0),
        (AT_LEAST, count + 3, 0, OTHER_CALLS),
        *((EQUAL, count + 2 - at, 0, number) for at, number in enumerate(refused)),
        (EQUAL, 3, 0, clone),
        (EQUAL, 6, 0, CLONE3),
        (GIVE, 0, 0, ALLOW),
        (GIVE, 0, 0, REFUSE | errno.EPERM),
        (LOAD, 0, 0, 16),
        (HAS, 0, 1, CLONE_THREAD),
        (GIVE, 0, 0, ALLOW),
        (GIVE, 0, 0, REFUSE | errno.EPERM),
        (GIVE, 0, 0, REFUSE | errno.ENOSYS),  # the library then clones
    ]


def row(asked: Box, item: Any) -> dict[str, Any]:
    """Run the code once: give its value, or what it raised and where."""
    try:
        return {"value": run(asked.code, asked["items"], item)}
    except MemoryError:
        return {"error": "the code used too much memory"}
    except SyntaxError as bad:
        return {"error": f"SyntaxError: {bad.msg}", "line": bad.lineno}
    except BaseException as bad:
        lines = [frame.lineno for frame in traceback.extract_tb(bad.__traceback__) if frame.filename == FILE]
        return {"error": f"{type(bad).__name__}: {bad}"[:2000], "line": lines[-1] if lines else None}


def run(code: str, items: list[Any], item: Any) -> Any:
    """Run a function's body; the names that n8n gives are global to it."""
    tree = ast.parse("def code():\n    pass")
    function = tree.body[0]
    if isinstance(function, ast.FunctionDef):
        function.body = ast.parse(code, FILE).body or function.body
    space: dict[str, Any] = {"__name__": FILE, "_items": items, "items": items, "_input": Input(items, item)}
    if item is not None:
        space |= {"_item": item, "item": item, "_json": item.json}
    exec(compile(tree, FILE, "exec"), space)  # noqa: S102 this is what the sandbox is for
    return space["code"]()


def plain(value: Any) -> Any:
    """Write what JSON does not know."""
    if isinstance(value, set | frozenset | tuple):
        return list(value)
    if hasattr(value, "isoformat"):
        return value.isoformat()
    raise TypeError(f"a {type(value).__name__} in it")


if __name__ == "__main__":
    main()
