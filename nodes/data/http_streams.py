"""HTTP streams: answers that do not end, line by line.

Flow: sseTrigger → **http streams** → services.
"""

from collections.abc import AsyncIterator, Mapping

import aiohttp
from yarl import URL

from nodes.data.addresses import AddressGuard
from nodes.data.http_client import GuardedConnector
from schemas.errors import NodeError, OperationalError

LONGEST_LINE = 4 * 1024 * 1024
CONNECT_SECONDS = 30.0
SILENCE_SECONDS = 300.0


class RealStreams:
    """Opens a connection per stream; ``guard`` says where to."""

    def __init__(self, guard: AddressGuard | None = None) -> None:
        self._guard = guard or AddressGuard()

    async def lines(self, url: str, headers: Mapping[str, str]) -> AsyncIterator[str]:
        """Give the lines of an answer as they come, without their ends."""
        timeout = aiohttp.ClientTimeout(total=None, connect=CONNECT_SECONDS, sock_read=SILENCE_SECONDS)
        try:
            async with (
                aiohttp.ClientSession(
                    timeout=timeout,
                    headers={"user-agent": "millrace"},
                    connector=GuardedConnector(self._guard),
                ) as session,
                session.get(URL(url), headers=headers) as response,
            ):
                if response.status >= 400:
                    raise OperationalError(f'"{url}" answered with status {response.status}')
                rest = b""
                async for block in response.content.iter_any():
                    *whole, rest = (rest + block).replace(b"\r\n", b"\n").split(b"\n")
                    for line in whole:
                        yield line.decode(errors="replace")
                    if len(rest) > LONGEST_LINE:
                        raise NodeError(f"a line of more than {LONGEST_LINE // 1024 // 1024} MB is too long")
        except (aiohttp.InvalidURL, ValueError) as bad:
            raise NodeError(f'"{url}" cannot be asked: {bad}', field="url") from None
        except (aiohttp.ClientError, OSError, TimeoutError) as bad:
            raise OperationalError(f'the stream of "{url}" broke off: {bad or "silence"}'.lower()) from None
