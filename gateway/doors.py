"""Doors: what is behind `/w/` and `/w-test/`.

Flow: route tables → **doors** → ingress.
"""

from gateway.listening import Listening
from gateway.reading import Catalog
from gateway.routing import Match, Target
from schemas.task import Mode


class ProductionDoor:
    """Routes of active workflows."""

    prefix = "/w/"
    mode: Mode = "webhook"
    shown_mode = "production"
    missing_hint = "the workflow must be active; GET /api/v1/workflows?active=true lists those that are"

    def __init__(self, catalog: Catalog) -> None:
        self._catalog = catalog

    async def find(self, method: str, path: str, raw_path: bytes | None) -> Match | None:
        """Find the target; where there is none, look again at the catalog's end: it may just have been activated."""
        found = self._catalog.routes.find(method, path, raw_path)
        if found is not None and (found.target is not None or method == "OPTIONS"):
            return found
        await self._catalog.catch_up()
        return self._catalog.routes.find(method, path, raw_path)

    def position(self) -> int:
        """Give the catalog offset that the routes were read at."""
        return self._catalog.offset

    def started(self, target: Target, execution: str) -> None:
        """Nobody needs to hear of it."""


class TestDoor:
    """Routes of drafts that somebody listens to."""

    prefix = "/w-test/"
    mode: Mode = "manual"
    shown_mode = "test"
    missing_hint = "a test address lives while a client holds POST /api/v1/workflows/{id}/listen"

    def __init__(self, catalog: Catalog, listening: Listening) -> None:
        self._catalog = catalog
        self._listening = listening

    async def find(self, method: str, path: str, raw_path: bytes | None) -> Match | None:
        """Find the target among those listened to."""
        return self._listening.routes.find(method, path, raw_path)

    def position(self) -> int:
        """Give the catalog offset at which the draft can be read."""
        return self._catalog.offset

    def started(self, target: Target, execution: str) -> None:
        """Tell the listener which execution its test request made."""
        if target.listen is not None:
            self._listening.started(target.listen, execution)
