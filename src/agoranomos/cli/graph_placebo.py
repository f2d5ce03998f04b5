"""`agora graph placebo`."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from agoranomos.cli.options import AsJson
from agoranomos.cli.terminal import console, say, say_json
from agoranomos.errors import UsageError

if TYPE_CHECKING:
    from agoranomos.analysis.finding_rates import ArmRates, Frequencies
    from agoranomos.institutions import Institution


def placebo(
    folder: Annotated[Path, typer.Argument(metavar="DIR", help="The folder of a finished campaign.")],
    arm: Annotated[str, typer.Argument(metavar="ARM", help="The arm whose frequency of findings is to be matched.")],
    name: Annotated[
        str | None, typer.Option("--name", metavar="NAME", help="What the placebo is called; default: ...-random.")
    ] = None,
    output: Annotated[
        Path | None, typer.Option("--output", "-o", metavar="FILE", help="Write the placebo's file here.")
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Make the placebo of an arm's institution that finds by draw, as often as that arm's own found by looking.

    Two chances are measured, of a finding after a round without one and after a round with one; the ladder, its
    sanctions and its notices stay. Beside what the arm did stands what the placebo is expected to do. Without -o the
    file is printed.

    Example:  agora graph placebo logs/cournot-placebos-1f2e3d4c institutional.divider -o institutions/mine-random.yaml
    """
    from agoranomos.analysis.finding_rates import arm_rates, matched
    from agoranomos.institutions.lint import lint

    measured = arm_rates(folder, arm)
    real = _real(measured)
    made, expected = matched(real, measured, name or f"{real.name}-random"[:63])
    text = made.source.text
    slips = [remark for remark in lint(made) if remark.severity == "error"]
    if slips:
        raise UsageError(
            f"{real.name} says things that a draw leaves without a use: {slips[0].message}",
            advice="Write the placebo by hand: cournot-antitrust-random shows how.",
        )
    if output is not None:
        output.write_text(text, encoding="utf-8")
    if as_json:
        say_json(_as_json(arm, measured, expected, made, text))
    elif output is None:
        say(text.rstrip("\n"))
    else:
        _show(arm, measured, expected)
        say(f"{output}: {made.name}")


def _real(measured: ArmRates) -> Institution:
    """The institution of the arm, found by its name; raises `UsageError` where it is another one now."""
    from agoranomos.cli.named import institution_named

    found = institution_named(measured.institution)
    if found.semantic_sha256 != measured.semantic_sha256:
        raise UsageError(
            f"{measured.institution} means something else now than in the campaign "
            f"({found.semantic_sha256[:12]}..., then {measured.semantic_sha256[:12]}...)",
            advice="Put the file back that the campaign ran with; a run's log holds it (agora log show --seq 0).",
        )
    return found


def _show(arm: str, measured: ArmRates, expected: Frequencies) -> None:
    from rich.table import Table

    rates = measured.rates
    whom = "all agents together" if rates.of == "market" else "each agent on its own"
    say(
        f"{arm}: {measured.runs} runs of {measured.rounds} rounds under {measured.institution}. A finding comes in "
        f"{rates.anew:.1%} of rounds after one without, in {rates.again:.1%} after one with; {whom}."
    )
    table = Table(box=None, pad_edge=False, header_style="bold")
    table.add_column("for each agent, in 100 rounds")
    table.add_column("measured", justify="right")
    table.add_column("expected of the placebo", justify="right")
    for kind, count in measured.acts.items():
        table.add_row(kind, f"{count:.2f}", f"{expected[kind]:.2f}")
    console().print(table)


def _as_json(arm: str, measured: ArmRates, expected: Frequencies, made: Institution, text: str) -> dict[str, Any]:
    rates = measured.rates
    return {
        "arm": arm,
        "institution": measured.institution,
        "runs": measured.runs,
        "rounds": measured.rounds,
        "anew": rates.anew,
        "again": rates.again,
        "of": rates.of,
        "measured_per_100_agent_rounds": dict(measured.acts),
        "expected_per_100_agent_rounds": dict(expected),
        "placebo": made.name,
        "semantic_sha256": made.semantic_sha256,
        "text": text,
    }
