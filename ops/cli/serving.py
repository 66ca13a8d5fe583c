"""``millrace up``, ``gateway`` and ``worker``: the verbs that stay.

Flow: shell → **serving** → wiring → until SIGTERM.
"""

import click

from ops.settings import Settings, read_settings
from schemas.errors import UserError


@click.command("up")
@click.option("--port", type=click.IntRange(0, 65535), help="Port to listen on (MILLRACE_PORT); 0 takes a free one.")
@click.option("--data", type=click.Path(file_okay=False), help="Data folder (MILLRACE_DATA).")
def up_verb(port: int | None, data: str | None) -> None:
    """Start Millrace: gateway, agents and stores in one process."""
    given = {"port": port, "data": data}
    settings = read_settings(**{key: value for key, value in given.items() if value is not None})

    from ops.up import up

    up(settings)


@click.command("gateway")
def gateway_verb() -> None:
    """Start a gateway alone; it needs a broker of its own."""
    _refuse(read_settings(), "gateway")


@click.command("worker")
def worker_verb() -> None:
    """Start a worker alone; it needs a broker of its own."""
    _refuse(read_settings(), "worker")


def _refuse(settings: Settings, verb: str) -> None:
    if settings.broker is None or not settings.broker.startswith("kafka"):
        raise UserError(
            f'"millrace {verb}" cannot share the embedded log with other processes',
            hint="`millrace up` runs gateway and worker in one process; more processes need MILLRACE_BROKER=kafka://…",
        )
    raise UserError(f'"millrace {verb}" does not speak to Kafka yet', hint="use `millrace up` without MILLRACE_BROKER")
