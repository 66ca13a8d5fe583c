"""One broker: its folder, its process, its end.

Flow: layout, runtime → **broker** → JVM, pid file, broker.log.
"""

import os
import signal
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path

from ops.kafka import leash
from ops.kafka.layout import Layout
from ops.kafka.runtime import Runtime
from schemas.errors import OperationalError

HEAP = ("-Xms128m", "-Xmx512m")
QUICK = ("-XX:TieredStopAtLevel=1", "-XX:+UseSerialGC")
"""A JVM that is soon ready rather than fast: for tests."""
LASTING = ("-XX:+UseG1GC",)
LOGGING = """rootLogger.level=WARN
rootLogger.appenderRef.console.ref=console
appender.console.type=Console
appender.console.name=console
appender.console.layout.type=PatternLayout
appender.console.layout.pattern=%d %p %c{1} %m%n
"""


class Broker:
    """Broker ``node`` of a layout, in ``folder``: server.properties, logs/, broker.log, pid."""

    def __init__(
        self, layout: Layout, node: int, folder: Path, runtime: Runtime, more: Mapping[str, str] | None = None
    ) -> None:
        self.node = node
        self.address = layout.address(node)
        self.cluster = layout.cluster
        self.folder = folder
        self.log = folder / "broker.log"
        self._layout = layout
        self._runtime = runtime
        self._more = more
        self._process: subprocess.Popen[bytes] | None = None

    @property
    def pid(self) -> int | None:
        """Its process, while that runs."""
        if self._process is None or self._process.poll() is not None:
            return None
        return self._process.pid

    def prepare(self) -> None:
        """Write what Kafka reads, and format its storage where that is new. Blocks for about a second."""
        logs = self.folder / "logs"
        (self.folder / "tmp").mkdir(parents=True, exist_ok=True)
        (self.folder / "log4j2.properties").write_text(LOGGING, encoding="utf-8")
        self._properties.write_text(self._layout.properties(self.node, logs, self._more), encoding="utf-8")
        if (logs / "meta.properties").exists():
            return
        arguments = ("format", "-t", self.cluster, "-c", self._properties)
        command = self._command("kafka.tools.StorageTool", *arguments, options=QUICK)
        done = subprocess.run(command, capture_output=True, text=True, check=False)
        if done.returncode:
            raise OperationalError(f"kafka could not format its storage: {(done.stdout + done.stderr).strip()[-500:]}")

    def launch(self, *, quick: bool, leashed: bool) -> None:
        """Start its process; ``leashed`` binds that to this thread's life. It is not ready yet."""
        command = self._command("kafka.Kafka", self._properties, options=HEAP + (QUICK if quick else LASTING))
        if leashed:
            command = [sys.executable, "-I", "-S", leash.__file__, str(os.getpid()), *command]
        with self.log.open("ab") as output:
            self._process = subprocess.Popen(
                command,
                cwd=self.folder,
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
                start_new_session=True,  # Ctrl-C is for the one who started it, who then stops it cleanly
            )
        (self.folder / "pid").write_text(f"{self._process.pid}\n")

    def send(self, how: signal.Signals) -> None:
        """Send its process a signal, if it still runs."""
        if self.pid is not None and self._process is not None:
            self._process.send_signal(how)

    def last_words(self) -> str:
        """Give the end of its log."""
        return self.log.read_text(encoding="utf-8", errors="replace")[-2000:] if self.log.exists() else ""

    @property
    def _properties(self) -> Path:
        return self.folder / "server.properties"

    def _command(self, program: str, *arguments: str | Path, options: tuple[str, ...]) -> list[str]:
        places = (f"-Djava.io.tmpdir={self.folder / 'tmp'}", f"-XX:ErrorFile={self.folder / 'crash-%p.log'}")
        logging = f"-Dlog4j2.configurationFile={self.folder / 'log4j2.properties'}"
        always = ("-XX:+ExitOnOutOfMemoryError", "-XX:-UsePerfData", *places, logging)
        return self._runtime.command(program, *arguments, options=options + always)


def folder_of(data: Path, node: int) -> Path:
    """Say where a broker lives in a data folder."""
    return data / f"broker-{node}"


def running(folder: Path) -> int | None:
    """Give the process of the broker in a folder, whoever started it. A pid that has become somebody else's is none."""
    try:
        pid = int((folder / "pid").read_text())
        os.kill(pid, 0)
    except (FileNotFoundError, ValueError, ProcessLookupError, PermissionError):
        return None
    return pid if str(folder / "server.properties") in _command_line(pid) else None


def _command_line(pid: int) -> str:
    try:
        return Path(f"/proc/{pid}/cmdline").read_bytes().replace(b"\0", b" ").decode(errors="replace")
    except FileNotFoundError:
        asked = ["ps", "-ww", "-o", "command=", "-p", str(pid)]  # no /proc: not Linux
        return subprocess.run(asked, capture_output=True, text=True, check=False).stdout
