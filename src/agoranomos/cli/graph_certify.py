"""`agora graph certify`."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from agoranomos.cli.named import institution_named
from agoranomos.cli.options import AsJson
from agoranomos.cli.terminal import say, say_json
from agoranomos.cli.verdict import verdict_json
from agoranomos.errors import UsageError

if TYPE_CHECKING:
    from agoranomos.deterrence.best_plan import BestPlan, PlannedRound
    from agoranomos.deterrence.certificate import Certificate
    from agoranomos.institutions import Institution
    from agoranomos.scenarios import Scenario


_MOST_LINES = 30


def certify(
    institution: Annotated[str, typer.Argument(metavar="INSTITUTION", help="A name, or the path of a file.")],
    market: Annotated[str, typer.Option("--market", metavar="MARKET", help="The market it governs.")],
    plans: Annotated[
        str | None,
        typer.Option(
            "--plans",
            metavar="NAMES",
            help="Only these outcomes: nash, division, monopoly, competitive, nash-shares; apart by commas.",
        ),
    ] = None,
    grid: Annotated[
        float | None, typer.Option("--grid", metavar="STEP", help="All quantities in steps of this many units.")
    ] = None,
    tolerance: Annotated[
        float,
        typer.Option("--tolerance", metavar="SHARE", help="Harmful gain that is let pass, a share of Nash profit."),
    ] = 0.03,
    settings: Annotated[
        list[str] | None,
        typer.Option("--set", metavar="PATH=VALUE", help="Another value for a key, such as signals.x.window=1."),
    ] = None,
    output: Annotated[
        Path | None,
        typer.Option("--output", "-o", metavar="FILE", help="Draw gain by fine and detection (.png or .svg)."),
    ] = None,
    traces: Annotated[
        Path | None, typer.Option("--traces", metavar="FILE.yaml", help="Write the best plan as a trace to replay.")
    ] = None,
    states: Annotated[
        int, typer.Option("--states", metavar="NUMBER", min=1, help="Give up beyond so many states.")
    ] = 1_500_000,
    as_json: AsJson = False,
) -> None:
    """Ask whether compliance is the best that firms can do, and how much of what they gain otherwise harms consumers.

    Searches all plans of all firms together, and those of one firm alone. In a scenario it plays the scripted agents
    and each entry of the menu, by one agent and by all, and tells what a breach of duty earns. Exit code 1: the
    harmful gain, or that of a breach, is more than the tolerance.

    Example:  agora graph certify cournot-antitrust --market cournot-duopoly --plans nash,division
    """
    from agoranomos.deterrence.certificate import certify as certified
    from agoranomos.deterrence.derived import changed
    from agoranomos.markets import load_market
    from agoranomos.scenarios import Scenario
    from agoranomos.workspace import find_workspace

    if output is not None and output.suffix not in {".png", ".svg"}:
        raise UsageError(f"{output} ends neither in .png nor in .svg, which are drawn")
    if not 0 <= tolerance < float("inf"):
        raise UsageError(f"--tolerance {tolerance:g}: a share of Nash profit was expected, such as 0.03")
    read = changed(institution_named(institution), settings or ())
    place = load_market(market, find_workspace())
    if isinstance(place, Scenario):
        given = {"--plans": plans, "--grid": grid, "--output": output, "--traces": traces}
        _certify_duty(read, place, tolerance, [name for name, value in given.items() if value is not None], as_json)
        return
    names = [name.strip() for name in plans.split(",") if name.strip()] if plans is not None else []
    if plans is not None and not names:
        raise UsageError("--plans names no outcome", advice="For example --plans nash,division.")
    found = certified(
        read, place, plans=names, grid=grid, tolerance=tolerance, most_states=states, progress=_progress()
    )
    _clear_line()
    if traces is not None:
        from agoranomos.institutions.traces import to_yaml, traces_of

        text = to_yaml(traces_of(institution, [found.best_plan.trace], market=market))
        traces.write_text(text, encoding="utf-8")
    drawn: dict[str, Any] = {}
    if output is not None:
        from agoranomos.deterrence.heat_map import draw, heat_map

        mapped = heat_map(read, place, progress=_progress())
        draw(mapped, output)
        cells = {"fines": mapped.fines, "probabilities": mapped.probabilities, "gain": mapped.gain.tolist()}
        drawn = {"map": {"plans": mapped.plans, **cells}}
        _clear_line()
    if as_json:
        say_json({**_as_json(found), **drawn})
    else:
        _say(found, output, traces)
    if not found.holds:
        raise typer.Exit(1)


def _certify_duty(
    institution: Institution, scenario: Scenario[Any], tolerance: float, given: Sequence[str], as_json: bool
) -> None:
    """The certificate where the market is a scenario."""
    from agoranomos.cli.graph_certify_duty import duty_json, say_duty
    from agoranomos.deterrence.duty_certificate import certify_duty

    if given:
        raise UsageError(
            f"{' and '.join(given)}: {scenario.facts.market} is a scenario, whose plans are its own",
            advice="Leave them out; `--tolerance` and `--set` are read.",
        )
    found = certify_duty(institution, scenario, tolerance=tolerance, progress=_progress())
    _clear_line()
    if as_json:
        say_json(duty_json(found))
    else:
        say_duty(found)
    if not found.holds:
        raise typer.Exit(1)


def _progress() -> Any:
    if not sys.stderr.isatty():
        return None

    def show(what: str, count: int) -> None:
        print(f"\r\x1b[K{count:,} {what}", end="", file=sys.stderr, flush=True)

    return show


def _clear_line() -> None:
    if sys.stderr.isatty():
        print("\r\x1b[K", end="", file=sys.stderr, flush=True)


def _say(found: Certificate, output: Path | None, traces: Path | None) -> None:
    from agoranomos.deterrence.sentence import sentence

    plan = found.best_plan
    say(sentence(found))
    say()
    if plan.cycle:
        _say_rounds(f"Best plan, the first {len(plan.prelude)} rounds:", plan.prelude)
        _say_rounds(f"{'and then' if plan.prelude else 'Best plan:'} {len(plan.cycle)} for ever:", plan.cycle)
    else:
        _say_rounds("Best plan, where no audit takes place:", plan.prelude)
    say()
    say(f"  {_money(found.lawful_plan.gain_per_round)}  gain of the best plan whose prices never exceed Nash")
    say(f"  {_money(plan.gain_over_50_rounds)}  gain a round when play ends after 50 rounds")
    if found.unilateral_gain_per_round is not None:
        say(f"  {_money(found.unilateral_gain_per_round)}  gain of one firm alone, the others at Nash")
    factor = found.critical.discount_factor
    if factor is None:
        say("              no patience sustains a division of the market by the threat of Nash play alone")
    else:
        say(f"  {factor:10.3f}  discount factor from which on Nash reversion alone sustains a division of the market")
    for fine, odds in found.critical.detection:
        much = f"{odds:.3f}" if odds <= 1 else "none"
        say(f"  {much:>10}  detection probability at which a fine of {fine:.2f} a round takes what division gains")
    say()
    say(f"Searched: {found.plans} ({len(found.actions)} joint actions, {plan.states:,} states, window {found.window}).")
    if found.left_out_actions:
        say(f"Left out for size: {', '.join(found.left_out_actions)}.")
    say(f"Not spoken of: {'; '.join(found.leaves_out)}.")
    for path in filter(None, (output, traces)):
        say(f"Written: {path}")


def _money(amount: float) -> str:
    return f"{round(amount, 2) + 0.0:10.2f}"  # no minus before a zero


def _say_rounds(title: str, rounds: Sequence[PlannedRound]) -> None:
    if not rounds:
        return
    lines = _folded(rounds)
    say(title)
    for number, one, times in lines[:_MOST_LINES]:
        span = f"{number}" if times == 1 else f"{number}-{number + times - 1}"
        fines = f"; fines {' '.join(f'{fine:.2f}' for fine in one.fines)}" if any(one.fines) else ""
        rows = " | ".join(" ".join(f"{q:.6g}" for q in row) for row in one.quantities)
        say(f"  {span:>7}  {one.action}: {rows}  ({', '.join(one.states)}{fines})")
    if len(lines) > _MOST_LINES:
        say(f"  ... {len(lines) - _MOST_LINES} more lines; --json gives them all")


def _folded(rounds: Sequence[PlannedRound]) -> list[tuple[int, PlannedRound, int]]:
    found: list[tuple[int, PlannedRound, int]] = []
    for number, one in enumerate(rounds, start=1):
        if found and found[-1][1] == one:
            found[-1] = (found[-1][0], one, found[-1][2] + 1)
        else:
            found.append((number, one, 1))
    return found


def _as_json(found: Certificate) -> dict[str, Any]:
    from agoranomos.deterrence.sentence import sentence

    return {
        **verdict_json(found, sentence(found)),
        "best_plan": {**_plan(found.best_plan), "harmful_gain_per_round": found.harmful_gain_per_round},
        "lawful_plan": _plan(found.lawful_plan),
        "unilateral_plan": _plan(found.unilateral_plan) if found.unilateral_plan is not None else None,
        "critical": {
            "discount_factor": found.critical.discount_factor,
            "detection": [{"fine": fine, "probability": odds} for fine, odds in found.critical.detection],
        },
        "searched": {
            "plans": found.plans,
            "actions": list(found.actions),
            "left_out_actions": list(found.left_out_actions),
            "window": found.window,
            "leaves_out": list(found.leaves_out),
        },
    }


def _plan(plan: BestPlan) -> dict[str, Any]:
    return {
        "gain_per_round": plan.gain_per_round,
        "gain_over_50_rounds": plan.gain_over_50_rounds,
        "fines_per_round": plan.fines_per_round,
        "suspended_share": plan.suspended_share,
        "consumer_harm_per_round": plan.consumer_harm_per_round,
        "welfare_lost_per_round": plan.welfare_lost_per_round,
        "uncertainty": plan.uncertainty,
        "states": plan.states,
        "prelude": [_round(one) for one in plan.prelude],
        "cycle": [_round(one) for one in plan.cycle],
        "trace": plan.trace.model_dump(mode="json", exclude_defaults=True),
    }


def _round(one: PlannedRound) -> dict[str, Any]:
    return {
        "action": one.action,
        "quantities": [list(row) for row in one.quantities],
        "states": list(one.states),
        "profits": list(one.profits),
        "fines": list(one.fines),
    }
