"""The document: a workflow as a Yjs document, and back, so that edits of several people merge.

Flow: n8n JSON ⇄ flat facts ⇄ **document**.

A document has three maps of JSON texts: ``meta`` (what stands beside nodes and connections), ``nodes`` (by id: a map of
fields, each parameter a field of its own) and ``wires`` (by their two ends, so that two people who draw the same wire
draw one). Facts are the same as a flat dict: a fact is the smallest thing over which the last writer wins. Code and
other long texts are Yjs texts, which merge letter by letter.
"""

from collections.abc import Iterator, Mapping
from typing import Any

import msgspec
from pycrdt import Doc, Map, Text

SEED_CLIENT = 1
"""Who writes the beginning of a document: the same for all gateways, so that two beginnings are one."""
MARK = "millrace."
"""Facts of ``meta`` that begin so are no part of the workflow."""
DRAFT = f"{MARK}draft"
"""The version with which the document agreed last."""
SAVING = f"{MARK}saving/"
"""With a version after it: the document was this, and is about to become the draft."""
PARAMETER = "parameters."
PLACE = "millrace.place"
_TEXTS = ("jsCode", "pythonCode", "functionCode", "query", "html", "markdown", "content", "jsonOutput", "jsonBody")
TEXTS = frozenset(PARAMETER + name for name in _TEXTS)
"""Fields of nodes in which people write together, where their value is a text."""
_FIRST = ("parameters", "id", "name", "type", "typeVersion", "position")

Fact = tuple[str, ...]
Facts = dict[Fact, Any]


def open_document(client: int | None = None) -> "Doc[Any]":
    """Make an empty document."""
    document: Doc[Any] = Doc(client_id=client)
    for name in ("meta", "nodes", "wires"):
        document.get(name, type=Map)
    return document


def seed(body: Mapping[str, Any], draft: str) -> bytes:
    """Give the update that begins a document; equal for equal workflows."""
    document = open_document(SEED_CLIENT)
    write(document, {**flatten(body), ("meta", DRAFT): draft}, {})
    return document.get_update()


def read(document: "Doc[Any]") -> Facts:
    """Give the facts of a document; what cannot be read as JSON is passed over."""
    facts: Facts = {}
    for name in ("meta", "wires"):
        for key, text in document.get(name, type=Map).items():
            _put(facts, (name, key), text)
    for node, fields in document.get("nodes", type=Map).items():
        for field, text in fields.items() if isinstance(fields, Map) else ():
            _put(facts, ("nodes", node, field), text)
    return facts


def write(document: "Doc[Any]", after: Facts, before: Facts) -> None:
    """Change in a document what differs between two states of facts; everything else stays."""
    with document.transaction():
        nodes = document.get("nodes", type=Map)
        left = {fact[1] for fact in after if fact[0] == "nodes"}
        for fact in sorted(before.keys() - after.keys()):
            _drop(document, fact, left)
        for fact in sorted(after):
            if fact in before and before[fact] == after[fact]:
                continue
            if fact[0] != "nodes":
                document.get(fact[0], type=Map)[fact[1]] = msgspec.json.encode(after[fact]).decode()
                continue
            if fact[1] not in nodes:
                nodes[fact[1]] = Map({})
            _write_field(nodes[fact[1]], fact[2], after[fact])


def flatten(body: Mapping[str, Any]) -> Facts:
    """Give the facts of a workflow's JSON."""
    facts: Facts = {
        ("meta", key): value for key, value in body.items() if key not in {"nodes", "connections", "id", "active"}
    }
    ids: dict[str, str] = {}
    for place, node in enumerate(_dicts(body.get("nodes"))):
        name = str(node.get("name", ""))
        own = str(node.get("id") or f"~{name}")
        own = own if own not in ids.values() else f"{own}~{place}"
        ids.setdefault(name, own)
        facts |= {("nodes", own, field): value for field, value in _fields(node, own, place)}
    for place, wire in enumerate(_wires(body.get("connections"), ids)):
        facts["wires", msgspec.json.encode(wire).decode()] = place
    return facts


def unflatten(facts: Facts) -> dict[str, Any]:
    """Give a workflow's JSON; equal facts give equal text, whoever wrote them in whatever order."""
    body = {
        fact[1]: value for fact, value in sorted(facts.items()) if fact[0] == "meta" and not fact[1].startswith(MARK)
    }
    found: dict[str, dict[str, Any]] = {}
    for fact, value in sorted(facts.items()):
        if fact[0] == "nodes":
            found.setdefault(fact[1], {})[fact[2]] = value
    # A node of which only a field is left was removed by somebody while another changed it.
    whole = {own: fields for own, fields in found.items() if "type" in fields and "name" in fields}
    order = sorted(whole, key=lambda own: (_number(whole[own].get(PLACE)), own))
    names = _free_names({own: str(whole[own]["name"]) for own in order})
    body["nodes"] = [_node(own, names[own], whole[own]) for own in order]
    body["connections"] = _connections(facts, names)
    return body


