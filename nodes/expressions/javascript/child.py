"""Child: the process that holds V8; it knows no host object, no network and no file.

Flow: pool → **child** (this file, run as a script) → V8 → pool.
Requests and answers are frames: four bytes of length, one byte of kind, then text. It ends with its parent.
"""

import contextlib
import ctypes
import json
import os
import resource
import signal
import sys
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any, BinaryIO

HERE = Path(__file__).resolve().parent
DATES = tuple(f"luxon/{name}.js" for name in ("zones", "duration", "datetime", "formats", "interval"))
FILES = ("later.js", "prelude.js", "strings.js", "scope.js")
LATER = {
    "dates": (DATES, "{ DateTime, Duration, Interval, Info, Settings }"),
    "hashes": (("hashes.js",), "HASHES"),
    "jmespath": (("jmespath.js",), "jmespath"),
    "buffers": (("buffers.js",), "{ Buffer, btoa, atob, TextEncoder, TextDecoder }"),
}
OURS = "//# sourceURL=millrace"  # so that a line in an error is one of the user's code
EVALUATE, CODE_ONCE, CODE_EACH, CHECK = b"E", b"O", b"I", b"C"
READY, DONE, FAILED, LATE, FULL = b"r", b"d", b"f", b"t", b"m"
HEADROOM = 1.15
ADDRESSES_MB = 96


def tie_to_parent(parent: int) -> None:
    """Die when the parent dies, whatever kills it."""
    with contextlib.suppress(OSError, AttributeError):
        ctypes.CDLL(None, use_errno=True).prctl(1, signal.SIGKILL, 0, 0, 0)
    if os.getppid() != parent:
        os._exit(0)


def data_bytes() -> int:
    """Count the private writable memory that this process has mapped."""
    for line in Path("/proc/self/status").read_text().splitlines():
        if line.startswith("VmData:"):
            return int(line.split()[1]) * 1024
    return 0


def _joined(names: Sequence[str]) -> str:
    return "\n".join((HERE / name).read_text(encoding="utf-8") for name in names)


class Machine:
    """V8 with the prelude: one hardened isolate for expressions, a fresh one for each Code node."""

    def __init__(self, memory_mb: int) -> None:
        from py_mini_racer import MiniRacer, init_mini_racer

        init_mini_racer(flags=["--single-threaded", f"--max-heap-size={memory_mb}", "--stack-size=900"])
        self._make = MiniRacer
        later = {name: f"{_joined(files)}\nreturn {gives};\n{OURS}" for name, (files, gives) in LATER.items()}
        self._prelude = f"(() => {{const LATER = {json.dumps(later)};\n{_joined(FILES)}\n}})()\n{OURS}"
        self._expressions = self._isolate()
        self._expressions.eval("__millrace.harden()")
        self._spare: Any = self._isolate()

    def _isolate(self) -> Any:
        isolate = self._make()
        isolate.eval(self._prelude)
        return isolate

    def expressions(self, call: str, payload: str, seconds: float) -> str:
        """Call one of the prelude's functions in the hardened isolate."""
        return str(self._expressions.eval(f"__millrace.{call}({json.dumps(payload)})", timeout_sec=seconds))

    def code(self, payload: str, seconds: float, *, each: bool) -> str:
        """Run a Code node's body to its end in a fresh isolate; ``payload`` is JSON with code and scope."""
        until = time.monotonic() + seconds
        parts = json.loads(payload)
        isolate, self._spare = self._spare or self._isolate(), None
        try:
            names = "$input, $item, item" if each else "$input, items"
            # a function within: the code may declare these names again
            body = f"({names}) => (async function () {{\n{parts['code']}\n}})()"
            scope = json.dumps(json.dumps(parts["scope"]))
            isolate.eval(f"__millrace.code({scope}, {json.dumps(each)}, {body});", timeout_sec=seconds)
            answer = ""
            while not answer:
                answer = str(isolate.eval("__millrace.tick()", timeout_sec=max(until - time.monotonic(), 0.001)))
            return answer
        finally:
            isolate.close()

    def prepare(self) -> None:
        """Have a fresh isolate ready for the next Code node."""
        if self._spare is None:
            self._spare = self._isolate()


def limit_memory(memory_mb: int) -> None:
    """Let the kernel refuse what goes beyond the limit: the heap, and buffers beside it."""
    most = data_bytes() + int((memory_mb * HEADROOM + ADDRESSES_MB) * 1024 * 1024)
    resource.setrlimit(resource.RLIMIT_DATA, (most, most))


def answer(machine: Machine, kind: bytes, seconds: float, payload: str) -> tuple[bytes, str]:
    """Carry out one request."""
    from py_mini_racer import JSEvalException, JSOOMException, JSParseException, JSTimeoutException

    try:
        if kind in (CODE_ONCE, CODE_EACH):
            return DONE, machine.code(payload, seconds, each=kind == CODE_EACH)
        return DONE, machine.expressions("evaluate" if kind == EVALUATE else "check", payload, seconds)
    except JSTimeoutException:
        return LATE, ""
    except JSOOMException:
        return FULL, ""
    except JSParseException as bad:
        return FAILED, str(bad)
    except JSEvalException as bad:
        return FAILED, str(bad)


def read_frame(source: BinaryIO) -> tuple[bytes, bytes] | None:
    """Read one frame; None at the end."""
    head = source.read(5)
    if len(head) < 5:
        return None
    size = int.from_bytes(head[:4], "big")
    body = source.read(size)
    return (head[4:], body) if len(body) == size else None


def write_frame(sink: BinaryIO, kind: bytes, body: bytes) -> None:
    """Write one frame."""
    sink.write(len(body).to_bytes(4, "big") + kind + body)
    sink.flush()


def serve(machine: Machine, source: BinaryIO, sink: BinaryIO) -> None:
    """Answer requests until the parent closes the pipe; leave after a limit was hit."""
    while (frame := read_frame(source)) is not None:
        kind, body = frame
        seconds = int.from_bytes(body[:4], "big") / 1000
        outcome, text = answer(machine, kind, seconds, body[4:].decode("utf-8", "surrogatepass"))
        write_frame(sink, outcome, text.encode("utf-8", "surrogatepass"))
        if outcome in (LATE, FULL):
            return
        machine.prepare()


def main() -> None:
    """Serve on standard input and output; arguments: the parent's id, the memory limit, where py_mini_racer is."""
    parent, memory_mb, library = int(sys.argv[1]), int(sys.argv[2]), sys.argv[3]
    tie_to_parent(parent)
    sys.path.append(library)
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    sink = os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)
    machine = Machine(memory_mb)
    limit_memory(memory_mb)
    write_frame(sink, READY, b"")
    try:
        serve(machine, sys.stdin.buffer, sink)
    finally:
        os._exit(0)


if __name__ == "__main__":
    main()
