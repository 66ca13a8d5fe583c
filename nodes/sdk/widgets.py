"""Widgets: how the editor shows a parameter, said in its JSON Schema.

Flow: a field of NodeParams → **widgets** → `GET /node-types` → forms of the web app.
"""

from collections.abc import Sequence
from typing import Any

from pydantic.alias_generators import to_camel


def shown(
    code: str | None = None, since: float | None = None, until: float | None = None, **when: Sequence[Any] | str | bool
) -> dict[str, Any]:
    """Give a field's ``json_schema_extra``: as ``code`` of a media type, in some versions of the type only.

    ``when`` names other fields of the same model and the values with which this one matters; all must hold.
    """
    facts = {"contentMediaType": code, "x-since": since, "x-until": until}
    asked = {to_camel(name): _values(wanted) for name, wanted in when.items()}
    return {key: fact for key, fact in (facts | {"x-when": asked or None}).items() if fact is not None}


def _values(wanted: Sequence[Any] | str | bool) -> list[Any]:
    return [wanted] if isinstance(wanted, str | bool) else list(wanted)
