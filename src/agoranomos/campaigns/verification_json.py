"""What was found of a log or a campaign as JSON values: what `agora log verify --json` prints."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from agoranomos.errors import Finding

if TYPE_CHECKING:
    from agoranomos.campaigns.verification import CheckedCampaign, CheckedRun, VerifiedRun
    from agoranomos.logs import Verification

SCHEMA = 1
"""The version of what is printed; a key is added without a new one, never removed or given another meaning."""


def kind_of(fault: Finding) -> str:
    """The class of a fault."""
    # A replay that comes out otherwise is of a log that is well formed and signed, and yet not true to its institution.
    return str(getattr(fault, "kind", "tampered"))


def fault_json(fault: Finding) -> dict[str, Any]:
    """A fault; `evidence` holds signed checkpoints that contradict each other, where it has any."""
    found: dict[str, Any] = {
        "schema": SCHEMA,
        "verdict": kind_of(fault),
        "entry": getattr(fault, "entry", None),
        "message": fault.message,
    }
    evidence = getattr(fault, "evidence", ())
    return {**found, "evidence": [note.decode(errors="replace") for note in evidence]} if evidence else found


def verification_json(found: Verification) -> dict[str, Any]:
    """What was found of one log, always with the same keys."""
    remembered = found.remembered
    return {
        "schema": SCHEMA,
        "origin": found.origin,
        "entries": found.size,
        "root": found.root.hex(),
        "checkpoints": found.checkpoints,
        "signer": found.signer,
        "certified_by": found.trusted_by,
        "level": found.level,
        "closed": found.closed,
        "read_from": found.read_from,
        "policy": {
            "given": found.witnesses.satisfied,
            "quorum": found.witnesses.quorum,
            "as_of_unix_s": found.witnesses.as_of,
            "missing": list(found.witnesses.missing),
        },
        "witnesses": [
            {"witness": name, "key": one.witness.vkey, "unix_s": one.time} for name, one in found.witnesses.cosigned
        ],
        "time_stamps": [
            {"entries": stamp.size, "unix_s": int(stamp.time.timestamp()), "authority": stamp.authority}
            for stamp in found.stamps
        ],
        "remembered": None
        if remembered is None
        else {
            "entries": remembered.checkpoint.size,
            "root": remembered.checkpoint.root.hex(),
            "verified_unix_s": remembered.verified_unix_s,
        },
        "noted": list(found.noted),
        "not_excluded": list(found.not_excluded),
    }


def run_json(verified: VerifiedRun) -> dict[str, Any]:
    """A log that verified."""
    replayed = verified.replayed
    return {
        **verification_json(verified.verification),
        "not_excluded": list(verified.not_excluded),
        "kind": "ledger" if verified.ledger is not None else "run" if verified.opened is not None else "unknown",
        "actors": None
        if verified.actors is None
        else {
            "signatures": verified.actors.signatures,
            "rounds": verified.actors.rounds,
            "actors": list(verified.actors.actors),
        },
        "replay": None
        if replayed is None
        else {
            "institution": replayed.institution,
            "semantic_sha256": replayed.semantic_sha256,
            "rounds": replayed.rounds,
            "closed": replayed.closed,
        },
    }


def campaign_json(checked: CheckedCampaign) -> dict[str, Any]:
    """A campaign, whatever was found."""
    first = checked.first_fault
    return {
        "schema": SCHEMA,
        "campaign": str(checked.folder),
        "verdict": "verified" if first is None else kind_of(first),
        "level": checked.level,
        "faults": [fault_json(fault) for fault in checked.faults],
        "ledger": None if checked.ledger is None else verification_json(checked.ledger),
        "sessions": len(checked.history.sessions),
        "machines": len({session.host for session in checked.history.sessions}),
        "recoveries": len(checked.history.recoveries),
        "ended": checked.history.ended,
        "clock_steps": [
            {"before_unix_s": step.before_unix_s, "claimed_unix_s": step.claimed_unix_s}
            for step in checked.history.clock_steps
        ],
        "runs": [{"arm": run.arm, "seed": run.seed, **_one_run(run)} for run in checked.runs],
        "attempts": [
            {
                "arm": attempt.arm,
                "seed": attempt.seed,
                "attempt": attempt.attempt,
                "status": attempt.status,
                "reason": attempt.reason,
                "entries": attempt.entries,
            }
            for attempt in checked.attempts
        ],
        "abandoned_attempts": checked.abandoned,
        "not_excluded": list(checked.not_excluded),
    }


def _one_run(run: CheckedRun) -> dict[str, Any]:
    if run.fault is not None:
        return fault_json(run.fault)
    about = {"verdict": run.state, "pre_registered": run.registered}
    if run.verified is None:
        return about
    found = run.verified.verification
    return {**about, "told": run.told, "origin": found.origin, "entries": found.size, "root": found.root.hex()}
