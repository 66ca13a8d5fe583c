"""Tables: what is kept as bytes reads as what was put, however many rows were used since."""

from streams import tables
from streams.settings import StreamSettings
from streams.tables import Owner, RowCodec, Table
from streams.topics import EXECUTIONS, all_topics
from streams.transports.embedded import open_broker

LISTS: RowCodec[list[int]] = RowCodec(encode=bytes, decode=list)


async def test_rows_used_long_ago_are_the_newest_that_were_put() -> None:
    """A row that is no longer kept decoded is read again, and never an older one of its key."""
    broker = open_broker(StreamSettings(broker="memory://", partitions=1), all_topics([]))
    table, owner = Table(EXECUTIONS, broker, LISTS), Owner(0, 1)
    for generation in (1, 2, 3):
        table.put(owner, "changed", [generation])
        table.put(owner, "dropped", [generation])
        for at in range(tables.DECODED + 1):
            table.put(owner, str(at), [generation, at % 256])
        assert table.get("changed") == [generation]
    table.drop(owner, "dropped")

    assert (table.get("changed"), table.get("dropped"), table.get("7")) == ([3], None, [3, 7])
    assert dict(table.rows(0)) == {"changed": [3], **{str(at): [3, at % 256] for at in range(tables.DECODED + 1)}}
    await broker.close()


async def test_rows_used_long_ago_are_not_kept_decoded() -> None:
    """What sleeps takes the room of its bytes."""
    broker = open_broker(StreamSettings(broker="memory://", partitions=1), all_topics([]))
    table, owner = Table(EXECUTIONS, broker, LISTS), Owner(0, 1)
    first = [1]
    table.put(owner, "first", first)
    assert table.get("first") is first
    for at in range(2 * tables.DECODED):
        table.put(owner, str(at), [2])

    found = table.get("first")
    assert found == first
    assert found is not first
    await broker.close()
