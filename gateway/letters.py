"""Letters: dead letters read, and driven again.

Flow: history → **letters** → start tasks, each letter's at most once.
"""

from dataclasses import dataclass
from typing import Any

import msgspec

from gateway.reading import Catalog, Past
from gateway.starting import Starting, now
from schemas.errors import NotFoundError, ParameterError
from schemas.guide import unguided
from schemas.identifiers import digest_id
from schemas.item import Item
from schemas.task import Start, Task
from schemas.workflow import parse_workflow
from streams.stores.letters import Letter, LetterFilter, LetterKey, letter_of, listing, single

PLAIN = "a task of an execution that has begun is given again as it is"


@dataclass(frozen=True, slots=True)
class Edit:
    """What is changed of a letter before it is driven again; None leaves what it has."""

    items: list[Item] | None = None
    workflow: str | None = None
    version: str | None = None
    node: str | None = None

    @property
    def plain(self) -> bool:
        """Say whether nothing is changed."""
        return self == Edit()


class Letters:
    """Reads letters and makes tasks of them."""

    def __init__(self, catalog: Catalog, past: Past, starting: Starting) -> None:
        self._catalog = catalog
        self._past = past
        self._starting = starting

    async def page(self, wanted: LetterFilter, before: tuple[int, LetterKey] | None, limit: int) -> list[Letter]:
        """Give letters, newest first, without what they hold."""
        sql, values = listing(wanted, before, limit)
        return [letter_of(row) for row in (await self._past.query(sql, values, limit)).rows]

    async def one(self, key: LetterKey) -> Letter:
        """Give one letter with what it holds; raise NotFoundError."""
        found = (await self._past.query(*single(key), 1)).rows
        if not found:
            raise NotFoundError("there is no such dead letter", hint="GET /api/v1/dead-letters lists them")
        return letter_of(found[0])

    async def driven(self, letter: Letter) -> str | None:
        """Give the execution that a letter was driven again as, if it was."""
        execution = _execution(letter)
        return execution if await self._past.execution(execution) is not None else None

    async def drive(self, letter: Letter, edit: Edit) -> tuple[Task, str]:
        """Make the task that does a letter's work, and its topic; raise ParameterError where it takes more to be known.

        A start starts an execution of its own, the same however often it is asked for. A task of an execution that
        has begun is given again as it is: the execution takes it once.
        """
        task = letter.task
        if task is not None and task.start is None and not letter.of_record:
            if not edit.plain:
                raise ParameterError(PLAIN, field="items", hint="fork the execution to change it")
            node = parse_workflow(self._catalog.version(task.workflow, task.version).body).node(task.node)
            return task, self._starting.topic(node.type if node else None)
        return await self._start(letter, edit)

    async def _start(self, letter: Letter, edit: Edit) -> tuple[Task, str]:
        task = letter.task
        workflow = edit.workflow or (task.workflow if task is not None else None)
        if workflow is None:
            raise ParameterError("nothing says what this record was for", field="workflow", hint="name a workflow")
        known = self._catalog.workflow(workflow)
        stays = task is not None and workflow == task.workflow
        name = edit.version or (task.version if task is not None and stays else known.published or known.draft)
        version = self._catalog.version(workflow, unguided(name)[0])
        node = edit.node or (task.node if task is not None and stays else version.start_node)
        found = parse_workflow(version.body).node(node) if node is not None else None
        if found is None:
            raise ParameterError(f'the version has no node "{node}"', node=node, field="node", hint="name another one")
        start = Start(mode="redrive", output=task.start.output if task is not None and task.start and stays else 0)
        await self._fill(start, letter, edit)
        self._starting.keyed(start, "/".join(map(str, letter.key)))
        execution = _execution(letter)
        return Task(execution, workflow, name, found.name, now(), start=start), self._starting.topic(found.type)

    async def _fill(self, start: Start, letter: Letter, edit: Edit) -> None:
        before = letter.task.start if letter.task is not None else None
        if edit.items is not None:
            await self._starting.put(start, edit.items)
        elif before is not None:
            start.items, start.blob = before.items, before.blob
        else:
            await self._starting.put(start, [Item(json=_value(letter.raw))])


def _execution(letter: Letter) -> str:
    return digest_id("letter", *letter.key)


def _value(raw: str) -> dict[str, Any]:
    try:
        found = msgspec.json.decode(raw)
    except msgspec.DecodeError:
        raise ParameterError(
            "the record is no JSON", field="items", hint="give the items that it should have been"
        ) from None
    return found if isinstance(found, dict) else {"value": found}
