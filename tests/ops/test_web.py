"""The build of the web app: what it depends on, and which Node it takes.

Flow: sources, Node on PATH → ops.web → **here**.
"""

import pytest

from ops import web


@pytest.fixture
def node(tmp_path, monkeypatch):
    """Make a Node of a version the only one on PATH."""

    def make(version: str) -> str:
        program = tmp_path / "node"
        program.write_text(f"#!/bin/sh\necho {version}\n")
        program.chmod(0o755)
        return str(program)

    return make


@pytest.mark.parametrize(
    ("version", "good"),
    [
        pytest.param("v18.20.1", False, id="old"),
        pytest.param("v20.18.9", False, id="a little too old"),
        pytest.param("v20.19.0", True, id="just new enough"),
        pytest.param("v21.7.0", False, id="between"),
        pytest.param("v22.11.0", False, id="early 22"),
        pytest.param("v24.1.0", True, id="new"),
        pytest.param("nonsense", False, id="no version"),
    ],
)
def test_a_node_that_vite_needs(node, version, good):
    assert web._new_enough(node(version)) is good


def test_the_digest_follows_the_sources_and_not_what_is_fetched_or_generated(tmp_path, monkeypatch):
    monkeypatch.setattr(web, "EDITOR", tmp_path)
    (tmp_path / "src").mkdir()
    (tmp_path / "src/a.ts").write_text("1")
    first = web.digest()
    (tmp_path / "node_modules").mkdir()
    (tmp_path / "node_modules/b.js").write_text("2")
    (tmp_path / "src/gen").mkdir()
    (tmp_path / "src/gen/api.ts").write_text("2")
    second = web.digest()
    (tmp_path / "src/a.ts").write_text("3")

    assert first == second != web.digest()


def test_the_build_needs_no_generated_types():
    lines = [
        line
        for path in (web.EDITOR / "src").rglob("*.ts*")
        for line in path.read_text(encoding="utf-8").splitlines()
        if '/gen/api"' in line
    ]

    assert lines
    assert [line for line in lines if not line.startswith("import type {")] == []
