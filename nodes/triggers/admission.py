"""Admission: what a trigger says of who may call it, as options of its routes.

Flow: `authentication` and options of webhook, form and chat triggers → **admission** → routes → gateway, which checks.
"""

from collections.abc import Collection, Mapping
from typing import Any

from schemas.errors import ParameterError
from schemas.trigger import CALLER_CREDENTIALS

OWN_LOGINS = {
    "n8nUserAuth": "it asks its callers to log in as users of n8n, and Millrace has no users",
    "n8nOAuth2": "it asks its callers for a token that n8n gives to its users, and Millrace has no users",
}


def admission(
    scheme: str,
    known: Collection[str],
    node: str,
    addresses: str = "",
    bots: bool = False,
    *,
    field: str = "authentication",
) -> dict[str, Any]:
    """Give the options of a route; raise ParameterError for a scheme that nobody can check."""
    options: dict[str, Any] = {}
    if scheme != "none":
        if scheme not in known or scheme not in CALLER_CREDENTIALS:
            others = f"choose one of: none, {', '.join(known)}"
            raise ParameterError(
                OWN_LOGINS.get(scheme) or f'authentication "{scheme}" is not supported here',
                node=node,
                field=field,
                hint=f"{others}; nobody can call it until then" if scheme in OWN_LOGINS else others,
            )
        options["authentication"] = scheme
    if addresses:
        options["ipWhitelist"] = addresses
    if bots:
        options["ignoreBots"] = True
    return options


def without(raw: Mapping[str, Any], option: str) -> tuple[dict[str, Any], Any]:
    """Take an option out of raw parameters, to be read when a request is there; give both."""
    options = raw.get("options")
    if not isinstance(options, dict) or option not in options:
        return dict(raw), None
    kept = {name: value for name, value in options.items() if name != option}
    return {**raw, "options": kept}, options[option]
