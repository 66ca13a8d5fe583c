"""Front page: name, version and where to go, until the web app is there.

Flow: browser → `/` → **front page**.
"""

from html import escape

from starlette.responses import HTMLResponse

PAGE = """<!doctype html>
<html lang="en"><meta charset="utf-8"><title>Millrace</title>
<style>body{{font:16px/1.5 system-ui;margin:4rem auto;max-width:34rem;padding:0 1rem}}
code{{background:#8881;padding:0 .3em}}</style>
<h1>Millrace</h1><p>Version {version}. Workflows run here; the web app is still to come.</p>
<ul><li><a href="/ready">Is it ready?</a></li><li>The API is under <code>/api/v1</code> and described in
<code>/api/v1/openapi.json</code>; send <code>Authorization: Bearer …</code></li>
<li>Webhooks of active workflows are under <code>/w/</code></li></ul></html>"""


def front_page(version: str) -> HTMLResponse:
    """Write the page."""
    return HTMLResponse(PAGE.format(version=escape(version)))
