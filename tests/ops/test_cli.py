"""The command line: verbs load lazily, errors are text and a status, batches survive bad lines.

Flow: shell → cli → **here**.
"""

import io
import json
import subprocess
import sys

import pytest

from ops.cli.batch import answer_lines
from ops.cli.printing import moment, table
from ops.cli.running import load, shown
from ops.cli.workflows import file_name, reported, told
from ops.client import problem, segment
from schemas.errors import ConflictError, NotFoundError, OperationalError, UserError
from tests.architecture.tree import ROOT


def millrace(*arguments, data, **more):
    env = {"PATH": "/usr/bin:/bin", "MILLRACE_DATA": str(data), **more}
    command = [sys.executable, "-m", "ops", *arguments]
    return subprocess.run(command, cwd=ROOT, env=env, capture_output=True, text=True, check=False)


@pytest.mark.parametrize(
    ("arguments", "status", "says"),
    [
        pytest.param(["version"], 0, "0.", id="version"),
        pytest.param([], 2, "Verbs:", id="no verb"),
        pytest.param(["fly"], 2, "No such command", id="unknown verb"),
        pytest.param(["gateway"], 1, "cannot share the embedded log", id="gateway refuses"),
        pytest.param(["worker"], 1, "cannot share the embedded log", id="worker refuses"),
        pytest.param(["run"], 2, "give workflow files, or --batch", id="run what"),
        pytest.param(["eval"], 2, "give an expression, or --batch", id="eval what"),
        pytest.param(["workflows", "list"], 1, "there is no token", id="no token"),
    ],
)
def test_a_verb_says_what_is_wrong(data, arguments, status, says):
    done = millrace(*arguments, data=data)

    assert done.returncode == status
    assert says in done.stdout + done.stderr


def test_a_misspelt_setting_stops_a_verb_with_a_hint(data):
    done = millrace("worker", data=data, MILLRACE_BROKRE="x")

    assert done.returncode == 1
    assert "hint: did you mean MILLRACE_BROKER?" in done.stderr


def test_nobody_answering_is_an_error_with_a_hint(data):
    done = millrace("workflows", "list", data=data, MILLRACE_TOKEN="a-long-token", MILLRACE_PORT="9")

    assert done.returncode == 1
    assert "no Millrace answers at http://127.0.0.1:9" in done.stderr


@pytest.mark.parametrize(
    ("status", "body", "kind", "says"),
    [
        pytest.param(404, b'{"detail":"gone"}', NotFoundError, "gone", id="not found"),
        pytest.param(409, b'{"title":"taken"}', ConflictError, "taken", id="conflict"),
        pytest.param(422, b'{"detail":"bad","node":"Set"}', UserError, 'bad (node "Set")', id="names the place"),
        pytest.param(502, b"<html>", OperationalError, "the API answered with status 502", id="no problem document"),
        pytest.param(400, b"[1]", UserError, "the API answered with status 400", id="no object"),
    ],
)
def test_a_problem_becomes_an_error(status, body, kind, says):
    found = problem(status, body)

    assert type(found) is kind
    assert found.message == says


async def test_a_batch_answers_every_line_and_survives_bad_ones(monkeypatch, capsys):
    async def answer(request):
        if request["id"] == 2:
            raise UserError("no such thing")
        return {"id": request["id"], "status": "success"}

    lines = b'{"id": 1}\nnonsense\n\n{"id": 2}\n{"id": 3}'
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(lines)))

    await answer_lines(answer, at_once=2)

    answers = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    by_id = {answer["id"]: answer for answer in answers}
    assert {key: by_id[key]["status"] for key in by_id} == {1: "success", 2: "error", 3: "success", None: "error"}
    assert by_id[2]["error"] == {"message": "no such thing"}


def test_runs_are_shown_in_their_order():
    answer = {
        "id": "a",
        "status": "error",
        "error": {"message": "no", "node": "B"},
        "order": ["A", "B", "A"],
        "runs": {
            "A": [{"outputs": [[{"json": {"n": 1}}]]}, {"outputs": [[{"json": {"n": 2}}], []]}],
            "B": [{"outputs": []}],
        },
    }

    assert shown(answer, titled=False).splitlines() == [
        "A",
        '   {"n": 1}',
        "B",
        "A (run 1)",
        '  [0] {"n": 2}',
        '→ error in node "B": no',
    ]


@pytest.mark.parametrize(
    ("text", "says"),
    [pytest.param("{", "is no JSON", id="no JSON"), pytest.param("[]", "holds no workflow", id="no object")],
)
def test_a_file_that_is_no_workflow(tmp_path, text, says):
    file = tmp_path / "w.json"
    file.write_text(text)

    with pytest.raises(UserError, match=says):
        load(file)


def test_tables(capsys):
    table([{"id": "a", "active": True, "n": None}, {"id": "long", "active": False, "n": [1]}], ["id", "active", "n"])

    assert capsys.readouterr().out.splitlines() == ["id    active  n", "a     yes", "long  no      [1]"]


def test_a_report_says_what_differs():
    report = {
        "name": "Orders",
        "notes": [{"text": "about all of it"}],
        "nodes": [
            {"node": "A", "notes": []},
            {"node": "B", "notes": [{"text": "gone", "hint": "mend it", "missing": True}]},
        ],
    }

    assert reported(report).splitlines() == [
        "Orders: 2 nodes",
        "  differs  about all of it",
        "  missing  B: gone (mend it)",
    ]
    assert "refused: no" in reported({"name": "", "nodes": [], "refused": {"message": "no"}})
    assert file_name(" Größe: a/b ") == "größe-a-b"


@pytest.mark.parametrize(
    ("line", "says"),
    [
        pytest.param({"listening": ["http://x/w-test/a"]}, "listening on http://x/w-test/a", id="where"),
        pytest.param({"execution": "e1"}, "execution e1", id="began"),
        pytest.param(
            {"eventType": "node.finished", "payload": {"node": "Set", "counts": [2, 1]}},
            "  Set: success, 3 items",
            id="a node",
        ),
        pytest.param({"eventType": "execution.finished", "payload": {"status": "error"}}, "→ error", id="the end"),
    ],
)
def test_a_listening_is_told(line, says):
    assert told(line) == says


def test_small_things():
    assert segment("a/b c") == "a%2Fb%20c"
    assert moment(None) == ""
    assert "1970" in moment(12 * 3600 * 1000)
