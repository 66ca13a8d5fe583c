"""`millrace up` as a user has it: the first start, the API, stopping, what is refused.

Flow: process ← HTTP, signals ← **here**.
"""

import contextlib
import os
import re
import signal
import socket
import sqlite3
import subprocess
import sys
import threading
import urllib.error
from concurrent.futures import ThreadPoolExecutor

import pytest

from ops.bench.installation import TOKEN, Installation, call
from ops.bench.workflows import answering, chain
from ops.client import Client
from schemas.errors import NotFoundError, UserError
from tests.architecture.tree import ROOT

pytestmark = [pytest.mark.process, pytest.mark.timeout(120)]


def webhook(path, mode="lastNode"):
    return ("Webhook", "webhook", 2, {"httpMethod": "POST", "path": path, "responseMode": mode, "options": {}})


def say(text):
    field = {"id": "a", "name": "said", "type": "string", "value": text}
    return ("Say", "set", 3.4, {"assignments": {"assignments": [field]}, "options": {}})


def test_the_first_start_greets(running):
    answer = call(f"{running.address}/w/hello", {"name": "Ada"})

    assert "Ada" in str(answer)


def test_the_first_start_says_where_it_is(install):
    millrace = install()
    millrace.start()
    said = millrace.output.read_text()

    assert f"ready on {millrace.address}" in said
    assert str(millrace.data) in said
    assert TOKEN not in said


def test_a_token_is_made_printed_once_and_works(install):
    millrace = install()
    millrace.environment.pop("MILLRACE_TOKEN")
    millrace.start()
    first = re.search(r"^  token\s+(\S+)", millrace.output.read_text(), re.MULTILINE)
    assert first is not None
    millrace.stop()
    millrace.output.write_text("")
    millrace.start()

    assert first[1] not in millrace.output.read_text()
    assert Client(millrace.address, first[1]).get("/api/v1/workflows")["data"]


def test_the_example_is_made_only_once(install):
    millrace = install()
    millrace.start()
    [entry] = millrace.client.get("/api/v1/workflows")["data"]
    millrace.client.call("DELETE", f"/api/v1/workflows/{entry['id']}")
    millrace.stop()
    millrace.start()

    assert millrace.client.get("/api/v1/workflows")["data"] == []


def test_a_workflow_of_the_api_answers_its_webhook(running):
    workflow = running.add(answering("through-the-api"))

    answer = call(f"{running.address}/w/through-the-api", {"name": "widget", "qty": 7, "price": 19.5})

    assert answer == {"total": 136.5, "name": "WIDGET", "qty": 7, "size": "big"}
    assert running.settled(workflow, 1) == {"success": 1}


def test_an_execution_shows_every_nodes_output(running):
    workflow = running.add(answering("shown"))
    call(f"{running.address}/w/shown", {"name": "widget", "qty": 7, "price": 19.5})
    running.settled(workflow, 1)

    [entry] = running.client.get("/api/v1/executions", workflow=workflow)["data"]
    found = running.client.get(f"/api/v1/executions/{entry['id']}")

    assert [run["node"] for run in found["nodeRuns"]] == ["Webhook", "Fields", "Large", "Mark"]
    assert found["nodeRuns"][1]["outputs"][0][0]["json"]["total"] == 136.5


def test_a_deactivated_workflow_answers_no_more(running):
    workflow = running.add(chain("off", [webhook("off"), say("on")]))
    assert call(f"{running.address}/w/off", {}) == {"said": "on"}

    running.client.call("POST", f"/api/v1/workflows/{workflow}/deactivate")

    with pytest.raises(urllib.error.HTTPError, match="404"):
        call(f"{running.address}/w/off", {})


def test_an_idempotency_key_makes_one_execution(running):
    workflow = running.add(chain("once", [webhook("once"), say("={{ $json.body.n }}")]))

    answers = [call(f"{running.address}/w/once", {"n": n}, idempotency_key="k1") for n in (1, 2, 3)]

    assert answers == [{"said": 1}] * 3 or answers == [{"said": "1"}] * 3
    assert running.settled(workflow, 1) == {"success": 1}


