"""`agora power`."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from agoranomos.cli.options import AsJson
from agoranomos.cli.power_question import DESIGNS, Question, check_read, clean_icc, read_shares
from agoranomos.cli.terminal import say, say_json
from agoranomos.errors import UsageError, unknown_name

if TYPE_CHECKING:
    from agoranomos.analysis.pilot import Pilot

FIGURES = (".png", ".svg")

Number = float | None


def power(
    design: Annotated[
        str | None, typer.Option("--design", metavar="DESIGN", help=f"How arms are compared: {', '.join(DESIGNS)}.")
    ] = None,
    effect: Annotated[
        Number, typer.Option("--effect", metavar="X", help="The true difference; of tiers the odds ratio.")
    ] = None,
    runs: Annotated[int | None, typer.Option("--runs", metavar="N", help="Runs an arm.", min=1, max=1_000_000)] = None,
    target: Annotated[float, typer.Option("--power", metavar="P", help="The chance that is wanted.")] = 0.8,
    margin: Annotated[
        Number, typer.Option("--margin", metavar="X", help="Show that the difference is smaller than this.")
    ] = None,
    sd: Annotated[
        Number, typer.Option("--sd", metavar="X", help="Standard deviation of a run's outcome; default 1.")
    ] = None,
    correlation: Annotated[
        Number, typer.Option("--correlation", metavar="R", help="Of the two runs of a pair; default 0.")
    ] = None,
    clusters: Annotated[
        int | None, typer.Option("--clusters", metavar="G", help="Rosters that pairs come from.", min=2, max=10_000)
    ] = None,
    icc: Annotated[
        Number, typer.Option("--icc", metavar="R", help="Share of the pairs' variance between clusters; default 0.")
    ] = None,
    shares: Annotated[
        str | None, typer.Option("--shares", metavar="N,N,..", help="How often each tier is seen without the effect.")
    ] = None,
    level: Annotated[float, typer.Option("--level", metavar="L", help="The level of confidence.")] = 0.95,
    source: Annotated[
        Path | None, typer.Option("--from", metavar="DIR", help="Take the spreads from this finished campaign.")
    ] = None,
    first: Annotated[
        str | None, typer.Option("--first", metavar="REGIME", help="With --from: who is compared.")
    ] = None,
    second: Annotated[str | None, typer.Option("--second", metavar="REGIME", help="With --from: with whom.")] = None,
    outcome: Annotated[
        str | None, typer.Option("--outcome", metavar="NAME", help="With --from: on what; default: the campaign's.")
    ] = None,
    out: Annotated[Path | None, typer.Option("--out", metavar="FILE", help="Draw it here (.png or .svg).")] = None,
    as_json: AsJson = False,
) -> None:
    """Tell how many runs an effect needs, how small an effect some runs find, or the chance that they do.

    Give --effect for the runs, --runs for the smallest effect, both for the chance. welch: runs that share nothing;
    paired: runs of one seed; clustered: pairs in rosters or settings, by t over their means; sign-flip: the same by
    the exact test; tiers: a shift of ordered tiers. Effects are in standard deviations unless --sd or --from gives one.

    Example:  agora power --design clustered --clusters 12 --icc 0.1 --effect 0.5
    """
    from agoranomos.cli.power_text import as_json as exported
    from agoranomos.cli.power_text import say_answer
    from agoranomos.statistics.power import answer, table

    if not 0 < target < 1:
        raise UsageError(f"--power: a chance between 0 and 1 was expected, not {target:g}")
    if out is not None and out.suffix not in FIGURES:
        raise unknown_name("kind of figure", out.suffix or out.name, FIGURES)
    of_pilot = {"first": first, "second": second, "outcome": outcome}
    if source is None and (lone := next((name for name, value in of_pilot.items() if value is not None), None)):
        raise UsageError(f"--{lone} goes with --from", advice="Give the folder of a finished campaign with --from.")
    found = _pilot(source, first, second, outcome) if source is not None else None
    named = design or _usual(found)
    spreads = {"correlation": correlation, "clusters": clusters, "icc": icc, "shares": shares, "sd": sd}
    check_read(named, (name for name, value in spreads.items() if value is not None))
    question = Question(
        name=named,
        sd=sd if sd is not None else found.sd if found else 1.0,
        correlation=correlation if correlation is not None else found.correlation if found else 0.0,
        clusters=clusters or (found.clusters if found and found.clusters > 1 else None),
        icc=icc if icc is not None else clean_icc(found),
        shares=read_shares(shares) or (tuple(map(float, found.shares)) if found else ()),
        margin=margin,
        level=level,
    )
    if found is not None and correlation is None and abs(found.correlation) >= 1:
        raise UsageError(
            f"{found.first} and {found.second} differ by the same in every pair of {source}: no spread to plan by",
            advice="Name others with --first and --second, or give --correlation below 1.",
        )
    planned = question.design()
    effect = 0.0 if effect is None and margin is not None else effect
    inner = question.inner(effect) if effect is not None else None
    try:
        told = answer(planned, effect=inner, runs=runs, target=target, sign=-1 if question.tiers else 1)
    except ValueError as error:
        raise UsageError(str(error), advice="Give --effect, --runs, or both; see `agora power --help`.") from None
    effects = question.around(told.effect)
    rows = table(planned, effects, told.runs) if told.runs and effects else []
    if out is not None and rows:
        from agoranomos.analysis.power_figure import draw_power

        draw_power(out, rows, [question.named(one) for one in effects], target, f"{planned.name}, {level:.0%}")
    if as_json:
        say_json(exported(planned, question, told, target, effects, rows, found))
        return
    say_answer(planned, question, told, target, effects, rows, found)
    if out is not None and rows:
        say(f"wrote {out}")


def _usual(found: Pilot | None) -> str:
    """The design that the pilot calls for: clustered where it has several rosters, or settings."""
    return "welch" if found is None else "clustered" if found.clusters > 1 else "paired"


def _pilot(folder: Path, first: str | None, second: str | None, outcome: str | None) -> Pilot:
    """The spreads of a campaign, between its first two regimes unless they are named."""
    from agoranomos.analysis.campaign import summarise
    from agoranomos.analysis.pilot import pilot
    from agoranomos.analysis.tipping.scenario_arms import scenario_arms
    from agoranomos.campaigns import CampaignFolder
    from agoranomos.campaigns.fresh_tables import bring_tables_up_to_date
    from agoranomos.scenarios.settings import setting_of

    bring_tables_up_to_date(CampaignFolder(folder))
    summary = summarise(folder)
    regimes = list(dict.fromkeys(arm.arm.regime for arm in summary.arms))
    if len(regimes) < 2 and (first is None or second is None):
        raise UsageError(f"{folder} has one regime: name two arms with --first and --second")
    measure = outcome or summary.outcome or "price"
    specs = {arm.name: arm.spec for arm in scenario_arms(folder)}

    def setting(arm: str, seed: int) -> str | None:
        return setting_of(specs[arm].drawn(seed)) if arm in specs else None

    return pilot(summary.arms, first or regimes[1], second or regimes[0], measure, setting)
