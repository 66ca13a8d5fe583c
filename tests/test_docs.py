"""Documents: what is generated is fresh, what exists is documented, links lead somewhere.

Flow: code, docs → **here**.
"""

import re

import pytest

from nodes.sdk.registry import discover
from ops.cli.root import VERBS
from ops.docs import differences, pages
from ops.settings import Settings, variable
from tests.architecture.tree import ROOT

DOCS = ROOT / "docs"
WRITTEN = sorted([*ROOT.glob("*.md"), *DOCS.rglob("*.md"), *ROOT.glob("changelog.d/*.md")])


def test_generated_documents_are_fresh():
    assert differences(DOCS) == [], "run `make docs`"


@pytest.mark.parametrize("field", Settings.model_fields)
def test_a_setting_is_documented(field):
    assert Settings.model_fields[field].description
    assert f"`{variable(field)}`" in pages()["settings.md"]


@pytest.mark.parametrize("verb", VERBS)
def test_a_verb_is_documented(verb):
    assert f"## `millrace {verb}`" in pages()["cli.md"]


@pytest.mark.parametrize("node_type", list(discover()), ids=lambda node_type: node_type.name)
def test_a_node_type_is_documented(node_type):
    page = pages()[f"nodes/{node_type.name}.md"]

    assert node_type.summary in page
    assert all(example.title in page for example in node_type.examples)


def test_a_page_says_what_stays_different_from_n8n():
    page = pages()["nodes/merge.md"]

    assert "\n## What stays different from n8n\n\n- combineBySql runs one SELECT of SQLite" in page
    assert "What stays different" not in pages()["nodes/noOp.md"]


@pytest.mark.parametrize("path", WRITTEN, ids=lambda path: str(path.relative_to(ROOT)))
def test_links_lead_somewhere(path):
    links = re.findall(r"\]\((?!https?:|#)([^)#]+)", path.read_text(encoding="utf-8"))

    assert [link for link in links if not (path.parent / link).exists()] == []


@pytest.mark.parametrize("decision", sorted(DOCS.glob("adr/0*.md")), ids=lambda path: path.stem)
def test_a_decision_is_short_and_whole(decision):
    text = decision.read_text(encoding="utf-8")

    assert all(f"**{part}.**" in text for part in ("Context", "Choice", "Price"))
    assert len(text.splitlines()) <= 50
    assert decision.name in (DOCS / "adr/index.md").read_text(encoding="utf-8")


def test_the_readme_begins_with_two_commands_then_the_curl():
    text = (ROOT / "README.md").read_text(encoding="utf-8")
    blocks = re.findall(r"```sh\n(.*?)```", text, re.DOTALL)

    assert "make up" in blocks[0]
    assert blocks[1].startswith("curl ")
    assert "/w/hello" in blocks[1]
