"""`agora log verify`."""

from __future__ import annotations

import sys
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from agoranomos.cli.log_places import campaigns_in, is_campaign, is_log, place_of_log
from agoranomos.cli.named import institution_named
from agoranomos.cli.options import AsJson
from agoranomos.cli.terminal import complain, console, say, say_json
from agoranomos.errors import Finding, UsageError

if TYPE_CHECKING:
    from agoranomos.campaigns.verification import CheckedCampaign, CheckedRun, VerifiedRun
    from agoranomos.institutions import Institution
    from agoranomos.logs import Verifier

SHOWN_FAULTS = 10


def verify(
    log: Annotated[
        str, typer.Argument(metavar="LOG", help="The folder of a run's log, of a campaign, or of several campaigns.")
    ],
    key: Annotated[
        str | None,
        typer.Option(
            "--key",
            metavar="VKEY",
            help="Trust this public key, or those in this file, and no others (default: the keyring of this machine).",
        ),
    ] = None,
    institution: Annotated[
        str | None,
        typer.Option("--institution", metavar="FILE", help="The run must have been judged under this institution."),
    ] = None,
    replay: Annotated[
        bool, typer.Option("--replay/--no-replay", help="Make every judgement again; --no-replay checks bytes only.")
    ] = True,
    as_json: AsJson = False,
) -> None:
    """Verify a run, or a whole campaign.

    Digests, tree, signatures and sequence are checked, and then every judgement is made again, byte for byte.

    Exit code 1: something is tampered with, damaged, or undecided for want of a key that is trusted; the message says
    which entry and why. What such a check cannot exclude is printed too.

    Example:  agora log verify logs/CAMPAIGN/runs/ARM/0
    """
    place = place_of_log(log)
    trusted = _trusted(key)
    asked = institution_named(institution) if institution is not None else None
    if asked is not None and not replay:
        raise UsageError("--institution needs the replay", advice="Leave out --no-replay.")
    if is_log(place):
        _verify_log(place, trusted, asked, replay, as_json)
        return
    campaigns = [place] if is_campaign(place) else campaigns_in(place)
    if not campaigns:
        raise UsageError(f"{place} holds no log", advice="Give the folder of a run's log, or of a campaign.")
    if asked is not None:
        raise UsageError("--institution is for the log of one run", advice="Give a folder such as runs/ARM/SEED.")
    _verify_campaigns(campaigns, trusted, replay, as_json)


def _trusted(key: str | None) -> Sequence[Verifier]:
    from agoranomos.logs import KeyStore, read_vkeys
    from agoranomos.workspace import state_folder

    if key is None:
        return KeyStore(state_folder() / "keys").trusted()
    if not key.strip() or Path(key).is_dir():
        raise UsageError(f"--key: {key!r} is neither a public key (`name+keyid+base64`) nor a file with some")
    return read_vkeys(key)


def _verify_log(
    place: Path, trusted: Sequence[Verifier], institution: Institution | None, replay: bool, as_json: bool
) -> None:
    from agoranomos.campaigns.verification import verify_run

    try:
        verified = verify_run(place, trusted, institution=institution, judge_again=replay)
    except Finding as fault:
        if not as_json:
            _complain_of(fault)
        else:
            say_json({"log": str(place), **_fault_json(fault)})
        raise typer.Exit(1) from None
    if as_json:
        say_json({"log": str(place), "verdict": "verified", **_run_json(verified)})
        return
    found = verified.verification
    say(f"verified: {found.origin}")
    say(f"  {found.size} entries, root {found.root.hex()}, {found.checkpoints} signed checkpoints")
    say(f"  signed by    {found.signer}")
    say(f"  certified by {found.trusted_by}")
    if verified.replayed is not None:
        say(f"  {_judged(verified)}")
        if not verified.replayed.closed:
            say("  it has no `closed` entry: the run did not come to its end")
    _say_not_excluded(found.not_excluded)


def _judged(verified: VerifiedRun) -> str:
    replayed = verified.replayed
    if replayed is None:
        return "judgements were not made again"
    if not replayed.institution:
        return f"{replayed.rounds} rounds without an institution: nothing to judge"
    return (
        f"{replayed.rounds} rounds judged again under {replayed.institution} "
        f"({replayed.semantic_sha256[:16]}...): every judgement is byte-equal"
    )


