"""Harness: run one node type by itself, with private time and scripted HTTP; for authors, examples and tests.

Flow: parameters + items → **harness** → `call` → result.
"""

import dataclasses
import fnmatch
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from nodes.expressions.scope import Scope
from nodes.sdk.calling import call
from nodes.sdk.context import (
    Blobs,
    Clock,
    Credentials,
    Files,
    HttpClient,
    HttpRequest,
    HttpResponse,
    KafkaClient,
    KafkaMessage,
    KafkaReceipt,
    Log,
    Renewal,
    Run,
    Sandbox,
)
from nodes.sdk.example import Example
from nodes.sdk.parameters import CompiledParameters, JavaScript
from nodes.sdk.ports import Call, NextBatch, Respond, Result, Routed, WaitForRequest, WaitUntil
from nodes.sdk.pretending import FakeCommands, FakeOutside, FakeServer
from nodes.sdk.registry import NodeType
from schemas.errors import MillraceError, NodeError, NotFoundError, OperationalError, UserError
from schemas.identifiers import digest_id
from schemas.item import Item, Items

NOW = 1_700_000_000_000
Scripted = Mapping[tuple[str, str], tuple[int, dict[str, str], Any]]


@dataclass
class FakeHttp:
    """Answers by (method, url) and keeps the requests it was sent."""

    answers: Scripted = field(default_factory=dict)
    sent: list[HttpRequest] = field(default_factory=list)

    async def send(self, request: HttpRequest) -> HttpResponse:
        """Give the scripted answer; raise OperationalError where there is none."""
        self.sent.append(request)
        found = self.answers.get((request.method, request.url))
        if found is None:
            raise OperationalError(f'no answer from "{request.url}"', detail={"code": "ENOTFOUND"})
        status, headers, body = found
        if not isinstance(body, bytes):
            body = (body if isinstance(body, str) else json.dumps(body)).encode()
        return HttpResponse(status, "", list(headers.items()), body, request.url)


@dataclass
class FakeCredentials:
    """Gives secrets by credential type."""

    secrets: dict[str, dict[str, Any]] = field(default_factory=dict)
    opened: set[str] = field(default_factory=set)

    async def get(self, kind: str) -> dict[str, Any]:
        """Give the fields; raise UserError where there are none."""
        if kind not in self.secrets:
            raise UserError(f'no credential of type "{kind}"', hint="choose one in the node's settings")
        return self.secrets[kind]

    async def renew(self, kind: str, make: Renewal) -> dict[str, Any]:
        """Change the fields and keep them."""
        found = await self.get(kind)
        self.secrets[kind] = {**found, **(await make(found) or {})}
        return self.secrets[kind]


@dataclass
class FakeBlobs:
    """Keeps bytes in memory."""

    kept: dict[str, bytes] = field(default_factory=dict)

    async def put(self, data: bytes) -> str:
        """Store bytes."""
        name = digest_id(data.hex())
        self.kept[name] = data
        return name

    async def get(self, blob: str) -> bytes:
        """Read them back."""
        if blob not in self.kept:
            raise NotFoundError(f'no blob "{blob}"')
        return self.kept[blob]


@dataclass
class FakeClock:
    """Private time: a pause passes at once and moves it."""

    at: int = NOW
    slept: list[float] = field(default_factory=list)

    def now(self) -> int:
        """Give the private time."""
        return self.at

    async def sleep(self, seconds: float) -> None:
        """Pass at once."""
        self.slept.append(seconds)
        self.at += int(seconds * 1000)


@dataclass
class FakeLog:
    """Keeps notes."""

    notes: list[tuple[str, dict[str, Any]]] = field(default_factory=list)

    def note(self, message: str, **fields: Any) -> None:
        """Keep one line."""
        self.notes.append((message, fields))


@dataclass
class FakeFiles:
    """Keeps files in memory, by path."""

    kept: dict[str, bytes] = field(default_factory=dict)

    async def find(self, pattern: str) -> list[str]:
        """List the paths that a pattern with ``*`` and ``?`` names."""
        return sorted(path for path in self.kept if fnmatch.fnmatchcase(path, pattern))

    async def read(self, path: str) -> bytes:
        """Read a file; raise NodeError."""
        if path not in self.kept:
            raise NodeError(f'no file "{path}"')
        return self.kept[path]

    async def write(self, path: str, data: bytes, *, append: bool = False) -> None:
        """Write a file."""
        self.kept[path] = self.kept.get(path, b"") + data if append else data


