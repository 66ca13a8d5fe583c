"""Failpoints: every place in the code has a name in the list, and the rules do what they say.

Flow: source, rules → **here**.
"""

import ast
import subprocess
import sys

import pytest

from schemas.errors import MillraceError, UserError
from schemas.failpoints import FAILPOINTS, arm, failpoint, read_rules
from tests.architecture.tree import ROOT, modules, parsed


@pytest.fixture(autouse=True)
def disarmed():
    yield
    arm(None)


def test_the_list_names_the_places_in_the_code_each_once_and_no_others():
    places = [
        node.args[0].value
        for path in modules()
        for node in ast.walk(parsed(path))
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "failpoint"
    ]

    assert set(places) == FAILPOINTS.keys()


def test_a_failpoint_that_is_not_armed_does_nothing():
    failpoint("outbox.rows")
    armed = arm("count")
    failpoint("outbox.rows")

    assert armed is not None
    assert armed.reached == {"outbox.rows": 1}


@pytest.mark.parametrize(
    ("rules", "fails"),
    [
        pytest.param("outbox.rows:2:error", [2], id="nth"),
        pytest.param("outbox.rows:2-3:error", [2, 3], id="range"),
        pytest.param("outbox.rows:4-:error", [4, 5], id="from"),
        pytest.param("outbox.rows:1:error, outbox.rows:5:enospc", [1, 5], id="several"),
        pytest.param("outbox.emit:1-:error", [], id="elsewhere"),
    ],
)
def test_a_rule_holds_at_its_times(rules, fails):
    arm(rules)
    failed = []
    for time in range(1, 6):
        try:
            failpoint("outbox.rows")
        except (MillraceError, OSError):
            failed.append(time)

    assert failed == fails


@pytest.mark.parametrize(
    "rules",
    [
        pytest.param("outbox.rows", id="no deed"),
        pytest.param("outbox.rows:1:explode", id="unknown deed"),
        pytest.param("nowhere.at.all:1:kill", id="unknown name"),
        pytest.param("outbox.rows:1:delay", id="delay without seconds"),
        pytest.param("outbox.rows:1:kill=2", id="seconds without delay"),
        pytest.param("outbox.rows:1:kill,", id="empty"),
    ],
)
def test_a_text_that_is_no_rule_is_refused(rules):
    with pytest.raises(UserError):
        read_rules(rules)


def test_kill_is_kill_9():
    script = "from schemas.failpoints import arm, failpoint; arm('node.run:1:kill'); failpoint('node.run')"
    ended = subprocess.run([sys.executable, "-c", script], cwd=ROOT, check=False)

    assert ended.returncode == -9
