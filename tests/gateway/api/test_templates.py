"""Templates: each does what its test says, each can be made, activated and called.

Flow: gateway/templates, `/api/v1/templates` → **here**.
"""

import pytest

from gateway.api.templates import shipped
from ops.private import private_engine
from ops.settings import Settings
from ops.workflow_tests import find_files, read_tests, run_test
from tests.architecture.tree import ROOT

TESTS = [test for path in find_files([ROOT / "gateway/templates"]) for test in read_tests(path)]
IDS = [template.id for template in shipped()]


@pytest.fixture(scope="module", params=TESTS, ids=lambda test: test.name)
def test(request):
    return request.param


async def test_a_template_does_what_its_test_says(test) -> None:
    async with private_engine(Settings()) as engine:
        outcome = await run_test(test, engine.run)

    assert outcome.faults == []


async def test_the_shortest_one_with_a_webhook_comes_first(house) -> None:
    found = (await house.call("GET", "/api/v1/templates", 200))["data"]

    assert [each["id"] for each in found] == IDS
    assert (found[0]["id"], found[0]["sample"]) == ("answer-a-webhook", {"name": "Ada", "email": "ada@example.com"})
    assert [each["id"] for each in found if not each["description"]] == []


@pytest.mark.parametrize("template", shipped(), ids=IDS)
async def test_a_template_becomes_a_workflow_without_a_problem(house, template) -> None:
    starts = "errorTrigger" not in template.node_types  # what fails names it: it needs no activation
    made = await house.make(template.workflow, active=starts)

    assert (made["active"], made["problems"]) == (starts, [])
