"""A real browser on a whole Millrace: what the tests of the web app share.

Flow: `millrace up` + Debian's chromium → **conftest** → pages, each in a context of its own.
"""

import os
import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from io import BytesIO
from pathlib import Path
from typing import Any, Final, Literal

import pytest
from PIL import Image
from playwright.sync_api import Browser, Page, expect, sync_playwright

from gateway.pages import STATIC
from ops.bench.installation import TOKEN, Installation
from tests.architecture.tree import ROOT

PROGRAMS = ("chromium", "chromium-browser", "google-chrome")
FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
SIZE = {"width": 1400, "height": 900}
WAIT_MS = 10_000
AXE = ROOT / "gateway/editor/node_modules/axe-core/axe.min.js"
RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]
SHOTS = "MILLRACE_TEST_SHOTS"
SCHEMES: Final[tuple[Literal["light", "dark"], ...]] = ("light", "dark")
QUALITY = 72


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark what is in this folder: it needs a browser. It comes last: the browser's driver keeps the thread's loop."""
    here = [item for item in items if Path(__file__).parent in item.path.parents]
    for item in here:
        item.add_marker(pytest.mark.process)
    items[:] = [item for item in items if item not in here] + here


@pytest.fixture(scope="package")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Installation]:
    """One Millrace for all tests of the web app; each test makes its own workflows on it."""
    if not (STATIC / "index.html").is_file():
        pytest.skip("the web app is not built: `make web` says why")
    with Installation(tmp_path_factory.mktemp("browser") / "data") as installation:
        yield installation


@pytest.fixture(scope="package")
def browser() -> Iterator[Browser]:
    """One chromium for all tests of the web app."""
    program = next(filter(None, map(shutil.which, PROGRAMS)), None)
    if program is None:
        pytest.skip("no chromium on this machine: the web app was not tried in a browser")
    with sync_playwright() as playwright:
        found = playwright.chromium.launch(executable_path=program, args=FLAGS)
        yield found
        found.close()


@pytest.fixture
def stranger(browser: Browser, server: Installation) -> Iterator[Page]:
    """A page of somebody who has not signed in; what goes wrong in its console fails the test."""
    context = browser.new_context(viewport=SIZE, base_url=server.address, reduced_motion="reduce")
    context.set_default_timeout(WAIT_MS)
    expect.set_options(timeout=WAIT_MS)
    context.grant_permissions(["clipboard-read", "clipboard-write"])
    page = context.new_page()
    wrong: list[str] = []
    page.on("pageerror", lambda error: wrong.append(str(error)))
    yield page
    context.close()
    assert wrong == []


@pytest.fixture
def page(stranger: Page) -> Page:
    """A page of somebody who has signed in, not yet at any place."""
    stranger.add_init_script(f"sessionStorage.setItem('millrace.token', {TOKEN!r})")
    return stranger


@pytest.fixture
def opened(page: Page, server: Installation) -> Callable[..., str]:
    """Make a workflow and open it in the editor; give its id."""

    def make(workflow: dict[str, Any], *, activate: bool = False) -> str:
        name = server.add(workflow, activate=activate)
        page.goto(f"/#/workflows/{name}")
        page.locator(".react-flow__viewport").wait_for(state="attached")
        return name

    return make


@pytest.fixture
def accessible(page: Page) -> Callable[[], list[str]]:
    """Give what axe finds wrong with what the page shows now, as "rule: where"; in dark the contrast too."""

    def look() -> list[str]:
        if not AXE.is_file():
            pytest.skip("axe is not installed: `make web` installs it")
        # by the debugger's door: the page's own policy lets no foreign script in
        page.evaluate(AXE.read_text(encoding="utf-8"))
        found = page.evaluate("rules => axe.run(document, {runOnly: {type: 'tag', values: rules}})", RULES)
        wrong = found["violations"]
        with coloured(page, "dark"):
            found = page.evaluate("axe.run(document, {runOnly: {type: 'rule', values: ['color-contrast']}})")
        wrong += [one | {"id": f"dark {one['id']}"} for one in found["violations"]]
        return [f"{one['id']}: {node['target']}" for one in wrong for node in one["nodes"]]

    return look


@contextmanager
def coloured(page: Page, scheme: Literal["light", "dark"]) -> Iterator[None]:
    """Have a page as the system's choice of light or dark makes it; who chose in the settings keeps what was chosen."""
    page.emulate_media(color_scheme=scheme)
    page.evaluate("() => new Promise(done => requestAnimationFrame(() => requestAnimationFrame(done)))")
    yield
    page.emulate_media(color_scheme="light")


@pytest.fixture
def shoot(page: Page) -> Callable[[str], None]:
    """Take a picture of a page, light and dark, into the folder that MILLRACE_TEST_SHOTS names; else only in memory."""
    folder = os.environ.get(SHOTS)

    def take(name: str) -> None:
        for scheme in SCHEMES:
            with coloured(page, scheme):
                taken = page.screenshot()
            if folder:
                Path(folder).mkdir(parents=True, exist_ok=True)
                with Image.open(BytesIO(taken)) as picture:
                    picture.save(Path(folder) / f"{name}-{scheme}.webp", quality=QUALITY, method=6)

    return take