@dataclass
class FakeKafka:
    """Keeps the records it was sent: each topic has one partition, and a topic in ``broken`` takes none."""

    sent: list[KafkaMessage] = field(default_factory=list)
    broken: set[str] = field(default_factory=set)
    settings: list[Mapping[str, Any]] = field(default_factory=list)

    async def send(
        self, settings: Mapping[str, Any], messages: Sequence[KafkaMessage]
    ) -> list[KafkaReceipt | MillraceError]:
        """Keep records."""
        self.settings.append(settings)
        return [self._keep(message) for message in messages]

    async def encode(
        self, registry: Mapping[str, Any], topic: str, subject: str, values: Sequence[Any]
    ) -> list[bytes | MillraceError]:
        """Write values as JSON behind the name of their subject."""
        return [f"{subject}:{json.dumps(value)}".encode() for value in values]

    def _keep(self, message: KafkaMessage) -> KafkaReceipt | MillraceError:
        if message.topic in self.broken:
            return OperationalError(f'topic "{message.topic}" takes nothing')
        self.sent.append(message)
        return KafkaReceipt(message.topic, 0, sum(each.topic == message.topic for each in self.sent) - 1)


class NoSandbox:
    """Stands where no sandbox was given."""

    async def javascript(self, code: str, scope: Scope, *, per_item: bool) -> Any:
        """Refuse."""
        raise UserError("this harness has no sandbox", hint="give it one: Harness(node_type, sandbox=…)")


@dataclass
class Harness:
    """One node type with everything it may ask for; ``evaluate`` is the JavaScript tier where one is wanted."""

    node_type: NodeType
    http: FakeHttp = field(default_factory=FakeHttp)
    credentials: FakeCredentials = field(default_factory=FakeCredentials)
    blobs: FakeBlobs = field(default_factory=FakeBlobs)
    clock: FakeClock = field(default_factory=FakeClock)
    log: FakeLog = field(default_factory=FakeLog)
    files: FakeFiles = field(default_factory=FakeFiles)
    kafka: FakeKafka = field(default_factory=FakeKafka)
    sandbox: Sandbox = field(default_factory=NoSandbox)
    outside: FakeOutside = field(default_factory=FakeOutside)
    evaluate: JavaScript | None = None

    async def run(
        self,
        params: Mapping[str, Any],
        inputs: Sequence[Items] | None = None,
        *,
        version: float | None = None,
        context: dict[str, Any] | None = None,
        **more: Any,
    ) -> Result:
        """Run the node once; ``more`` sets fields of Run (``continue_on_fail``, ``mode``, ``run_index`` …)."""
        version = self.node_type.versions[-1] if version is None else version
        given = [list(items) for items in inputs] if inputs is not None else [[Item(json={})]]
        run = Run(
            node=self.node_type.title,
            type=self.node_type.name,
            version=version,
            inputs=given,
            now=self.clock.at,
            context=context,
            **{"task": f"harness/{self.node_type.name}/0", **more},
        )
        scope = Scope(
            inputs=given,
            node=run.node,
            node_type=run.type,
            node_version=version,
            parameters=params,
            now=run.now,
            zone=run.timezone,
            run_index=run.run_index,
            seed=run.task,
        )
        compiled = CompiledParameters(params, self.node_type.params)
        return await call(self.node_type, compiled, scope, run, self._capabilities(), self.evaluate)

    async def example(self, example: Example) -> list[list[dict[str, Any]]]:
        """Run an example; give the JSON of the items per output."""
        inputs = [example.given] if example.inputs is None else example.inputs
        files = FakeFiles({path: text.encode() for path, text in example.files.items()})
        remote = FakeServer({path: text.encode() for path, text in example.remote.items()}, dict(example.commands))
        scripted = dataclasses.replace(
            self,
            http=FakeHttp(example.http),
            files=files,
            kafka=FakeKafka(),
            credentials=FakeCredentials(dict(example.credentials)) if example.credentials else self.credentials,
            outside=FakeOutside(server=remote, commands=FakeCommands(dict(example.commands))),
        )
        items = [[Item(json=one, binary=example.binary) for one in each] for each in inputs]
        result = await scripted.run(example.params, items, version=example.version)
        return [[item.json for item in each] for each in outputs(result)]

    def _capabilities(self) -> dict[type, Any]:
        return {
            HttpClient: self.http,
            Credentials: self.credentials,
            Blobs: self.blobs,
            Clock: self.clock,
            Log: self.log,
            Files: self.files,
            KafkaClient: self.kafka,
            Sandbox: self.sandbox,
            **self.outside.capabilities(),
        }


def outputs(result: Result) -> list[Items]:
    """Give the items per output that a result carries."""
    match result:
        case Routed(outputs=found) | NextBatch(outputs=found) | Respond(outputs=found):
            return found
        case WaitUntil(items=items) | WaitForRequest(items=items):
            return [items]
        case Call(batches=batches):
            return batches
    return [result]
