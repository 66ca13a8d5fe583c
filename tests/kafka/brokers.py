"""Brokers for tests: one that all tests share, and three for those that stop and kill them. A pytest plugin.

Flow: MILLRACE_TEST_KAFKA, else Java, else Docker, else a skip that says what is missing → **brokers** → any test that
asks for `kafka`, `topic_prefix` or `kafka_cluster`.
"""

import asyncio
import contextlib
import os
import shutil
import uuid
from collections.abc import AsyncIterator, Awaitable, Callable
from pathlib import Path

import pytest
import pytest_asyncio
from aiokafka.admin import AIOKafkaAdminClient

from ops.kafka.cluster import LocalKafka
from ops.kafka.runtime import HOME, Runtime, provide
from schemas.errors import OperationalError
from tests.kafka.containers import container, container_ready, docker_answers

EXTERNAL = "MILLRACE_TEST_KAFKA"
CLUSTER = "MILLRACE_TEST_CLUSTER"


def pytest_collection_finish(session: pytest.Session) -> None:
    """Fetch Kafka before the first test's clock runs, if a test will ask for it."""
    ours = {"kafka_runtime"} if os.environ.get(EXTERNAL) else {"kafka", "kafka_runtime"}
    asked = any(ours & set(getattr(item, "fixturenames", ())) for item in session.items)
    if asked and not session.config.option.collectonly:
        with contextlib.suppress(OperationalError):  # the fixtures say it again
            provide(session.config.rootpath / HOME)


@pytest.fixture(scope="session")
def kafka_runtime(pytestconfig: pytest.Config) -> Runtime:
    """Java and Kafka's jars, for tests with brokers of their own."""
    try:
        return provide(pytestconfig.rootpath / HOME)
    except OperationalError as bad:
        pytest.skip(f"no Kafka: {bad.message}; {bad.hint}")


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def kafka(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[str]:
    """The address of the broker that all tests share; what a test makes there begins with its `topic_prefix`."""
    async with contextlib.AsyncExitStack() as stack:
        if external := os.environ.get(EXTERNAL):
            yield external.removeprefix("kafka://")
            return
        try:
            runtime = provide(request.config.rootpath / HOME)
        except OperationalError as bad:
            if not docker_answers():
                pytest.skip(f"no Kafka: {bad.message}; {bad.hint}; nor does a Docker engine answer")
            address = stack.enter_context(container())
            await until(lambda: container_ready(address))
            yield address
            return
        yield (await stack.enter_async_context(local(tmp_path_factory.mktemp("kafka"), runtime))).bootstrap


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def three_brokers(kafka_runtime: Runtime, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[LocalKafka]:
    """Three brokers that live as long as the session; tests ask for `kafka_cluster`.

    Three JVMs beside the tests are more than a small machine has room for.
    """
    if os.environ.get(CLUSTER) == "0" or (os.cpu_count() or 1) < 2:
        pytest.skip(f"three brokers want two cores ({CLUSTER}=0 leaves them out)")
    async with local(tmp_path_factory.mktemp("kafka-cluster"), kafka_runtime, brokers=3) as cluster:
        yield cluster


@pytest.fixture
async def kafka_cluster(three_brokers: LocalKafka) -> AsyncIterator[LocalKafka]:
    """Three brokers to stop, kill and start; all run when a test begins."""
    yield three_brokers
    for node, pid in three_brokers.pids().items():
        if pid is None:
            await three_brokers.start_broker(node)


@pytest.fixture
async def topic_prefix(kafka: str) -> AsyncIterator[str]:
    """How a test's topics and groups on the shared broker begin; the topics go when the test ends."""
    prefix = f"test-{uuid.uuid4().hex[:8]}-"
    yield prefix
    admin = AIOKafkaAdminClient(bootstrap_servers=kafka)
    await admin.start()
    try:
        if made := [name for name in await admin.list_topics() if name.startswith(prefix)]:
            await admin.delete_topics(made)
    finally:
        await admin.close()


@contextlib.asynccontextmanager
async def local(data: Path, runtime: Runtime, brokers: int = 1) -> AsyncIterator[LocalKafka]:
    """Have brokers for a while, and nothing of them after it."""
    cluster = LocalKafka(data, runtime, brokers=brokers, quick=True)
    try:
        await cluster.start()
        yield cluster
    finally:
        await asyncio.gather(*map(cluster.kill_broker, cluster.pids()))  # a clean end is for data that is kept
        shutil.rmtree(data, ignore_errors=True)


async def until(holds: Callable[[], Awaitable[object]]) -> None:
    """Wait for something in another process, of which nobody tells; the test's own timeout bounds it."""
    while not await holds():  # noqa: ASYNC110 no event comes from there
        await asyncio.sleep(0.05)
