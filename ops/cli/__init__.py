"""The command line: `millrace …`.

Flow: shell → **cli** → wiring (up, run, eval) or the HTTP API (workflows, executions, sql).
"""

from ops.cli.root import main

__all__ = ["main"]
