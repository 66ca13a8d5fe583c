"""`run` and `eval`: the same engine without a server.

Flow: files, lines → verbs → **here**.
"""

import json
import subprocess
import sys

import pytest

from tests.architecture.tree import ROOT

pytestmark = pytest.mark.process


def millrace(*arguments, given=""):
    command = [sys.executable, "-m", "ops", *arguments]
    return subprocess.run(command, cwd=ROOT, input=given, capture_output=True, text=True, check=False)


def asked(verb, *requests):
    done = millrace(verb, "--batch", given="".join(json.dumps(request) + "\n" for request in requests))
    assert done.returncode == 0, done.stderr
    return {answer["id"]: answer for answer in map(json.loads, done.stdout.splitlines())}


def workflow(kind, parameters, version=1):
    nodes = [("T", "manualTrigger", 1, {}), ("N", kind, version, parameters)]
    return {
        "nodes": [
            {"name": name, "type": f"n8n-nodes-base.{kind}", "typeVersion": v, "position": [0, 0], "parameters": given}
            for name, kind, v, given in nodes
        ],
        "connections": {"T": {"main": [[{"node": "N", "type": "main", "index": 0}]]}},
    }


def test_a_file_runs_to_its_end_and_shows_each_nodes_output():
    done = millrace("run", "ops/examples/hello.json")

    assert done.returncode == 0
    assert done.stdout.startswith("Webhook\n")
    assert "Hello" in done.stdout
    assert done.stdout.endswith("→ success\n")


def test_a_part_of_a_file_runs_on_what_an_earlier_run_gave(tmp_path):
    file, past = tmp_path / "w.json", tmp_path / "past.json"
    file.write_text(json.dumps(workflow("noOp", {})))
    past.write_text(json.dumps({"order": ["T"], "runs": {"T": [{"outputs": [[{"json": {"was": "given"}}]]}]}}))

    to = millrace("run", str(file), "--to", "T")
    alone = millrace("run", str(file), "--from", "N", "--past", str(past))

    assert to.stdout == "T\n   {}\n→ success\n"
    assert alone.stdout == 'T\n   {"was": "given"}\nN\n   {"was": "given"}\n→ success\n'


def test_a_run_that_fails_has_a_status_and_names_the_node(tmp_path):
    file = tmp_path / "w.json"
    file.write_text(json.dumps(workflow("stopAndError", {"errorMessage": "enough"})))

    done = millrace("run", str(file))

    assert done.returncode == 1
    assert '→ error in node "N": enough' in done.stdout


def test_a_batch_answers_all_requests():
    answers = asked(
        "run",
        {"id": "a", "workflow": workflow("noOp", {}), "http": [], "credentials": {}},
        {"id": "b", "workflow": workflow("stopAndError", {"errorMessage": "enough"}), "http": [], "credentials": {}},
        {"id": "c", "workflow": workflow("nobodyKnows", {}), "http": [], "credentials": {}},
        {"id": "d", "workflow": {"nodes": 3}},
        {
            "id": "e",
            "workflow": workflow("noOp", {}),
            "start": {"node": "T", "items": [{"json": {"n": 1}}]},
            "http": [],
        },
    )

    assert {key: answer["status"] for key, answer in answers.items()} == {
        "a": "success",
        "b": "error",
        "c": "error",
        "d": "error",
        "e": "success",
    }
    assert answers["a"]["order"] == ["T", "N"]
    assert answers["b"]["error"]["message"] == "enough"
    assert "nobodyKnows" in answers["c"]["error"]["message"]
    assert answers["e"]["runs"]["N"][0]["outputs"][0][0]["json"] == {"n": 1}


@pytest.mark.parametrize(
    ("expression", "wanted"),
    [
        pytest.param("={{ $json.n + 1 }}", {"value": 3, "tier": "compiled"}, id="compiled"),
        pytest.param("={{ $json.none }}", {"value": {"$undefined": True}, "tier": "compiled"}, id="undefined"),
        pytest.param("={{ 0 / 0 }}", {"value": {"$number": "NaN"}, "tier": "compiled"}, id="no number"),
    ],
)
def test_expressions_are_evaluated_in_batches(expression, wanted):
    request = {"id": 7, "expression": expression, "items": [{"json": {"n": 2}}], "itemIndex": 0}

    answer = asked("eval", request)[7]

    assert answer == {"id": 7, **wanted}


def test_the_zone_of_batches_is_new_york():
    answer = asked("eval", {"id": 1, "expression": "={{ $now.zoneName }}", "items": [], "itemIndex": 0})[1]

    assert answer["value"] == "America/New_York"
