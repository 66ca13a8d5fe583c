"""Debug helper: fail on purpose, or make up data, to try a workflow.

Flow: any node → **debugHelper** → any node.
"""

import random
import string
import uuid
from collections.abc import Callable
from typing import Any, Literal

from nodes.sdk import Example, Field, Item, Items, NodeError, NodeParams, Run, node
from schemas.errors import UserError

FIRST = [
    "Ada",
    "Alan",
    "Barbara",
    "Claude",
    "Dolores",
    "Edsger",
    "Frances",
    "Grace",
    "Hedy",
    "John",
    "Katherine",
    "Linus",
    "Margaret",
    "Niklaus",
    "Radia",
]
LAST = [
    "Allen",
    "Dijkstra",
    "Hamilton",
    "Hopper",
    "Johnson",
    "Knuth",
    "Lamarr",
    "Liskov",
    "Lovelace",
    "Perlman",
    "Shannon",
    "Turing",
    "Wirth",
]
STREETS = ["Church", "Garden", "High", "Lake", "Mill", "Oak", "Park", "River", "School", "Station"]
CITIES = ["Berlin", "Dublin", "Lisbon", "London", "Madrid", "Oslo", "Paris", "Prague", "Rome", "Vienna"]
MOST = 10_000
Maker = Callable[[random.Random], dict[str, Any]]


class DebugHelper(NodeParams):
    """What to do."""

    category: Literal["doNothing", "throwError", "oom", "randomData"] = Field(
        "throwError", description="Nothing, fail, ask for memory, or make up data."
    )
    throw_error_type: str = Field("NodeApiError", description="Kind of error.")
    throw_error_message: str = Field("Node has thrown an error", description="Its text.")
    memory_size_value: int = Field(10, ge=1, description="Megabytes to ask for; refused.")
    random_data_type: Literal[
        "user", "email", "address", "coordinates", "creditCard", "ipv4", "ipv6", "macAddress", "latLong", "nanoid",
        "url", "uuid", "semver",
    ] = Field("user", description="What to make up.")  # fmt: skip
    nanoid_alphabet: str = Field(string.digits + string.ascii_letters, description="Characters of a nanoid.")
    nanoid_length: int = Field(16, ge=1, le=1000, description="Length of a nanoid.")
    random_data_seed: str = Field("", description="The same seed makes the same data.")
    random_data_count: int = Field(10, ge=1, le=MOST, description="How many items.")
    random_data_single_array: bool = Field(False, description="One item with a list of them.")


@node(
    "debugHelper",
    group="transform",
    title="Debug Helper",
    examples=[
        Example(title="does nothing", params={"category": "doNothing"}, given=[{"n": 1}], then=[{"n": 1}]),
        Example(
            title="makes up the same data for the same seed",
            params={"category": "randomData", "randomDataType": "semver", "randomDataSeed": "a", "randomDataCount": 1},
            then=[{"version": "8.16.2"}],
        ),
        Example(title="fails", params={"throwErrorMessage": "no luck"}, fails="no luck"),
    ],
)
async def debug_helper(params: DebugHelper, items: Items, run: Run) -> Items:
    """Throw errors or generate random data for tests."""
    match params.category:
        case "throwError":
            raise NodeError(params.throw_error_message or "failed on purpose", detail={"type": params.throw_error_type})
        case "oom":
            raise UserError(f"{params.memory_size_value} MB of memory are not given away", field="category")
        case "randomData":
            chance = random.Random(params.random_data_seed or run.task)  # noqa: S311 - made-up data, repeatable
            make = _MAKE.get(params.random_data_type) or _nanoid(params)
            rows = [make(chance) for _ in range(params.random_data_count)]
            if params.random_data_single_array:
                return [Item(json={"generatedItems": rows})]
            return [Item(json=row, paired=0 if items else None) for row in rows]
    return [Item(json=item.json, binary=item.binary, paired=at) for at, item in enumerate(items)]


def _text(chance: random.Random, length: int, alphabet: str = string.ascii_letters + string.digits) -> str:
    return "".join(chance.choices(alphabet or "0", k=length))


def _user(chance: random.Random) -> dict[str, Any]:
    first, last = chance.choice(FIRST), chance.choice(LAST)
    return {"uid": _uuid(chance), "email": _mail(chance), "firstname": first, "lastname": last,
            "password": _text(chance, 10)}  # fmt: skip


def _uuid(chance: random.Random) -> str:
    return str(uuid.UUID(int=chance.getrandbits(128), version=4))


def _mail(chance: random.Random) -> str:
    return f"{chance.choice(FIRST)}.{chance.choice(LAST)}{chance.randrange(100)}@example.com".lower()


def _address(chance: random.Random) -> dict[str, Any]:
    return {
        "firstname": chance.choice(FIRST), "lastname": chance.choice(LAST),
        "street": f"{chance.randrange(1, 200)} {chance.choice(STREETS)} Street", "city": chance.choice(CITIES),
        "zip": f"{chance.randrange(100_000):05d}", "state": _text(chance, 2, string.ascii_uppercase),
        "country": "Erewhon",
    }  # fmt: skip


def _card(chance: random.Random) -> dict[str, Any]:
    digits = "4000" + _text(chance, 11, string.digits)
    check = sum(sum(divmod(int(d) * 2, 10)) if at % 2 == 0 else int(d) for at, d in enumerate(digits))
    return {"type": "Visa", "number": digits + str(-check % 10), "ccv": _text(chance, 3, string.digits),
            "exp": f"{chance.randrange(1, 13):02d}/{chance.randrange(30, 40)}", "holder_name": chance.choice(FIRST)
            + " " + chance.choice(LAST)}  # fmt: skip


def _coordinates(chance: random.Random) -> dict[str, Any]:
    return {"lat": round(chance.uniform(-90, 90), 6), "long": round(chance.uniform(-180, 180), 6)}


def _joined(chance: random.Random, count: int, bits: int, pattern: str, between: str) -> str:
    return between.join(format(chance.getrandbits(bits), pattern) for _ in range(count))


def _nanoid(params: DebugHelper) -> Maker:
    return lambda chance: {"nanoId": _text(chance, params.nanoid_length, params.nanoid_alphabet)}


_MAKE: dict[str, Maker] = {
    "user": _user,
    "email": lambda chance: {"email": _mail(chance), "confirmed": chance.random() < 0.5},
    "address": _address,
    "creditCard": _card,
    "coordinates": _coordinates,
    "latLong": _coordinates,
    "ipv4": lambda chance: {"ip": _joined(chance, 4, 8, "d", ".")},
    "ipv6": lambda chance: {"ipv6": _joined(chance, 8, 16, "x", ":")},
    "macAddress": lambda chance: {"mac": _joined(chance, 6, 8, "02x", ":")},
    "url": lambda chance: {"url": f"https://{_text(chance, 8).lower()}.example.com/"},
    "uuid": lambda chance: {"uuid": _uuid(chance)},
    "semver": lambda chance: {"version": ".".join(str(chance.randrange(20)) for _ in range(3))},
}
