"""Routing: which workflow listens at a method and path.

Flow: routes of active workflows → **route table** → ingress.
Static paths are found in a dict; paths with parameters are tried after, the one with most fixed segments first.
"""

import ipaddress
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import unquote

from nodes.holding import DEFAULT_TENANT, Holding
from schemas.trigger import Route

Network = ipaddress.IPv4Network | ipaddress.IPv6Network
Methods = dict[str, "Target"]


@dataclass(frozen=True, slots=True)
class Target:
    """A route made ready: whose it is, which version it starts, and who may call it.

    ``networks`` is None where any address may call. ``listen`` names the test listener, if it is one.
    """

    route: Route
    workflow: str
    workflow_name: str
    version: str
    topic: str
    origins: tuple[str, ...] = ("*",)
    networks: tuple[Network, ...] | None = None
    listen: str | None = None
    holding: Holding | None = None
    tenant: str = DEFAULT_TENANT


@dataclass(frozen=True, slots=True)
class Match:
    """What a path leads to: a target with its path parameters, or the methods that would be allowed."""

    target: Target | None
    params: dict[str, str] = field(default_factory=dict)
    allowed: Mapping[str, Target] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class _Pattern:
    segments: tuple[str, ...]
    methods: Methods = field(default_factory=dict)

    def fits(self, segments: list[str]) -> bool:
        pairs = zip(self.segments, segments, strict=True)
        return all(part == given if part[:1] != ":" else given for part, given in pairs)

    def params(self, segments: list[str]) -> dict[str, str]:
        pairs = zip(self.segments, segments, strict=True)
        return {part[1:]: given for part, given in pairs if part[:1] == ":"}


class RouteTable:
    """An immutable table of targets; a change of the catalog makes a new one."""

    def __init__(self, targets: Iterable[Target] = ()) -> None:
        self._static: dict[str, Methods] = {}
        patterns: dict[tuple[str, ...], _Pattern] = {}
        for target in targets:
            path = target.route.path.strip("/")
            segments = tuple(path.split("/"))
            if any(part[:1] == ":" for part in segments):
                shape = tuple(":" if part[:1] == ":" else part for part in segments)
                methods = patterns.setdefault(shape, _Pattern(segments)).methods
            else:
                methods = self._static.setdefault(path, {})
            methods[target.route.method.upper()] = target
        self._patterns: dict[int, list[_Pattern]] = {}
        for shape, pattern in sorted(patterns.items(), key=lambda entry: (entry[0].count(":"), entry[0])):
            self._patterns.setdefault(len(shape), []).append(pattern)

    def find(self, method: str, path: str, raw_path: bytes | None = None) -> Match | None:
        """Find the target of a path below the prefix; None where nothing listens there at all.

        ``raw_path`` is the path before percent-decoding, so that a parameter may hold a slash.
        """
        path = path.strip("/")
        methods = self._static.get(path)
        if methods is not None and method in methods:
            return Match(methods[method])
        allowed = dict(methods or {})
        if self._patterns:
            segments = _segments(path, raw_path)
            for pattern in self._patterns.get(len(segments), ()):
                if not pattern.fits(segments):
                    continue
                if method in pattern.methods:
                    return Match(pattern.methods[method], _named(pattern.methods[method], segments))
                allowed = {**pattern.methods, **allowed}
        return Match(None, allowed=allowed) if allowed else None


def prepare(
    route: Route,
    *,
    workflow: str,
    name: str,
    version: str,
    topic: str,
    listen: str | None = None,
    holding: Holding | None = None,
    tenant: str = DEFAULT_TENANT,
) -> Target:
    """Make a route ready to be called."""
    return Target(
        route=route,
        workflow=workflow,
        workflow_name=name,
        version=version,
        topic=topic,
        origins=_list(route.options.get("allowedOrigins")) or ("*",),
        networks=_networks(route.options.get("ipWhitelist")),
        listen=listen,
        holding=holding,
        tenant=tenant,
    )


def _named(target: Target, segments: list[str]) -> dict[str, str]:
    # Two workflows may name the same parameter differently, one per method: the target's own names count.
    return _Pattern(tuple(target.route.path.strip("/").split("/"))).params(segments)


def _segments(path: str, raw_path: bytes | None) -> list[str]:
    if raw_path is None or b"%2f" not in raw_path.lower():
        return path.split("/")
    return [unquote(part) for part in raw_path.decode("latin-1").strip("/").split("/")]


def _list(value: Any) -> tuple[str, ...]:
    if isinstance(value, str):
        value = value.split(",")
    return tuple(part.strip() for part in value if str(part).strip()) if isinstance(value, list) else ()


def _networks(value: Any) -> tuple[Network, ...] | None:
    listed = _list(value)
    if not listed:
        return None
    networks: list[Network] = []
    for text in listed:
        try:
            networks.append(ipaddress.ip_network(text, strict=False))
        except ValueError:
            continue  # an entry that is no address admits nobody
    return tuple(networks)
