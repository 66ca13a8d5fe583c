"""Visitors: who may call a webhook, and what a browser is told.

Flow: request headers, route options → **visitors** → ingress.
"""

import ipaddress
import re

from starlette.types import Scope

from gateway.answers import HeaderList
from gateway.problems import refuse
from gateway.routing import Match, Target

_BOTS = re.compile(
    r"bot\b|bot/|crawl|spider|slurp|preview|facebookexternalhit|whatsapp|headless|lighthouse|pingdom|monitor|archiver",
    re.IGNORECASE,
)
_SAFE_HEADER_NAMES = re.compile(r"[!#$%&'*+\-.^_`|~0-9A-Za-z, ]+\Z")
PREFLIGHT_SECONDS = b"300"


def headers_of(scope: Scope) -> dict[str, str]:
    """Give the headers by lower-case name; a repeated one is joined with a comma (a cookie with a semicolon)."""
    headers: dict[str, str] = {}
    for raw_name, raw_value in scope["headers"]:
        name, value = raw_name.decode("latin-1"), raw_value.decode("latin-1")
        if name in headers:
            value = f"{headers[name]}{'; ' if name == 'cookie' else ', '}{value}"
        headers[name] = value
    return headers


def admit(target: Target, headers: dict[str, str], client: str) -> None:
    """Let an address and a client program in, or raise 403."""
    options = target.route.options
    if target.networks is not None and not _within(client, target):
        raise refuse(
            "Forbidden", "this address may not call this webhook", workflow=target.workflow, node=target.route.node
        )
    if options.get("ignoreBots") and _BOTS.search(headers.get("user-agent", "")):
        raise refuse("Forbidden", "this webhook ignores bots", workflow=target.workflow, node=target.route.node)


def cors_headers(found: Match, headers: dict[str, str]) -> HeaderList:
    """Say which origin may read the answer; nothing where the request comes from no browser page."""
    origin = headers.get("origin")
    if origin is None:
        return []
    target = found.target or found.allowed.get(headers.get("access-control-request-method", ""))
    origins = (target or next(iter(found.allowed.values()))).origins
    if "*" in origins:
        return [(b"access-control-allow-origin", b"*")]
    vary = (b"vary", b"Origin")
    return [(b"access-control-allow-origin", origin.encode("latin-1")), vary] if origin in origins else [vary]


def preflight_headers(found: Match, headers: dict[str, str]) -> HeaderList:
    """Answer a browser that asks before it sends."""
    if "access-control-request-method" not in headers:
        return []
    wanted = headers.get("access-control-request-headers", "")
    allowed: HeaderList = [
        (b"access-control-allow-methods", ", ".join(sorted(found.allowed)).encode()),
        (b"access-control-max-age", PREFLIGHT_SECONDS),
    ]
    if wanted and _SAFE_HEADER_NAMES.match(wanted):
        allowed.append((b"access-control-allow-headers", wanted.encode("latin-1")))
    return allowed


def _within(client: str, target: Target) -> bool:
    try:
        address = ipaddress.ip_address(client)
    except ValueError:
        return False
    if isinstance(address, ipaddress.IPv6Address) and address.ipv4_mapped:
        address = address.ipv4_mapped
    return any(address in network for network in target.networks or ())
