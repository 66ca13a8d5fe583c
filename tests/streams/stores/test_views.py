"""The catalog view: folding, looking up, lists, search, waiting and being made anew."""

import asyncio
from collections.abc import AsyncIterator, Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st

from schemas.commands import Answer, Answered, Snapshot, VersionSnapshot, WorkflowSnapshot, snapshot_key
from schemas.errors import NotFoundError, OperationalError
from schemas.trigger import Route, Schedule
from streams.codecs import encode
from streams.settings import StreamSettings
from streams.stores.views import CatalogView
from streams.topics import CATALOG, all_topics
from streams.transports.embedded import open_broker
from streams.transports.protocol import Log


def workflow(name: str = "a", **more: object) -> WorkflowSnapshot:
    known: dict[str, object] = {"revision": 1, "draft": "v1", "created_at": 1, "updated_at": 1, "name": name.title()}
    return WorkflowSnapshot(id=name, **(known | more))  # type: ignore[arg-type]


def version(name: str = "a", number: str = "v1", path: str | None = None, **more: object) -> VersionSnapshot:
    body = {"nodes": [{"name": "Get Crème", "type": "n8n-nodes-base.httpRequest"}], "connections": {}}
    routes = [Route(node="Hook", type="webhook", method="POST", path=path)] if path else []
    return VersionSnapshot(id=number, workflow=name, body=body, created_at=1, routes=routes, **more)  # type: ignore[arg-type]


def folded(*snapshots: Snapshot, view: CatalogView | None = None) -> CatalogView:
    view = CatalogView() if view is None else view
    start = view.position
    view.apply((start + at, snapshot_key(one), one) for at, one in enumerate(snapshots))
    return view


def shown(view: CatalogView) -> object:
    """Give all that can be seen of a view."""
    names = [found.id for found in view.list(limit=100)]
    return (
        view.position,
        [view.workflow(name) for name in names],
        [view.aggregate(name) for name in "abc"],
        [view.version(name, number) for name in "abc" for number in ("v1", "v2")],
        [list(view.draft_routes(name)) for name in "abc"],
        list(view.routes()),
        list(view.live()),
        [found.id for found in view.list(search="crème")],
    )


def test_the_latest_snapshot_counts():
    view = folded(version(), workflow(), workflow(name="a", revision=2, draft="v2"), version(number="v2"))

    found = view.workflow("a")
    assert found is not None
    assert (found.revision, found.draft) == (2, "v2")
    assert view.version("a", "v1") == version()
    assert view.position == 4


def test_what_is_unknown_is_none():
    view = CatalogView()

    assert (view.workflow("a"), view.aggregate("a"), view.version("a", "v1")) == (None, None, None)
    assert (list(view.draft_routes("a")), view.position) == ([], 0)


def test_a_deleted_workflow_is_seen_by_the_catalog_only():
    view = folded(version(path="x"), workflow(active=True, published="v1"), workflow(deleted=True))

    assert view.workflow("a") is None
    assert view.list() == []
    assert list(view.routes()) == []
    assert list(view.draft_routes("a")) == []
    assert view.aggregate("a") == workflow(deleted=True)


def test_answers_are_kept_for_the_catalog_and_spared_elsewhere():
    snapshot = workflow(answered=[Answered("c1", Answer(ok=True))])

    view = folded(snapshot)

    assert view.aggregate("a") == snapshot
    assert view.workflow("a") == workflow()


def test_a_version_that_comes_after_its_workflow_is_live_all_the_same():
    """Compaction moves a version behind the workflow that names it, when it was written again."""
    view = folded(workflow(active=True, published="v1"), version(path="x"))

    assert [(live.workflow.id, live.version, live.route.path) for live in view.routes()] == [("a", "v1", "x")]
    assert [found.id for found in view.list(search="crème")] == ["a"]


def test_routes_and_schedules_are_those_of_published_versions():
    tick = Schedule(node="Tick", type="tick", cron="* * * * *")
    view = folded(
        version(path="old", schedules=[tick]),
        version(number="v2", path="new"),
        workflow(active=True, published="v1", draft="v2"),
        version(name="b", path="off"),
        workflow(name="b"),
    )

    assert [live.route.path for live in view.routes()] == ["old"]
    assert [(flow.id, live.id, live.schedules) for flow, live in view.live()] == [("a", "v1", [tick])]
    assert [route.path for route in view.draft_routes("a")] == ["new"]


