"""What Kafka runs on: pinned jars from any repository, a Java that is new enough, ports of its own.

Flow: ops.kafka.jars, java, layout, settings → **here**.
"""

import functools
import http.server
import shutil
import socket
import threading

import pytest

from ops.kafka.broker import running
from ops.kafka.jars import fetch_jars, missing, pinned
from ops.kafka.java import find_java, java_version
from ops.kafka.layout import FREE, decide, read_layout
from ops.kafka.runtime import provide
from ops.settings import read_settings
from schemas.errors import ConflictError, OperationalError, UserError

SOME = [jar for jar in pinned() if jar.artifact in {"jspecify", "slf4j-api"}]


class Quiet(http.server.SimpleHTTPRequestHandler):
    def log_message(self, *_: object) -> None:
        """Say nothing."""


@pytest.fixture
def repository(tmp_path, kafka_runtime):
    """A Maven repository that has some jars, as its folder and its address."""
    folder = tmp_path / "repository"
    for jar in SOME:
        place = folder.joinpath(*jar.group.split("."), jar.artifact, jar.version, jar.file)
        place.parent.mkdir(parents=True)
        shutil.copy(kafka_runtime.jars / jar.file, place)
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), functools.partial(Quiet, directory=folder)) as server:
        threading.Thread(target=server.serve_forever).start()
        yield folder, f"http://127.0.0.1:{server.server_port}"
        server.shutdown()


@pytest.fixture
def lacking(tmp_path, kafka_runtime):
    """A folder of jars that lacks some."""
    folder = tmp_path / "jars"
    folder.mkdir()
    for jar in pinned():
        if jar not in SOME:
            (folder / jar.file).symlink_to(kafka_runtime.jars / jar.file)
    return folder


def test_only_what_lacks_is_fetched_from_the_given_repository(repository, lacking):
    pytest.importorskip("jgo")
    assert missing(lacking, pinned()) == SOME

    fetch_jars(lacking, repository=repository[1])

    assert missing(lacking, pinned()) == []


def test_a_changed_jar_is_refused(repository, lacking):
    pytest.importorskip("jgo")
    next(repository[0].rglob("jspecify*.jar")).write_bytes(b"something else")

    with pytest.raises(UserError, match="is not what was pinned"):
        fetch_jars(lacking, repository=repository[1])

    assert "jspecify" in {jar.artifact for jar in missing(lacking, pinned())}


def test_a_repository_without_a_jar_is_named(repository, lacking):
    pytest.importorskip("jgo")
    next(repository[0].rglob("jspecify*.jar")).unlink()

    with pytest.raises(OperationalError, match=r"could not fetch Kafka.*jspecify"):
        fetch_jars(lacking, repository=repository[1])


@pytest.mark.parametrize(
    ("said", "version"),
    [
        pytest.param('openjdk version "17.0.15" 2025-04-15', 17, id="17"),
        pytest.param('openjdk version "25.0.2" 2026-01-20', 25, id="25"),
        pytest.param('java version "1.8.0_452"', 8, id="8 calls itself 1.8"),
        pytest.param('openjdk version "26-ea" 2026-03-17', 26, id="early access"),
        pytest.param("command not found", 0, id="no Java"),
    ],
)
def test_a_java_says_its_version(said, version):
    assert java_version(said) == version


@pytest.mark.parametrize("version", [pytest.param("11.0.2", id="too old"), pytest.param("", id="none")])
def test_a_java_that_will_not_do_is_named_as_missing(tmp_path, monkeypatch, version):
    if version:
        (tmp_path / "java").write_text(f"#!/bin/sh\necho 'openjdk version \"{version}\"' >&2\n")
        (tmp_path / "java").chmod(0o700)
    monkeypatch.setenv("PATH", f"{tmp_path}")

    with pytest.raises(OperationalError, match="no Java 17 or newer on PATH"):
        find_java("system")


def test_an_unknown_choice_of_java_is_refused(tmp_path):
    with pytest.raises(UserError, match='MILLRACE_TEST_JAVA is "none"'):
        provide(tmp_path, environ={"MILLRACE_TEST_JAVA": "none"})


def test_variables_of_the_tests_are_no_misspelt_settings(monkeypatch):
    monkeypatch.setenv("MILLRACE_TEST_KAFKA", "127.0.0.1:9092")

    assert read_settings().broker is None


def test_a_layout_is_kept(tmp_path):
    made = decide(tmp_path, 3, None)

    assert decide(tmp_path, 3, None) == decide(tmp_path, None, None) == read_layout(tmp_path) == made
    assert len({*made.ports, *made.controllers}) == 6
    assert all(port in FREE for port in made.ports + made.controllers)


def test_a_layout_may_move_to_other_ports(tmp_path):
    made = decide(tmp_path, 2, None)
    port = max(made.ports) + 10

    moved = decide(tmp_path, 2, port)

    assert moved.ports == (port, port + 1)
    assert (moved.cluster, moved.controllers) == (made.cluster, made.controllers)


def test_a_folder_keeps_its_number_of_brokers(tmp_path):
    decide(tmp_path, 3, None)

    with pytest.raises(ConflictError, match="holds 3 brokers, not 1"):
        decide(tmp_path, 1, None)


def test_a_taken_port_is_named(tmp_path):
    with socket.create_server(("127.0.0.1", 0)) as other:
        port = other.getsockname()[1]

        with pytest.raises(ConflictError, match=f"port {port} is taken"):
            decide(tmp_path, 1, port)


@pytest.mark.parametrize("brokers", [1, 3])
def test_brokers_listen_on_this_machine_only_and_copies_fit_their_number(tmp_path, brokers):
    layout = decide(tmp_path, brokers, None)

    for node in layout.nodes:
        text = layout.properties(node, tmp_path)
        settings = dict(line.split("=", 1) for line in text.splitlines())
        assert all("://127.0.0.1:" in listener for listener in settings["listeners"].split(","))
        assert settings["offsets.topic.replication.factor"] == str(brokers)
        assert settings["auto.create.topics.enable"] == "false"


@pytest.mark.parametrize("pid", ["1", "no number", "999999999"])
def test_a_pid_of_somebody_else_is_no_broker(tmp_path, pid):
    (tmp_path / "pid").write_text(pid)

    assert running(tmp_path) is None
