"""Searching: where something is used, in names, parameters and code of all workflows; and which tags there are.

Flow: `/api/v1/search`, `/api/v1/tags` → **searching** → catalog view → client.
"""

import itertools
from collections.abc import Iterator, Mapping
from typing import Any

import msgspec
from pydantic import BaseModel, ConfigDict, Field

from gateway.endpoints import Endpoint, Outcome
from gateway.reading import Catalog
from streams.stores.catalog_search import texts

AROUND = 60
WORKFLOWS_MAX = 200


class Use(msgspec.Struct, omit_defaults=True):
    """One place: a node of a workflow's draft, and which of its parameters (absent: its name or type)."""

    workflow: str
    name: str
    node: str
    type: str
    parameter: str | None = None
    excerpt: str = ""


class Uses(msgspec.Struct):
    """Places, the best workflows first."""

    data: list[Use]


class Tag(msgspec.Struct):
    """A tag, and how many workflows have it."""

    name: str
    workflows: int


class Tags(msgspec.Struct):
    """All tags, by name."""

    data: list[Tag]


class SearchQuery(BaseModel):
    """What to look for."""

    model_config = ConfigDict(extra="forbid")

    query: str = Field(min_length=1, max_length=200, description="Beginnings of words, all of which must be there.")
    limit: int = Field(50, ge=1, le=250, description="Places.")


class Searching:
    """The resource."""

    def __init__(self, catalog: Catalog) -> None:
        self._catalog = catalog

    def endpoints(self) -> list[Endpoint]:
        """Declare the operations."""
        return [
            Endpoint("GET", "/api/v1/search", self.search, "workflows", {200: Uses}),
            Endpoint("GET", "/api/v1/tags", self.tags, "workflows", {200: Tags}),
        ]

    async def search(self, query: SearchQuery) -> Outcome:
        """Find where something is used: in names and types of nodes, in parameters and in code."""
        words = query.query.casefold().split()
        found = itertools.islice(self._uses(query.query, words), query.limit)
        return Outcome(Uses(list(found)))

    async def tags(self) -> Outcome:
        """List the tags in use."""
        return Outcome(Tags([Tag(name, count) for name, count in self._catalog.search.tags()]))

    def _uses(self, text: str, words: list[str]) -> Iterator[Use]:
        for workflow in self._catalog.search.uses(text, WORKFLOWS_MAX):
            known = self._catalog.workflow(workflow)
            for node in self._catalog.version(workflow, known.draft).body.get("nodes") or ():
                if isinstance(node, dict):
                    yield from _places(
                        Use(workflow, known.name, str(node.get("name")), str(node.get("type"))), node, words
                    )


def _places(use: Use, node: Mapping[str, Any], words: list[str]) -> Iterator[Use]:
    """Give the places in one node that have a word of the search, each text once."""
    if any(word in f"{use.node} {use.type}".casefold() for word in words):
        yield use
    for parameter, text in texts(node.get("parameters")):
        folded = text.casefold()
        at = min((place for word in words if (place := folded.find(word)) >= 0), default=-1)
        if at >= 0:
            excerpt = text[max(0, at - AROUND) : at + AROUND].strip()
            yield msgspec.structs.replace(use, parameter=parameter, excerpt=excerpt)