@pytest.mark.parametrize(
    ("key", "gone"),
    [
        pytest.param("workflow/a", "workflow", id="workflow"),
        pytest.param("version/a/v1", "version", id="version"),
    ],
)
def test_a_tombstone_removes(key, gone):
    view = folded(version(path="x"), workflow(active=True, published="v1"))
    view.version("a", "v1")

    view.apply([(2, key, None)])

    assert list(view.routes()) == []
    assert (view.aggregate("a") is None) is (gone == "workflow")
    assert (view.version("a", "v1") is None) is (gone == "version")


def test_versions_beyond_the_cache_come_from_the_file(tmp_path):
    view = CatalogView(tmp_path / "view.sqlite", versions_cached=1)

    folded(version(number="v1", path="x"), version(number="v2", path="y"), view=view)

    assert [view.version("a", number).routes[0].path for number in ("v1", "v2", "v1")] == ["x", "y", "x"]


LISTS = [
    pytest.param({}, "dcba", id="newest first"),
    pytest.param({"limit": 2}, "dc", id="a page"),
    pytest.param({"limit": 2, "after": "c"}, "ba", id="the next page"),
    pytest.param({"after": "a"}, "", id="after the last"),
    pytest.param({"active": True}, "b", id="active"),
    pytest.param({"active": False}, "dca", id="not active"),
    pytest.param({"tag": "red"}, "ca", id="a tag"),
    pytest.param({"tag": 're" OR'}, "", id="a tag that is none"),
    pytest.param({"search": "invo"}, "d", id="the beginning of a word of the name"),
    pytest.param({"search": "creme"}, "dcba", id="a node's name, without its accent"),
    pytest.param({"search": "httprequest"}, "dcba", id="a node's type"),
    pytest.param({"search": "invoice creme"}, "d", id="all words"),
    pytest.param({"search": "nowhere"}, "", id="nothing found"),
    pytest.param({"search": '"*) OR (x'}, "", id="signs of the query language are words"),
    pytest.param({"search": " -*- "}, "dcba", id="no words at all"),
    pytest.param({"search": "creme", "active": True}, "b", id="search among the active"),
]


@pytest.mark.parametrize(("asked", "names"), LISTS)
def test_lists(asked, names):
    view = folded(
        *(version(name=name) for name in "abcd"),
        workflow(name="a", created_at=1, tags=["red"]),
        workflow(name="b", created_at=2, active=True, published="v1"),
        workflow(name="c", created_at=3, tags=["blue", "red"]),
        WorkflowSnapshot("d", "Invoices", revision=1, draft="v1", created_at=3, updated_at=3),
    )

    assert "".join(found.id for found in view.list(**asked)) == names


def test_a_page_goes_on_after_a_deleted_workflow():
    view = folded(*(workflow(name=name, created_at=at) for at, name in enumerate("abc")))
    folded(workflow(name="b", created_at=1, deleted=True), view=view)

    assert [found.id for found in view.list(after="b")] == ["a"]


def test_a_page_after_an_unknown_workflow_is_refused():
    with pytest.raises(NotFoundError, match='no workflow "x" to continue after'):
        CatalogView().list(after="x")


def test_a_renamed_workflow_is_found_by_its_new_name_only():
    view = folded(version(), workflow(name="a"))
    found = view.workflow("a")
    assert found is not None

    folded(WorkflowSnapshot("a", "Billing", 2, "v1", 1, 2), view=view)

    assert [found.id for found in view.list(search="billing")] == ["a"]
    assert view.list(search="a") == []


def test_listeners_hear_which_workflows_changed_until_they_leave():
    view, heard = CatalogView(), []
    leave = view.on_change(heard.append)

    folded(version(), workflow(), workflow(name="b"), view=view)
    leave()
    folded(workflow(name="c"), view=view)

    assert heard == [{"a", "b"}]


async def test_wait_returns_at_the_offset_or_a_later_one():
    view = CatalogView()
    early, exact, late = (asyncio.ensure_future(view.wait(offset)) for offset in (3, 5, 6))
    await asyncio.sleep(0)

    view.apply([(5, "workflow/a", workflow())])
    await asyncio.sleep(0)

    assert (early.done(), exact.done(), late.done()) == (True, True, False)
    await view.wait(-1)
    view.close()
    with pytest.raises(OperationalError):
        await late


def test_a_file_is_read_again(tmp_path):
    path = tmp_path / "view.sqlite"
    first = folded(version(path="x"), workflow(active=True, published="v1"), view=CatalogView(path))
    expected = shown(first)
    first.close()

    again = CatalogView(path)

    assert shown(again) == expected


