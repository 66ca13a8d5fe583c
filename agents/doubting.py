"""Doubting: a run whose effect may have happened waits, and goes on when somebody has found out.

Flow: step ← run that was begun before a crash → **doubt** → (a person looks) → **settle** → step.
"""

import msgspec

from agents.actions import Action, Doubted, Finished, Record, Run, Sleep
from agents.plan import Plan
from agents.state import Activation, Packet, State
from schemas.events import DoubtOutcome, EffectDoubted, EffectSettled
from schemas.task import Settlement


def doubted(state: State, settlement: Settlement) -> Activation | None:
    """Find the run in doubt that somebody speaks of; None where it is settled already."""
    activation = state.flight.get(f"{settlement.node}/{settlement.run}")
    if activation is None or not activation.doubt or activation.attempt != settlement.attempt:
        return None
    return activation


def doubt(plan: Plan, state: State, doubted: Doubted, now: int, actions: list[Action]) -> None:
    """Let a run wait until somebody says what came of it."""
    activation = state.flight.get(f"{doubted.node}/{doubted.run}")
    if activation is None or activation.doubt or activation.attempt != doubted.attempt:
        return
    asleep = msgspec.structs.replace(activation, doubt=True)
    state.flight[activation.key] = asleep
    state.status = "waiting"
    named = (state.execution, plan.workflow, plan.version, now, activation.node, activation.run, activation.attempt)
    actions += [Record(EffectDoubted(*named, doubted.error)), Sleep(asleep)]


def settle(
    plan: Plan, state: State, settlement: Settlement, now: int, cause: str, actions: list[Action]
) -> Finished | None:
    """Give the end of a run whose effect happened; one whose effect did not runs as its next attempt."""
    activation = doubted(state, settlement)
    if activation is None:
        return None
    state.status = "running"
    actions.append(_settled(plan, state, activation, now, "happened" if settlement.happened else "did not happen"))
    if not settlement.happened:
        attempt = activation.attempt + 1
        again = msgspec.structs.replace(activation, doubt=False, attempt=attempt, at=now, cause=cause)
        state.flight[activation.key] = again
        actions.append(Run(again))
        return None
    state.flight[activation.key] = msgspec.structs.replace(activation, doubt=False)
    return _happened(activation, settlement)


def give_up(plan: Plan, state: State, now: int, actions: list[Action]) -> None:
    """Say of what is in doubt that the execution ended before anybody found out."""
    actions += [_settled(plan, state, one, now, "ended") for one in state.flight.values() if one.doubt]


def _settled(plan: Plan, state: State, activation: Activation, now: int, outcome: DoubtOutcome) -> Record:
    named = (state.execution, plan.workflow, plan.version, now, activation.node, activation.run, activation.attempt)
    return Record(EffectSettled(*named, outcome))


def _happened(activation: Activation, settlement: Settlement) -> Finished:
    if settlement.items is not None:
        packet = Packet(items=settlement.items, count=len(settlement.items))
        text = msgspec.json.encode([settlement.items])
        return Finished(activation.node, activation.run, [packet], text)
    packet = (activation.inputs[0] if activation.inputs else None) or Packet(items=[], count=0)
    text = msgspec.json.encode([packet.items or []]) if packet.blob is None else b"[]"
    blob = packet.blob if packet.output == 0 else None
    return Finished(activation.node, activation.run, [packet], text, blob)
