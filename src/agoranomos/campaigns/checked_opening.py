"""Whether a run is the one that its plan has: entry 0 held against the plan, and its length."""

from __future__ import annotations

import hashlib
import json
from typing import Any

from pydantic import ValidationError

from agoranomos.campaigns.checked import CheckedRun
from agoranomos.campaigns.verified_run import VerifiedRun
from agoranomos.errors import AgoraError
from agoranomos.institutions.entries import InstitutionRecord, Opened, canonical_json
from agoranomos.logs import LogFault
from agoranomos.markets import MarketSpec
from agoranomos.markets.catalogue import described_market


def check_opening(verified: VerifiedRun, run: CheckedRun, arm: dict[str, Any]) -> None:
    """Raise `LogFault` where the run is not the planned one: seed, institutions, market, agents, or its length.

    `arm` is as `plan.json` has it. Who sits where is held against the plan by name; what each policy is, by digest
    where neither wordings, nor a drawn market, nor another run's history make descriptions differ from seed to seed.
    """
    opened = verified.opened
    assert opened is not None  # nothing else is handed here
    planned = [(1, _planned_digest(run, arm.get("institution", {})))]
    try:
        planned += [(one["from"], _planned_digest(run, one["institution"])) for one in arm.get("switches", ())]
    except (KeyError, TypeError):
        raise LogFault("damaged", f"plan.json is damaged: arm {run.arm} switches to nothing") from None
    found = [(1, _digest(opened.institution))]
    found += [(switch.first_round, _digest(switch.institution)) for switch in opened.switches]
    if opened.seed != run.seed:
        raise LogFault("tampered", f"entry 0: its seed is {opened.seed}, the plan says {run.seed}", entry=0)
    if opened.forked is not None:
        raise LogFault("tampered", "entry 0: the run is a fork of another, and the plan knows of none", entry=0)
    if found != planned:
        which = "institutions are not those" if len(planned) > 1 else "institution is not the one"
        raise LogFault("tampered", f"entry 0: its {which} that the plan names", entry=0)
    spec = _specification(arm)
    if spec is not None:
        _check_market(verified, opened, spec, run.seed)
    _check_agents(opened, arm, drawn=spec is None or spec.drawn(run.seed) != spec)


def _specification(arm: dict[str, Any]) -> MarketSpec | None:
    """The planned market; None where its type is not installed here, so that nothing can be said of it."""
    try:
        return described_market(arm["market"]["specification"])
    except (KeyError, TypeError, ValidationError, AgoraError):
        return None


def _check_market(verified: VerifiedRun, opened: Opened, spec: MarketSpec, seed: int) -> None:
    if opened.market != canonical_json(spec.drawn(seed).described()):
        raise LogFault("tampered", "entry 0: its market is not the one that the plan has", entry=0)
    if opened.rounds != spec.rounds:
        raise LogFault("tampered", f"entry 0: {opened.rounds} rounds, the plan says {spec.rounds}", entry=0)
    played = verified.replayed
    if played is not None and verified.closed and played.rounds != spec.rounds and not spec.may_end_early:
        raise LogFault("tampered", f"it was closed after {played.rounds} rounds, the plan says {spec.rounds}")


def _check_agents(opened: Opened, arm: dict[str, Any], *, drawn: bool) -> None:
    try:
        planned = [(seat["agent"], str(seat["description_sha256"])) for seat in arm["roster"]["agents"]]
    except (KeyError, TypeError):
        raise LogFault("damaged", "plan.json is damaged: an arm seats nobody") from None
    if [record.agent for record in opened.roster] != [agent for agent, _ in planned]:
        raise LogFault("tampered", "entry 0: its agents are not those that the plan seats", entry=0)
    if drawn or "wordings" in arm:
        return
    for record, (agent, digest) in zip(opened.roster, planned, strict=True):
        if hashlib.sha256(record.policy.encode()).hexdigest() != digest and not _of_another_run(record.policy):
            raise LogFault("tampered", f"entry 0: {agent} follows another policy than the plan has", entry=0)


def _of_another_run(policy: str) -> bool:
    """Whether the agent is shown another run's history, which is another one for each seed."""
    memory = (json.loads(policy).get("parameters") or {}).get("memory") or {}
    return isinstance(memory, dict) and memory.get("kind") == "yoked"


def _planned_digest(run: CheckedRun, institution: Any) -> str:
    if institution is None:
        return ""
    if not (isinstance(institution, dict) and "semantic_sha256" in institution):
        raise LogFault("damaged", f"plan.json is damaged: arm {run.arm} names no institution's digest")
    return str(institution["semantic_sha256"])


def _digest(record: InstitutionRecord | None) -> str:
    return "" if record is None else record.semantic_sha256