def test_the_command_line_speaks_to_it(running):
    env = dict(os.environ) | {"MILLRACE_URL": running.address, "MILLRACE_TOKEN": TOKEN}

    def millrace(*arguments):
        command = [sys.executable, "-m", "ops", *arguments]
        return subprocess.run(command, cwd=ROOT, env=env, capture_output=True, text=True, check=True).stdout

    made = millrace("workflows", "import", "ops/examples/hello.json").strip()
    listed = millrace("workflows", "list", "--json")
    count = millrace("sql", "SELECT 1 + 1 AS two")

    assert made in listed
    assert count.splitlines() == ["two", "2"]


@pytest.mark.parametrize(
    ("method", "path", "body", "kind"),
    [
        pytest.param("GET", "/api/v1/workflows/none", None, NotFoundError, id="no such workflow"),
        pytest.param("GET", "/api/v1/executions/none", None, NotFoundError, id="no such execution"),
        pytest.param("POST", "/api/v1/workflows", {"nodes": 3}, UserError, id="no workflow"),
        pytest.param("POST", "/api/v1/sql", {"query": "DROP TABLE executions"}, UserError, id="no reading query"),
    ],
)
def test_a_refusal_is_a_problem(running, method, path, body, kind):
    with pytest.raises(kind):
        running.client.call(method, path, body)


def test_without_a_token_nothing_is_said(running):
    with pytest.raises(UserError):
        Client(running.address, "wrong-token").get("/api/v1/workflows")


def test_a_port_in_use_is_a_clear_error(install):
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        done = start_and_end(install(), MILLRACE_PORT=str(taken.getsockname()[1]))

    assert done.returncode == 3
    assert "is in use" in done.stderr


def test_a_data_folder_in_use_is_a_clear_error(running):
    other = Installation(running.data)

    done = start_and_end(other)

    assert done.returncode == 3
    assert f"in use by process {running.pid}" in done.stderr


@pytest.mark.parametrize(
    ("settings", "says"),
    [
        pytest.param({"MILLRACE_BROKER": "amqp://k:5672"}, "no broker that Millrace speaks to", id="another broker"),
        pytest.param({"MILLRACE_BROKER": "kafka://127.0.0.1:1"}, "could not speak to Kafka", id="nobody there"),
        pytest.param({"MILLRACE_PORT": "x"}, "setting MILLRACE_PORT", id="no port"),
    ],
)
def test_a_bad_setting_is_a_clear_error(install, settings, says):
    done = start_and_end(install(), **settings)

    assert done.returncode == 1
    assert says in done.stderr


@pytest.mark.parametrize("how", [signal.SIGTERM, signal.SIGINT], ids=["SIGTERM", "SIGINT"])
def test_a_signal_drains_what_is_in_work(install, how):
    millrace = install()
    millrace.start()
    workflow = millrace.add(answering("drained"))
    body = {"name": "widget", "qty": 7, "price": 19.5}
    with ThreadPoolExecutor(8) as pool:
        asked = [pool.submit(answered, f"{millrace.address}/w/drained", body) for _ in range(200)]
        threading.Event().wait(0.1)
        status = millrace.stop(how)
    good = sum(one.result() for one in asked)
    millrace.start()

    assert status == 0
    assert good > 0
    assert millrace.settled(workflow, good)["success"] >= good


def answered(url, body):
    try:
        return call(url, body, timeout_seconds=20)["size"] == "big"
    except (OSError, urllib.error.URLError):
        return False


def start_and_end(installation, **settings):
    env = installation.environment | settings
    command = [sys.executable, "-m", "ops", "up"]
    return subprocess.run(command, env=env, capture_output=True, text=True, check=False, timeout=30)


def test_a_log_that_breaks_ends_the_process(install):
    millrace = install()
    millrace.start()
    with contextlib.closing(sqlite3.connect(millrace.data / "log.sqlite")) as log, log:
        log.execute("CREATE TRIGGER full BEFORE INSERT ON chunk BEGIN SELECT RAISE(ABORT, 'worn out'); END")

    assert not answered(f"{millrace.address}/w/hello", {"name": "Ada"})
    assert millrace.process.wait(60) == 1
    assert "millrace: the engine broke: could not write the log: worn out" in millrace.output.read_text()
