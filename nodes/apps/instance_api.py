"""Instance API: the management API of a Millrace or an n8n, where they differ.

Flow: n8n node → **instance api** → HTTP → answers as JSON objects.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import quote, urlencode

from nodes.sdk import Credentials, HttpClient, HttpRequest, NodeError
from schemas.errors import UserError

TIMEOUT_SECONDS = 60.0
PAGE = 250


@dataclass(frozen=True, slots=True)
class Instance:
    """One installation; ``ours`` says that it is a Millrace."""

    base: str
    key: tuple[str, str] = field(repr=False)
    http: HttpClient
    ours: bool

    async def ask(
        self, method: str, path: str, body: Any = None, *, query: Mapping[str, Any] | None = None
    ) -> dict[str, Any]:
        """Send a request; give its answer as an object. Raises NodeError for a refusal."""
        told = {key: _text(value) for key, value in (query or {}).items() if value not in (None, "")}
        safe = "/".join(quote(part, safe="") for part in path.split("/"))
        url = f"{self.base.rstrip('/')}/{safe}{'?' + urlencode(told) if told else ''}"
        request = HttpRequest(
            method,
            url,
            headers=[("accept", "application/json"), ("content-type", "application/json"), self.key],
            body=None if body is None else json.dumps(body).encode(),
            timeout=TIMEOUT_SECONDS,
        )
        answer = await self.http.send(request)
        try:
            found = json.loads(answer.body) if answer.body else {"success": True}
        except (ValueError, RecursionError):
            found = {}
        if answer.status >= 400:
            said = found.get("detail") or found.get("message") if isinstance(found, dict) else None
            raise NodeError(f"the service answered with status {answer.status}{f': {said}' if said else ''}")
        return found if isinstance(found, dict) else {"data": found}

    async def list(self, path: str, query: Mapping[str, Any], limit: int | None) -> list[dict[str, Any]]:
        """Go through the pages of a list."""
        found: list[dict[str, Any]] = []
        cursor = None
        while limit is None or len(found) < limit:
            size = PAGE if limit is None else min(limit - len(found), PAGE)
            page = await self.ask("GET", path, query={**query, "limit": size, "cursor": cursor})
            found += [one for one in page.get("data") or [] if isinstance(one, dict)]
            cursor = page.get("nextCursor")
            if not cursor:
                break
        return found[:limit]

    async def schema(self, kind: str) -> dict[str, Any]:
        """Describe a type of credentials."""
        if not self.ours:
            return await self.ask("GET", f"credentials/schema/{kind}")
        for each in (await self.ask("GET", "credential-types")).get("data") or []:
            if each.get("name") == kind:
                fields: dict[str, Any] = each.get("fields") or {}
                return fields
        raise NodeError(f'there is no credential type "{kind}"', field="credentialTypeName")

    def version(self, path: str, version: str) -> str:
        """Say where a version of a workflow is."""
        return f"{path}/versions/{version}" if self.ours else f"{path}/{version}"

    def workflow_filters(self, name: str, tags: str) -> dict[str, Any]:
        """Name what workflows are searched by."""
        return {"search": name, "tag": tags} if self.ours else {"name": name, "tags": tags}

    def execution_filters(self, workflow: str, status: str) -> dict[str, Any]:
        """Name what executions are searched by."""
        return {"workflow" if self.ours else "workflowId": workflow, "status": status}

    def with_data(self, wanted: bool, *, many: bool) -> dict[str, Any]:
        """Say whether to give what nodes gave; a list of ours never does."""
        if self.ours:
            return {} if many else {"outputs": wanted}
        return {"includeData": wanted or None}


async def connect(credentials: Credentials, http: HttpClient) -> Instance:
    """Be ready to ask the installation that the node's credential names."""
    try:
        found, ours = await credentials.get("millraceApi"), True
    except UserError:
        found, ours = await credentials.get("n8nApi"), False
    secret = str(found.get("apiKey") or "")
    key = ("authorization", f"Bearer {secret}") if ours else ("x-n8n-api-key", secret)
    return Instance(str(found.get("baseUrl") or ""), key, http, ours)


def _text(value: Any) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)
