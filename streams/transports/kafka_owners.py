"""Owners: which partitions of an installation on Kafka some worker has.

Flow: engine's group in the cluster → **owners** → a gateway's readiness.
"""

from aiokafka.coordinator.protocol import ConsumerProtocolMemberAssignment

from streams.settings import StreamSettings
from streams.transports.kafka_topics import admin_of

_STABLE = "Stable"


async def owned_partitions(settings: StreamSettings) -> set[int]:
    """Give the partitions that the members of the engine's group have; none while they are being given out."""
    async with admin_of(settings) as admin:
        answers = await admin.describe_consumer_groups([settings.app_id])
    owned: set[int] = set()
    for answer in answers:
        for _, _, state, _, _, members, *_ in answer.groups:
            for *_, assignment in members if state == _STABLE else ():
                owned |= _numbers(assignment)
    return owned


def _numbers(assignment: bytes) -> set[int]:
    if not assignment:
        return set()
    given = ConsumerProtocolMemberAssignment.decode(assignment)
    return {number for _, numbers in given.assignment for number in numbers}
