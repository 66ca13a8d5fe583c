"""What a command changes in the catalog, and what it is answered."""

import json
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from agents.catalog import REMEMBERED, refusal
from schemas.commands import (
    ActivateWorkflow,
    Change,
    CreateWorkflow,
    DeactivateWorkflow,
    DeleteWorkflow,
    PublishWorkflow,
    RollBackWorkflow,
    UpdateWorkflow,
)
from schemas.errors import ConflictError, NotFoundError, Overloaded, WorkflowError
from schemas.trigger import route_key
from streams.stores.views import CatalogView
from tests.agents.catalogs import Catalog, served
from tests.nodes.graphs import box, graph, hook


def test_create_presents_the_workflow():
    raw = served(tags=["a", {"id": "7", "name": "b"}, "a"], meta={"any": 1})

    body = Catalog().body(CreateWorkflow("w1", raw))

    version = body.pop("versionId")
    assert body == {
        "id": "w1",
        "name": "Orders",
        "active": False,
        "revision": 1,
        "publishedVersionId": None,
        "createdAt": 1001,
        "updatedAt": 1001,
        "tags": ["a", "b"],
        "problems": [],
        "workflow": raw | {"id": "w1", "active": False},
    }
    assert isinstance(version, str)


def test_create_keeps_what_starts_the_version():
    catalog = Catalog()

    body = catalog.body(CreateWorkflow("w1", graph(hook(), box("T", "tick"), name="Orders")))

    version = catalog.view.version("w1", str(body["versionId"]))
    assert version is not None
    assert (version.start_node, version.start_type) == ("T", "tick")
    assert [route.path for route in version.routes] == ["orders"]
    assert [schedule.node for schedule in version.schedules] == ["T"]


def test_a_workflow_without_a_name_gets_one():
    assert Catalog().body(CreateWorkflow("w1", {"nodes": []}))["name"] == "My workflow"


def test_update_makes_a_version_and_counts():
    catalog = Catalog()
    first = catalog.body(CreateWorkflow("w1", served()))

    second = catalog.body(UpdateWorkflow("w1", {"nodes": [box("A")]}, expected=1))

    assert second["versionId"] != first["versionId"]
    assert (second["revision"], second["createdAt"], second["updatedAt"]) == (2, 1001, 1002)
    assert (second["name"], second["workflow"]["name"]) == ("Orders", "Orders")
    assert catalog.view.version("w1", str(first["versionId"])) is not None


def test_an_update_that_changes_nothing_is_no_revision():
    catalog = Catalog()
    first = catalog.body(CreateWorkflow("w1", served()))

    second = catalog.body(UpdateWorkflow("w1", served()))

    assert second == first


@pytest.mark.parametrize(
    ("more", "same_version"),
    [
        pytest.param({"name": "Billing"}, True, id="another name"),
        pytest.param({"tags": ["x"]}, True, id="tags"),
        pytest.param({"meta": {"a": 1}}, True, id="what we do not know"),
        pytest.param({"settings": {"executionOrder": "v1"}}, False, id="settings"),
        pytest.param({"pinData": {"Hook": [{"json": {}}]}}, False, id="pinned data"),
    ],
)
def test_every_change_is_saved_and_a_version_is_what_it_does(more, same_version):
    catalog = Catalog()
    first = catalog.body(CreateWorkflow("w1", served()))

    second = catalog.body(UpdateWorkflow("w1", served() | more))

    assert second["revision"] == 2
    assert (second["versionId"] == first["versionId"]) is same_version
    saved = catalog.view.version("w1", str(second["versionId"]))
    assert saved is not None
    assert saved.body == served() | more


def test_update_keeps_tags_that_it_does_not_name():
    catalog = Catalog()
    catalog.body(CreateWorkflow("w1", served(tags=["x"])))

    assert catalog.body(UpdateWorkflow("w1", served()))["tags"] == ["x"]
    assert catalog.body(UpdateWorkflow("w1", served(tags=[])))["tags"] == []


