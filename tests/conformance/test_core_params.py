"""The core nodes' parameters: every operation, option and version that n8n has is known here, or listed with a reason.

Flow: list of n8n's parameters, where it is at hand → **registry** → what is not known.
"""

import functools
import json
import re
import typing
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from pydantic import BaseModel
from pydantic.fields import FieldInfo

from nodes.sdk import NodeType, discover

SHARED = Path(__file__).parents[3] / "shared" / "conformance"
ROOT = Path(__file__).parents[2]
PARTS = ("nodes", "agents", "gateway")
AT_HAND = SHARED.exists()
CORE: dict[str, Any] = json.loads((SHARED / "core-params.json").read_text()) if AT_HAND else {}
CATALOGUE: dict[str, Any] = json.loads((SHARED / "catalogue.json").read_text()) if AT_HAND else {"nodes": []}
VERSIONS = {each["type"]: each["versions"] for each in CATALOGUE["nodes"]}
SHOWN_ONLY = frozenset({"notice", "button", "callout", "curlImport", "hidden"})

TOOL = "shown only where the node is a tool of an AI agent"
ABSENT = {
    "aiTransform": "it sends its prompt to n8n's own service",
    "e2eTest": "n8n's own test fixture",
    "e2eTestPollingTrigger": "n8n's own test fixture",
    "simulateTrigger": "n8n's own demonstration fixture",
}
"""Types that are not here, and why."""
UNKNOWN: dict[str, dict[str, str]] = {
    "httpRequest": {
        **dict.fromkeys(
            (
                "cssSelector", "dataField", "elementsToOmit", "fields", "fieldsToInclude", "maxLength", "onlyContent",
                "optimizeResponse", "responseType", "truncateResponse",
            ),
            TOOL,
        ),
        "sslCertificate": "the editor's place for a credential",
        "options.sendCredentialsOnCrossOriginRedirect": "credentials never go to another origin",
        "options.webdavMethods": "it only adds to the editor's list: every method can be sent",
    },
    "itemLists": dict.fromkeys(
        (
            "aggregate", "code", "compare", "destinationFieldName", "fieldToSplitOut", "fieldsToAggregate",
            "fieldsToCompare", "fieldsToExclude", "fieldsToInclude", "fieldsToSplitBy", "fieldsToSummarize", "include",
            "sortFieldsUi", "type",
        ),
        "each operation reads its parameters by a model of its own",
    ),
    "respondToWebhook": {"credentials": "the editor's place for a credential"},
    "webhook": {
        "requireExecuteAccess": "there are no users of an installation yet",
    },
}  # fmt: skip
"""Parameters that are not known here, and why."""


EDITOR = "the editor's own: it changes what is shown, not what is done"
OURS = "it is so here, whatever is chosen"
CONDITIONS = "the conditions hold the same choice, which counts"
IDLE: dict[str, dict[str, str]] = {
    "chatTrigger": {
        "availableInChat": "there is no chat besides the page and the widget",
        "getStarted": OURS,
        "showWelcomeScreen": OURS,
        "loadPreviousSession": "a page begins anew: there is no memory that it could load",
    },
    "editImage": {"font": "fonts of the host are not read; the built-in one is used"},
    "executeWorkflowTrigger": {"returnOutput": "the caller gets the last run"},
    "extractFromFile": {"readAsString": "text is read in the encoding that it has"},
    "filter": dict.fromkeys(("ignoreCase", "looseTypeValidation"), CONDITIONS),
    "formTrigger": {
        "requireExecuteAccess": "there are no users who may log in to a form",
        "includeUserInOutput": "there are no users who may log in to a form",
        "showHeaders": "headers of the request are not shown",
    },
    "ftp": dict.fromkeys(("enableConcurrentReads", "maxConcurrentReads", "chunkSize"), "a file is read in one stream"),
    "httpRequest": {
        "splitIntoItems": "a list always makes an item each (versions 1 and 2)",
    },
    "if": dict.fromkeys(("ignoreCase", "looseTypeValidation"), CONDITIONS),
    "kafkaTrigger": {
        **dict.fromkeys(
            ("resolveOffset", "autoCommitThreshold", "autoCommitInterval"),
            "an offset counts as read once its execution is in the log",
        ),
        "maxInFlightRequests": "the client decides",
    },
    "merge": {"chooseBranchMode": "it has one choice"},
    "n8n": {"requestOptions": EDITOR},
    "respondToWebhook": {"enableStreaming": "answers are sent whole"},
    "scheduleTrigger": {
        "misfireGraceSeconds": "a time is missed after a minute",
        "skipDurableScheduler": "every schedule is durable",
    },
    "simulate": {"icon": EDITOR},
    "spreadsheetFile": {"readAsString": "text is read in the encoding that it has"},
    "switch": {
        **dict.fromkeys(("ignoreCase", "looseTypeValidation"), CONDITIONS),
        "renameOutput": EDITOR,
    },
    "webhook": {"multipleMethods": "a list of methods says it"},
    "xml": {"allowSurrogateChars": OURS},
}
"""Parameters that are taken and do nothing, and why: no other may."""


