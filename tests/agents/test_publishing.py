"""What publishing and going back make of a workflow."""

import pytest

from agents.publishing import REMEMBERED
from nodes.obstacles import obstacles
from schemas.commands import (
    ActivateWorkflow,
    CreateWorkflow,
    DeactivateWorkflow,
    PublishWorkflow,
    RollBackWorkflow,
    UpdateWorkflow,
    VersionSnapshot,
)
from schemas.trigger import Route
from tests.agents.catalogs import Catalog, served
from tests.nodes.graphs import box, graph, hook


def paths(catalog: Catalog) -> list[str]:
    return [live.route.path for live in catalog.view.routes()]


def saved(catalog: Catalog, path: str) -> str:
    return str(catalog.body(UpdateWorkflow("w1", served(path)))["versionId"])


@pytest.fixture
def catalog() -> Catalog:
    """A catalog with an active workflow whose draft has gone on: published `orders`, draft `bills`."""
    made = Catalog()
    made.body(CreateWorkflow("w1", served()))
    made.body(ActivateWorkflow("w1"))
    saved(made, "bills")
    return made


def test_saving_the_draft_of_an_active_workflow_publishes_nothing(catalog):
    known = catalog.view.workflow("w1")

    assert paths(catalog) == ["orders"]
    assert known.published != known.draft


def test_a_draft_of_an_active_workflow_may_be_unfinished(catalog):
    catalog.body(UpdateWorkflow("w1", graph(box("A"), box("B"))))

    assert paths(catalog) == ["orders"]


def test_publishing_takes_the_draft(catalog):
    body = catalog.body(PublishWorkflow("w1", message="bills are served"))

    assert body["publishedVersionId"] == body["versionId"]
    assert paths(catalog) == ["bills"]
    assert catalog.view.workflow("w1").publications[-1].message == "bills are served"


def test_publishing_a_version_leaves_the_draft(catalog):
    first = catalog.view.workflow("w1").published
    draft = catalog.body(PublishWorkflow("w1"))["versionId"]

    body = catalog.body(PublishWorkflow("w1", first))

    known = catalog.view.workflow("w1")
    assert body["publishedVersionId"] == first
    assert (known.published, known.draft) == (first, draft)
    assert paths(catalog) == ["orders"]


def test_publishing_switches_on():
    catalog = Catalog()
    catalog.body(CreateWorkflow("w1", served()))

    assert catalog.body(PublishWorkflow("w1"))["active"] is True


def test_publishing_writes_one_record(catalog):
    assert len(catalog.ask(PublishWorkflow("w1")).snapshots) == 1


def test_publishing_what_is_published_is_no_revision(catalog):
    first = catalog.body(PublishWorkflow("w1"))["revision"]

    assert catalog.body(PublishWorkflow("w1"))["revision"] == first
    assert len(catalog.view.workflow("w1").publications) == 2


def test_going_back_finds_the_version_before(catalog):
    first = catalog.view.workflow("w1").published
    second = catalog.body(PublishWorkflow("w1"))["publishedVersionId"]

    back = [catalog.body(RollBackWorkflow("w1"))["publishedVersionId"] for _ in range(2)]

    assert back == [first, second]


def test_going_back_to_a_named_version(catalog):
    first = catalog.view.workflow("w1").published
    for path in ("a", "b", "c"):
        saved(catalog, path)
        catalog.body(PublishWorkflow("w1"))

    assert catalog.body(RollBackWorkflow("w1", first))["publishedVersionId"] == first


def test_going_back_from_being_off_publishes_the_last(catalog):
    first = catalog.view.workflow("w1").published
    catalog.body(DeactivateWorkflow("w1"))

    body = catalog.body(RollBackWorkflow("w1"))

    assert (body["active"], body["publishedVersionId"]) == (True, first)


def test_the_last_publications_are_remembered(catalog):
    for at in range(REMEMBERED + 3):
        saved(catalog, f"p{at}")
        catalog.body(PublishWorkflow("w1", message=str(at)))

    publications = catalog.view.workflow("w1").publications
    assert [made.message for made in publications] == [str(at) for at in range(3, REMEMBERED + 3)]


def test_a_version_never_changes_and_never_goes(catalog):
    names = [saved(catalog, f"p{at}") for at in range(5)]
    before = [catalog.view.version("w1", name) for name in names]

    for name in names:
        catalog.body(PublishWorkflow("w1", name))

    assert [catalog.view.version("w1", name) for name in names] == before


AUTH = "httpBearerAuth"
ASKED = {"authentication": "genericCredentialType", "genericAuthType": AUTH}
LACKING = [
    pytest.param(ASKED, None, ['no credential of type "httpBearerAuth" is chosen'], id="none chosen"),
    pytest.param(
        ASKED, {AUTH: {"name": "Gone"}}, ['there is no credential "Gone" of type "httpBearerAuth"'], id="gone"
    ),
    pytest.param({}, {AUTH: {"name": "Gone"}}, ['there is no credential "Gone" of type "httpBearerAuth"'], id="named"),
    pytest.param({"authentication": "none"}, {AUTH: {"name": "Gone"}}, [], id="left over"),
    pytest.param(ASKED, {AUTH: {"name": "Ours"}}, [], id="there"),
]


@pytest.mark.parametrize(("parameters", "credentials", "expected"), LACKING)
def test_what_a_version_lacks_is_said(parameters, credentials, expected):
    body = {"nodes": [{"name": "Call", "parameters": parameters, "credentials": credentials}]}
    version = VersionSnapshot("v", "w", body, 0, routes=[Route("Hook", "webhook", "POST", "orders")])

    found = obstacles(version, lambda kind, reference: reference["name"] == "Ours")

    assert [problem.message for problem in found] == expected
    assert all((problem.node, problem.field) == ("Call", f"credentials.{AUTH}") for problem in found)


def test_publishing_lists_all_that_is_lacking(catalog):
    boxes = [box(name, credentials={AUTH: {"name": name}}) for name in ("A", "B")]
    saved_body = catalog.body(UpdateWorkflow("w1", graph(hook(parameters={"path": "more"}), *boxes)))

    refused = catalog.refused(PublishWorkflow("w1"))

    assert refused["node"] == "A"
    assert [problem["node"] for problem in refused["detail"]["problems"]] == ["A", "B"]
    assert catalog.view.workflow("w1").published != saved_body["versionId"]
