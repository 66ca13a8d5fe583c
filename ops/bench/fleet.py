"""A fleet: a gateway and workers on one Kafka, each a process of its own.

Flow: bench, tests of the whole → **fleet** → `millrace gateway`, `millrace worker`.
"""

from pathlib import Path

from ops.bench.installation import Installation, Member


class Fleet:
    """Processes under one folder, whose topics begin with one prefix; used as a context manager."""

    def __init__(self, folder: Path, broker: str, prefix: str, *, workers: int = 1, **settings: str) -> None:
        self.folder = folder
        self.settings = {
            "MILLRACE_BROKER": broker,
            "MILLRACE_PREFIX": prefix,
            "MILLRACE_BLOBS": (folder / "blobs").as_uri(),
            **settings,
        }
        self.gateway = Installation(folder / "gateway", verb="gateway", **self.settings)
        self.workers: list[Member] = []
        for _ in range(workers):
            self.add_worker()

    def __enter__(self) -> "Fleet":
        """Start all and wait until they are ready."""
        try:
            self.start()
        except BaseException:
            self.stop()
            raise
        return self

    def __exit__(self, *_: object) -> None:
        """Stop all."""
        self.stop()

    def start(self) -> None:
        """Start the gateway, then the workers, each when the one before is ready."""
        self.folder.mkdir(parents=True, exist_ok=True)
        for member in (self.gateway, *self.workers):
            member.start()

    def stop(self) -> None:
        """Stop the workers, then the gateway."""
        for member in (*self.workers, self.gateway):
            member.stop()

    def add_worker(self) -> Member:
        """Make one more worker; it is not started yet."""
        name = f"worker-{len(self.workers) + 1}"
        self.workers.append(Member("worker", self.folder / name, **self.settings))
        return self.workers[-1]

    @property
    def pids(self) -> list[int]:
        """The processes that run."""
        members = (self.gateway, *self.workers)
        return [each.process.pid for each in members if each.process is not None and each.process.poll() is None]