@pytest.mark.parametrize(
    "content",
    [
        pytest.param(b"this is no database, but long enough to be taken for one" * 50, id="damaged"),
        pytest.param(b"", id="empty"),
    ],
)
def test_a_file_that_is_no_view_is_made_anew(tmp_path, content):
    path = tmp_path / "view.sqlite"
    path.write_bytes(content)

    view = folded(workflow(), view=CatalogView(path))

    assert view.position == 1


snapshots = st.one_of(
    st.builds(
        workflow,
        st.sampled_from("abc"),
        revision=st.integers(1, 9),
        draft=st.sampled_from(["v1", "v2"]),
        active=st.booleans(),
        published=st.sampled_from(["v1", "v2", None]),
        deleted=st.booleans(),
        created_at=st.integers(1, 3),
    ),
    st.builds(
        version,
        st.sampled_from("abc"),
        st.sampled_from(["v1", "v2"]),
        path=st.sampled_from(["x", "y/:id", None]),
        schedules=st.just([]),
    ),
)
keys = st.sampled_from(["workflow/a", "workflow/b", "version/a/v1", "version/b/v2"])
changes = st.lists(
    st.one_of(snapshots.map(lambda one: (snapshot_key(one), one)), keys.map(lambda key: (key, None))), max_size=25
)


@given(changes, st.data())
def test_batches_and_repetitions_do_not_matter(log: Sequence[tuple[str, Snapshot | None]], data: st.DataObject):
    records = [(offset, key, snapshot) for offset, (key, snapshot) in enumerate(log)]
    whole, pieces = CatalogView(), CatalogView()

    whole.apply(records)
    at = 0
    while at < len(records):
        start, end = data.draw(st.integers(0, at)), data.draw(st.integers(at + 1, len(records)))
        pieces.apply(records[start:end])
        at = end

    assert shown(pieces) == shown(whole)


@given(changes)
def test_a_compacted_log_gives_the_same_view(log: Sequence[tuple[str, Snapshot | None]]):
    records = [(offset, key, snapshot) for offset, (key, snapshot) in enumerate(log)]
    last = {key: offset for offset, key, _ in records}
    whole, compacted = CatalogView(), CatalogView()

    whole.apply(records)
    compacted.apply(record for record in records if last[record[1]] == record[0])

    assert shown(compacted) == shown(whole)


@pytest.fixture
async def log() -> AsyncIterator[Log]:
    broker = open_broker(StreamSettings(), all_topics([]))
    yield broker
    await broker.close()


async def send(log: Log, *snapshots: Snapshot) -> int:
    offsets = [log.send(CATALOG, 0, encode(one), key=snapshot_key(one).encode()) for one in snapshots]
    return max(await asyncio.gather(*offsets))


async def test_views_follow_side_by_side_and_start_where_they_are(log, tmp_path):
    views = [CatalogView(), CatalogView(), CatalogView(tmp_path / "view.sqlite")]
    folded(version(path="x"), view=views[2])
    tasks = [asyncio.create_task(view.follow(log)) for view in views]

    end = await send(log, version(path="x"), workflow(active=True, published="v1"))
    await asyncio.gather(*(view.wait(end) for view in views))

    assert [[live.route.path for live in view.routes()] for view in views] == [["x"]] * 3
    for task in tasks:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)


async def test_a_record_that_does_not_decode_leaves_the_aggregate_as_it_was(log, caplog):
    view = CatalogView()
    task = asyncio.create_task(view.follow(log))
    await send(log, workflow())

    await log.send(CATALOG, 0, b"nonsense", key=b"workflow/a")
    end = await send(log, workflow(name="b"))
    await view.wait(end)

    assert view.workflow("a") == workflow()
    assert "undecodable catalog record" in caplog.text
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)


async def test_a_view_of_another_log_starts_anew(log):
    view = folded(*(workflow(name=name) for name in "abc"))
    end = await send(log, workflow(name="z"))

    changed = asyncio.Event()
    view.on_change(lambda _: changed.set())
    task = asyncio.create_task(view.follow(log))
    await changed.wait()

    assert [found.id for found in view.list()] == ["z"]
    assert view.position == end + 1
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)


async def test_whoever_waits_learns_that_nobody_follows(log):
    view = CatalogView()
    task = asyncio.create_task(view.follow(log))
    waiter = asyncio.create_task(view.wait(10))
    await asyncio.sleep(0.01)

    task.cancel()

    with pytest.raises(OperationalError, match="no longer followed"):
        await waiter
