"""``millrace topics``: the topics of an installation on Kafka.

Flow: shell → **topics** → Kafka's own administration; `send` → topic `triggers` → workflows.
"""

import asyncio
import json
import ssl
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import click

from ops.cli.printing import table
from schemas.errors import UserError

DAY_MS = 86_400_000
JSON = click.option("--json", "as_json", is_flag=True, help="Print JSON lines.")


@click.group("topics")
def topics_verb() -> None:
    """List, make, check and measure topics on Kafka, and send to a workflow through one."""


@topics_verb.command("list")
@JSON
def list_(as_json: bool) -> None:
    """List the topics of this installation as they are in the cluster."""
    from streams.transports.kafka_topics import describe

    rows = [
        {
            "topic": found.name,
            "partitions": found.partitions or None,
            "copies": found.copies or None,
            "cleanup": found.config.get("cleanup.policy"),
            "retention": _days(found.config) if found.config.get("cleanup.policy") == "delete" else None,
        }
        for found in asyncio.run(describe(*_installation()))
    ]
    table(rows, ["topic", "partitions", "copies", "cleanup", "retention"], as_json)


@topics_verb.command("create")
def create() -> None:
    """Make the topics that are missing (the start of any process does the same); print their names."""
    from streams.transports import kafka_topics

    settings, topics = _fitted()
    for name in asyncio.run(kafka_topics.create(settings, topics)):
        click.echo(name)


@topics_verb.command("check")
@JSON
@click.pass_context
def check(ctx: click.Context, as_json: bool) -> None:
    """Compare the topics with what they should be; status 1 where nothing could run on them."""
    from streams.transports import kafka_topics

    found = asyncio.run(kafka_topics.check(*_fitted()))
    rows = [each._asdict() for each in found]
    if rows or as_json:
        table(rows, ["topic", "what", "wanted", "found", "serious"], as_json)
    else:
        click.echo("all topics are as they should be")
    ctx.exit(1 if any(each.serious for each in found) else 0)


@topics_verb.command("lag")
@click.option("--all", "everything", is_flag=True, help="Partitions that are worked off, too.")
@JSON
def lag(everything: bool, as_json: bool) -> None:
    """Say how many records wait for the engine, the history and the inputs, per partition."""
    from streams.transports import kafka_topics

    rows = [
        each._asdict() | {"lag": each.end - each.committed}
        for each in asyncio.run(kafka_topics.lag(*_installation()))
        if everything or each.end > each.committed
    ]
    table(rows, ["group", "topic", "partition", "committed", "end", "lag"], as_json)


@topics_verb.command("send")
@click.argument("workflow")
@click.argument("value", required=False)
@click.option("--key", help="Key of the record.")
@click.option("--idempotency-key", help="Records with one such key start one execution.")
@click.option("--file", type=click.Path(exists=True, dir_okay=False, path_type=Path), help="A record for each line.")
def send(workflow: str, value: str | None, key: str | None, idempotency_key: str | None, file: Path | None) -> None:
    """Send JSON to a workflow (its id) through the topic `triggers`, as any producer would.

    VALUE is one JSON document; `-` reads one from each line of standard input.
    """
    if (value is None) == (file is None):
        raise click.UsageError("give a JSON value, - or --file")
    if idempotency_key is not None and (file is not None or value == "-"):
        raise click.UsageError("one idempotency key is for one record")
    headers: list[tuple[str, str | bytes | None]] = [("workflow", workflow)]
    if idempotency_key is not None:
        headers.append(("idempotency-key", idempotency_key))
    count = _produce(_values(value, file), key, headers)
    click.echo(f"sent {count} record{'' if count == 1 else 's'}", err=True)


def _values(value: str | None, file: Path | None) -> Iterator[bytes]:
    """Give the records' values; raise UserError for what is no JSON."""
    if file is None and value != "-":
        yield _checked(value or "", "the value")
        return
    with file.open(encoding="utf-8") if file is not None else sys.stdin as lines:
        for number, line in enumerate(lines, 1):
            if line.strip():
                yield _checked(line, f"line {number}")


def _checked(text: str, where: str) -> bytes:
    try:
        json.loads(text)
    except ValueError as bad:
        raise UserError(f"{where} is no JSON: {bad}") from None
    return text.strip().encode()


def _produce(values: Iterator[bytes], key: str | None, headers: list[tuple[str, str | bytes | None]]) -> int:
    """Send with the library that most producers have; returns when all replicas in sync have every record."""
    from confluent_kafka import KafkaError, Message, Producer

    from streams.topics import TRIGGERS
    from streams.transports.kafka_link import Names

    settings, _ = _installation()
    topic = Names(settings.prefix).wire(TRIGGERS)
    failures: list[str] = []

    def done(error: KafkaError | None, _: Message) -> None:
        if error is not None:
            failures.append(error.str())

    producer = Producer(_producer_options(settings.broker))
    count = 0
    for value in values:
        while True:
            try:
                producer.produce(topic, value, key, headers=headers, on_delivery=done)
                break
            except BufferError:
                producer.poll(0.5)
        producer.poll(0)
        count += 1
    if producer.flush(60.0) or failures:
        raise UserError(f"{len(failures) or 'some'} records were not taken: {failures[0] if failures else 'no answer'}")
    return count


def _producer_options(broker: str) -> dict[str, Any]:
    from streams.transports.kafka_link import parse_address

    address = parse_address(broker)
    options: dict[str, Any] = {
        "bootstrap.servers": str(address),
        "partitioner": "murmur2_random",
        "acks": "all",
        "enable.idempotence": True,
        "linger.ms": 5,
        "message.timeout.ms": 30_000,
        "security.protocol": address.options("")["security_protocol"],
    }
    if address.user is not None:
        options |= {"sasl.mechanism": "SCRAM-SHA-512", "sasl.username": address.user}
        options["sasl.password"] = address.password
    if address.tls and (believed := ssl.get_default_verify_paths().cafile):
        options["ssl.ca.location"] = believed  # as Millrace's own client does
    return options


def _installation() -> tuple[Any, Any]:
    """Give the settings and the topics of the installation; raise UserError where its log is embedded."""
    from nodes.sdk.registry import discover
    from ops.roles import on_kafka
    from ops.settings import read_settings
    from ops.wiring import stream_settings, topics_of

    settings = read_settings()
    if not on_kafka(settings):
        raise UserError("the embedded log has no topics to look after", hint="set MILLRACE_BROKER=kafka://host:port")
    return stream_settings(settings, settings.data), topics_of(discover())


def _fitted() -> tuple[Any, Any]:
    """Give the same, with the number of partitions that the topics in the cluster have already."""
    from streams.transports import kafka_topics

    settings, topics = _installation()
    return kafka_topics.fitted(settings, asyncio.run(kafka_topics.describe(settings, topics))), topics


def _days(config: Mapping[str, str]) -> str | None:
    kept_ms = int(config.get("retention.ms", -1))
    return f"{kept_ms / DAY_MS:.3g} days" if kept_ms >= 0 else None
