"""Triggers as data: what a version listens to, decided when it is published.

Flow: trigger node's parameters → **routes and schedules** in the version snapshot → gateway, timers.
"""

from typing import Any, Literal

import msgspec

ResponseMode = Literal["onReceived", "lastNode", "responseNode"]


class Route(msgspec.Struct, omit_defaults=True):
    """One webhook: a method and a path below ``/w/`` (segments that start with ``:`` are parameters).

    ``output`` is the trigger's output that this method feeds. ``status``, ``headers`` and ``body`` are the answer in
    mode onReceived. ``options`` has what shapes the item: rawBody, binaryPropertyName, ignoreBots, ipWhitelist …
    """

    node: str
    type: str
    method: str
    path: str
    mode: ResponseMode = "onReceived"
    output: int = 0
    status: int = 200
    headers: list[tuple[str, str]] = []
    body: str | None = None
    options: dict[str, Any] = {}


class Schedule(msgspec.Struct, omit_defaults=True):
    """One rule of a schedule: a cron text (5 fields, or 6 with seconds first) in the workflow's time zone.

    ``every`` keeps only each n-th ``unit`` (counted from a fixed day), for "every 3 days at 09:00".
    """

    node: str
    type: str
    cron: str
    every: int = 1
    unit: Literal["", "hours", "days", "weeks", "months"] = ""
    zone: str = "UTC"


def route_key(route: Route) -> tuple[str, str]:
    """Name what a route answers to: routes with equal keys cannot be told apart.

    The names of parameters do not count (``user/:id`` is ``user/:name``); where a literal segment and a parameter both
    fit a request, the literal one is meant, so they do not collide.
    """
    return route.method.upper(), "/".join(":" if part.startswith(":") else part for part in route.path.split("/"))
