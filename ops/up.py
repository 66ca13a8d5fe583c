"""``millrace up``: one process, one loop, everything in it, until it is told to stop.

Flow: command line → **up** → data folder, socket, wiring, web server → SIGTERM → the same backwards.
"""

import asyncio
import gc
import logging
import signal
import socket

import click
import uvloop

from ops.data_folder import DataFolder, opened
from ops.greeting import greet
from ops.logs import configure_logs
from ops.serving import Server, bind, make_server
from ops.settings import Settings
from schemas.errors import OperationalError

DRAIN_SECONDS = 20.0
COLLECT_EVERY = (20_000, 20, 20)
SIGNALS = (signal.SIGINT, signal.SIGTERM)

log = logging.getLogger(__name__)


def up(settings: Settings) -> None:
    """Run Millrace until SIGTERM or SIGINT. Raises ConflictError where the port or the data folder is in use."""
    configure_logs(settings.log_format, settings.log_level)
    with opened(settings.data) as folder, bind(settings.host, settings.port) as held:
        port = held.getsockname()[1]
        settings = settings.model_copy(update={"port": port})
        with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
            runner.run(_serve(settings, folder, held))


async def _serve(settings: Settings, folder: DataFolder, held: socket.socket) -> None:
    from ops.wiring import Millrace  # here, so that a port or a folder in use is told at once

    given = settings.token.get_secret_value() if settings.token else None
    token, fresh = folder.token(given)
    stopping = _watch_signals()
    millrace = Millrace(settings, folder.path, token)
    await millrace.start()
    server = make_server(millrace.gateway.asgi, DRAIN_SECONDS)
    serving = asyncio.create_task(server.serve(sockets=[held]))
    try:
        await _open(server, serving)
        await asyncio.to_thread(greet, _local(settings), token, folder.path)
        _settle_memory()
        millrace.started = True
        announce(settings, folder, token if fresh else None)
        crashed = asyncio.create_task(millrace.ended())
        await asyncio.wait({serving, stopping, crashed}, return_when=asyncio.FIRST_COMPLETED)
        if crashed.done():
            raise OperationalError("the engine crashed", hint="the log above says why; start Millrace again")
        crashed.cancel()
    finally:
        click.echo("stopping: finishing what is in work", err=True)
        millrace.gateway.drain()
        server.should_exit = True
        await asyncio.gather(serving, return_exceptions=True)
        await millrace.stop()
        stopping.cancel()


def announce(settings: Settings, folder: DataFolder, fresh_token: str | None) -> None:
    """Say that it is ready, and where."""
    lines = [f"Millrace is ready on {settings.address}", f"  data   {folder.path}"]
    if fresh_token:
        lines.append(f"  token  {fresh_token}  (shown this once; kept in {folder.path / 'token'})")
    greeting = f"""curl -H 'content-type: application/json' -d '{{"name":"Ada"}}' {settings.address}/w/hello"""
    click.echo("\n".join([*lines, f"  try    {greeting}"]))


def _settle_memory() -> None:
    """Keep what the start made out of garbage collections, and make those rarer: little here is cyclic."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(*COLLECT_EVERY)


def _local(settings: Settings) -> str:
    return settings.model_copy(update={"url": None}).address


async def _open(server: Server, serving: "asyncio.Task[None]") -> None:
    opened = asyncio.create_task(server.opened.wait())
    await asyncio.wait({opened, serving}, return_when=asyncio.FIRST_COMPLETED)
    opened.cancel()
    if serving.done():
        await serving


def _watch_signals() -> "asyncio.Future[None]":
    """Give a future that the first signal resolves; a second one ends the process at once."""
    loop = asyncio.get_running_loop()
    stopping: asyncio.Future[None] = loop.create_future()

    def stop() -> None:
        if not stopping.done():
            stopping.set_result(None)
        for number in SIGNALS:
            loop.remove_signal_handler(number)
            signal.signal(number, signal.SIG_DFL)

    for number in SIGNALS:
        loop.add_signal_handler(number, stop)
    return stopping
