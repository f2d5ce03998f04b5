"""`agora graph attack`."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from agoranomos.cli.named import institution_named
from agoranomos.cli.options import AsJson
from agoranomos.cli.terminal import say, say_json
from agoranomos.cli.verdict import verdict_json
from agoranomos.errors import MachineError, UsageError

if TYPE_CHECKING:
    from agoranomos.deterrence.red_team import Attack, Witness


def attack(
    institution: Annotated[str, typer.Argument(metavar="INSTITUTION", help="A name, or the path of a file.")],
    market: Annotated[str, typer.Option("--market", metavar="MARKET", help="The market it governs.")],
    minutes: Annotated[float, typer.Option("--minutes", metavar="NUMBER", help="How long to search.")] = 1.0,
    evaluations: Annotated[
        int | None,
        typer.Option("--evaluations", metavar="NUMBER", min=1, help="Try about so many plans, however long it takes."),
    ] = None,
    seed: Annotated[int, typer.Option("--seed", metavar="NUMBER", min=0, help="What is drawn at random.")] = 0,
    plans: Annotated[
        str | None,
        typer.Option("--plans", metavar="NAMES", help="Only these outcomes, such as nash,division; apart by commas."),
    ] = None,
    settings: Annotated[
        list[str] | None,
        typer.Option("--set", metavar="PATH=VALUE", help="Another value for a key, such as signals.x.window=1."),
    ] = None,
    tolerance: Annotated[
        float,
        typer.Option("--tolerance", metavar="SHARE", help="Harmful gain that is let pass, a share of Nash profit."),
    ] = 0.03,
    out: Annotated[
        Path | None, typer.Option("--out", metavar="FILE.traces.yaml", help="Write what was found as traces to replay.")
    ] = None,
    output: Annotated[
        Path | None, typer.Option("--output", "-o", metavar="FILE.png", help="Draw the best plan, round by round.")
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Search for play that beats Nash while it stays under the sanctions.

    Tries named ways to milk a ladder, then every short cycle, then a learner, then evolution. An interrupt (Ctrl-C)
    keeps what was found. Exit code 1: the harmful gain is more than the tolerance.

    Example:  agora graph attack cournot-antitrust --market cournot-duopoly --minutes 1
    """
    from agoranomos.deterrence.derived import changed
    from agoranomos.deterrence.red_team import attack as attacked
    from agoranomos.deterrence.red_team.figure import refuse_ending
    from agoranomos.markets import load_market
    from agoranomos.workspace import find_workspace

    if output is not None:
        refuse_ending(output)
    if not 0 <= tolerance < float("inf"):
        raise UsageError(f"--tolerance {tolerance:g}: a share of Nash profit was expected, such as 0.03")
    if not 0 < minutes < float("inf"):
        raise UsageError(f"--minutes {minutes:g}: a number above zero was expected")
    names = [name.strip() for name in plans.split(",") if name.strip()] if plans is not None else []
    if plans is not None and not names:
        raise UsageError("--plans names no outcome", advice="For example --plans nash,division.")
    read = changed(institution_named(institution), settings or ())
    place = load_market(market, find_workspace())
    found = attacked(
        read,
        place,
        plans=names,
        seconds=60.0 * minutes if evaluations is None else None,
        evaluations=evaluations,
        seed=seed,
        tolerance=tolerance,
        progress=_progress(),
    )
    if sys.stderr.isatty():
        print("\r\x1b[K", end="", file=sys.stderr, flush=True)
    if out is not None:
        _write(out, institution, market, found)
    if output is not None:
        from agoranomos.deterrence.red_team.figure import draw_witness
        from agoranomos.institutions.bind import bind

        title = f"{read.name}: {found.best.family}, {found.best.gain_per_round:.2f} a firm and round over Nash"
        draw_witness(output, found.best, bind(read, place.facts), title)
    if as_json:
        say_json(_as_json(found))
    else:
        _say(found, out, output)
    if not found.holds:
        raise typer.Exit(1)


