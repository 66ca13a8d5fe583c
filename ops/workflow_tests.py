"""Workflow tests: what a workflow is given in a test, what it must do, and how the two differ.

Flow: ``hello.test.json`` beside ``hello.json`` → **workflow tests** → the private engine → a readable difference.
"""

import difflib
import json
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any

from schemas.errors import UserError

Run = Callable[[dict[str, Any]], Awaitable[dict[str, Any]]]
SUFFIX = ".test.json"
ANY = {"$any": True}
_GIVEN = ("start", "http", "credentials", "clock")
_EXPECTED = ("status", "error", "order", "nodes")


@dataclass(slots=True)
class WorkflowTest:
    """One test: ``given`` is the rest of a request of `run --batch`; ``expect`` what its answer must hold."""

    name: str
    workflow: Mapping[str, Any]
    given: Mapping[str, Any] = field(default_factory=dict)
    expect: dict[str, Any] = field(default_factory=dict)


@dataclass(slots=True)
class Outcome:
    """How one test went: no ``faults`` means well. ``answer`` is what the engine said."""

    test: WorkflowTest
    faults: list[str]
    answer: Mapping[str, Any]


def find_files(paths: Sequence[Path]) -> list[Path]:
    """List the test files that paths name: files themselves, and those in folders at any depth."""
    found: list[Path] = []
    for path in paths:
        found += sorted(path.rglob(f"*{SUFFIX}")) if path.is_dir() else [path]
    return found


def read_tests(path: Path) -> list[WorkflowTest]:
    """Read a test file; raise UserError where it is none."""
    document = _document(path)
    tests = document.get("tests")
    if not isinstance(tests, list):
        raise UserError(f'"{path}" has no list of tests', hint='write {"tests": [{"name": …, "expect": {…}}]}')
    beside = document.get("workflow") or path.name.removesuffix(SUFFIX) + ".json"
    workflow = _document(path.parent / beside) if isinstance(beside, str) else beside
    return [_test(one, at, workflow, path) for at, one in enumerate(tests)]


def _document(path: Path) -> dict[str, Any]:
    try:
        found = json.loads(path.read_text(encoding="utf-8"))
    except OSError as bad:
        raise UserError(f'could not read "{path}": {bad.strerror}', hint="a test stands beside its workflow") from None
    except ValueError as bad:
        raise UserError(f'"{path}" is no JSON: {bad}') from None
    if not isinstance(found, dict):
        raise UserError(f'"{path}" holds no JSON object')
    return found


def _test(raw: Any, at: int, workflow: Mapping[str, Any], path: Path) -> WorkflowTest:
    expect = raw.get("expect", {}) if isinstance(raw, dict) else None
    if not isinstance(expect, dict):
        raise UserError(f'test {at} of "{path}" is no object', hint='write {"name": …, "expect": {…}}')
    unknown = sorted({*raw} - {"name", "expect", *_GIVEN}) + sorted({*expect} - {*_EXPECTED})
    if unknown:
        raise UserError(
            f'test {at} of "{path}" has unknown keys: {", ".join(unknown)}',
            hint=f"a test has name, {', '.join(_GIVEN)} and expect; expect has {', '.join(_EXPECTED)}",
        )
    given = {key: raw[key] for key in _GIVEN if key in raw}
    if isinstance(given.get("clock"), str):
        given["clock"] = _epoch_ms(given["clock"], path)
    return WorkflowTest(str(raw.get("name") or f"test {at + 1}"), workflow, given, expect)


def _epoch_ms(text: str, path: Path) -> int:
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        moment = datetime.min  # noqa: DTZ901 - has no zone, so is refused below
    if moment.tzinfo is None:
        raise UserError(f'clock "{text}" of "{path}" is no time with a zone', hint="such as 2024-05-06T07:08:09Z")
    return int(moment.timestamp() * 1000)


async def run_test(test: WorkflowTest, run: Run) -> Outcome:
    """Run a test to its end; nothing but its mocks answers HTTP."""
    answer = await run({"id": test.name, "workflow": test.workflow, "http": [], **test.given})
    return Outcome(test, faults(test.expect, answer), answer)