def test_activate_publishes_and_deactivate_takes_back():
    catalog = Catalog()
    first = catalog.body(CreateWorkflow("w1", served()))

    active = catalog.body(ActivateWorkflow("w1", expected=1))
    paths = [live.route.path for live in catalog.view.routes()]
    passive = catalog.body(DeactivateWorkflow("w1", expected=2))

    assert (active["active"], active["publishedVersionId"], active["revision"]) == (True, first["versionId"], 2)
    assert active["workflow"]["active"] is True
    assert paths == ["orders"]
    assert (passive["active"], passive["publishedVersionId"], passive["revision"]) == (False, None, 3)
    assert list(catalog.view.routes()) == []


def test_what_is_so_already_is_no_revision():
    catalog = Catalog()
    catalog.body(CreateWorkflow("w1", served()))

    assert catalog.body(DeactivateWorkflow("w1"))["revision"] == 1
    assert [catalog.body(ActivateWorkflow("w1"))["revision"] for _ in range(2)] == [2, 2]


def test_delete_hides_it_and_its_id_can_be_used_again():
    catalog = Catalog()
    catalog.body(CreateWorkflow("w1", served()))
    catalog.body(ActivateWorkflow("w1"))

    gone = catalog.body(DeleteWorkflow("w1", expected=2))
    hidden = catalog.view.workflow("w1")
    again = catalog.body(CreateWorkflow("w1", served()))

    assert gone == {"id": "w1", "deleted": True, "revision": 3}
    assert hidden is None
    assert list(catalog.view.routes()) == []
    assert (again["revision"], again["active"]) == (4, False)


REFUSED = [
    pytest.param(
        CreateWorkflow("w1", served()), "ConflictError", 409, 'workflow "Orders" already has the id "w1"', id="id taken"
    ),
    pytest.param(CreateWorkflow("a/b", served()), "UserError", 422, '"a/b" cannot be the id', id="a strange id"),
    pytest.param(
        CreateWorkflow("w9", {"nodes": 3}), "WorkflowError", 422, 'invalid workflow at "nodes"', id="no workflow"
    ),
    pytest.param(CreateWorkflow("w9", []), "WorkflowError", 422, "a workflow is a JSON object", id="no object"),  # type: ignore[arg-type]
    pytest.param(
        CreateWorkflow("w9", graph(box("A"), edges="A>B")),
        "WorkflowError",
        422,
        'a connection leads to "B"',
        id="dangling",
    ),
    pytest.param(
        CreateWorkflow("w9", graph(box("A"), box("A"))), "WorkflowError", 422, "is used twice", id="duplicate name"
    ),
    pytest.param(
        UpdateWorkflow("w1", served(), expected=7), "ConflictError", 409, "is at revision 2, not 7", id="update late"
    ),
    pytest.param(DeleteWorkflow("w1", expected=7), "ConflictError", 409, "is at revision 2, not 7", id="delete late"),
    pytest.param(
        ActivateWorkflow("w1", expected=7), "ConflictError", 409, "is at revision 2, not 7", id="activate late"
    ),
    pytest.param(
        DeactivateWorkflow("w1", expected=7), "ConflictError", 409, "at revision 2, not 7", id="deactivate late"
    ),
    pytest.param(UpdateWorkflow("w9", served()), "NotFoundError", 404, 'no workflow "w9"', id="update unknown"),
    pytest.param(DeleteWorkflow("w9"), "NotFoundError", 404, 'no workflow "w9"', id="delete unknown"),
    pytest.param(ActivateWorkflow("gone"), "NotFoundError", 404, 'no workflow "gone"', id="activate deleted"),
    pytest.param(
        ActivateWorkflow("idle"),
        "WorkflowError",
        422,
        'workflow "Idle": nothing would start it',
        id="activate without trigger",
    ),
    pytest.param(
        ActivateWorkflow("rival"),
        "ConflictError",
        409,
        'workflow "Rival", node "Hook": POST "orders" belongs to the active workflow "Orders"',
        id="activate a taken path",
    ),
    pytest.param(
        ActivateWorkflow("twice"),
        "WorkflowError",
        422,
        'node "Again": POST "t" also belongs to node "Hook"',
        id="own path twice",
    ),
    pytest.param(PublishWorkflow("w1", expected=7), "ConflictError", 409, "is at revision 2, not 7", id="publish late"),
    pytest.param(
        PublishWorkflow("w1", "beef"), "NotFoundError", 404, 'no version "beef"', id="publish an unknown version"
    ),
    pytest.param(
        RollBackWorkflow("w1"), "ConflictError", 409, "no earlier published version", id="nothing to go back to"
    ),
]


