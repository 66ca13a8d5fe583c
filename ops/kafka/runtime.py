"""What Kafka runs on: a Java and a folder of jars, found or fetched.

Flow: environment, java, jars → **runtime** → cluster.
"""

import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import cast, get_args

from ops.kafka.jars import VERSION, fetch_jars
from ops.kafka.java import Java, JavaChoice, find_java
from schemas.errors import UserError

JAVA_VARIABLE = "MILLRACE_TEST_JAVA"
REPOSITORY_VARIABLE = "MILLRACE_TEST_MAVEN"
HOME = Path(".millrace-kafka")


@dataclass(frozen=True)
class Runtime:
    """Enough to start brokers with."""

    java: Java
    jars: Path

    def command(self, program: str, *arguments: str | Path, options: tuple[str, ...] = ()) -> list[str]:
        """Give the command line of one of Kafka's programs."""
        return [str(self.java.path), *options, "-cp", f"{self.jars}/*", program, *map(str, arguments)]


def provide(home: Path = HOME, *, environ: Mapping[str, str] = os.environ) -> Runtime:
    """Find Java and have the jars under ``home``; the first call fetches them (43 MB). Blocks.

    Raise OperationalError that says what is missing.
    """
    choice = environ.get(JAVA_VARIABLE) or "any"
    if choice not in get_args(JavaChoice):
        raise UserError(f'{JAVA_VARIABLE} is "{choice}"', hint=f"it is one of {', '.join(get_args(JavaChoice))}")
    java = find_java(cast(JavaChoice, choice))
    jars = fetch_jars(home.absolute() / f"jars-{VERSION}", repository=environ.get(REPOSITORY_VARIABLE) or None)
    return Runtime(java, jars)