def _write(path: Path, institution: str, market: str, found: Attack) -> None:
    from agoranomos.institutions.traces import to_yaml, traces_of

    witnesses = [found.best, found.best_lawful, found.alone, *filter(None, [found.bait]), *found.by_family]
    text = to_yaml(traces_of(institution, [one.trace for one in witnesses], market=market))
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8", newline="")
    except OSError as error:
        raise MachineError(f"cannot write {path}: {error.strerror or error}") from error


def _progress() -> Any:
    if not sys.stderr.isatty():
        return None

    def show(stage: str, evaluations: int, best: float, harmful: float) -> None:
        line = f"{stage}: {evaluations:,} plans tried, best {best:.2f} a round over Nash, {harmful:.2f} of it harm"
        print(f"\r\x1b[K{line}", end="", file=sys.stderr, flush=True)

    return show


def _say(found: Attack, out: Path | None, output: Path | None) -> None:
    from agoranomos.deterrence.red_team import sentence

    say(sentence(found))
    if found.interrupted:
        say("Interrupted: this is what was found until then.")
    say()
    best = found.best
    way = f"{best.family}: {best.about}" if best.about else best.family
    say(f"Best plan ({way}; {_count(best.prelude)} once, then {_count(len(best.rounds) - best.prelude)} for ever):")
    for line in _rounds(best):
        say(line)
    say()
    for one in found.by_family:
        say(f"  {one.gain_per_round:10.2f}  {one.family}: {one.about}" if one.about else
            f"  {one.gain_per_round:10.2f}  {one.family}")  # fmt: skip
    say(f"  {_cents(found.best_lawful.gain_per_round):10.2f}  best plan found whose prices never exceed Nash")
    say(f"  {_cents(max(found.alone.gains)):10.2f}  best plan found of one firm alone, the others at Nash")
    bait = f"{max(found.bait.gains):10.2f}" if found.bait is not None else "      none"
    say(f"  {bait}  of those that get a rival sanctioned and pay")
    say()
    say("Tried: " + ", ".join(f"{count:,} ({stage})" for stage, count in found.evaluations.items()) + ".")
    for path in filter(None, (out, output)):
        say(f"Written: {path}")


def _count(rounds: int) -> str:
    return "1 round" if rounds == 1 else f"{rounds} rounds"


def _cents(amount: float) -> float:
    """To the cent, and never a negative zero."""
    return round(amount, 2) + 0.0


def _rounds(plan: Witness) -> list[str]:
    lines: list[tuple[str, int, int]] = []
    cycle = plan.rounds[plan.prelude :]
    for number, one in enumerate(cycle, start=1):
        rows = " | ".join(" ".join(f"{q:.6g}" for q in row) for row in one.quantities)
        fines = f", fines {' '.join(f'{fine:.2f}' for fine in one.fines)}" if any(one.fines) else ""
        text = f"{rows}  ({', '.join(one.states)}{fines})"
        if lines and lines[-1][0] == text:
            lines[-1] = (text, lines[-1][1], number)
        else:
            lines.append((text, number, number))
    return [f"  {first if first == last else f'{first}-{last}':>7}  {text}" for text, first, last in lines]


def _as_json(found: Attack) -> dict[str, Any]:
    from agoranomos.deterrence.red_team import sentence

    return {
        **verdict_json(found, sentence(found)),
        "interrupted": found.interrupted,
        "evaluations": found.evaluations,
        "best_plan": {**_plan(found.best), "harmful_gain_per_round": found.harmful_gain_per_round},
        "lawful_plan": _plan(found.best_lawful),
        "unilateral_plan": _plan(found.alone),
        "bait": None if found.bait is None else _plan(found.bait),
        "families": [
            {"family": one.family, "about": one.about, "gain_per_round": one.gain_per_round} for one in found.by_family
        ],
    }


def _plan(plan: Witness) -> dict[str, Any]:
    from dataclasses import asdict

    rounds = [asdict(one) for one in plan.rounds]
    return {
        "gain_per_round": plan.gain_per_round,
        "gains": list(plan.gains),
        "family": plan.family,
        "about": plan.about,
        "cases": plan.cases_per_round,
        "fines": plan.fines_per_round,
        "exact": plan.exact,
        "plan": {"prelude": rounds[: plan.prelude], "cycle": rounds[plan.prelude :]},
        "trace": plan.trace.model_dump(mode="json", exclude_defaults=True),
    }
