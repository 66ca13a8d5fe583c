"""Python code under a real bubblewrap: what it gives, what stops it, and that it sees nothing."""

import asyncio
import shutil
import time
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest

from agents import python_code
from agents.python_code import PythonCode
from nodes.sdk import Item
from nodes.sdk.harness import Harness, outputs
from nodes.transform.code import code
from schemas.errors import MillraceError, UserError

ITEMS = [Item(json={"n": 1}), Item(json={"n": 2})]
EACH = "runOnceForEachItem"


@pytest.fixture
async def python() -> AsyncIterator[PythonCode]:
    if shutil.which("bwrap") is None:
        pytest.skip("bubblewrap is not installed")
    sandbox = PythonCode(seconds=5)
    yield sandbox
    await sandbox.close()


async def run(python: PythonCode, text: str, mode: str = "runOnceForAllItems", **more: Any) -> list[dict[str, Any]]:
    harness = Harness(code)
    harness.outside.python = python
    params = {"language": "pythonNative", "pythonCode": text, "mode": mode}
    [made] = outputs(await harness.run(params, [ITEMS], **more))
    return [item.json for item in made]


@pytest.mark.parametrize(
    ("text", "mode", "made"),
    [
        pytest.param("return _items", "runOnceForAllItems", [{"n": 1}, {"n": 2}], id="items as they came"),
        pytest.param(
            "total = sum(item['json']['n'] for item in _items)\nreturn [{'json': {'total': total}}]",
            "runOnceForAllItems",
            [{"total": 3}],
            id="once for all",
        ),
        pytest.param("return {'n': _input.last().json.n}", "runOnceForAllItems", [{"n": 2}], id="n8n's older names"),
        pytest.param("_item['json']['m'] = _item.json.n * 2\nreturn _item", EACH, [{"n": 1, "m": 2}, {"n": 2, "m": 4}],
                     id="once for each"),
        pytest.param(
            "import datetime, json, re\nprint('noise')\nreturn [{'d': datetime.date(2024, 2, 29), 's': [*'ab']}]",
            "runOnceForAllItems",
            [{"d": "2024-02-29", "s": ["a", "b"]}],
            id="the standard library, dates, and noise",
        ),
        pytest.param("text = '''a\n  b'''\nreturn [{'t': text}]", "runOnceForAllItems", [{"t": "a\n  b"}], id="texts"),
    ],
)  # fmt: skip
async def test_results(python: PythonCode, text: str, mode: str, made: list[dict[str, Any]]) -> None:
    assert await run(python, text, mode) == made


@pytest.mark.parametrize(
    ("text", "said"),
    [
        pytest.param("x = 1\nreturn y", "NameError: name 'y' is not defined [line 2]", id="a name"),
        pytest.param("return (", "SyntaxError", id="syntax"),
        pytest.param("return [{'x': float('nan')}]", "not JSON", id="no JSON"),
        pytest.param("return [{'x': object()}]", "not JSON", id="an object"),
        pytest.param("raise SystemExit", "SystemExit", id="an exit"),
        pytest.param("import os; os._exit(0)", "ended its interpreter", id="a hard exit"),
        pytest.param("x = 'a' * 10**9\nreturn []", "too much memory", id="memory"),
        pytest.param("import socket\nsocket.create_connection(('1.1.1.1', 53), 2)", "OSError", id="network"),
        pytest.param("open('/etc/passwd').read()", "FileNotFoundError", id="a file of the host"),
        pytest.param("open('/x', 'w').write('a')", "Read-only file system", id="a file of its own"),
        pytest.param("import os\nraise ValueError(sorted(os.environ))", "ValueError: [", id="the environment"),
        pytest.param("raise ValueError(open('/proc/1/environ').read())", "ValueError", id="the environment outside"),
        pytest.param("import os\nwhile True: os.fork()", "Operation not permitted", id="processes without end"),
        pytest.param("import subprocess\nsubprocess.run(['id'])", "Operation not permitted", id="a program"),
        pytest.param("import os\nos.execv('/bin/sh', ['sh'])", "Operation not permitted", id="another program"),
        pytest.param("import multiprocessing\nmultiprocessing.Pool(9)", "Error", id="a pool of processes"),
        pytest.param("import pty\npty.spawn('/bin/sh')", "Operation not permitted", id="a terminal"),
        pytest.param("import ctypes\nctypes.string_at(0)", "ended its interpreter", id="memory of nobody"),
        pytest.param(
            "import os\nfor n in range(3, 9):\n  try: os.write(n, b'[1]')\n  except OSError: pass\nreturn []",
            "no readable result",
            id="an answer in two",
        ),
        pytest.param(
            "import os\nfor n in range(3, 9):\n  try: os.write(n, b'{\"rows\":[1]}'), os._exit(0)\n"
            "  except OSError: pass",
            "no readable result",
            id="an answer of another shape",
        ),
        pytest.param("x = []\nwhile True: x.append('a' * 10000)", "too much memory", id="memory by and by"),
        pytest.param("return 10 ** 10 ** 5 * ['x']", "Error", id="a number too large"),
        pytest.param("return [{'x': 10 ** 5000}]", "not JSON", id="a number of 5000 digits"),
        pytest.param("d = {}\nd['d'] = d\nreturn [d]", "not JSON", id="a circle"),
        pytest.param("def f(): return f()\nf()", "RecursionError", id="calls without end"),
        pytest.param("import mmap\nmmap.mmap(-1, 10 ** 10)", "Error", id="a map of memory"),
        pytest.param("raise KeyboardInterrupt", "KeyboardInterrupt", id="an interrupt"),
        pytest.param(
            "return [{'x': [c for c in ().__class__.__base__.__subclasses__() if c.__name__ == 'Popen'][0]}]",
            "IndexError",
            id="a class that is not there",
        ),
    ],
)
async def test_what_stops_it(python: PythonCode, text: str, said: str) -> None:
    with pytest.raises(MillraceError) as bad:
        await run(python, text)

    assert said in bad.value.message
    assert "MILLRACE" not in bad.value.message
    assert await run(python, "return []") == []


