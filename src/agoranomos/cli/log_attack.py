"""`agora log attack`."""

from __future__ import annotations

import io
import sys
from collections.abc import Iterable, Sequence
from contextlib import redirect_stdout
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from agoranomos.cli.log_places import campaigns_in, is_campaign, is_log, place_of_log
from agoranomos.cli.options import AsJson
from agoranomos.cli.terminal import complain, console, say, say_json, visible
from agoranomos.errors import UsageError, unknown_name

if TYPE_CHECKING:
    from agoranomos.campaigns.attack import Attack, Forgery, Played, Trust

LONGEST = 74


def attack(
    log: Annotated[str, typer.Argument(metavar="LOG", help="The folder of a run's log, or of a campaign.")],
    trust: Annotated[
        str | None,
        typer.Option(
            "--trust",
            metavar="A,B",
            help="What a reader holds beside the key: ledger, remembered, witness, fresh, time, actors, receipt, "
            "reader "
            "(default: each in turn).",
        ),
    ] = None,
    seed: Annotated[int, typer.Option("--seed", help="Where bits are flipped and lines are cut.")] = 0,
    as_json: AsJson = False,
) -> None:
    """Forge a copy of a log in every known way, and show which forgeries are found, and by what.

    The log is only read. Its twin, the same entries signed under throw-away keys, is forged as somebody would who may
    write the files, who stole the run's key, or who holds every key; readers with more and more trust look at each. Of
    a campaign, the longest run is forged, and then the campaign: runs deleted, repeated, exchanged.

    Exit code 1: a forgery that the given trust should find was not found.

    Example:  agora log attack logs/CAMPAIGN/runs/ARM/0
    """
    from agoranomos.campaigns import CampaignFolder
    from agoranomos.campaigns.attack import attack_campaign, attack_run, longest_run

    place, held = _one_campaign(place_of_log(log)), _held(trust)
    if is_log(place):
        attacks = [attack_run(place, held=held, seed=seed, watch=_progress, printed=_printed)]
    elif is_campaign(place):
        campaign = CampaignFolder(place)
        attacks = [
            attack_run(longest_run(campaign), held=held, seed=seed, watch=_progress, printed=_printed),
            attack_campaign(campaign, held=held, seed=seed, watch=_progress),
        ]
    else:
        raise UsageError(f"{place} holds no log", advice="Give the folder of a run's log, or of a campaign.")
    if as_json:
        say_json({"attacks": [_as_json(done) for done in attacks]})
    else:
        _show(attacks)
    if any(done.missed for done in attacks):
        raise typer.Exit(1)


def _one_campaign(place: Path) -> Path:
    """The folder, or the campaign in it where it holds one; raises `UsageError` where it holds several."""
    if is_log(place) or is_campaign(place):
        return place
    found = campaigns_in(place)
    if len(found) > 1:
        names = ", ".join(folder.name for folder in found[:4])
        raise UsageError(f"{place} holds {len(found)} campaigns", advice=f"Give one of them: {names}.")
    return found[0] if found else place


def _held(trust: str | None) -> tuple[Trust, ...]:
    from agoranomos.campaigns.attack import Trust

    if trust is None:
        return tuple(Trust)
    words = {"key", "output", *(word.strip() for word in trust.split(",") if word.strip())}
    for word in sorted(words - set(Trust)):
        raise unknown_name("trust", word, [str(one) for one in Trust])
    return tuple(one for one in Trust if one in words)


def _printed(place: Path) -> str:
    """The first lines of `agora log show`."""
    from agoranomos.cli.log_show import show

    with redirect_stdout(io.StringIO()) as out:
        show(str(place), round_number=0)
    return out.getvalue()


def _progress(forgeries: Sequence[Forgery[Any]]) -> Iterable[Forgery[Any]]:
    if not sys.stderr.isatty():
        return forgeries
    from rich.progress import track

    return track(forgeries, "Forging", console=console(sys.stderr), transient=True)


def _show(attacks: Sequence[Attack]) -> None:
    from agoranomos.campaigns.attack import ADVERSARIES, IN_WORDS, NOBODY, Trust

    for done in attacks:
        say(f"{done.place}: its twin has {done.twin}")
        _show_table(done)
        say()
    say("by: " + "; ".join(f"{name} {words}" for name, words in ADVERSARIES.items()))
    held = {trust for done in attacks for trust in done.held}
    say("found with, each beside the key: " + "; ".join(IN_WORDS[trust] for trust in Trust if trust in held))
    say(NOBODY)
    for done in attacks:
        for played in done.missed:
            missed = ", ".join(IN_WORDS[trust] for trust in played.missed_by(done.held))
            complain(f"not found: {played.forgery.name}", f"It should have been found with: {missed}.")


def _show_table(done: Attack) -> None:
    from rich.table import Table

    table = Table(box=None, pad_edge=False, header_style="bold")
    for heading in ("forgery", "by", "made", "found with", "what was said first"):
        table.add_column(heading, justify="right" if heading == "made" else "left", overflow="fold")
    for played in done.played:
        table.add_row(
            played.forgery.name, played.forgery.by, str(played.made or ""), _found(played, done), _said(played)
        )
    console().print(table)


def _found(played: Played[Any], done: Attack) -> str:
    from agoranomos.campaigns.attack import BRIEFLY, Trust, either

    if played.cannot:
        return "not played"
    if Trust.KEY in played.found_by:
        return BRIEFLY[Trust.KEY]
    # Others may find it too, but only since they saw the log before it was forged: they are no answer to this forger.
    if found := [BRIEFLY[trust] for trust in played.found_by if trust in played.forgery.found_by]:
        return either(found)
    needed = [BRIEFLY[trust] for trust in Trust if trust in played.forgery.found_by and trust not in done.held]
    return f"nothing held; needs {either(needed)}"


def _said(played: Played[Any]) -> str:
    text = visible(played.cannot or played.how)
    return text if len(text) <= LONGEST else text[: LONGEST - 3] + "..."


def _as_json(done: Attack) -> dict[str, Any]:
    return {
        "log": str(done.place),
        "twin": done.twin,
        "held": [str(trust) for trust in done.held],
        "missed": [played.forgery.name for played in done.missed],
        "forgeries": [
            {
                "forgery": played.forgery.name,
                "by": played.forgery.by,
                "made": played.made,
                "found": {str(trust): count for trust, count in played.found.items()},
                "found_with": [str(trust) for trust in played.found_by],
                "said": played.how,
                "not_played": played.cannot,
            }
            for played in done.played
        ],
    }
