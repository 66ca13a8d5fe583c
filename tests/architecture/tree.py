"""The source tree as the architecture tests see it: files, parsed.

Flow: repository → **tree** → sizes, names, docstrings, layers.
"""

import ast
from collections.abc import Iterator
from functools import cache
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
PACKAGES = ("schemas", "nodes", "streams", "agents", "gateway", "ops")
Function = ast.FunctionDef | ast.AsyncFunctionDef


def modules(*packages: str) -> list[Path]:
    """Give the Python files of these packages (all of ours where none is named), generated code left out."""
    return sorted(path for package in packages or PACKAGES for path in (ROOT / package).rglob("*.py"))


def name(path: Path) -> str:
    """Name a file as the repository does: ``nodes/flow/if_.py``."""
    return str(path.relative_to(ROOT))


@cache
def parsed(path: Path) -> ast.Module:
    """Parse a file, once."""
    return ast.parse(path.read_text(encoding="utf-8"))


def definitions(tree: ast.Module) -> Iterator[tuple[str, ast.ClassDef | Function]]:
    """Go through the classes and functions, with their dotted names; those inside functions are left out."""
    pending: list[tuple[str, ast.stmt]] = [("", statement) for statement in tree.body]
    while pending:
        prefix, statement = pending.pop()
        if isinstance(statement, ast.ClassDef):
            yield prefix + statement.name, statement
            pending += [(f"{prefix}{statement.name}.", inner) for inner in statement.body]
        elif isinstance(statement, Function):
            yield prefix + statement.name, statement
        elif isinstance(statement, ast.If):
            pending += [(prefix, inner) for inner in (*statement.body, *statement.orelse)]


def imports(tree: ast.Module) -> Iterator[str]:
    """Give the modules that a file imports, wherever it does."""
    for found in ast.walk(tree):
        if isinstance(found, ast.Import):
            yield from (alias.name for alias in found.names)
        elif isinstance(found, ast.ImportFrom) and found.module:
            yield found.module
            yield from (f"{found.module}.{alias.name}" for alias in found.names)
