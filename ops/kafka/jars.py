"""Jars: Kafka and all that it needs, pinned with their hashes, fetched once into a folder.

Flow: jars.lock → **jars** → Maven, or jgo where there is no Maven → folder of verified jars → runtime.
No repository has its address here: Maven and jgo know theirs and their users' mirrors.
"""

import hashlib
import importlib.util
import logging
import re
import shutil
import subprocess
import tempfile
from collections.abc import Iterable, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from importlib import resources
from pathlib import Path
from xml.sax.saxutils import escape

from schemas.errors import OperationalError, UserError

VERSION = "4.3.1"
PLUGIN = "org.apache.maven.plugins:maven-dependency-plugin:3.8.1"
AT_ONCE = 8

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Jar:
    """One pinned jar."""

    group: str
    artifact: str
    version: str
    sha256: str

    @property
    def file(self) -> str:
        """Its file's name."""
        return f"{self.artifact}-{self.version}.jar"


def pinned() -> list[Jar]:
    """Read the lock: `group:artifact:version sha256` a line."""
    text = resources.files(__package__).joinpath("jars.lock").read_text(encoding="utf-8")
    return [Jar(*re.split("[: ]", line)) for line in text.splitlines()]


def fetch_jars(folder: Path, *, repository: str | None = None) -> Path:
    """Give a folder with all jars, verified; fetch those that it lacks.

    ``repository`` is the URL of a Maven repository to use instead of what Maven or jgo are set to.
    Raise OperationalError where they cannot be had, UserError where they are not what was pinned.
    """
    jars = pinned()
    absent = missing(folder, jars)
    if absent:
        log.info("fetching Apache Kafka %s (43 MB, once)", VERSION)
        folder.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(dir=folder, prefix="fetching-") as temporary:
            _fetch(absent, Path(temporary), folder, repository)
    absent = missing(folder, jars)
    if absent:
        raise OperationalError(f'"{absent[0].file}" could not be fetched', hint="try again, or see docs/kafka.md")
    return folder


def missing(folder: Path, jars: Iterable[Jar]) -> list[Jar]:
    """Name the jars that a folder does not have as they were pinned."""
    return [jar for jar in jars if _sha256(folder / jar.file) != jar.sha256]


def _fetch(jars: list[Jar], temporary: Path, folder: Path, repository: str | None) -> None:
    maven = shutil.which("mvn")
    if maven and repository is None:
        _with_maven(maven, jars, temporary)
        found = {jar: temporary / jar.file for jar in jars}
    elif importlib.util.find_spec("jgo"):
        found = _with_jgo(jars, temporary, repository)
    else:
        raise OperationalError(
            "neither `mvn` nor jgo is here to fetch Kafka", hint="`pip install jgo` (`make test` does)"
        )
    _keep(found, folder)


def _keep(found: Mapping[Jar, Path], folder: Path) -> None:
    for jar, path in found.items():
        if path.exists() and _sha256(path) != jar.sha256:
            raise UserError(f'"{jar.file}" is not what was pinned', hint="the repository or a mirror changed it")
        if path.exists():
            path.replace(folder / jar.file)


def _with_maven(maven: str, jars: Iterable[Jar], target: Path) -> None:
    project = target / "pom.xml"
    project.write_text(_project(jars), encoding="utf-8")
    goal = [f"{PLUGIN}:copy-dependencies", f"-DoutputDirectory={target}"]
    done = subprocess.run([maven, "-q", "-B", "-f", project, *goal], capture_output=True, text=True, check=False)
    if done.returncode:
        raise OperationalError(f"maven could not fetch Kafka: {(done.stdout + done.stderr).strip()[-500:]}")


def _project(jars: Iterable[Jar]) -> str:
    """Write a project that depends on exactly these, not on what they depend on."""
    nothing = "<exclusions><exclusion><groupId>*</groupId><artifactId>*</artifactId></exclusion></exclusions>"
    dependencies = "".join(
        f"<dependency><groupId>{escape(jar.group)}</groupId><artifactId>{escape(jar.artifact)}</artifactId>"
        f"<version>{escape(jar.version)}</version>{nothing}</dependency>\n"
        for jar in jars
    )
    return (
        "<project><modelVersion>4.0.0</modelVersion><groupId>local</groupId><artifactId>kafka</artifactId>"
        f"<version>1</version><packaging>pom</packaging><dependencies>\n{dependencies}</dependencies></project>\n"
    )


def _with_jgo(jars: Iterable[Jar], target: Path, repository: str | None) -> dict[Jar, Path]:
    from jgo.config import GlobalSettings  # a tool of development, absent where Millrace is only run
    from jgo.constants import MAVEN_CENTRAL_URL
    from jgo.maven import MavenContext, PythonResolver

    addresses = {"central": MAVEN_CENTRAL_URL} | GlobalSettings.load().repositories
    if repository:
        addresses = {"given": repository.rstrip("/")}
    context = MavenContext(resolver=PythonResolver(), repo_cache=target, remote_repos=addresses)

    def fetched(jar: Jar) -> Path:
        return Path(context.project(jar.group, jar.artifact).at_version(jar.version).artifact().resolve())

    with ThreadPoolExecutor(AT_ONCE) as pool:
        try:
            jars = list(jars)
            return dict(zip(jars, pool.map(fetched, jars), strict=True))
        except (OSError, RuntimeError) as bad:  # requests' errors are OSErrors
            raise OperationalError(f"jgo could not fetch Kafka: {bad}") from None


def _sha256(path: Path) -> str | None:
    try:
        with path.open("rb") as file:
            return hashlib.file_digest(file, "sha256").hexdigest()
    except FileNotFoundError:
        return None
