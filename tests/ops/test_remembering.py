"""What workflows remember and are told: static data, variables, the environment, over a restart.

Flow: webhook → code → static data, `$vars`, `$env` → answer.
"""

from typing import Any

import pytest
from click.testing import CliRunner

from ops.bench.installation import TOKEN, Installation, call
from ops.bench.workflows import chain
from ops.cli.variables import variables_verb

pytestmark = [pytest.mark.process, pytest.mark.timeout(120)]

COUNT = """
const all = $getWorkflowStaticData('global'), own = $getWorkflowStaticData('node');
all.count = (all.count ?? 0) + 1; own.last = all.count;
return [{json: {count: all.count}}];
"""


def remembering() -> dict[str, Any]:
    hook = {"httpMethod": "POST", "path": "count", "responseMode": "lastNode", "options": {}}
    fields = [
        {"id": name, "name": name, "type": "string", "value": value}
        for name, value in (("region", "={{ $vars.region }}"), ("home", "={{ $env.PLANET }}"))
    ]
    told = {"assignments": {"assignments": fields}, "includeOtherFields": True, "options": {}}
    return chain(
        "count", [("Hook", "webhook", 2, hook), ("Count", "code", 2, {"jsCode": COUNT}), ("Tell", "set", 3.4, told)]
    )


def millrace(running: Installation, *arguments: str) -> str:
    env = {"MILLRACE_PORT": str(running.port), "MILLRACE_TOKEN": TOKEN}
    done = CliRunner(env=env).invoke(variables_verb, arguments, catch_exceptions=False)
    assert done.exit_code == 0
    return done.stdout


def test_a_workflow_remembers_and_is_told(install) -> None:
    running: Installation = install(MILLRACE_ENV_ALLOW="PLANET", PLANET="earth")
    running.start()
    millrace(running, "set", "region", "eu")
    running.add(remembering())
    url = f"{running.address}/w/count"

    first = [call(url, {}) for _ in range(3)]
    millrace(running, "set", "region", "us")
    running.stop()
    running.start()
    later = call(url, {})

    assert [one["count"] for one in first] == [1, 2, 3]
    assert (first[0]["region"], first[0]["home"]) == ("eu", "earth")
    assert later == {"count": 4, "region": "us", "home": "earth"}
    assert "region" in millrace(running, "list")
    millrace(running, "delete", "region")
    assert "region" not in millrace(running, "list")
