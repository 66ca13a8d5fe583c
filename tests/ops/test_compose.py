"""docker-compose.yml: what it says agrees with the settings, the verbs and itself; no container is started.

Flow: docker-compose.yml, Dockerfile, settings → **here**.
"""

import re
from pathlib import Path

import click
import pytest
import yaml

from ops.cli.root import root
from ops.roles import GATEWAY, WORKER, check_role
from ops.settings import PREFIX, Settings, variable
from tests.architecture.tree import ROOT

COMPOSE = yaml.safe_load((ROOT / "docker-compose.yml").read_text())
SERVICES = COMPOSE["services"]
OURS = {name: service for name, service in SERVICES.items() if service.get("image") == "millrace"}
ROLES = {"gateway": GATEWAY, "worker": WORKER}
ADDRESSES = ("MILLRACE_BROKER", "MILLRACE_CLICKHOUSE", "MILLRACE_REDIS")
TOKEN = "a-token-for-the-test"


def environment(service: dict) -> dict[str, str]:
    """Give what a process of the service finds, as compose would fill it in."""
    return {
        name: TOKEN if str(value).startswith("${MILLRACE_TOKEN") else str(value)
        for name, value in service["environment"].items()
    }


def test_it_has_what_an_installation_needs():
    assert SERVICES.keys() == {"kafka", "clickhouse", "redis", "gateway", "worker-1", "worker-2"}
    assert [OURS[name]["command"][0] for name in OURS] == ["gateway", "worker", "worker"]


@pytest.mark.parametrize("name", SERVICES)
def test_every_service_has_a_health_check(name):
    assert SERVICES[name]["healthcheck"]["test"][0] == "CMD"


@pytest.mark.parametrize("name", OURS)
def test_its_environment_is_settings_that_exist(name):
    given = environment(OURS[name])
    known = {variable(field) for field in Settings.model_fields}

    assert given.keys() <= known
    assert all(variable_name.startswith(PREFIX) for variable_name in given)


@pytest.mark.parametrize("name", OURS)
def test_its_settings_are_valid_for_its_role(name, monkeypatch):
    for field in Settings.model_fields:
        monkeypatch.delenv(variable(field), raising=False)
    for key, value in environment(OURS[name]).items():
        monkeypatch.setenv(key, value)
    verb = OURS[name]["command"][0]

    check_role(Settings(), ROLES[verb])

    assert verb in root.list_commands(click.Context(root))


@pytest.mark.parametrize("name", OURS)
def test_it_waits_for_services_that_exist_and_finds_them(name):
    given = environment(OURS[name])
    hosts = {re.sub(r"^.*@", "", given[key].split("://")[1]).split(":")[0] for key in ADDRESSES}

    assert hosts == {"kafka", "clickhouse", "redis"}
    assert OURS[name]["depends_on"].keys() == hosts
    assert all(wait == {"condition": "service_healthy"} for wait in OURS[name]["depends_on"].values())


@pytest.mark.parametrize("name", OURS)
def test_processes_share_blobs_and_nothing_else(name):
    volumes = [volume.split(":")[0] for volume in OURS[name]["volumes"]]
    others = [v.split(":")[0] for other in OURS if other != name for v in OURS[other]["volumes"]]

    assert "blobs" in volumes
    assert set(volumes) & set(others) == {"blobs"}
    assert environment(OURS[name])["MILLRACE_BLOBS"] == "file:///blobs"
    assert set(volumes) <= COMPOSE["volumes"].keys()


def test_the_door_opens_on_this_machine_alone():
    assert SERVICES["gateway"]["ports"] == ["127.0.0.1:5680:5680"]
    assert not any("ports" in service for name, service in SERVICES.items() if name != "gateway")


def test_the_image_is_made_of_files_that_exist():
    build = OURS["gateway"]["build"]
    lines = (ROOT / build["dockerfile"]).read_text().splitlines()
    copied = [line.split()[1] for line in lines if line.startswith("COPY ") and "--from" not in line]

    assert Path(build["context"]) == Path()
    assert all((ROOT / name).exists() for name in copied)
