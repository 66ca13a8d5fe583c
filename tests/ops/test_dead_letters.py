"""Dead letters of a real Millrace: written by its engine, looked at, mended and driven again, once.

Flow: log ← tasks that cannot be carried out; process → dead letters → `/api/v1/dead-letters` → **here**.
"""

import asyncio
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from nodes.sdk import discover
from ops.bench.installation import Installation
from ops.bench.workflows import chain
from schemas.errors import ConflictError, NotFoundError, UserError
from schemas.identifiers import new_execution_id, partition_of
from schemas.item import Item
from schemas.task import Frame, Start, Task
from streams.codecs import encode
from streams.settings import StreamSettings
from streams.topics import all_topics, node_topic
from streams.transports.embedded import open_broker

pytestmark = [pytest.mark.process, pytest.mark.timeout(120)]
PATH = "/api/v1/dead-letters"
EXECUTIONS = "/api/v1/executions"
TOPIC = node_topic("webhook")
LOST = 4


async def spoil(folder: Path, workflow: str) -> None:
    """Put on the log of a Millrace that is stopped: starts of a version that is not there, and what is no frame."""
    settings = StreamSettings(broker=f"sqlite:///{folder / 'log.sqlite'}", partitions=2, data=folder)
    log = open_broker(settings, all_topics(each.name for each in discover()))
    for number in range(LOST):
        start = Start([Item({"body": {"n": number}})], mode="webhook")
        task = Task(new_execution_id(), workflow, "gone", "Webhook", int(time.time() * 1000), start=start)
        await log.send(TOPIC, partition_of(task.execution, 2), encode(Frame([task])))
    await log.send(TOPIC, 0, b'{"n": 7}')
    await log.close()


@pytest.fixture(scope="module")
def spoiled(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Installation, str, str]]:
    """A Millrace with dead letters, its workflow, and the version that there is."""
    webhook = {"httpMethod": "POST", "path": "letters", "responseMode": "onReceived", "options": {}}
    fields = [{"id": "a", "name": "doubled", "type": "number", "value": "={{ ($json.body?.n ?? $json.n) * 2 }}"}]
    say = ("Say", "set", 3.4, {"assignments": {"assignments": fields}, "options": {}})
    with Installation(tmp_path_factory.mktemp("letters") / "data") as running:
        workflow = running.add(chain("letters", [("Webhook", "webhook", 2, webhook), say]))
        version = running.client.get(f"/api/v1/workflows/{workflow}")["versionId"]
        running.stop()
        asyncio.run(spoil(running.data, workflow))
        running.start()
        while len(letters(running)) < LOST + 1:
            time.sleep(0.05)
        yield running, workflow, version


def letters(running: Installation, **query: object) -> list[dict]:
    return list(running.client.pages(PATH, 100, **query))


def result(running: Installation, execution: str) -> dict:
    while True:
        try:
            found = running.client.get(f"{EXECUTIONS}/{execution}")
        except NotFoundError:
            found = {"status": "unknown"}
        if found["status"] in ("success", "error") and len(found["nodeRuns"]) == found["runs"]:
            return found["nodeRuns"][-1]["outputs"][0][0]["json"]
        time.sleep(0.05)


def test_letters_say_where_they_come_from_and_why(spoiled):
    running, workflow, _ = spoiled

    of_workflow, garbage = letters(running, workflow=workflow), letters(running, reason="our mark")

    assert [(one["kind"], one["node"], one["topic"]) for one in of_workflow] == [("task", "Webhook", TOPIC)] * LOST
    assert all("gone" in one["reason"] for one in of_workflow)
    [one] = garbage
    shown = running.client.get(f"{PATH}/{one['id']}")
    assert (shown["kind"], shown["raw"], shown["redriven"], shown["items"]) == ("record", '{"n": 7}', None, None)


def test_a_letter_is_mended_and_driven_again_once(spoiled):
    running, workflow, version = spoiled
    one = letters(running, workflow=workflow)[0]
    place = f"{PATH}/{one['id']}/redrive"

    with pytest.raises(NotFoundError, match="gone"):
        running.client.call("POST", place, {})
    asked = running.client.call("POST", place, {"version": version, "items": [{"body": {"n": 21}}]})
    came = result(running, asked["execution"])
    with pytest.raises(ConflictError, match=asked["execution"]):
        running.client.call("POST", place, {"version": version})

    assert came == {"doubled": 42}
    assert running.client.get(f"{PATH}/{one['id']}")["redriven"] == asked["execution"]


def test_a_letter_that_many_drive_at_once_is_driven_once(spoiled):
    running, workflow, version = spoiled
    one = letters(running, workflow=workflow)[-1]

    def drive(_: int) -> str | None:
        try:
            asked = running.client.call("POST", f"{PATH}/{one['id']}/redrive", {"version": version})
        except ConflictError:
            return None
        return asked["execution"]

    with ThreadPoolExecutor(6) as pool:
        executions = {execution for execution in pool.map(drive, range(6)) if execution is not None}
    [execution] = executions
    result(running, execution)
    time.sleep(0.7)  # a second run would come to the history as the first did

    query = f"SELECT count() FROM node_runs WHERE execution = '{execution}'"
    assert running.client.call("POST", "/api/v1/sql", {"query": query})["rows"] == [[2]]


def test_a_querys_whole_result_is_driven_again_once(spoiled):
    running, workflow, version = spoiled
    before = [running.client.get(f"{PATH}/{one['id']}") for one in letters(running, workflow=workflow)]
    fresh = [one for one in before if one["redriven"] is None]
    body = {"filter": {"workflow": workflow}, "version": version}

    told = running.client.call("POST", f"{PATH}/redrive", body)
    came = sorted(result(running, execution)["doubled"] for execution in told["executions"])
    again = running.client.call("POST", f"{PATH}/redrive", body)

    assert (told["redriven"], told["skipped"]) == (len(fresh), LOST - len(fresh))
    assert came == sorted(one["items"][0]["json"]["body"]["n"] * 2 for one in fresh)
    assert (again["redriven"], again["skipped"]) == (0, LOST)


def test_a_record_is_driven_again_as_a_start_of_what_one_names(spoiled):
    running, workflow, _ = spoiled
    [one] = letters(running, reason="our mark")
    place = f"{PATH}/{one['id']}/redrive"

    with pytest.raises(UserError) as refused:
        running.client.call("POST", place, {})
    asked = running.client.call("POST", place, {"workflow": workflow})

    assert refused.value.field == "workflow"
    assert result(running, asked["execution"]) == {"doubled": 14}


@pytest.mark.parametrize("name", ["none", "W10"])
def test_a_letter_that_is_not_there(spoiled, name):
    with pytest.raises(NotFoundError):
        spoiled[0].client.get(f"{PATH}/{name}")
