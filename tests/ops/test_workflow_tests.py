"""`millrace test`: what a test file may say, what differs, and the corpus through it.

Flow: test files, answers → workflow tests → **here**.
"""

import json
import os

import pytest

from ops.private import private_engine
from ops.settings import Settings
from ops.workflow_tests import WorkflowTest, faults, find_files, read_tests, run_test, updated
from schemas.errors import UserError
from tests.architecture.tree import ROOT
from tests.ops.test_running import millrace, workflow

CORPUS = ROOT.parent / "shared" / "conformance" / "workflows"
RAN = {"status": "success", "error": None, "order": ["T", "N"], "runs": {}}


def answer(*runs, **others):
    return {**RAN, "runs": {"N": [{"outputs": outputs} for outputs in runs]}, **others}


def item(**data):
    return {"json": data}


HOLDS = [
    pytest.param({}, answer(), id="nothing but that it ended well"),
    pytest.param({"nodes": {"N": [{"a": 1}]}}, answer([[item(a=1.0)]]), id="numbers are compared as numbers"),
    pytest.param({"nodes": {"N": [{"a": 2}]}}, answer([[item(a=1)]], [[item(a=2)]]), id="the last run"),
    pytest.param(
        {"nodes": {"N": {"run": 0, "outputs": [[{"a": 1}], []]}}},
        answer([[item(a=1)], None], [[item(a=2)]]),
        id="one run with all outputs",
    ),
    pytest.param(
        {"nodes": {"N": {"runs": [{"outputs": [[{"a": 1}]]}, {"outputs": [[{"a": 2}]]}]}}},
        answer([[item(a=1)]], [[item(a=2)]]),
        id="all runs",
    ),
    pytest.param({"nodes": {"N": [{"a": {"$any": True}}]}}, answer([[item(a="now")]]), id="anything"),
    pytest.param({"nodes": {"M": None}}, answer(), id="a node that must not run"),
    pytest.param({"error": "no such"}, answer(status="error", error={"message": "no such city"}), id="an error"),
    pytest.param({"order": ["T", "N"]}, answer(), id="an order"),
]


@pytest.mark.parametrize(("expect", "got"), HOLDS)
def test_what_was_expected_is_no_fault(expect, got):
    assert faults(expect, got) == []


FAILS = [
    pytest.param({"nodes": {"N": [{"a": 1}]}}, answer([[item(a=True)]]), '-    "a": 1', id="a value differs"),
    pytest.param({"nodes": {"N": [{"a": 1}]}}, answer([[item(a=1, b=2)]]), '+    "b": 2', id="a key too many"),
    pytest.param({"nodes": {"N": []}}, answer([[item(a=1)]]), '+    "a": 1', id="an item too many"),
    pytest.param({"nodes": {"M": []}}, answer(), 'node "M": did not run', id="a node did not run"),
    pytest.param({"nodes": {"N": None}}, answer([[]]), "should not have run", id="a node ran"),
    pytest.param({"nodes": {"N": {"run": 3, "outputs": [[{}]]}}}, answer([[]]), "outputs", id="a run that was not"),
    pytest.param(
        {},
        answer(status="error", error={"message": "boom", "node": "N"}),
        'got error in node "N": boom',
        id="it failed",
    ),
    pytest.param({"error": "x"}, answer(), "wanted error, got success", id="it should have failed"),
    pytest.param({"order": ["N"]}, answer(), '+  "T"', id="the order"),
]


@pytest.mark.parametrize(("expect", "got", "says"), FAILS)
def test_a_fault_says_what_differs(expect, got, says):
    found = faults(expect, got)

    assert len(found) == 1
    assert says in found[0]


REFUSED = [
    pytest.param("{", "is no JSON", id="no JSON"),
    pytest.param("[]", "holds no JSON object", id="a list"),
    pytest.param("{}", "has no list of tests", id="no tests"),
    pytest.param('{"tests": [{"exepct": {}}]}', "unknown keys: exepct", id="a misspelt key"),
    pytest.param('{"tests": [{"expect": {"node": {}}}]}', "unknown keys: node", id="a misspelt expectation"),
    pytest.param('{"tests": [{"clock": "noon"}]}', "is no time with a zone", id="a clock that is none"),
    pytest.param('{"tests": [], "workflow": "gone.json"}', "could not read", id="a workflow that is not there"),
]


