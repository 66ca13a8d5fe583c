"""A schema registry: a real HTTP server that speaks what is asked of one, with schemas that tests put into it.

Flow: tests → **registry** ← confluent-kafka's client.
"""

import base64
import io
import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, unquote, urlsplit

import fastavro
from google.protobuf.descriptor_pb2 import FieldDescriptorProto, FileDescriptorProto

AVRO = {
    "type": "record",
    "name": "Order",
    "namespace": "shop",
    "fields": [
        {"name": "id", "type": "long"},
        {"name": "note", "type": ["null", "string"], "default": None},
        {"name": "at", "type": {"type": "long", "logicalType": "timestamp-millis"}},
        {"name": "raw", "type": "bytes", "default": ""},
    ],
}
ORDER = {"id": 7, "note": "Crème", "at": 1_700_000_000_000, "raw": b"\xff"}
JSON = {"type": "object", "properties": {"id": {"type": "integer"}}, "required": ["id"]}


class Registry:
    """Schemas by id, the latest id of each subject, and the paths that were asked for."""

    def __init__(self) -> None:
        self.schemas: dict[int, dict[str, str]] = {}
        self.subjects: dict[str, int] = {}
        self.asked: list[str] = []
        self.status = 200
        self.login: str | None = None
        self.url = ""

    def add(self, subject: str, kind: str, schema: Any) -> int:
        """Register a schema as the latest of a subject; give its id."""
        number = len(self.schemas) + 1
        text = schema if isinstance(schema, str) else json.dumps(schema)
        self.schemas[number] = {"schema": text} | ({} if kind == "AVRO" else {"schemaType": kind})
        self.subjects[subject] = number
        return number

    def answer(self, path: str, form: str | None) -> tuple[int, dict[str, Any]]:
        """Answer a question."""
        match [unquote(part) for part in path.strip("/").split("/")]:
            case ["schemas", "ids", number] if int(number) in self.schemas:
                return 200, self._shown(int(number), form)
            case ["subjects", subject, "versions", "latest"] if subject in self.subjects:
                number = self.subjects[subject]
                return 200, {"subject": subject, "version": 1, "id": number} | self._shown(number, form)
        return 404, {"error_code": 40403, "message": "not found"}

    def _shown(self, number: int, form: str | None) -> dict[str, str]:
        schema = self.schemas[number]
        if schema.get("schemaType") == "PROTOBUF" and form != "serialized":
            return schema | {"schema": 'syntax = "proto3";'}  # nobody here reads the text
        return schema


@contextmanager
def registry() -> Iterator[Registry]:
    """Have a registry on a port of its own."""
    known = Registry()

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            parts = urlsplit(self.path)
            known.asked.append(parts.path)
            status, body = known.answer(parts.path, parse_qs(parts.query).get("format", [None])[0])
            if known.login is not None and self.headers.get("Authorization") != known.login:
                status, body = 401, {"error_code": 40101, "message": "who are you?"}
            if known.status != 200:
                status, body = known.status, {"error_code": known.status, "message": "not now"}
            data = json.dumps(body).encode()
            self.send_response(status)
            self.send_header("Content-Type", "application/vnd.schemaregistry.v1+json")
            self.send_header("Content-Length", str(len(data)))
            self.end_headers()
            self.wfile.write(data)

        def log_message(self, *_: Any) -> None:
            """Say nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True)
    thread.start()
    known.url = f"http://127.0.0.1:{server.server_address[1]}"
    try:
        yield known
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


def avro(number: int, value: dict[str, Any], schema: dict[str, Any] = AVRO) -> bytes:
    """Write a value as any producer would."""
    data = io.BytesIO()
    fastavro.schemaless_writer(data, fastavro.parse_schema(schema), value)
    return b"\0" + number.to_bytes(4, "big") + data.getvalue()


def login(user: str, password: str) -> str:
    """Give the header of somebody who signs in."""
    return "Basic " + base64.b64encode(f"{user}:{password}".encode()).decode()


def protobuf_file() -> FileDescriptorProto:
    """Describe `message Other {string name = 1;}` and `message Order {int64 id = 1; string note = 2;}`."""
    file = FileDescriptorProto(name="order.proto", package="shop", syntax="proto3")
    other = file.message_type.add(name="Other")
    other.field.add(name="name", number=1, type=FieldDescriptorProto.TYPE_STRING, label=1)
    order = file.message_type.add(name="Order")
    order.field.add(name="id", number=1, type=FieldDescriptorProto.TYPE_INT64, label=1, json_name="id")
    order.field.add(name="the_note", number=2, type=FieldDescriptorProto.TYPE_STRING, label=1, json_name="theNote")
    return file


def protobuf_schema() -> str:
    """Give that description as a registry does."""
    return base64.b64encode(protobuf_file().SerializeToString()).decode()
