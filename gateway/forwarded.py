"""Forwarded: where a request came from and under which address, as far as the headers may be believed.

Flow: request headers → **origin** → webhookUrl, IP allow lists, links.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from gateway.settings import GatewaySettings


@dataclass(frozen=True, slots=True)
class Origin:
    """The address a client used (``https://host``), and the client's own."""

    url: str
    client: str


def origin_of(scope: Mapping[str, Any], headers: Mapping[str, str], settings: GatewaySettings) -> Origin:
    """Work out the origin; ``headers`` have lower-case names."""
    peer = scope.get("client")
    scheme, host, client = scope.get("scheme", "http"), headers.get("host", "localhost"), peer[0] if peer else ""
    if settings.trust_forwarded:
        told = _forwarded(headers)
        scheme, host, client = (
            told.get("proto", scheme),
            told.get("host", host),
            told.get("for", client),
        )
    return Origin(settings.public_url.rstrip("/") if settings.public_url else f"{scheme}://{host}", client)


def _forwarded(headers: Mapping[str, str]) -> dict[str, str]:
    # The last element is what our own proxy saw; everything before it is whatever the client cared to send.
    if "forwarded" in headers:
        last = headers["forwarded"].rpartition(",")[2]
        pairs = (part.partition("=") for part in last.split(";"))
        told = {name.strip().lower(): value.strip().strip('"') for name, _, value in pairs}
    else:
        named = {"proto": "x-forwarded-proto", "host": "x-forwarded-host", "for": "x-forwarded-for"}
        told = {key: headers[name].rpartition(",")[2].strip() for key, name in named.items() if name in headers}
    if "for" in told:
        told["for"] = _address(told["for"])
    if told.get("proto", "http").lower() not in ("http", "https"):
        del told["proto"]
    return {key: value for key, value in told.items() if value}


def _address(text: str) -> str:
    if text.startswith("["):
        return text[1:].partition("]")[0]
    return text.partition(":")[0] if text.count(":") == 1 else text