@pytest.mark.parametrize(("text", "says"), REFUSED)
def test_a_file_that_is_no_test_is_refused(text, says, tmp_path):
    (tmp_path / "w.json").write_text("{}")
    (tmp_path / "w.test.json").write_text(text)

    with pytest.raises(UserError, match=says):
        read_tests(tmp_path / "w.test.json")


@pytest.mark.process
def test_the_verb_runs_tests_and_shows_what_differs(tmp_path):
    (tmp_path / "w.json").write_text(json.dumps(workflow("noOp", {})))
    given = {"node": "T", "items": [{"json": {"a": 2}}]}
    tests = [{"name": "one", "start": given, "expect": {"nodes": {"N": [{"a": 1}]}}}, {"name": "two"}]
    file = tmp_path / "deep" / "w.test.json"
    file.parent.mkdir()
    file.write_text(json.dumps({"workflow": "../w.json", "tests": tests}))

    failed = millrace("test", str(tmp_path))
    updating = millrace("test", str(tmp_path), "--update")
    passed = millrace("test", str(tmp_path), "-q")

    assert failed.returncode == 1
    assert "✗ one" in failed.stdout
    assert '-    "a": 1' in failed.stdout
    assert failed.stdout.endswith("1 passed, 1 failed\n")
    assert updating.returncode == 0
    assert passed.stdout == "2 passed\n"


@pytest.mark.process
def test_the_examples_pass():
    done = millrace("test", "ops/examples")

    assert done.returncode == 0, done.stdout


async def test_an_update_keeps_what_holds(tmp_path):
    (tmp_path / "w.json").write_text(json.dumps(workflow("noOp", {})))
    file = tmp_path / "w.test.json"
    expect = {"nodes": {"T": [{"$any": True}], "N": [{"old": True}]}}
    file.write_text(json.dumps({"tests": [{"expect": expect}]}))

    async with private_engine(Settings()) as engine:
        outcomes = [await run_test(test, engine.run) for test in read_tests(file)]

    assert json.loads(updated(file, outcomes))["tests"][0]["expect"]["nodes"] == {"T": [{"$any": True}], "N": [{}]}


def test_files_are_found_at_any_depth(tmp_path):
    for name in ("a.test.json", "b/c.test.json", "b/d.json"):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).touch()

    assert [path.name for path in find_files([tmp_path])] == ["a.test.json", "c.test.json"]


def corpus():
    """Read the corpus's workflows that need no network, each as a test of its pinned nodes."""
    index = json.loads((CORPUS / "INDEX.json").read_text()) if CORPUS.exists() else {"fixtures": []}
    for entry in index["fixtures"]:
        if entry["tier"] != "core-offline" or entry.get("aux") or entry.get("expectedError"):
            continue
        folder = CORPUS / (entry.get("folder") or "")
        raw = json.loads((CORPUS / entry["file"]).read_text().replace("${FIXTURE_DIR}", str(folder)))
        pins = raw.pop("pinData", None) or {}
        wanted = {name: [one.get("json", one) for one in pins[name]] for name in entry["expectedNodes"] if name in pins}
        trigger = entry.get("triggerInput")
        given = {"start": {"node": entry["trigger"], "items": [trigger]}} if trigger else {}
        yield WorkflowTest(entry["id"], raw, given, {"nodes": wanted})


@pytest.mark.skipif(not CORPUS.exists(), reason="the corpus is not beside this repository")
async def test_the_corpus_passes():
    os.environ.setdefault("TZ", "UTC")
    tests = list(corpus())

    async with private_engine(Settings(files=str(CORPUS), timezone="America/New_York")) as engine:
        outcomes = [await run_test(test, engine.run) for test in tests]

    assert len(tests) >= 30
    assert {outcome.test.name: outcome.faults for outcome in outcomes if outcome.faults} == {}