async def test_a_standstill_is_not_counted(python: PythonCode, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(python_code, "GRACE_SECONDS", 0.2)
    quick = PythonCode(seconds=1)
    await run(quick, "return []")

    call = asyncio.ensure_future(run(quick, "import time\ntime.sleep(0.5)\nreturn [{'n': 3}]"))
    await asyncio.sleep(0.1)
    time.sleep(1.6)  # noqa: ASYNC251 - as a stopped process: its loop does not run

    assert await call == [{"n": 3}]
    await quick.close()


async def test_an_endless_loop_is_stopped_and_the_next_one_runs(python: PythonCode) -> None:
    quick = PythonCode(seconds=0.5)

    with pytest.raises(UserError) as bad:
        await run(quick, "while True: pass")

    assert "more than 0.5 seconds" in bad.value.message
    assert await run(quick, "return []") == []
    await quick.close()


@pytest.mark.parametrize("text", [
    pytest.param("import time\ntime.sleep(99)", id="sleep"),
    pytest.param("import re\nre.match('(a+)+$', 'a' * 50 + '!')", id="a pattern"),
    pytest.param("import threading\nthreading.Thread(target=lambda: [0 for _ in iter(int, 1)]).start()", id="threads"),
    pytest.param("class E(Exception):\n  def __str__(s):\n    while True: pass\nraise E", id="an error's text"),
    pytest.param("import signal\nsignal.signal(24, lambda *_: 0)\nwhile True: pass", id="a signal that it takes"),
    pytest.param("import atexit, time\natexit.register(lambda: time.sleep(99))\nreturn []", id="at its end"),
])  # fmt: skip
async def test_what_does_not_end_is_stopped(text: str) -> None:
    if shutil.which("bwrap") is None:
        pytest.skip("bubblewrap is not installed")
    quick = PythonCode(seconds=0.7)

    with pytest.raises(UserError, match="seconds and was stopped"):
        await run(quick, text)

    await quick.close()


async def test_threads_may_be_used(python: PythonCode) -> None:
    text = "import threading\nx = []\nt = threading.Thread(target=x.append, args=(1,))\nt.start()\nt.join()\n"

    assert await run(python, f"{text}return {{'x': x}}") == [{"x": [1]}]


async def test_nothing_of_one_run_is_there_in_the_next(python: PythonCode) -> None:
    await run(python, "import builtins\nbuiltins.left = 1\nreturn []")

    with pytest.raises(MillraceError) as bad:
        await run(python, "return [{'x': left}]")

    assert "NameError" in bad.value.message


async def test_a_failing_item_becomes_an_error_where_the_node_goes_on(python: PythonCode) -> None:
    made = await run(python, "return {'x': 1 / (_json.n - 1)}", EACH, continue_on_fail=True)

    assert made == [{"error": "ZeroDivisionError: division by zero [line 1]"}, {"x": 1.0}]


async def test_many_at_once(python: PythonCode) -> None:
    made = await asyncio.gather(*(run(python, f"return [{{'n': {at}}}]") for at in range(4)))

    assert made == [[{"n": at}] for at in range(4)]


async def test_without_bubblewrap_it_is_refused_with_what_to_do(tmp_path: Path, monkeypatch: Any) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))

    with pytest.raises(UserError) as bad:
        await run(PythonCode(), "return []")

    assert "apt install bubblewrap" in (bad.value.hint or "")
