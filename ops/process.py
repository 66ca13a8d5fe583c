"""A process that stays: its data folder, its sockets, its parts, until it is told to stop.

Flow: command line → **process** → data folder, socket, millrace, web server → SIGTERM → the same backwards.
"""

import asyncio
import contextlib
import gc
import json
import logging
import signal
import socket
from collections.abc import AsyncIterator, Collection, Coroutine, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click
import uvloop

from ops.data_folder import DataFolder, opened
from ops.greeting import greet
from ops.logs import configure_logs
from ops.roles import Role, check_role
from ops.serving import bind, serving
from ops.settings import Settings
from schemas.clock import follow
from schemas.errors import MillraceError, OperationalError
from schemas.failpoints import arm

if TYPE_CHECKING:
    from ops.millrace import Millrace

DRAIN_SECONDS = 20.0
COLLECT_EVERY = (20_000, 20, 20)
GREET_SECONDS = 2.0
SIGNALS = (signal.SIGINT, signal.SIGTERM)

log = logging.getLogger(__name__)


def run(role: Role, settings: Settings) -> None:
    """Run until SIGTERM or SIGINT.

    Raises ConflictError where the port or the data folder is in use, OperationalError where the engine broke.
    """
    check_role(settings, role)
    configure_logs(settings.log_format, settings.log_level)
    follow(settings.clock)
    port = settings.port if role.door else settings.health_port
    with contextlib.ExitStack() as stack:
        folder = stack.enter_context(opened(settings.data))
        held = None if port is None else stack.enter_context(bind(settings.host, port))
        if held is not None and role.door:
            settings = settings.model_copy(update={"port": held.getsockname()[1]})
        stack.enter_context(_failing(settings.failpoint, folder.path))
        with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
            runner.run(_Process(role, settings, folder, held).run())


class _Process:
    """One run of one process."""

    def __init__(self, role: Role, settings: Settings, folder: DataFolder, held: socket.socket | None) -> None:
        self._role = role
        self._settings = settings
        self._folder = folder
        self._held = held
        self._token: str | None = None
        self._fresh = False
        if role.door:
            given = settings.token.get_secret_value() if settings.token else None
            self._token, self._fresh = folder.token(given)

    async def run(self) -> None:
        from ops.foundation import lay  # here, so that a port or a folder in use is told at once
        from ops.millrace import Millrace

        stopping = _watch_signals()
        foundation = await lay(self._settings, self._folder.path, self._role)
        millrace = Millrace(foundation, self._token)
        ends: set[asyncio.Future[Any]] = {stopping, millrace.failed}
        try:
            if await _unless(ends, millrace.start()):
                async with self._served(millrace), self._greeted(millrace):
                    _settle_memory()
                    millrace.started = True
                    self._announce(foundation.keyring.locked)
                    await asyncio.wait(ends, return_when=asyncio.FIRST_COMPLETED)
            broken = millrace.failed.done()  # while it stops, an engine may break without harm
        finally:
            await _stopped(millrace)
            stopping.cancel()
        if broken:
            raise _broken(millrace.failed.result())

    @contextlib.asynccontextmanager
    async def _served(self, millrace: "Millrace") -> AsyncIterator[None]:
        """Answer requests, and at the end finish those that are under way."""
        app: Any = millrace.gateway.asgi if millrace.gateway is not None else millrace.health
        async with contextlib.AsyncExitStack() as stack:
            if self._held is not None:
                await stack.enter_async_context(serving(app, self._held, DRAIN_SECONDS))
            try:
                yield
            finally:
                click.echo("stopping: finishing what is in work", err=True)
                if millrace.gateway is not None:
                    millrace.gateway.drain()

    @contextlib.asynccontextmanager
    async def _greeted(self, millrace: "Millrace") -> AsyncIterator[None]:
        """Make the example of a first start: before it is ready where it is alone, else once there is a worker."""
        greeting = asyncio.create_task(self._greet(millrace))
        try:
            if self._role.alone:
                await greeting
            yield
        finally:
            greeting.cancel()

    async def _greet(self, millrace: "Millrace") -> None:
        told = _local(self._settings), self._token or "", self._folder.path
        if self._role.alone:
            await asyncio.to_thread(greet, *told)
        elif self._role.door:
            while not (await millrace.watch.owned() and await asyncio.to_thread(greet, *told)):  # noqa: ASYNC110
                await asyncio.sleep(GREET_SECONDS)

    def _announce(self, locked: bool) -> None:
        """Say that it is ready, and where."""
        name = "Millrace" if self._role.alone else f"Millrace {self._role.verb}"
        lines = [f"{name} is ready on {self._settings.address}" if self._role.door else f"{name} is ready"]
        lines.append(f"  data   {self._folder.path}")
        if self._held is not None and not self._role.door:
            health = self._settings.model_copy(update={"port": self._held.getsockname()[1]})
            lines.append(f"  health {_local(health)}/ready")
        if self._fresh:
            kept = self._folder.path / "token"
            lines.append(f"  token  {self._token}  (shown this once; kept in {kept})")
        if locked:
            lines.append(
                "  key    none, so secrets, forms and waits for requests are refused: set MILLRACE_KEY to one key"
            )
            lines.append("         in every process, such as `openssl rand -base64 32` gives")
        if self._role.door:
            body = """-H 'content-type: application/json' -d '{"name":"Ada"}'"""
            lines.append(f"  try    curl {body} {self._settings.address}/w/hello")
        click.echo("\n".join(lines))


@contextlib.contextmanager
def _failing(rules: str | None, folder: Path) -> Iterator[None]:
    """Arm failpoints for a while; at the end say in ``failpoints.json`` how often each was reached."""
    armed = arm(rules)
    try:
        yield
    finally:
        arm(None)
        if armed is not None:
            (folder / "failpoints.json").write_text(json.dumps(armed.reached), encoding="utf-8")


async def _stopped(millrace: "Millrace") -> None:
    """Stop what runs; what a broken engine says on its way out is no more than a line in the log."""
    try:
        await millrace.stop()
    except Exception:
        if not millrace.failed.done():
            raise
        log.warning("the broken engine did not stop in order", exc_info=True)


def _broken(reason: BaseException) -> MillraceError:
    """Say why the engine ended, in one line; the log has the rest."""
    if isinstance(reason, MillraceError):
        return OperationalError(f"the engine broke: {reason.message}", hint=reason.hint or "start it again")
    return OperationalError(f"the engine crashed: {reason!r}", hint="the log above says why; start Millrace again")


def _settle_memory() -> None:
    """Keep what the start made out of garbage collections, and make those rarer: little here is cyclic.

    What of it is garbage stays: that is less than a mebibyte, and to find it takes a fifth of a second.
    """
    gc.freeze()
    gc.set_threshold(*COLLECT_EVERY)
    gc.enable()


def _local(settings: Settings) -> str:
    return settings.model_copy(update={"url": None}).address


async def _unless(ends: Collection["asyncio.Future[Any]"], work: Coroutine[Any, Any, None]) -> bool:
    """Do something, or give it up when one of the ends comes; say whether it was done."""
    working = asyncio.create_task(work)
    await asyncio.wait({working, *ends}, return_when=asyncio.FIRST_COMPLETED)
    if not working.done():
        working.cancel()
        await asyncio.gather(working, return_exceptions=True)
        return False
    await working
    return True


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