def _verify_campaigns(folders: Sequence[Path], trusted: Sequence[Verifier], replay: bool, as_json: bool) -> None:
    from agoranomos.campaigns import CampaignFolder
    from agoranomos.campaigns.verification import verify_campaign

    checked = []
    for folder in folders:
        one = verify_campaign(CampaignFolder(folder), trusted, judge_again=replay, watch=_progress)
        checked.append(one)
        if not as_json:
            _show(one)
    if as_json:
        shown = [_campaign_json(one) for one in checked]
        say_json(shown[0] if len(shown) == 1 else shown)
    if any(one.first_fault for one in checked):
        raise typer.Exit(1)


def _progress(runs: Sequence[CheckedRun]) -> Iterable[CheckedRun]:
    if not sys.stderr.isatty():
        return runs
    from rich.progress import track

    return track(runs, "Verifying", console=console(sys.stderr), transient=True)


def _show(checked: CheckedCampaign) -> None:
    from rich.table import Table

    table = Table(box=None, pad_edge=False, header_style="bold")
    table.add_column("arm")
    for heading in ("runs", "verified", "faulty", "unfinished", "entries", "rounds"):
        table.add_column(heading, justify="right")
    for arm in dict.fromkeys(run.arm for run in checked.runs):
        table.add_row(arm, *(str(number) for number in _counts([run for run in checked.runs if run.arm == arm])))
    table.add_row("all", *(str(number) for number in _counts(checked.runs)))
    say(f"{checked.folder}")
    console().print(table)
    if checked.abandoned:
        say(f"{checked.abandoned} attempts were broken off; what they had signed is in abandoned/")
    faults = [*checked.faults, *(run.fault for run in checked.runs if run.fault is not None)]
    for fault in faults[:SHOWN_FAULTS]:
        _complain_of(fault)
    if len(faults) > SHOWN_FAULTS:
        complain(f"and {len(faults) - SHOWN_FAULTS} more faults", "--json lists all of them.")
    if not faults:
        _say_not_excluded(checked.not_excluded)


def _counts(runs: Sequence[CheckedRun]) -> tuple[int, ...]:
    verified = [run.verified for run in runs if run.verified is not None]
    faulty = sum(run.fault is not None for run in runs)
    rounds = sum(one.replayed.rounds for one in verified if one.replayed is not None)
    entries = sum(one.verification.size for one in verified)
    return len(runs), len(verified), faulty, len(runs) - len(verified) - faulty, entries, rounds


def _say_not_excluded(not_excluded: Sequence[str]) -> None:
    say("not excluded by this check:")
    for one in not_excluded:
        say(f"  - {one}")


def _complain_of(fault: Finding) -> None:
    complain(f"{_kind(fault)}: {fault.message}", fault.advice)


def _kind(fault: Finding) -> str:
    # A replay that comes out otherwise is of a log that is well formed and signed, and yet not true to its institution.
    return str(getattr(fault, "kind", "tampered"))


def _fault_json(fault: Finding) -> dict[str, Any]:
    return {"verdict": _kind(fault), "entry": getattr(fault, "entry", None), "message": fault.message}


def _run_json(verified: VerifiedRun) -> dict[str, Any]:
    found, replayed = verified.verification, verified.replayed
    return {
        "origin": found.origin,
        "entries": found.size,
        "root": found.root.hex(),
        "checkpoints": found.checkpoints,
        "signer": found.signer,
        "certified_by": found.trusted_by,
        "replay": None
        if replayed is None
        else {
            "institution": replayed.institution,
            "semantic_sha256": replayed.semantic_sha256,
            "rounds": replayed.rounds,
            "closed": replayed.closed,
        },
        "not_excluded": list(found.not_excluded),
    }


def _campaign_json(checked: CheckedCampaign) -> dict[str, Any]:
    first = checked.first_fault
    return {
        "campaign": str(checked.folder),
        "verdict": "verified" if first is None else _kind(first),
        "faults": [_fault_json(fault) for fault in checked.faults],
        "runs": [{"arm": run.arm, "seed": run.seed, **_one_run(run)} for run in checked.runs],
        "abandoned_attempts": checked.abandoned,
        "not_excluded": list(checked.not_excluded),
    }


def _one_run(run: CheckedRun) -> dict[str, Any]:
    if run.fault is not None:
        return _fault_json(run.fault)
    if run.verified is None:
        return {"verdict": "unfinished"}
    found = run.verified.verification
    return {"verdict": "verified", "origin": found.origin, "entries": found.size, "root": found.root.hex()}