def _write_field(fields: "Map[Any]", field: str, value: Any) -> None:
    if field not in TEXTS or not isinstance(value, str):
        fields[field] = msgspec.json.encode(value).decode()
        return
    known = fields.get(field)
    if not isinstance(known, Text):
        fields[field] = Text(value)
        return
    before = str(known)
    start, end = _kept(before, value)
    # Yjs counts in UTF-8 here: places are found in characters, and told in bytes.
    at = len(before[:start].encode())
    stop = len(before[: len(before) - end].encode())
    if stop > at:
        del known[at:stop]
    if start < len(value) - end:
        known.insert(at, value[start : len(value) - end])


def _kept(before: str, after: str) -> tuple[int, int]:
    """Count the characters that both begin with, and those that both end with after that."""
    most = min(len(before), len(after))
    start = next((at for at in range(most) if before[at] != after[at]), most)
    rest = most - start
    end = next((at for at in range(rest) if before[-1 - at] != after[-1 - at]), rest)
    return start, end


def _put(facts: Facts, fact: Fact, text: object) -> None:
    if isinstance(text, Text):
        facts[fact] = str(text)
    if isinstance(text, str):
        try:
            facts[fact] = msgspec.json.decode(text)
        except msgspec.MsgspecError:
            return


def _drop(document: "Doc[Any]", fact: Fact, left: set[str]) -> None:
    found = document.get(fact[0], type=Map)
    if fact[0] != "nodes" or fact[1] not in left:
        found.pop(fact[1], None)
    elif fact[1] in found:
        found[fact[1]].pop(fact[2], None)


def _fields(node: Mapping[str, Any], own: str, place: int) -> Iterator[tuple[str, Any]]:
    yield PLACE, place
    for field, value in {**node, "id": own}.items():
        if field == "parameters" and isinstance(value, dict):
            yield from ((f"{PARAMETER}{name}", each) for name, each in value.items())
        elif field != "id":
            yield field, value


def _node(own: str, name: str, fields: Mapping[str, Any]) -> dict[str, Any]:
    parameters = {key.removeprefix(PARAMETER): fields[key] for key in fields if key.startswith(PARAMETER)}
    plain = {key: value for key, value in fields.items() if not key.startswith(PARAMETER) and key != PLACE}
    node = {"parameters": parameters, **plain, "id": own, "name": name}
    return {key: node[key] for key in (*_FIRST, *sorted(node.keys() - set(_FIRST))) if key in node}


def _wires(connections: Any, ids: Mapping[str, str]) -> Iterator[list[Any]]:
    """Give each connection as [source, kind, output, target, kind, input], nodes by id."""
    for source, kinds in (connections if isinstance(connections, dict) else {}).items():
        for kind, outputs in (kinds if isinstance(kinds, dict) else {}).items():
            for output, ends in enumerate(outputs if isinstance(outputs, list) else ()):
                for end in _dicts(ends):
                    target = str(end.get("node", ""))
                    if source in ids and target in ids:
                        yield [ids[source], kind, output, ids[target], end.get("type", "main"), end.get("index", 0)]


def _connections(facts: Facts, names: Mapping[str, str]) -> dict[str, Any]:
    connections: dict[str, Any] = {}
    wires = [(_number(place), fact[1]) for fact, place in facts.items() if fact[0] == "wires"]
    for _, text in sorted(wires):
        source, kind, output, target, entry, index = msgspec.json.decode(text)
        if source in names and target in names:
            outputs = connections.setdefault(names[source], {}).setdefault(kind, [])
            outputs += [[] for _ in range(output + 1 - len(outputs))]
            outputs[output].append({"node": names[target], "type": entry, "index": index})
    return connections


def _free_names(wanted: Mapping[str, str]) -> dict[str, str]:
    """Give every node a name of its own: of two with the same, the later one gets a number."""
    taken: set[str] = set()
    names: dict[str, str] = {}
    for own, name in wanted.items():
        free, number = name, 0
        while free in taken:
            number += 1
            free = f"{name}{number}"
        taken.add(free)
        names[own] = free
    return names


def _number(value: Any) -> float:
    return float(value) if isinstance(value, (int, float)) else 0.0


def _dicts(value: Any) -> list[dict[str, Any]]:
    return [each for each in value if isinstance(each, dict)] if isinstance(value, list) else []
