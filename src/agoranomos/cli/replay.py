"""`agora replay`."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from agoranomos.cli.log_places import is_campaign, is_ledger, is_log, place_of_log
from agoranomos.cli.named import institution_named
from agoranomos.cli.options import AsJson
from agoranomos.cli.terminal import say_json
from agoranomos.errors import UsageError


def replay(
    log: Annotated[
        str, typer.Argument(metavar="LOG", help="The folder of a run's log, or of a campaign (all its finished runs).")
    ],
    institutions: Annotated[
        list[str] | None,
        typer.Option(
            "--institution",
            metavar="OTHER",
            help="Judge the same conduct under another institution; may be repeated.",
        ),
    ] = None,
    fork_at: Annotated[
        int | None,
        typer.Option(
            "--fork-at",
            min=1,
            metavar="ROUND",
            help="Replay to this round, then let the agents go on under the other institution.",
        ),
    ] = None,
    anew: Annotated[
        bool,
        typer.Option("--anew", help="With --fork-at: begin anew also under the institution that holds already."),
    ] = False,
    out: Annotated[
        Path | None,
        typer.Option("--out", metavar="DIR", help="Where forks are written (default: the campaign's forks/)."),
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Judge recorded rounds again.

    Every judgement must come out as it is recorded, byte for byte.

    With --institution, a counterfactual: agents act as they did, another institution judges, and the difference is
    shown. It is not causal: under that institution agents might have acted otherwise. No model is asked. Signatures
    are not looked at; that is `agora log verify`. Exit code 1: a judgement differs from the record.

    With --fork-at as well, a new run: played again to that round, where every entry must come out as recorded, and
    from there on by the same agents under the other institution. Models are asked for what comes after only. A fork is
    a signed log that names the one it was forked from.

    Example:  agora replay logs/CAMPAIGN/runs/ARM/0 --institution cournot-antitrust-hardened
    """
    if fork_at is None and (anew or out is not None):
        raise UsageError(f"{'--anew' if anew else '--out'} is for forks", advice="Give --fork-at ROUND too.")
    if fork_at is not None and not institutions:
        raise UsageError("a fork goes on under another institution", advice="Name it with --institution OTHER.")
    from agoranomos.campaigns.replaying import replayed_runs
    from agoranomos.cli.replay_json import as_document
    from agoranomos.cli.replay_table import Totals

    others = [institution_named(name) for name in institutions or ()]
    _refuse_twice([other.semantic_sha256 for other in others], institutions or [])
    logs = _logs(place_of_log(log))
    if fork_at is not None:
        from agoranomos.campaigns.packs.packed import is_packed
        from agoranomos.cli.replay_fork import play

        # A run that shares a file with others was copied out of it; what is forked is the run in its campaign.
        named = Path(log)
        play([named] if is_packed(named) else logs, others, fork_at, anew, out, as_json)
        return
    found = replayed_runs(logs, others)
    if as_json:
        say_json([as_document(run, others) for run in found])
        return
    totals = Totals([other.name for other in others])
    for run in found:
        totals.add(run)
    totals.show()


def _refuse_twice(digests: list[str], names: list[str]) -> None:
    for place, digest in enumerate(digests):
        if digest in digests[:place]:
            before = names[digests.index(digest)]
            raise UsageError(f"--institution {names[place]} decides as --institution {before}: name it once")


def _logs(place: Path) -> list[Path]:
    if is_ledger(place) or (place.name == "ledger" and is_campaign(place.parent)):
        raise UsageError(
            f"{place} is a campaign's ledger: it holds no rounds to judge",
            advice=f"Replay its runs with {place.parent}; agora log verify reads the ledger.",
        )
    if is_log(place):
        if not (place / "checkpoint").is_file():
            raise UsageError(
                f"{place} is a run that was never closed", advice="agora log verify --open reads what is signed of it."
            )
        return [place]
    from agoranomos.campaigns.packs.packed import runs_in_packs

    folders = {path.parent for path in place.glob("runs/*/*/checkpoint")}
    found = sorted(folders | set(runs_in_packs(place)), key=_in_order)
    if not found:
        raise UsageError(f"{place} holds no finished run", advice="Give the folder of a run's log, or of a campaign.")
    return found


def _in_order(run: Path) -> tuple[str, int, str]:
    return run.parent.name, int(run.name) if run.name.isdecimal() else -1, run.name
