"""Trying: find out by one request whether a credential works.

Flow: credential type, address → **trying** → nothing, or what is wrong.
"""

from nodes.sdk import HttpClient, HttpRequest, NodeError
from nodes.sdk.credential import CredentialFields

TIMEOUT_SECONDS = 20.0


async def ask(fields: CredentialFields, http: HttpClient, url: str, now: int) -> None:
    """Send a signed GET; raise NodeError where the answer is a failure."""
    request = HttpRequest("GET", url, headers=[("accept", "application/json")], timeout=TIMEOUT_SECONDS)
    answer = await http.send(fields.sign(request, now))
    if answer.status >= 400:
        refused = answer.status in (401, 403)
        raise NodeError(
            f"the service answered with status {answer.status}",
            hint="it does not accept this credential" if refused else "check the address",
            detail={"status": answer.status},
        )
