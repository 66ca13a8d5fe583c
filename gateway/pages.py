"""Pages: the web app as files that were built before, or a plain page where they were not.

Flow: `make web` → `gateway/static/` → **pages** → browser.

Files are read once, at the start, with the compressed forms that the build put beside them; nothing is compressed here.
"""

import hashlib
import mimetypes
from dataclasses import dataclass, field
from html import escape
from pathlib import Path

from starlette.requests import Request
from starlette.responses import HTMLResponse, Response
from starlette.routing import Route

STATIC = Path(__file__).parent / "static"
CODINGS = (("br", ".br"), ("gzip", ".gz"))
UNBUILT = """<!doctype html>
<html lang="en"><meta charset="utf-8"><title>Millrace</title>
<style>body{{font:16px/1.5 system-ui;margin:4rem auto;max-width:34rem;padding:0 1rem}}
code{{background:#8881;padding:0 .3em}}</style>
<h1>Millrace</h1><p>Version {version}. Workflows run here; the web app was not built: <code>make web</code> does.</p>
<ul><li><a href="/ready">Is it ready?</a></li><li>The API is under <code>/api/v1</code> and described in
<code>/api/v1/openapi.json</code>; send <code>Authorization: Bearer …</code></li>
<li>Webhooks of active workflows are under <code>/w/</code></li></ul></html>"""
# Scripts come from here alone; the component library sets inline styles.
POLICY = (
    "default-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data: blob:; font-src 'self' data:; "
    "worker-src 'self' blob:; object-src 'none'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'"
)
GUARD = {
    "content-security-policy": POLICY,
    "x-content-type-options": "nosniff",
    "referrer-policy": "same-origin",
}
FOREVER = "public, max-age=31536000, immutable"


@dataclass(frozen=True)
class _File:
    kind: str
    bodies: dict[str, bytes]
    headers: dict[str, str] = field(default_factory=dict)


class Pages:
    """The files of the web app, by path below ``/``; ``paths`` need no token: they are the same for everybody."""

    def __init__(self, version: str, folder: Path = STATIC) -> None:
        self._version = version
        self._files = dict(_read(folder))

    @property
    def paths(self) -> frozenset[str]:
        """The paths that are served."""
        return frozenset({"/", *self._files})

    def routes(self) -> list[Route]:
        """Give the routes of all files."""
        return [Route(path, self._serve) for path in sorted(self.paths)]

    async def _serve(self, request: Request) -> Response:
        found = self._files.get(request.url.path)
        if found is None:
            return HTMLResponse(UNBUILT.format(version=escape(self._version)), headers={"cache-control": "no-cache"})
        wanted = request.headers.get("accept-encoding", "")
        coding = next((name for name, _ in CODINGS if name in found.bodies and name in wanted), "")
        headers = dict(found.headers)
        headers["etag"] = headers["etag"].format(coding=coding)
        if request.headers.get("if-none-match") == headers["etag"]:
            return Response(status_code=304, headers=headers)
        if coding:
            headers["content-encoding"] = coding
        return Response(found.bodies[coding], media_type=found.kind, headers=headers)


def _read(folder: Path) -> "list[tuple[str, _File]]":
    """Read what was built; nothing where it was not."""
    if not (folder / "index.html").is_file():
        return []
    packed = tuple(suffix for _, suffix in CODINGS)
    names = [path for path in folder.rglob("*") if path.is_file() and path.suffix not in packed]
    files = [
        (f"/{path.relative_to(folder).as_posix()}", _file(path)) for path in names if not path.name.startswith(".")
    ]
    return [("/" if path == "/index.html" else path, file) for path, file in files]


def _file(path: Path) -> _File:
    bodies = {"": path.read_bytes()}
    for coding, suffix in CODINGS:
        packed = path.with_name(path.name + suffix)
        if packed.is_file():
            bodies[coding] = packed.read_bytes()
    kind = mimetypes.guess_type(path.name)[0] or "application/octet-stream"
    # The names of assets have a digest of their content; everything else is asked for again.
    cache = FOREVER if path.parent.name == "assets" else "no-cache"
    tag = hashlib.sha256(bodies[""]).hexdigest()[:16]
    headers = {"cache-control": cache, "vary": "accept-encoding", "etag": f'"{tag}{{coding}}"'}
    return _File(kind, bodies, headers | (GUARD if kind == "text/html" else {}))
