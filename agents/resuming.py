"""Resuming: the address at which a waiting execution is resumed, and which of its nodes a request means.

Flow: expression `$execution.resumeUrl` → signed token → gateway → control → **resuming** → step.
"""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import msgspec

from agents.state import Activation, State
from nodes.sdk.ports import Opening
from schemas.form import DOOR_TYPE, Door
from schemas.resume import RESUME_PREFIX, Sign, write_resume_token
from schemas.task import Control, Reply, Resume
from schemas.trigger import CALLER_CREDENTIALS

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


def guarded(opening: Opening, credentials: Mapping[str, Any]) -> Opening:
    """Name the credential that who asks is compared with, where the opening wants one."""
    scheme = opening.options.get("authentication")
    if scheme is None:
        return opening
    return replace(opening, options={**opening.options, "credential": credentials.get(CALLER_CREDENTIALS[scheme])})


def opened(state: State | None, resume: Resume) -> Activation | None:
    """Find the waiting activation that a request wakes: the one it means, if it passed what stands before it."""
    activation = _meant(state, resume)
    return activation if activation is not None and _door(activation).key in ("", resume.key) else None


def _meant(state: State | None, resume: Resume) -> Activation | None:
    """Find the earliest activation with the request's suffix and method."""
    if state is None or state.version != resume.version:
        return None
    for activation in state.flight.values():
        opening = activation.opening
        if opening is not None and opening.suffix == resume.suffix and opening.method in (resume.method, ""):
            return activation
    return None


def _door(activation: Activation) -> Door:
    """Give what stands before a waiting activation; its key is empty where nothing does."""
    opening = activation.opening
    if opening is None or not (opening.page or opening.options):
        return Door("")
    return Door(activation.key, opening.options, opening.page)


def unwoken(control: Control, resume: Resume, state: State | None) -> tuple[int, Reply] | None:
    """Give the answer to a request that wakes nothing, and the partition of `replies` where it goes."""
    if resume.reply is None:
        return None
    to, meant = resume.reply, _meant(state, resume)
    if meant is not None and not resume.key:
        headers, body = [("content-type", DOOR_TYPE)], msgspec.json.encode(_door(meant))
        return to.partition, Reply(to.boot, to.request, 200, headers, body, control.execution)
    known = state is not None
    status, text = (409, "the execution does not wait for this") if known else (404, "nothing waits at this address")
    hint = "it may have been resumed before, its time may be over, or it has not come to its wait yet"
    body = msgspec.json.encode({"message": text, "hint": hint, "execution": control.execution})
    return to.partition, Reply(to.boot, to.request, status, JSON_HEADERS, body, control.execution)


def cause_of(control: Control, resume: Resume) -> str:
    """Name a request, so that a repetition of its record emits again what it had put in flight."""
    return f"~{control.at}/{resume.reply.request if resume.reply is not None else 0}"
