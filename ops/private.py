"""Private engines: what `run` and `eval` need, composed for one call of the command line.

Flow: settings → **private** → engine on a log in memory, or an evaluator; closed when the verb ends.
"""

import contextlib
from collections.abc import AsyncIterator, Awaitable, Callable
from typing import Any

from agents.capabilities import private_capabilities
from agents.private import PrivateEngine
from nodes.expressions.evaluation import evaluate_request
from nodes.expressions.javascript.pool import JavaScriptPool
from nodes.sdk.registry import discover
from ops.settings import Settings
from ops.wiring import allowed
from streams.stores.blobs import open_blobs

Evaluating = Callable[[dict[str, Any]], Awaitable[dict[str, Any]]]


@contextlib.asynccontextmanager
async def private_engine(settings: Settings) -> AsyncIterator[PrivateEngine]:
    """Have an engine that runs workflows to their end in this process; waits pass at once."""
    blobs = open_blobs("memory://")
    async with contextlib.AsyncExitStack() as stack:
        stack.push_async_callback(blobs.close)
        pool = JavaScriptPool(children=settings.javascript_children)
        stack.push_async_callback(pool.close)
        capabilities = private_capabilities(pool, allowed(settings))
        stack.push_async_callback(capabilities.close)
        engine = PrivateEngine(discover(), capabilities, blobs, pool.evaluate, zone=settings.timezone)
        yield await stack.enter_async_context(engine)


@contextlib.asynccontextmanager
async def evaluator() -> AsyncIterator[Evaluating]:
    """Have a function that answers the requests of `eval`; its zone is America/New_York."""
    pool = JavaScriptPool()
    try:
        yield lambda request: evaluate_request(request, pool)
    finally:
        await pool.close()
