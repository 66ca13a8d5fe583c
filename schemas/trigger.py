"""Triggers as data: what a version listens to, decided when it is published.

Flow: trigger's parameters → **routes, schedules, subscriptions, sources** in the version → gateway, timers, workers.
"""

from typing import Any, Literal

import msgspec

ResponseMode = Literal["onReceived", "lastNode", "responseNode"]
Misfire = Literal["skip", "once", "all"]
"""What becomes of due times that were missed: nothing, the first of them only, or each of them."""
CALLER_CREDENTIALS = {"basicAuth": "httpBasicAuth", "headerAuth": "httpHeaderAuth", "jwtAuth": "jwtAuth"}
"""What callers of a route have to show, and the type of the credential that it is compared with."""


class Route(msgspec.Struct, omit_defaults=True):
    """One webhook: a method and a path below ``/w/`` (segments that start with ``:`` are parameters).

    ``output`` is the trigger's output that this method feeds. ``status``, ``headers`` and ``body`` are the answer in
    mode onReceived. ``options`` has what shapes the item, and who may call: rawBody, binaryPropertyName, ignoreBots,
    ipWhitelist, ``authentication`` with the ``credential`` that the node names, ``onlyRunIf`` (an expression) …
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

    ``every`` keeps only each n-th ``unit`` (counted from a fixed day), for "every 3 days at 09:00". Without a cron
    text it fires each ``every`` seconds or minutes, counted from the epoch.
    """

    node: str
    type: str
    cron: str = ""
    every: int = 1
    unit: Literal["", "seconds", "minutes", "hours", "days", "weeks", "months"] = ""
    zone: str = "UTC"
    misfire: Misfire = "skip"


class Subscription(msgspec.Struct, omit_defaults=True):
    """Topics of a cluster that may be anybody's, read as a member of ``group``: each record, or batch, is a start.

    ``brokers`` is ``host:port`` with commas between; where it is empty, the node's credential of type ``credential``
    says where they are.
    ``start`` is where a group without a committed offset begins. ``batch`` records of one partition begin one
    execution; one that is not full goes after ``wait_ms``. ``order`` says which records begin in their order.
    ``heartbeat_ms`` 0 leaves it to the client; ``make_topics`` asks the cluster to make what is missing, if it may.
    ``options`` has what shapes the items: format, registry, headers …
    """

    node: str
    type: str
    topics: list[str]
    group: str
    brokers: str = ""
    credential: str = ""
    start: Literal["earliest", "latest"] = "earliest"
    batch: int = 1
    wait_ms: int = 1000
    order: Literal["", "key", "partition"] = ""
    session_ms: int = 30_000
    heartbeat_ms: int = 0
    make_topics: bool = False
    options: dict[str, Any] = {}


class Source(msgspec.Struct, omit_defaults=True):
    """A trigger that a worker looks after while its workflow is active: asked at ``times``, listened to without any."""

    node: str
    type: str
    times: list[Schedule] = []


def route_key(route: Route) -> tuple[str, str]:
    """Name what a route answers to: routes with equal keys cannot be told apart.

    The names of parameters do not count (``user/:id`` is ``user/:name``); where a literal segment and a parameter both
    fit a request, the literal one is meant, so they do not collide.
    """
    return route.method.upper(), "/".join(":" if part.startswith(":") else part for part in route.path.split("/"))
