"""Pressure: for whom a worker has as much waiting as it may, so that the doors take no more.

Flow: worker's parked tasks → **pressure** on its topic → every gateway.
"""

import msgspec


class Pressure(msgspec.Struct, omit_defaults=True):
    """What a worker says once a second as long as it is full, and once when it no longer is.

    ``tenants`` have their part of what may wait; with ``whole``, all together have.
    """

    worker: str
    tenants: list[str] = []
    whole: bool = False
