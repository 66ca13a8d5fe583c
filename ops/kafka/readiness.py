"""Readiness: a broker is ready when it answers for its own cluster and counts itself in.

Flow: broker's address → metadata request → **readiness** → cluster, status.
"""

import asyncio

from aiokafka.admin import AIOKafkaAdminClient
from aiokafka.errors import KafkaError

ANSWER_SECONDS = 5


async def ready(address: str, cluster: str, node: int) -> bool:
    """Ask once. Another cluster that happens to listen there does not count."""
    if not await _listening(address):
        return False
    admin = AIOKafkaAdminClient(bootstrap_servers=address, request_timeout_ms=ANSWER_SECONDS * 1000)
    try:
        await admin.start()
        said = await admin.describe_cluster()
    except (KafkaError, OSError):
        return False
    finally:
        await admin.close()
    return said["cluster_id"] == cluster and node in {broker["node_id"] for broker in said["brokers"]}


async def _listening(address: str) -> bool:
    """Connect and hang up: aiokafka would log an error for each time that nobody listens yet."""
    host, _, port = address.rpartition(":")
    try:
        _, writer = await asyncio.open_connection(host, int(port))
    except OSError:
        return False
    writer.close()
    return True
