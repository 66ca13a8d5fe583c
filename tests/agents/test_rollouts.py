"""Rollouts: who takes part, what may be tried, which version a start runs, and when a trial is taken back."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from agents.rollouts import Routing
from agents.trials import Side, Tally, verdict
from schemas.commands import (
    ActivateWorkflow,
    CreateWorkflow,
    DeactivateWorkflow,
    EndRollout,
    PublishWorkflow,
    SetRollout,
    UpdateWorkflow,
)
from schemas.identifiers import new_execution_id
from schemas.item import Item
from schemas.rollout import RollBackWhen, Rollout, takes_part
from schemas.task import Start, Task
from tests.agents.catalogs import Catalog, served
from tests.nodes.graphs import box, graph, hook

NEW = graph(hook(), box("A"), edges="Hook>A", name="Orders")


@pytest.fixture
def catalog() -> Catalog:
    """A catalog with `w1`: one version published, another one saved."""
    made = Catalog()
    made.body(CreateWorkflow("w1", served()))
    made.body(ActivateWorkflow("w1"))
    made.body(UpdateWorkflow("w1", NEW))
    return made


def versions(catalog: Catalog) -> tuple[str, str]:
    known = catalog.view.workflow("w1")
    assert known is not None
    assert known.published is not None
    return known.published, known.draft


def start(version: str, mode: str = "webhook", **json: object) -> Task:
    begun = Start([Item(dict(json))], mode=mode)  # type: ignore[arg-type]
    return Task(new_execution_id(), "w1", version, "Hook", 0, start=begun)


@given(st.text(min_size=1), st.floats(0.01, 100), st.floats(0.01, 100))
def test_who_takes_part_does_so_at_a_higher_percentage_too(identity, one, other):
    low, high = sorted((one, other))

    part = takes_part(Rollout("canary", "v", percent=low), identity)

    assert part is takes_part(Rollout("canary", "v", percent=low), identity)
    assert not part or takes_part(Rollout("canary", "v", percent=high), identity)
    assert takes_part(Rollout("canary", "v", percent=100), identity)


@pytest.mark.parametrize("percent", [1, 25, 50])
def test_the_percentage_is_kept(percent):
    rollout = Rollout("canary", "v", percent=percent)

    part = sum(takes_part(rollout, str(number)) for number in range(20_000))

    assert abs(part / 200 - percent) < 1


def test_a_canary_runs_its_version_for_its_share_of_starts(catalog):
    published, tried = versions(catalog)
    catalog.body(SetRollout("w1", Rollout("canary", tried, percent=40)))
    route = Routing(catalog.view)

    tasks = [start(published) for _ in range(1000)]
    chosen = [route(task).version for task in tasks]

    assert 330 < chosen.count(tried) < 470
    assert chosen == [route(task).version for task in tasks]


@pytest.mark.parametrize(
    "key",
    [
        pytest.param("customer", id="field"),
        pytest.param("={{ $json.customer.toUpperCase() }}", id="expression"),
    ],
)
def test_one_key_always_runs_one_version(catalog, key):
    published, tried = versions(catalog)
    catalog.body(SetRollout("w1", Rollout("canary", tried, percent=50, key=key)))
    route = Routing(catalog.view)

    chosen = {name: {route(start(published, customer=name)).version for _ in range(20)} for name in "abcdefghij"}

    assert all(len(versions) == 1 for versions in chosen.values())
    assert set.union(*chosen.values()) == {published, tried}


@pytest.mark.parametrize(
    ("mode", "which"),
    [
        pytest.param("api", 0, id="a start by hand runs what it names"),
        pytest.param("manual", 0, id="a test as well"),
        pytest.param("webhook", 1, id="a start of a version that is not the published one"),
    ],
)
def test_what_is_not_tried(catalog, mode, which):
    both = versions(catalog)
    catalog.body(SetRollout("w1", Rollout("canary", both[1])))

    assert Routing(catalog.view)(start(both[which], mode)).version == both[which]


def test_a_shadow_runs_for_nobody(catalog):
    published, tried = versions(catalog)
    catalog.body(SetRollout("w1", Rollout("shadow", tried)))

    assert Routing(catalog.view)(start(published)).version == published


@pytest.mark.parametrize(
    ("end", "reason"),
    [
        pytest.param(EndRollout("w1", reason="by hand"), "by hand", id="ended"),
        pytest.param(PublishWorkflow("w1"), "was published", id="its version was published"),
    ],
)
def test_an_end_says_why_and_routes_no_more(catalog, end, reason):
    published, tried = versions(catalog)
    catalog.body(SetRollout("w1", Rollout("canary", tried)))
    assert Routing(catalog.view)(start(published)).version == tried

    catalog.body(end)

    known = catalog.view.workflow("w1")
    assert reason in known.rollout.reason
    assert Routing(catalog.view)(start(known.published)).version == known.published


def test_a_verdict_on_another_version_comes_too_late(catalog):
    _, tried = versions(catalog)
    catalog.body(SetRollout("w1", Rollout("canary", tried)))

    catalog.body(EndRollout("w1", version="another", reason="late"))

    assert catalog.view.workflow("w1").rollout.on


@pytest.mark.parametrize(
    ("rollout", "kind", "text"),
    [
        pytest.param(Rollout("canary", "none"), "NotFoundError", 'no version "none"', id="unknown version"),
        pytest.param(Rollout("canary", "published"), "ConflictError", "is the published one", id="the published one"),
        pytest.param(Rollout("canary", "other"), "UserError", 'no trigger "Hook"', id="other triggers"),
        pytest.param(
            Rollout("canary", "new", key="={{ await fetch('x') }}"),
            "UserError",
            "the key is read",
            id="too much of a key",
        ),
    ],
)
def test_refused(catalog, rollout, kind, text):
    published, new = versions(catalog)
    other = catalog.body(UpdateWorkflow("w1", graph(hook("Else"), name="Orders")))["versionId"]
    names = {"published": published, "new": new, "other": str(other)}
    rollout.version = names.get(rollout.version, rollout.version)

    body = catalog.refused(SetRollout("w1", rollout))

    assert body["kind"] == kind
    assert text in str(body["message"])


def test_what_is_not_published_tries_nothing(catalog):
    _, tried = versions(catalog)
    catalog.body(DeactivateWorkflow("w1"))

    assert catalog.refused(SetRollout("w1", Rollout("canary", tried)))["kind"] == "ConflictError"


@pytest.mark.parametrize(
    ("tally", "when", "reason"),
    [
        pytest.param(Tally(tried=Side(9, 9)), RollBackWhen(10, error_rate=0.1), None, id="too few"),
        pytest.param(Tally(tried=Side(10, 1)), RollBackWhen(10, error_rate=0.1), None, id="as many errors as may be"),
        pytest.param(Tally(tried=Side(10, 2)), RollBackWhen(10, error_rate=0.1), "2 of 10", id="too many errors"),
        pytest.param(Tally(tried=Side(10, 10)), RollBackWhen(10), None, id="nothing that matters"),
        pytest.param(
            Tally(Side(10, 0, 100), Side(10, 0, 300)), RollBackWhen(10, slower=2), "30 ms in the mean", id="too slow"
        ),
        pytest.param(Tally(Side(10, 0, 100), Side(10, 0, 190)), RollBackWhen(10, slower=2), None, id="slow enough"),
        pytest.param(Tally(tried=Side(10, 0, 300)), RollBackWhen(10, slower=2), None, id="nothing to compare with"),
        pytest.param(
            Tally(tried=Side(10), compared=10, differing=3), RollBackWhen(10, differing=0.2), "3 of 10", id="it differs"
        ),
        pytest.param(
            Tally(tried=Side(10), compared=10, differing=2), RollBackWhen(10, differing=0.2), None, id="it may differ"
        ),
    ],
)
def test_verdicts(tally, when, reason):
    said = verdict(tally, when)

    assert (said is None) if reason is None else (said is not None and reason in said)
