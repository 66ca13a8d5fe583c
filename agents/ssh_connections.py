"""SSH connections: log in to a host with a password or a key.

Flow: credential → **ssh connections** → shells, file servers.

Host keys are not known beforehand, as in n8n: whoever answers at the address is taken for the host.
"""

import contextlib
from collections.abc import AsyncIterator
from typing import Any

import asyncssh

from nodes.sdk.outside import Login
from schemas.errors import NodeError, OperationalError


@contextlib.asynccontextmanager
async def connected(login: Login, timeout_seconds: float) -> AsyncIterator[asyncssh.SSHClientConnection]:
    """Be connected to a host; nothing of this machine's own SSH settings, keys or agent is used."""
    host = str(login.get("host") or "")
    try:
        connection = await asyncssh.connect(
            host,
            port=int(login.get("port") or 22),
            username=str(login.get("username") or ""),
            password=str(login["password"]) if login.get("password") else None,
            client_keys=_keys(login),
            passphrase=None,
            known_hosts=None,
            config=None,
            agent_path=None,
            connect_timeout=timeout_seconds,
            login_timeout=timeout_seconds,
        )
    except asyncssh.PermissionDenied:
        raise NodeError("the SSH server refused the login", hint="check user and password or key") from None
    except (asyncssh.Error, OSError, TimeoutError) as bad:
        raise OperationalError(f'no SSH server answered at "{host}": {bad or "too slow"}'.lower()) from None
    async with connection:
        yield connection


def text(value: str | bytes | None) -> str:
    """Read what a host wrote."""
    return value.decode(errors="replace") if isinstance(value, bytes) else value or ""


def _keys(login: Login) -> list[Any] | None:
    key = str(login.get("privateKey") or "").strip()
    if not key:
        return None
    try:
        return [asyncssh.import_private_key(f"{key}\n", str(login.get("passphrase") or "") or None)]
    except (asyncssh.KeyImportError, asyncssh.KeyEncryptionError) as bad:
        raise NodeError(f"the private key cannot be read: {bad}".lower(), hint="PEM or OpenSSH form") from None