@pytest.mark.parametrize(("change", "kind", "status", "text"), REFUSED)
def test_refused(change, kind, status, text):
    catalog = Catalog()
    for name, raw in {
        "w1": served(),
        "w2": served("other", name="Other"),
        "params": served("a/:id", name="Params"),
        "rival": served(name="Rival"),
        "idle": graph(box("M", "manualTrigger"), box("A"), name="Idle"),
        "twice": graph(hook(parameters={"path": "t"}), hook("Again", parameters={"path": "t"}), name="Twice"),
        "gone": served("gone"),
    }.items():
        catalog.body(CreateWorkflow(name, raw))
    for name in ("w1", "w2", "params"):
        catalog.body(ActivateWorkflow(name))
    catalog.body(DeleteWorkflow("gone"))
    before = [catalog.view.workflow(name) for name in ("w1", "w2", "rival", "idle", "twice")]

    body = catalog.refused(change)

    assert (body["kind"], body["status"]) == (kind, status)
    assert text in str(body["message"])
    assert body["hint"]
    assert [catalog.view.workflow(name) for name in ("w1", "w2", "rival", "idle", "twice")] == before


@pytest.mark.parametrize(
    ("first", "second", "fits"),
    [
        pytest.param(("a", "POST"), ("a", "GET"), True, id="another method"),
        pytest.param(("a", "POST"), ("/a/", "POST"), False, id="slashes do not count"),
        pytest.param(("a", "POST"), ("A", "POST"), True, id="case counts"),
        pytest.param(("u/:id", "GET"), ("u/:name", "GET"), False, id="names of parameters do not count"),
        pytest.param(("u/:id", "GET"), ("u/me", "GET"), True, id="a literal beats a parameter"),
        pytest.param(("u/:id", "GET"), ("u/:id/x", "GET"), True, id="another length"),
    ],
)
def test_paths_of_active_workflows_are_unique(first, second, fits):
    catalog = Catalog()
    for name, (path, method) in {"w1": first, "w2": second}.items():
        catalog.body(CreateWorkflow(name, served(path, method)))
    catalog.body(ActivateWorkflow("w1"))

    assert catalog.ask(ActivateWorkflow("w2")).answer.ok is fits


def test_a_path_is_free_again_when_its_owner_stops():
    catalog = Catalog()
    for name in ("w1", "w2"):
        catalog.body(CreateWorkflow(name, served()))
    catalog.body(ActivateWorkflow("w1"))

    catalog.body(DeactivateWorkflow("w1"))

    assert catalog.body(ActivateWorkflow("w2"))["active"] is True


def test_a_repeated_command_gets_its_first_answer_and_changes_nothing():
    catalog = Catalog()
    changes = [
        CreateWorkflow("w1", served()),
        UpdateWorkflow("w1", served("bills"), expected=1),
        ActivateWorkflow("w1", expected=2),
        ActivateWorkflow("w1", expected=2),
        DeleteWorkflow("w1", expected=3),
    ]
    first = [catalog.ask(change, f"c{at}").answer for at, change in enumerate(changes)]

    again = [catalog.ask(change, f"c{at}") for at, change in enumerate(changes)]

    assert [decision.answer for decision in again] == first
    assert [answer.ok for answer in first] == [True, True, True, False, True]
    assert all(decision.snapshots == [] for decision in again)


