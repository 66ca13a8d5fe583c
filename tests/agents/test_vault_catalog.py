"""The vault's decisions: names are unique, what is used is kept, revisions hold, repetitions change nothing.

Flow: command + catalog → **decide** → snapshot and an answer.
"""

import msgspec
import pytest

from schemas.commands import ActivateWorkflow, Change, CreateWorkflow, DeleteWorkflow
from schemas.vault import (
    CreateCredential,
    CredentialSnapshot,
    DeleteCredential,
    DeleteVariable,
    PutVariable,
    Sealed,
    UpdateCredential,
)
from streams.stores.views import CatalogView
from tests.agents.catalogs import Catalog
from tests.nodes.graphs import box, graph, hook

SEAL = Sealed("k", b"wrapped", b"text")
NEWER = Sealed("k", b"wrapped", b"newer")


def kept(name: str = "Shop", credential: str = "c1", kind: str = "httpBasicAuth") -> CreateCredential:
    return CreateCredential(credential, name, kind, SEAL)


def using(reference: object, kind: str = "httpBasicAuth") -> dict[str, object]:
    ask = box("Ask", "httpRequest", typeVersion=4, credentials={kind: reference})
    return graph(hook(), ask, edges="Hook>Ask")


def test_a_credential_is_made_changed_and_forgotten() -> None:
    catalog = Catalog()

    made = catalog.body(kept())
    changed = catalog.body(UpdateCredential("c1", name="Shop 2", sealed=NEWER, expected=1))
    found = catalog.view.vault.credential("c1")
    gone = catalog.ask(DeleteCredential("c1", expected=2))

    assert made == {
        "id": "c1",
        "name": "Shop",
        "type": "httpBasicAuth",
        "revision": 1,
        "createdAt": 1001,
        "updatedAt": 1001,
    }
    assert (changed["name"], changed["revision"]) == ("Shop 2", 2)
    assert found is not None
    assert found.sealed == NEWER
    assert gone.answer.ok
    assert catalog.view.vault.credential("c1") is None
    assert b"newer" not in msgspec.json.encode(gone.snapshots)


@pytest.mark.parametrize(
    ("change", "kind", "text"),
    [
        pytest.param(kept("Other"), "ConflictError", 'the id "c1" already', id="its id is taken"),
        pytest.param(kept(credential="c2"), "ConflictError", 'a credential "Shop"', id="its name is taken in its type"),
        pytest.param(kept(credential="a b"), "UserError", "cannot be an id", id="no id"),
        pytest.param(kept(" ", "c2"), "UserError", "needs a name", id="no name"),
        pytest.param(UpdateCredential("c9"), "NotFoundError", "no credential with the id", id="it is not there"),
        pytest.param(UpdateCredential("c1", expected=7), "ConflictError", "at revision 1, not 7", id="revised"),
        pytest.param(DeleteCredential("c9"), "NotFoundError", "no credential with the id", id="nothing to forget"),
        pytest.param(PutVariable("v1", "a b", "1", fresh=True), "UserError", "cannot be the key", id="no key"),
        pytest.param(PutVariable("v1", "a", "1" * 70_000, fresh=True), "UserError", "longer than 64 kB", id="too long"),
        pytest.param(PutVariable("v1", "a", "1"), "NotFoundError", "no variable with the id", id="no such variable"),
        pytest.param(DeleteVariable("v1"), "NotFoundError", "no variable with the id", id="no variable to forget"),
    ],
)
def test_what_does_not_fit_is_refused(change: Change, kind: str, text: str) -> None:
    catalog = Catalog()
    catalog.body(kept())

    refused = catalog.refused(change)

    assert refused["kind"] == kind
    assert text in str(refused["message"])


def test_a_name_may_be_used_again_for_another_type_and_after_the_end() -> None:
    catalog = Catalog()
    catalog.body(kept())

    catalog.body(kept(credential="c2", kind="httpHeaderAuth"))
    catalog.body(DeleteCredential("c1"))
    again = catalog.body(kept())

    assert again["revision"] == 3


