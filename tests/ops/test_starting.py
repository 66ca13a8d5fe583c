"""A start imports what nearly everybody needs, and nothing that takes long for the few."""

import importlib
import pkgutil
import subprocess
import sys

import nodes
from agents.later import Later
from nodes.sdk import NodeType, discover
from nodes.sdk.registry import PACKAGES

RARE = {"asyncssh", "chdb", "confluent_kafka.schema_registry", "dulwich", "imapclient", "numpy", "openpyxl", "pypdf"}


def test_a_start_leaves_alone_what_few_need():
    """Each of these takes from a hundredth to a third of a second, which is silence after a crash."""
    start = "import ops.process, ops.foundation, ops.millrace; from nodes.sdk import discover; discover()"
    asked = f"{start}; import sys; print(*sys.modules)"
    said = subprocess.run([sys.executable, "-c", asked], capture_output=True, check=True, text=True).stdout
    assert RARE & set(said.split()) == set()


def test_no_type_is_overlooked_in_files_taken_for_helpers():
    """Every file of the library that holds a type is found by its text."""
    held = set()
    for package in PACKAGES:
        for info in pkgutil.iter_modules([f"{path}/{package}" for path in nodes.__path__]):
            module = importlib.import_module(f"nodes.{package}.{info.name}")
            held |= {value.name for value in vars(module).values() if isinstance(value, NodeType)}
    assert {each.name for each in discover()} == held


def test_something_is_made_at_its_first_use_and_once():
    """Naming it makes nothing."""
    made = []

    def make() -> str:
        made.append("made")
        return "text"

    later = Later(make)
    assert made == []
    assert (later.upper(), later.title()) == ("TEXT", "Text")
    assert made == ["made"]
