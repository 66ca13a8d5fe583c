"""Imports point one way.

Flow: contracts in pyproject.toml → **here**, as well as in `make imports`, so that nobody skips them.
"""

import subprocess
import sys
from pathlib import Path

import pytest

from nodes.sdk.registry import PACKAGES
from tests.architecture.tree import ROOT, imports, modules, name, parsed


def test_contracts_hold():
    linter = Path(sys.executable).with_name("lint-imports")

    done = subprocess.run([linter, "--no-cache"], cwd=ROOT, capture_output=True, text=True, check=False)

    assert done.returncode == 0, done.stdout + done.stderr


@pytest.mark.parametrize("path", modules(*(f"nodes/{package}" for package in PACKAGES)), ids=name)
def test_a_node_file_knows_no_other_node_file(path):
    types = {f"nodes.{each.parent.name}.{each.stem}" for each in node_files()}

    others = (types & set(imports(parsed(path)))) - {f"nodes.{path.parent.name}.{path.stem}"}

    assert not others, f"{name(path)} imports {others}: what node types share lives beside them, as a noun"


def node_files():
    """Files in which `@node` or `@trigger` stands at the top."""
    for path in modules(*(f"nodes/{package}" for package in PACKAGES)):
        if any("@node(" in line[:6] or "@trigger(" in line[:9] for line in path.read_text().splitlines()):
            yield path
