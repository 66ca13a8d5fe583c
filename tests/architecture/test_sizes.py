"""Files of at most 400 lines, functions of 40, classes of 12 public methods.

Flow: source → **here**; an exception has a reason in sizes.toml.
"""

import ast
import tomllib

import pytest

from tests.architecture.tree import ROOT, Function, definitions, modules, name, parsed

FILE_LINES, FUNCTION_LINES, METHODS = 400, 40, 12
ALLOWED = tomllib.loads((ROOT / "tests/architecture/sizes.toml").read_text(encoding="utf-8"))
FILES = [*modules(), *modules("tests")]


def allowed(key: str, limit: int) -> int:
    return int(ALLOWED.get(key, {}).get("lines", limit))


def ends(node: ast.stmt) -> tuple[int, int]:
    first = node.body[0] if isinstance(node, Function) else node
    documented = isinstance(node, Function) and isinstance(first, ast.Expr) and isinstance(first.value, ast.Constant)
    text = (first.end_lineno or 0) - first.lineno + 1 if documented else 0
    return node.lineno + text, node.end_lineno or node.lineno


@pytest.mark.parametrize("path", FILES, ids=name)
def test_file_size(path):
    lines = len(path.read_text(encoding="utf-8").splitlines())

    assert lines <= allowed(name(path), FILE_LINES)


@pytest.mark.parametrize("path", FILES, ids=name)
def test_function_sizes(path):
    spans = {dotted: ends(found) for dotted, found in definitions(parsed(path)) if isinstance(found, Function)}

    long = {dotted: last - first + 1 for dotted, (first, last) in spans.items()}
    long = {key: size for key, size in long.items() if size > allowed(f"{name(path)}:{key}", FUNCTION_LINES)}

    assert not long


@pytest.mark.parametrize("path", FILES, ids=name)
def test_public_methods(path):
    counts = {
        dotted: sum(isinstance(inner, Function) and not inner.name.startswith("_") for inner in found.body)
        for dotted, found in definitions(parsed(path))
        if isinstance(found, ast.ClassDef)
    }

    many = {key: count for key, count in counts.items() if count > allowed(f"{name(path)}:{key}", METHODS)}

    assert not many


def test_an_exception_has_a_reason_and_a_place():
    for key, exception in ALLOWED.items():
        assert exception["reason"]
        assert (ROOT / key.partition(":")[0]).exists()