def faults(expect: Mapping[str, Any], answer: Mapping[str, Any]) -> list[str]:
    """Say where an answer is not what was expected; by default it must have ended well."""
    found: list[str] = []
    error = answer.get("error") or {}
    wanted = expect.get("status", "error" if "error" in expect else "success")
    if answer.get("status") != wanted:
        said = f": {error['message']}" if error.get("message") else ""
        where = f' in node "{error["node"]}"' if error.get("node") else ""
        found.append(f"status: wanted {wanted}, got {answer.get('status')}{where}{said}")
    said = str(error.get("message", ""))
    if "error" in expect and not found and str(expect["error"]) not in said:
        found.append(f"error: wanted {expect['error']!r} in {said!r}")
    if "order" in expect and expect["order"] != answer.get("order"):
        found.append(_difference("order", expect["order"], answer.get("order")))
    for node, items in expect.get("nodes", {}).items():
        found += _node_faults(node, items, (answer.get("runs") or {}).get(node))
    return found


def _node_faults(node: str, wanted: Any, runs: list[dict[str, Any]] | None) -> list[str]:
    if wanted is None:
        return [f'node "{node}": should not have run'] if runs else []
    if not runs:
        return [f'node "{node}": did not run']
    got = seen(wanted, runs)
    return [] if same(wanted, got) else [_difference(f'node "{node}"', wanted, got)]


def seen(wanted: Any, runs: Sequence[Mapping[str, Any]]) -> Any:
    """Show a node's runs in the shape of what is expected of it.

    A list is the items of the first output of the last run; an object may name the ``run`` and all its ``outputs``,
    or all ``runs``. Items show as their JSON, or with ``binary`` where an expected item has both.
    """
    if not isinstance(wanted, dict):
        return _items(_outputs(runs[-1])[:1], wanted)
    if "runs" in wanted:
        shapes = [*wanted["runs"], *[[]] * len(runs)]
        return {"runs": [seen(shape, [run]) for shape, run in zip(shapes, runs, strict=False)]}
    at = wanted.get("run", -1)
    run = runs[at] if -len(runs) <= at < len(runs) else {"outputs": []}
    shapes = [*wanted.get("outputs", []), *[[]] * len(_outputs(run))]
    outputs = [_items([items], shape) for items, shape in zip(_outputs(run), shapes, strict=False)]
    return {**{key: wanted[key] for key in ("run",) if key in wanted}, "outputs": outputs}


def _outputs(run: Mapping[str, Any]) -> list[Any]:
    return [items or [] for items in run.get("outputs", [])]


def _items(outputs: list[Any], wanted: Any) -> list[Any]:
    items = outputs[0] if outputs else []
    full = isinstance(wanted, list) and any(isinstance(one, dict) and {"json", "binary"} <= {*one} for one in wanted)
    keys = ("json", "binary")
    return [{key: one[key] for key in keys if one.get(key)} if full else one.get("json") for one in items]


def same(wanted: Any, got: Any) -> bool:
    """Compare as JSON: the order of keys is nothing, 1 equals 1.0, and ``{"$any": true}`` equals anything."""
    if wanted == ANY:
        return True
    if isinstance(wanted, dict) and isinstance(got, dict):
        return wanted.keys() == got.keys() and all(same(wanted[key], got[key]) for key in wanted)
    if isinstance(wanted, list) and isinstance(got, list):
        return len(wanted) == len(got) and all(map(same, wanted, got))
    if isinstance(wanted, bool) or isinstance(got, bool):
        return wanted is got
    return bool(wanted == got)


def _difference(title: str, wanted: Any, got: Any) -> str:
    lines = difflib.unified_diff(_lines(wanted), _lines(got), "wanted", "got", lineterm="", n=3)
    return "\n".join([f"{title}:", *(f"  {line}" for line in lines)])


def _lines(value: Any) -> list[str]:
    return json.dumps(value, ensure_ascii=False, indent=2, sort_keys=True).splitlines()


def updated(path: Path, outcomes: Sequence[Outcome]) -> str:
    """Write a test file anew with what its nodes gave, where they differ; status and error stay as they are."""
    document = _document(path)
    for raw, outcome in zip(document["tests"], outcomes, strict=True):
        runs = outcome.answer.get("runs") or {}
        nodes = raw.get("expect", {}).get("nodes", {})
        for node, wanted in nodes.items():
            if runs.get(node) and not same(wanted, got := seen(wanted, runs[node])):
                nodes[node] = got
        if "order" in raw.get("expect", {}):
            raw["expect"]["order"] = outcome.answer.get("order")
    return json.dumps(document, ensure_ascii=False, indent=2) + "\n"
