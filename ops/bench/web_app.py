"""The web app: how fast its pages are in a headless Chromium that draws by software, and what looking costs the engine.

Flow: installation ← Chromium, load generator → **web app** → report.
It needs playwright, which the tests bring, and a Chromium; where one is missing, a note says so.
"""

import shutil
import statistics
import time
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from ops.bench.installation import TOKEN, Installation, call
from ops.bench.load import quantile
from ops.bench.measures import Findings, measure_load
from ops.bench.workflows import answering_long, chain, many_items

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

GOALS: Final = {
    "web app: JavaScript of the first load, kB gzipped": "≤ 500",
    "web app: first load until one can act, ms": "< 1,500",
    "web app: its main thread's CPU for that, ms": "",
    "web app: 1,000 nodes until they are drawn, ms": "< 2,000",
    "web app: the main thread's CPU for them, ms": "",
    "web app: a drag among them, p95 of a frame, ms": "< 33",
    "web app: heap with them, MB": "< 300",
    "web app: 100,000 items of output until seen, ms": "< 1,000",
    "web app: events a second while it looks on live": "≥ 5,000",
    "web app: events a second while nobody looks": "",
    "web app: p95 of a frame while it looks, ms": "< 100",
    "web app: CPU of an execution more then, %": "< 5",
}
PROGRAMS = ("chromium", "chromium-browser", "google-chrome")
FLAGS = ["--no-sandbox", "--disable-gpu", "--enable-precise-memory-info", "--js-flags=--expose-gc"]
STATIC = Path(__file__).resolve().parents[2] / "gateway/static"
SIZE: Final[Any] = {"width": 1400, "height": 900}
LOADS = 5
NODES, COLUMNS = 1000, 40
MOVES = 90
LOOKS = 400
ITEMS = 100_000
ROUNDS = 6
STEPS = 20
EVENTS_EACH = STEPS + 2
"""Facts that one execution of the watched workflow gives: its trigger, so many steps, its end."""
FRAMES = """() => {
  window.frames_ = []; let last = performance.now();
  const next = (now) => { window.frames_.push(now - last); last = now; window.framing_ = requestAnimationFrame(next); };
  window.framing_ = requestAnimationFrame((now) => { last = now; next(now); });
}"""
FRAMES_END = "() => { cancelAnimationFrame(window.framing_); return window.frames_.slice(1); }"


def measure_web_app(data: Path, found: Findings) -> None:
    """Measure all that GOALS names; add a note instead where there is no browser to measure with."""
    try:
        from playwright.sync_api import sync_playwright
    except ImportError:
        found.notes.append("the web app was not measured: playwright is not installed (`make test` installs it)")
        return
    program = next(filter(None, map(shutil.which, PROGRAMS)), None)
    if program is None or not (STATIC / "index.html").is_file():
        found.notes.append("the web app was not measured: there is no Chromium, or it is not built (`make web`)")
        return
    with Installation(data) as millrace, sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=program, args=FLAGS)
        figures = [
            *_first_load(browser, millrace),
            *_many_nodes(browser, millrace),
            _large_output(browser, millrace),
            *_live(browser, millrace),
        ]
        browser.close()
    found.web = dict(zip(GOALS, figures, strict=True))


def _page(browser: "Browser", millrace: Installation) -> "Page":
    context = browser.new_context(base_url=millrace.address, viewport=SIZE)
    context.add_init_script(f"sessionStorage.setItem('millrace.token', {TOKEN!r})")
    page = context.new_page()
    page.set_default_timeout(120_000)
    return page


def _clock(page: "Page") -> Callable[[], float]:
    """Give what reads the CPU time of the page's main thread, in ms: machines that are shared have slow clocks."""
    session = page.context.new_cdp_session(page)
    session.send("Performance.enable")

    def read() -> float:
        found = session.send("Performance.getMetrics")["metrics"]
        return float(next(each["value"] for each in found if each["name"] == "ThreadTime")) * 1000

    return read


def _first_load(browser: "Browser", millrace: Installation) -> tuple[float, float, float]:
    """Give the size of the scripts that the first page takes, and how long until its list can be used."""
    times, spent, size = [], [], 0
    for _ in range(LOADS):
        page = _page(browser, millrace)
        clock = _clock(page)
        page.goto("/", wait_until="commit")
        page.get_by_role("link", name="Hello").wait_for()
        times.append(page.evaluate("performance.now()"))
        spent.append(clock())
        names = page.evaluate("performance.getEntriesByType('resource').map(each => new URL(each.name).pathname)")
        packed = [STATIC / f"{name.lstrip('/')}.gz" for name in names if name.endswith(".js")]
        size = sum((each if each.is_file() else each.with_suffix("")).stat().st_size for each in packed)
        page.context.close()
    return size / 1000, statistics.median(times), statistics.median(spent)


