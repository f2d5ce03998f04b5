"""What `agora log verify` tells people."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from agoranomos.cli.terminal import complain, console, say, visible
from agoranomos.errors import Finding

if TYPE_CHECKING:
    from agoranomos.campaigns.verification import CheckedCampaign, CheckedRun, VerifiedRun
    from agoranomos.logs import Verification

SHOWN_FAULTS = 10
SHOWN_ATTEMPTS = 20

_READ = {
    "structure": "kept hashes and signatures; no entry was read",
    "full": "every byte",
    "strict": "every byte and every entry",
    "actors": "every byte, every entry, and the signatures of agents",
    "replay": "every byte and every entry, and every judgement again",
}


def show_run(verified: VerifiedRun, remembered_now: bool) -> None:
    """The report on one log."""
    found = verified.verification
    say(f"verified: {found.origin}")
    noun = "checkpoint" if found.checkpoints == 1 else "checkpoints"
    say(f"  {found.size} entries, root {found.root.hex()}, {found.checkpoints} signed {noun}")
    say(f"  signed by    {found.signer}")
    say(f"  certified by {found.trusted_by}")
    say(f"  level        {found.level}: {_READ[found.level]}")
    if found.read_from:
        say(f"  not read     entries 0 to {found.read_from - 1}: they were verified before")
    if verified.ledger is not None:
        say("  it is a ledger: it goes on as long as its campaign does")
    elif found.closed is not None:
        say("  closed" if found.closed else "  not closed: verified as far as it is signed")
    _show_anchors(found)
    for noted in found.noted:
        say(f"  noted: {noted}")
    if verified.actors is not None and verified.actors.signatures:
        signed = verified.actors
        say(f"  {signed.signatures} signatures of {len(signed.actors)} actors in {signed.rounds} rounds verify")
    if verified.replayed is not None:
        say(f"  {_judged(verified)}")
    if verified.closed is False:
        say("  it has no `closed` entry: the run did not come to its end")
    if remembered_now:
        say(f"  remembered: from now on it must continue these {found.size} entries")
    _show_not_excluded(verified.not_excluded)


def _show_anchors(found: Verification) -> None:
    witnesses = found.witnesses
    for name, cosigned in witnesses.cosigned:
        say(f"  witness      {name} ({cosigned.witness.name}) at {_iso(cosigned.time)}")
    if witnesses.satisfied:
        say(f"  quorum       {witnesses.quorum}" + _missing(witnesses.missing))
    else:
        say("  witnesses    none: no policy that names any was given")
    for stamp in found.stamps:
        say(f"  time stamp   {stamp.size} entries before {_iso(int(stamp.time.timestamp()))}, says {stamp.authority}")
    if not found.stamps:
        say("  time stamps  none: no authority was given")
    if found.remembered is None:
        say("  remembered   nothing: it was not remembered before")
    else:
        size, when = found.remembered.checkpoint.size, _iso(found.remembered.verified_unix_s)
        say(f"  remembered   it continues the {size} entries that were verified {when}")


def _missing(names: Sequence[str]) -> str:
    return f", without {', '.join(names)}" if names else ""


def _iso(unix_s: int) -> str:
    from agoranomos.logs.verification import iso

    return iso(unix_s)


def _judged(verified: VerifiedRun) -> str:
    replayed = verified.replayed
    assert replayed is not None  # asked for only then
    if not replayed.institution:
        return f"{replayed.rounds} rounds without an institution: nothing to judge"
    digest = f" ({replayed.semantic_sha256[:16]}...)" if replayed.semantic_sha256 else ""
    return f"{replayed.rounds} rounds judged again under {replayed.institution}{digest}: every judgement is byte-equal"


def show_campaign(checked: CheckedCampaign, remembered_now: bool) -> None:
    """The report on one campaign."""
    from rich.table import Table

    table = Table(box=None, pad_edge=False, header_style="bold")
    table.add_column("arm")
    for heading in ("runs", "verified", "faulty", "unfinished", "entries", "rounds"):
        table.add_column(heading, justify="right")
    for arm in dict.fromkeys(run.arm for run in checked.runs):
        table.add_row(visible(arm), *map(str, _counts([run for run in checked.runs if run.arm == arm])))
    table.add_row("all", *map(str, _counts(checked.runs)))
    say(f"{checked.folder}")
    console().print(table)
    if checked.ledger is not None:
        say(f"ledger: {checked.ledger.origin}")
        say(f"  {checked.ledger.size} entries, root {checked.ledger.root.hex()}")
        say(f"  certified by {checked.ledger.trusted_by}")
        _show_anchors(checked.ledger)
        for noted in checked.ledger.noted:
            say(f"  noted: {noted}")
        if remembered_now:
            say(f"  remembered: from now on it must continue these {checked.ledger.size} entries")
        _show_history(checked)
    _show_attempts(checked)
    faults = checked.all_faults
    for fault in faults[:SHOWN_FAULTS]:
        complain_of(fault)
    if len(faults) > SHOWN_FAULTS:
        complain(f"and {len(faults) - SHOWN_FAULTS} more faults", "--json lists all of them.")
    if not faults:
        _show_not_excluded(checked.not_excluded)


def _show_history(checked: CheckedCampaign) -> None:
    """Who wrote the ledger, and what went wrong with that."""
    history = checked.history
    hosts = len({session.host for session in history.sessions})
    say(f"  {_several(len(history.sessions), 'session')} on {_several(hosts, 'machine')}")
    if history.recoveries:
        bytes_cut = sum(piece.size for recovered in history.recoveries for piece in recovered.cut)
        say(f"  {_several(len(history.recoveries), 'session')} broken off; {bytes_cut} unsigned bytes are in recovery/")
    if not history.ended:
        say("  the last session did not come to its end: its driver died, or is at work")
    for step in history.clock_steps:
        say(f"  the clock went back from {_iso(step.before_unix_s)} to {_iso(step.claimed_unix_s)}")


def _several(number: int, word: str) -> str:
    return f"{number} {word}" if number == 1 else f"{number} {word}s"


def _show_attempts(checked: CheckedCampaign) -> None:
    """What the numbers do not show: attempts that did not count, and runs that stand apart."""
    if checked.attempts:
        say(f"{len(checked.attempts)} attempts did not count; what they had signed is in abandoned/")
    for attempt in checked.attempts[:SHOWN_ATTEMPTS]:
        why = f": {attempt.reason}" if attempt.reason else ""
        say(
            f"  {attempt.arm}/{attempt.seed}, attempt {attempt.attempt}, {attempt.status} after {attempt.entries} "
            f"entries{why}"
        )
    if len(checked.attempts) > SHOWN_ATTEMPTS:
        say(f"  and {len(checked.attempts) - SHOWN_ATTEMPTS} more (--json lists all of them)")
    for run in checked.runs:
        if run.verified is not None and not run.told:
            say(f"{run.arm}/{run.seed} is whole, but the ledger was not told: the same `agora run` again tells it")
        if not run.registered:
            say(f"{run.arm}/{run.seed} was not pre-registered: it was opened before the plan stood in the ledger")


def _counts(runs: Sequence[CheckedRun]) -> tuple[int, ...]:
    states = [run.state for run in runs]
    verified = [run.verified for run in runs if run.verified is not None and run.state == "verified"]
    rounds = sum(one.replayed.rounds for one in verified if one.replayed is not None)
    entries = sum(one.verification.size for one in verified)
    return len(runs), len(verified), states.count("faulty"), states.count("unfinished"), entries, rounds


def _show_not_excluded(not_excluded: Sequence[str]) -> None:
    say("not excluded by this check:")
    for one in not_excluded:
        say(f"  - {one}")


def complain_of(fault: Finding) -> None:
    """One fault, with both signed checkpoints where they are the evidence."""
    complain(f"{getattr(fault, 'kind', 'tampered')}: {fault.message}", fault.advice)
    for title, note in zip(("verified before:", "found now:"), getattr(fault, "evidence", ()), strict=False):
        complain(title, note.decode(errors="replace"))
