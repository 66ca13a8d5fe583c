"""Resuming: the address at which a waiting execution is resumed, and which of its nodes a request means.

Flow: expression `$execution.resumeUrl` → signed token → gateway → control → **resuming** → step.
"""

from typing import Any

import msgspec

from agents.state import Activation, State
from schemas.resume import RESUME_PREFIX, Sign, write_resume_token
from schemas.task import Control, Reply, Resume

JSON_HEADERS = [("content-type", "application/json; charset=utf-8")]


class ResumeAddress:
    """Gives the addresses of executions below a base such as ``https://flows.example.com``."""

    def __init__(self, base: str, sign: Sign) -> None:
        self._base = base.rstrip("/")
        self._sign = sign

    def facts(self, execution: str, version: str) -> dict[str, Any]:
        """Give what `$execution` has besides its id and mode."""
        address = f"{self._base}{RESUME_PREFIX}{write_resume_token(execution, version, self._sign)}"
        return {"resumeUrl": address, "resumeFormUrl": address}


def opened(state: State | None, resume: Resume) -> Activation | None:
    """Find the waiting activation that a request means: the earliest one with its suffix and method."""
    if state is None or state.version != resume.version:
        return None
    for activation in state.flight.values():
        opening = activation.opening
        if opening is not None and opening.suffix == resume.suffix and opening.method in (resume.method, ""):
            return activation
    return None


def refusal(control: Control, resume: Resume, known: bool) -> tuple[int, Reply] | None:
    """Give the answer to a request that nothing waits for, and the partition of `replies` where it goes."""
    if resume.reply is None:
        return None
    status, text = (409, "the execution does not wait for this") if known else (404, "nothing waits at this address")
    hint = "it may have been resumed before, its time may be over, or it has not come to its wait yet"
    body = msgspec.json.encode({"message": text, "hint": hint, "execution": control.execution})
    to = resume.reply
    return to.partition, Reply(to.boot, to.request, status, JSON_HEADERS, body, control.execution)


def cause_of(control: Control, resume: Resume) -> str:
    """Name a request, so that a repetition of its record emits again what it had put in flight."""
    return f"~{control.at}/{resume.reply.request if resume.reply is not None else 0}"
