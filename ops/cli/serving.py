"""``millrace up``, ``gateway`` and ``worker``: the verbs that stay.

Flow: shell → **serving** → process → until SIGTERM.
"""

import gc
from collections.abc import Callable
from typing import Any

import click

from ops.roles import GATEWAY, UP, WORKER, Role
from ops.settings import read_settings

Verb = Callable[..., None]

port_option = click.option(
    "--port", type=click.IntRange(0, 65535), help="Port to listen on (MILLRACE_PORT); 0 takes a free one."
)
data_option = click.option("--data", type=click.Path(file_okay=False), help="Data folder (MILLRACE_DATA).")


@click.command("up")
@port_option
@data_option
def up_verb(port: int | None, data: str | None) -> None:
    """Start Millrace: gateway, agents and stores in one process."""
    _run(UP, port=port, data=data)


@click.command("gateway")
@port_option
@data_option
def gateway_verb(port: int | None, data: str | None) -> None:
    """Start a gateway alone: the door and the API. Workers do the work; MILLRACE_BROKER=kafka://… joins them."""
    _run(GATEWAY, port=port, data=data)


@click.command("worker")
@click.option("--health-port", type=click.IntRange(0, 65535), help="Port of /ready (MILLRACE_HEALTH_PORT).")
@data_option
def worker_verb(health_port: int | None, data: str | None) -> None:
    """Start a worker alone; as many as there are partitions share the work. It needs MILLRACE_BROKER=kafka://…."""
    _run(WORKER, health_port=health_port, data=data)


def _run(role: Role, **given: Any) -> None:
    settings = read_settings(**{key: value for key, value in given.items() if value is not None})

    gc.disable()  # what a start makes stays: looking through it for garbage takes a fifth of its time
    from ops.process import run

    run(role, settings)
