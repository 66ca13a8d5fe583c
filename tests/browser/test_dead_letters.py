"""Dead letters in the web app: why, from where, changed and driven again.

Flow: a log with tasks of a version that is not there → dead letters → page → **here**.
"""

import asyncio
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from nodes.sdk import discover
from ops.bench.installation import Installation
from ops.bench.workflows import chain
from schemas.identifiers import new_execution_id, partition_of
from schemas.item import Item
from schemas.task import Frame, Start, Task
from streams.codecs import encode
from streams.settings import StreamSettings
from streams.topics import all_topics, node_topic
from streams.transports.embedded import open_broker

LOST = 2


async def lose(folder: Path, workflow: str) -> None:
    """Put starts of a version that is not there on the log of a Millrace that is stopped."""
    settings = StreamSettings(broker=f"sqlite:///{folder / 'log.sqlite'}", partitions=2, data=folder)
    log = open_broker(settings, all_topics(each.name for each in discover()))
    for number in range(LOST):
        start = Start([Item({"n": number})], mode="webhook")
        task = Task(new_execution_id(), workflow, "gone", "Webhook", int(time.time() * 1000), start=start)
        await log.send(node_topic("webhook"), partition_of(task.execution, 2), encode(Frame([task])))
    await log.close()


@pytest.fixture(scope="module")
def spoiled(server: Installation, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Installation]:
    """A Millrace of its own, with dead letters."""
    webhook = {"httpMethod": "POST", "path": "letters", "responseMode": "onReceived", "options": {}}
    with Installation(tmp_path_factory.mktemp("letters") / "data") as running:
        workflow = running.add(chain("Letters", [("Webhook", "webhook", 2, webhook), ("End", "noOp", 1, {})]))
        running.stop()
        with ThreadPoolExecutor() as beside:  # the browser's driver has a loop in this thread
            beside.submit(lambda: asyncio.run(lose(running.data, workflow))).result()
        running.start()
        while len(running.client.get("/api/v1/dead-letters")["data"]) < LOST:
            time.sleep(0.05)
        yield running


def test_a_letter_is_changed_and_driven_again(page: Page, spoiled: Installation, accessible, shoot) -> None:
    page.goto(f"{spoiled.address}/#/deadLetters")
    rows = page.locator("tbody tr")
    expect(rows).to_have_count(LOST)
    expect(rows.first).to_contain_text("gone")
    assert accessible() == []
    shoot("dead-letters")

    rows.first.get_by_role("button").click()
    letter = page.get_by_role("dialog")
    field = letter.get_by_label("Items")
    expect(field).to_contain_text('"n"')
    assert accessible() == []
    field.click()
    page.keyboard.press("Control+a")
    page.keyboard.insert_text('[{"json": {"n": 42}}]')
    letter.get_by_label("Run what the workflow is now").check()
    letter.get_by_role("button", name="Drive it again").click()

    expect(page.get_by_text("Driven again as execution")).to_be_visible()
    first = spoiled.client.get("/api/v1/dead-letters")["data"][0]["id"]
    while not spoiled.client.get(f"/api/v1/dead-letters/{first}")["redriven"]:
        time.sleep(0.05)
    rows.first.get_by_role("button").click()
    expect(letter.get_by_text("was driven again already")).to_be_visible()


def test_letters_are_found_by_their_reason(page: Page, spoiled: Installation) -> None:
    page.goto(f"{spoiled.address}/#/deadLetters")
    page.get_by_role("searchbox", name="Reason").fill("no such reason")

    expect(page.get_by_text("There is no dead letter")).to_be_visible()