def many_nodes(count: int = NODES) -> dict[str, Any]:
    """Make a workflow of so many nodes, laid out in rows."""
    nodes: list[tuple[str, str, float, dict[str, Any]]] = [("Start", "manualTrigger", 1, {})]
    nodes += [(f"Step {at}", "set", 3.4, {"options": {}}) for at in range(1, count)]
    made = chain("bench: many nodes", nodes)
    for at, node in enumerate(made["nodes"]):
        node["position"] = [at % COLUMNS * 240, at // COLUMNS * 120]
    return made


def over_a_node(page: "Page") -> tuple[float, float]:
    """Move the pointer over the picture of a large workflow until a node is under it; give the place."""
    box = page.locator(".picture").bounding_box()
    assert box is not None  # noqa: S101 narrows
    for at in range(LOOKS):
        x, y = box["x"] + box["width"] / 2 + at % 20 * 4, box["y"] + box["height"] / 2 + at // 20 * 3
        page.mouse.move(x, y)
        if page.locator(".react-flow__node-card:hover").count():
            return x, y
    raise AssertionError("no node was found in the middle of the picture")


def _many_nodes(browser: "Browser", millrace: Installation) -> tuple[float, float, float, float]:
    """Give the time until the large workflow is drawn, the frames of a drag in it, and the heap after that."""
    name = millrace.add(many_nodes(), activate=False)
    page = _page(browser, millrace)
    clock = _clock(page)
    page.goto(f"/#/workflows/{name}", wait_until="commit")
    page.locator(".picture[data-painted]").wait_for()
    page.evaluate("() => new Promise(done => requestAnimationFrame(() => requestAnimationFrame(done)))")
    opened, spent = page.evaluate("performance.now()"), clock()
    x, y = over_a_node(page)
    page.mouse.down()
    page.evaluate(FRAMES)
    for step in range(MOVES):
        page.mouse.move(x + 3 * step, y + 2 * step)
    frames = page.evaluate(FRAMES_END)
    page.mouse.up()
    page.evaluate("gc()")
    heap = page.evaluate("performance.memory.usedJSHeapSize") / 1e6
    page.context.close()
    return opened, spent, quantile(sorted(frames), 0.95), heap


def _large_output(browser: "Browser", millrace: Installation) -> float:
    """Give the time from the double-click on a node that gave many items until they are seen."""
    name = millrace.add(many_items("large"))
    call(f"{millrace.address}/w/large", {"list": list(range(ITEMS))}, timeout_seconds=120)
    millrace.settled(name, 1)
    [entry] = millrace.client.get("/api/v1/executions", workflow=name, limit=1)["data"]
    page = _page(browser, millrace)
    page.goto(f"/#/workflows/{name}/executions/{entry['id']}")
    node = page.locator(".react-flow__node", has_text="Double")
    node.get_by_text(f"{ITEMS:,}").or_(node).first.wait_for()
    page.wait_for_timeout(1000)  # what the page reads of the execution by itself is not what is measured
    began = time.perf_counter()
    node.dblclick()
    page.get_by_role("dialog").get_by_text(f"of {ITEMS:,}").first.wait_for()
    taken = time.perf_counter() - began
    page.context.close()
    return taken * 1000


def _live(browser: "Browser", millrace: Installation, seconds: float = 2.0) -> tuple[float, ...]:
    """Load a workflow in turns with its live view open and closed: events a second of both, frames, CPU more than then.

    It has many steps: what limits is then the stream of events and who looks at it, not the webhook and its generator.
    """
    name = millrace.add(answering_long("watched", STEPS))
    page = _page(browser, millrace)
    page.goto(f"/#/workflows/{name}")
    live = page.get_by_role("button", name="Live", exact=True)
    live.wait_for()
    url = f"{millrace.address}/w/watched"
    measure_load("warm-up", url, None, 10, 1.0)
    more, frames = [], []
    rates: dict[bool, list[float]] = {True: [], False: []}
    for at in range(ROUNDS):
        spent = {}
        for looking in ((False, True), (True, False))[at % 2]:
            if looking:
                live.click()
                page.wait_for_timeout(500)
                page.evaluate(FRAMES)
            point = measure_load("watched", url, millrace.pid, 10, seconds)
            spent[looking] = point.cpu_us
            rates[looking].append(point.rate * EVENTS_EACH)
            if looking:
                frames += page.evaluate(FRAMES_END)
                live.click()
        more.append((spent[True] / spent[False] - 1) * 100)
    page.context.close()
    seen, unseen = (statistics.median(rates[looking]) for looking in (True, False))
    return seen, unseen, quantile(sorted(frames), 0.95), statistics.median(more)