@functools.cache
def registry() -> dict[str, NodeType]:
    return {each.name: each for each in discover()}


def short(type_: str) -> str:
    return type_.rpartition(".")[2]


@pytest.mark.skipif(not AT_HAND, reason="the list of n8n's parameters is not at hand")
def test_every_core_type_is_here_or_has_a_reason() -> None:
    missing = {short(name) for name in CORE} - registry().keys()

    assert missing <= set(ABSENT)


@pytest.mark.skipif(not AT_HAND, reason="the list of n8n's parameters is not at hand")
@pytest.mark.parametrize("type_", [pytest.param(name, id=short(name)) for name in CORE if short(name) not in ABSENT])
def test_every_parameter_is_known_or_has_a_reason(type_: str) -> None:
    found = registry().get(short(type_))
    assert found is not None
    unknown = {f"version {each:g}" for each in VERSIONS.get(type_, []) if each not in found.versions}

    for shape in CORE[type_]:
        unknown |= set(_unknown([found.params], shape["properties"], ""))

    assert unknown <= set(UNKNOWN.get(short(type_), {}))


def test_what_is_taken_has_an_effect_or_a_reason() -> None:
    code = "\n".join(path.read_text() for part in PARTS for path in (ROOT / part).rglob("*.py"))
    names = set(re.findall(r"\.(\w+)\b", code)) | set(re.findall(r"[\"'](\w+)[\"']", code))
    keys = set(re.findall(r"(?:\[|\.get\(|else|[(,]) *[\"'](\w+)[\"']", code))

    idle = {(each.name, alias) for each in discover() for alias in _idle(each.params, names, keys, set())}

    assert idle == {(name, field) for name, fields in IDLE.items() for field in fields}


def _idle(model: type[BaseModel], names: set[str], keys: set[str], seen: set[type[BaseModel]]) -> Iterator[str]:
    """Give the fields of a model, and of those in it, that no line of code reads: by their name, or as a key."""
    seen.add(model)
    for name, field in model.model_fields.items():
        alias = field.alias or name
        if name not in names and alias not in keys:
            yield alias
        for inner in _models(field.annotation):
            if inner not in seen:
                yield from _idle(inner, names, keys, seen)


def _unknown(models: list[type[BaseModel]], properties: list[dict[str, Any]], above: str) -> Iterator[str]:
    for one in properties:
        path = above + one["name"]
        field = _field(models, one["name"])
        if one["type"] in SHOWN_ONLY:
            continue
        if field is None:
            yield path
            continue
        yield from (f"{path}={value}" for value in _unknown_choices(field, one))
        inner = list(_models(field.annotation))
        if one.get("fields") and inner:
            yield from _unknown(inner, one["fields"], f"{path}.")
        for name, group in (one.get("groups") or {}).items():
            if not inner:
                continue
            held = _field(inner, name)
            if held is None:
                yield f"{path}.{name}"
            elif deeper := list(_models(held.annotation)):
                yield from _unknown(deeper, group, f"{path}.{name}.")


def _unknown_choices(field: FieldInfo, one: dict[str, Any]) -> list[Any]:
    known = {str(value) for value in _literals(field.annotation)}
    if one["type"] not in ("options", "multiOptions") or not known or _open(field.annotation):
        return []
    return [value for value in one.get("options") or [] if str(value) not in known]


def _field(models: list[type[BaseModel]], name: str) -> FieldInfo | None:
    for model in models:
        for own, field in model.model_fields.items():
            names = {own, field.alias}
            match field.validation_alias:
                case str(alias):
                    names.add(alias)
                case None:
                    pass
                case several:
                    names |= {str(path[0]) for path in several.convert_to_aliases() if isinstance(path, list)}
            if name in names:
                return field
    return None


def _models(hint: Any) -> Iterator[type[BaseModel]]:
    if isinstance(hint, type) and issubclass(hint, BaseModel):
        yield hint
    for inner in typing.get_args(hint):
        yield from _models(inner)


def _literals(hint: Any) -> Iterator[Any]:
    if typing.get_origin(hint) is typing.Literal:
        yield from typing.get_args(hint)
        return
    for inner in typing.get_args(hint):
        yield from _literals(inner)


def _open(hint: Any) -> bool:
    """Say whether a hint takes any text or number, besides what it lists."""
    return hint in (str, int, Any) or any(_open(inner) for inner in typing.get_args(hint) if isinstance(inner, type))