def test_the_last_answers_are_kept():
    catalog = Catalog()
    catalog.body(CreateWorkflow("w1", served()), "first")
    for at in range(REMEMBERED - 1):
        catalog.body(UpdateWorkflow("w1", served(f"p{at}")))
    kept = catalog.ask(CreateWorkflow("w1", served()), "first").answer.ok

    catalog.body(UpdateWorkflow("w1", served("last")))

    known = catalog.view.aggregate("w1")
    assert kept
    assert known is not None
    assert len(known.answered) == REMEMBERED
    assert not catalog.ask(CreateWorkflow("w1", served()), "first").answer.ok


def test_remembered_answers_do_not_carry_the_workflow():
    catalog = Catalog()
    catalog.body(CreateWorkflow("w1", served()))

    known = catalog.view.aggregate("w1")

    assert known is not None
    assert "workflow" not in known.answered[0].answer.body


@pytest.mark.parametrize(
    ("error", "kind", "status"),
    [
        pytest.param(NotFoundError("x"), "NotFoundError", 404, id="not found"),
        pytest.param(ConflictError("x"), "ConflictError", 409, id="conflict"),
        pytest.param(WorkflowError("x", node="A"), "WorkflowError", 422, id="workflow"),
        pytest.param(Overloaded("x"), "Overloaded", 503, id="overloaded"),
        pytest.param(KeyError("x"), "DefectError", 500, id="a defect"),
    ],
)
def test_refusals_say_kind_and_status(error, kind, status):
    answer = refusal(error)

    assert (answer.ok, answer.body["kind"], answer.body["status"]) == (False, kind, status)


def test_the_example_workflow_can_be_activated():
    raw = json.loads((Path(__file__).parents[2] / "ops/examples/hello.json").read_text(encoding="utf-8"))
    catalog = Catalog()

    assert catalog.body(CreateWorkflow("hello", raw))["problems"] == []
    assert catalog.body(ActivateWorkflow("hello"))["active"] is True
    assert [route_key(live.route) for live in catalog.view.routes()] == [("POST", "hello")]


ids = st.sampled_from(["w1", "w2", "w3"])
drawn = st.builds(served, st.sampled_from(["a", "b", "u/:x", "u/:y"]), st.sampled_from(["GET", "POST"])) | st.just(
    graph(box("A"), box("B"))
)
revisions = st.none() | st.integers(1, 4)
changes = st.one_of(
    st.builds(CreateWorkflow, ids, drawn),
    st.builds(UpdateWorkflow, ids, drawn, revisions),
    st.builds(DeleteWorkflow, ids, revisions),
    st.builds(ActivateWorkflow, ids, revisions),
    st.builds(ActivateWorkflow, ids),
    st.builds(PublishWorkflow, ids),
    st.builds(RollBackWorkflow, ids),
    st.builds(DeactivateWorkflow, ids, revisions),
)


@settings(max_examples=150)
@given(st.lists(changes, max_size=20), st.data())
def test_whatever_is_asked(asked: list[Change], data: st.DataObject):
    """Active paths stay unique, repetitions are harmless, and a view folded anew is the same."""
    catalog = Catalog()
    for at, change in enumerate(asked):
        first = catalog.ask(change, f"c{at}")
        live = [route_key(live.route) for live in catalog.view.routes()]
        assert len(set(live)) == len(live)

        if first.snapshots and data.draw(st.booleans()):
            again = catalog.ask(change, f"c{at}")
            assert (again.snapshots, again.answer) == ([], first.answer)

    fresh = CatalogView()
    fresh.apply(catalog.records)
    assert fresh.list() == catalog.view.list()
    assert list(fresh.routes()) == list(catalog.view.routes())
