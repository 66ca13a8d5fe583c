"""Importing and exporting from a shell: what comes in goes out as it was.

Flow: files → `millrace workflows import` → a running Millrace → `millrace workflows export` → the same files.
"""

import json
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from ops.bench.installation import TOKEN, Installation
from ops.bench.workflows import answering
from ops.cli.workflows import workflows_verb

pytestmark = [pytest.mark.process, pytest.mark.timeout(120)]


def millrace(running: Installation, *arguments: Any) -> Result:
    env = {"MILLRACE_PORT": str(running.port), "MILLRACE_TOKEN": TOKEN}
    return CliRunner(env=env).invoke(workflows_verb, [str(each) for each in arguments], catch_exceptions=False)


def test_files_come_out_as_they_went_in(running: Installation, tmp_path: Path) -> None:
    one, several = tmp_path / "one.json", tmp_path / "several.json"
    one.write_text(json.dumps(answering("transfer-one"), indent=2, ensure_ascii=False))
    several.write_text(json.dumps([answering("transfer-two"), answering("transfer-three")]))

    dry = millrace(running, "import", one, several, "--dry-run")
    made = millrace(running, "import", one, several)
    ids = made.stdout.split()
    shown = millrace(running, "export", ids[0])
    everything = millrace(running, "export", "--all", "-o", tmp_path / "all")

    assert dry.exit_code == made.exit_code == everything.exit_code == 0
    assert "answers at POST http://127.0.0.1" in dry.stdout
    assert len(ids) == 3
    assert shown.stdout == one.read_text()
    files = list((tmp_path / "all").glob("*.json"))
    assert {file.name.split(".")[1] for file in files} >= set(ids)
    assert any(file.read_text() == one.read_text() for file in files)


def test_a_report_can_be_read_by_programs(running: Installation, tmp_path: Path) -> None:
    drawn = answering("transfer-json")
    drawn["nodes"][1]["type"] = "n8n-nodes-base.noSuchNode"
    (tmp_path / "w.json").write_text(json.dumps(drawn))

    done = millrace(running, "import", tmp_path / "w.json", "--dry-run", "--json")

    report = json.loads(done.stdout)
    assert [node["status"] for node in report["nodes"]].count("missing") == 1
