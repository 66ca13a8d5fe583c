"""Execute command: run a command in a shell of the host.

Flow: any node → **executeCommand** → any node.  An effect that must not be repeated; off unless the operator allows it.
"""

from nodes.files import binary
from nodes.sdk import Example, Field, Item, Items, NodeError, NodeParams, Parameters, Run, node
from nodes.sdk.outside import CommandResult, Commands


class ExecuteCommand(NodeParams):
    """What to run."""

    execute_once: bool = Field(True, description="Run once for all items, with the first one's parameters.")
    command: str = Field("", description="Command, as a shell takes it.")


@node(
    "executeCommand",
    group="data",
    title="Execute Command",
    runs="effect",
    repeat="unsafe",
    examples=[
        Example(
            title="gives what the command writes",
            params={"command": "echo hello"},
            commands={"echo hello": "hello\n"},
            given=[{"n": 1}, {"n": 2}],
            then=[{"exitCode": 0, "stderr": "", "stdout": "hello"}],
        ),
        Example(
            title="a command that fails is an error",
            params={"command": "frobnicate"},
            fails='the command "frobnicate" failed with code 127',
        ),
    ],
)
async def execute_command(parameters: Parameters[ExecuteCommand], items: Items, run: Run, commands: Commands) -> Items:
    """Run a command on the host."""

    async def one(index: int, item: Item) -> Items:
        command = parameters(index).command
        if not command.strip():
            raise NodeError("there is no command to run", field="command", hint='such as "date"')
        return [Item(json=_told(command, await commands.run(command)), paired=index)]

    once = bool(items) and parameters(0).execute_once
    return await binary.each(items[:1] if once else items, run, one)


def _told(command: str, result: CommandResult) -> dict[str, object]:
    stdout, stderr = result.stdout.strip(), result.stderr.strip()
    if result.code != 0:
        shown = command if len(command) <= 100 else f"{command[:100]}…"
        raise NodeError(
            f'the command "{shown}" failed with code {result.code}',
            detail={"exitCode": result.code, "stderr": stderr[-2000:], "stdout": stdout[-2000:]},
            hint=stderr.partition("\n")[0][:200] or None,
        )
    return {"exitCode": result.code, "stderr": stderr, "stdout": stdout}
