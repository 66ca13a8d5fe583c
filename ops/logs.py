"""Log lines: text for a terminal, JSON for a collector, values in fields.

Flow: `logging.getLogger(__name__)` anywhere → **logs** → standard error.
ERROR: somebody must act. WARNING: somebody should look. INFO: a process changed its state. DEBUG: for us.
"""

import logging
import sys
from typing import Literal

import structlog

SERVICES = ("streams.app", "streams.transports.faust_driver", "streams.transports.kafka_driver")
"""Classes of ours that Faust logs the starting and stopping of."""
NOISY = (*SERVICES, "faust", "mode", "uvicorn", "asyncio", "clickhouse_connect", "urllib3")


def configure_logs(style: Literal["text", "json"], level: str) -> None:
    """Send everything that is logged in this process to standard error, in one form."""
    shared: list[structlog.types.Processor] = [
        structlog.contextvars.merge_contextvars,
        structlog.stdlib.add_logger_name,
        structlog.stdlib.add_log_level,
        structlog.stdlib.ExtraAdder(),
        structlog.processors.TimeStamper(fmt="iso", utc=True, key="at"),
    ]
    last: list[structlog.types.Processor] = (
        [structlog.processors.dict_tracebacks, structlog.processors.JSONRenderer(ensure_ascii=False)]
        if style == "json"
        else [structlog.dev.ConsoleRenderer(colors=sys.stderr.isatty(), timestamp_key="at")]
    )
    formatter = structlog.stdlib.ProcessorFormatter(
        foreign_pre_chain=shared, processors=[structlog.stdlib.ProcessorFormatter.remove_processors_meta, *last]
    )
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(formatter)
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(level.upper())
    for name in NOISY:
        logging.getLogger(name).setLevel(max(logging.WARNING, root.level))
    # To aiokafka each attempt of its own retries is an error; what comes of them our own lines say.
    logging.getLogger("aiokafka").setLevel(logging.CRITICAL)
