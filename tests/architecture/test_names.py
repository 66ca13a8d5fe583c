"""Names: no drawers for odds and ends, no package that somebody else's could shadow.

Flow: source → **here**.
"""

import importlib
import re
from pathlib import Path

import pytest

from nodes.sdk.registry import PACKAGES as NODE_PACKAGES
from nodes.sdk.registry import discover
from tests.architecture.tree import PACKAGES, ROOT, imports, modules, name, parsed

BANNED = {"util", "utils", "helper", "helpers", "common", "base", "misc", "manager", "generic", "shared", "stuff"}


@pytest.mark.parametrize("path", [*modules(), *modules("tests")], ids=name)
def test_no_module_is_a_drawer(path):
    words = {path.stem, *path.relative_to(ROOT).parent.parts}

    assert not words & BANNED, "put the function in the module of the noun that it serves"


@pytest.mark.parametrize("package", PACKAGES)
def test_package_resolves_inside_the_repository(package):
    found = importlib.import_module(package).__file__

    assert found is not None
    assert Path(found).is_relative_to(ROOT), f"{package} is somebody else's package: {found}"


@pytest.mark.parametrize("path", modules(), ids=name)
def test_only_ops_reads_the_environment(path):
    if path.relative_to(ROOT).parts[0] == "ops":
        return
    found = {"os.environ", "os.getenv", "pydantic_settings"} & set(imports(parsed(path)))
    text = path.read_text(encoding="utf-8")

    assert not found
    assert "os.environ" not in text
    assert "os.getenv" not in text


def test_each_node_type_has_a_file_of_its_own_name():
    """`httpRequest` lives in `http_request.py`, a Python keyword gets an underscore: `if_.py`."""
    for node_type in discover():
        _, package, stem = node_type.module.split(".")
        words = re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "_", node_type.name).lower()

        assert package in NODE_PACKAGES
        assert stem.rstrip("_") == words


def test_a_file_registers_one_type():
    homes = [node_type.module for node_type in discover()]

    assert len(homes) == len(set(homes))