def test_a_repeated_command_changes_nothing() -> None:
    catalog = Catalog()
    catalog.body(kept(), "once")
    catalog.body(UpdateCredential("c1", name="Renamed"))

    repeated = catalog.ask(kept(), "once")

    assert repeated.snapshots == []
    assert repeated.answer.body["name"] == "Renamed"


@pytest.mark.parametrize(
    ("reference", "kept_for"),
    [
        pytest.param({"id": "c1", "name": "whatever"}, True, id="by its id"),
        pytest.param({"id": "of-elsewhere", "name": "Shop"}, True, id="by its name"),
        pytest.param("Shop", True, id="by its name alone, as of old"),
        pytest.param({"id": "x", "name": "Another"}, False, id="another one"),
    ],
)
def test_what_a_workflow_names_is_kept(reference: object, kept_for: bool) -> None:
    catalog = Catalog()
    catalog.body(kept())
    catalog.body(CreateWorkflow("w1", using(reference)))

    answer = catalog.ask(DeleteCredential("c1")).answer

    assert answer.ok is not kept_for
    if kept_for:
        assert answer.body["detail"] == {"workflows": ["w1"]}
        assert '"Orders"' in answer.body["message"]
        assert catalog.ask(DeleteCredential("c1", forced=True)).answer.ok


def test_a_published_version_keeps_it_too_and_a_deleted_workflow_does_not() -> None:
    catalog = Catalog()
    catalog.body(kept())
    catalog.body(CreateWorkflow("w1", using({"id": "c1"})))
    catalog.body(ActivateWorkflow("w1"))

    assert catalog.refused(DeleteCredential("c1"))["kind"] == "ConflictError"
    catalog.ask(DeleteWorkflow("w1"))
    assert catalog.ask(DeleteCredential("c1")).answer.ok


@pytest.mark.parametrize(
    ("kind", "reference", "found"),
    [
        pytest.param("httpBasicAuth", {"id": "c1"}, "c1", id="by id"),
        pytest.param("httpHeaderAuth", {"id": "c1"}, None, id="an id of another type"),
        pytest.param("httpHeaderAuth", {"id": "c1", "name": "Shop"}, "c2", id="an id of another, the name of this"),
        pytest.param("httpBasicAuth", {"id": None, "name": "Shop"}, "c1", id="by name"),
        pytest.param("httpBasicAuth", {}, None, id="named by nothing"),
    ],
)
def test_finds_what_a_node_names(kind: str, reference: object, found: str | None) -> None:
    catalog = Catalog()
    catalog.body(kept())
    catalog.body(kept(credential="c2", kind="httpHeaderAuth"))

    got = catalog.view.vault.referred(kind, reference)

    assert (got.id if got else None) == found


def test_variables_are_made_changed_and_forgotten() -> None:
    catalog = Catalog()

    catalog.body(PutVariable("v1", "region", "eu", fresh=True))
    before = catalog.view.vault.values
    catalog.body(PutVariable("v1", "region", "us", expected=1))
    twice = catalog.refused(PutVariable("v2", "region", "x", fresh=True))

    assert before == {"region": "eu"}
    assert catalog.view.vault.values == {"region": "us"}
    assert 'variable "region" already' in str(twice["message"])
    catalog.body(DeleteVariable("v1"))
    assert catalog.view.vault.values == {}


def test_a_view_of_a_file_comes_back_with_them(tmp_path) -> None:
    catalog = Catalog()
    catalog.body(kept())
    catalog.body(PutVariable("v1", "region", "eu", fresh=True))
    first = CatalogView(tmp_path / "view.sqlite")
    first.apply(catalog.records)
    first.close()

    again = CatalogView(tmp_path / "view.sqlite")

    assert isinstance(again.vault.credential("c1"), CredentialSnapshot)
    assert again.vault.values == {"region": "eu"}
    again.apply([(len(catalog.records), "credential/c1", None)])
    assert again.vault.credential("c1") is None
    again.close()
