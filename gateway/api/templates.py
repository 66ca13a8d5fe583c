"""Templates: whole workflows to begin from, each with a test that shows what it does.

Flow: gateway/templates/*.json → **templates** → web app, clients.
A template is a workflow file with a test file beside it, as `millrace test` reads them; what its first test starts with
is the sample that one may send.
"""

import json
from functools import cache
from importlib import resources
from importlib.resources.abc import Traversable
from typing import Any

import msgspec

from gateway.endpoints import Endpoint, Outcome

PATH = "/api/v1/templates"
TEST = ".test.json"


class Template(msgspec.Struct, rename="camel"):
    """A workflow to begin from. ``sample`` is a body that its webhook may be sent, null where it has none."""

    id: str
    name: str
    description: str
    node_types: list[str]
    sample: Any
    workflow: dict[str, Any]


class TemplateList(msgspec.Struct):
    """Every template, those with few nodes first."""

    data: list[Template]


class Templates:
    """The resource."""

    def endpoints(self) -> list[Endpoint]:
        """Declare the operation."""
        return [Endpoint("GET", PATH, self.browse, "templates", {200: TemplateList})]

    async def browse(self) -> Outcome:
        """List workflows to begin from; `POST /api/v1/workflows` takes their `workflow`."""
        return Outcome(TemplateList(shipped()))


@cache
def shipped() -> list[Template]:
    """Read the templates of the package."""
    folder = resources.files("gateway").joinpath("templates")
    names = [entry.name for entry in folder.iterdir() if entry.name.endswith(".json")]
    found = [_read(folder, name.removesuffix(".json")) for name in names if not name.endswith(TEST)]
    return sorted(found, key=lambda each: (len(each.node_types), each.id))


def _read(folder: Traversable, name: str) -> Template:
    workflow = json.loads(folder.joinpath(f"{name}.json").read_text(encoding="utf-8"))
    first = json.loads(folder.joinpath(f"{name}{TEST}").read_text(encoding="utf-8"))["tests"][0]
    sample = first["start"]["items"][0]["json"].get("body")
    about = workflow.pop("meta")["description"]
    types = [node["type"].rpartition(".")[2] for node in workflow["nodes"]]
    return Template(name, workflow["name"], about, types, sample, workflow)
