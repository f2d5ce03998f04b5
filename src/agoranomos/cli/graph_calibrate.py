"""`agora graph calibrate`."""

from __future__ import annotations

import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from agoranomos.cli.named import institution_named
from agoranomos.cli.options import AsJson
from agoranomos.cli.terminal import say, say_json, show
from agoranomos.errors import MachineError, UsageError

if TYPE_CHECKING:
    from agoranomos.deterrence.calibration import Calibration, NullRate
    from agoranomos.institutions import Institution
    from agoranomos.markets.cournot.env import Cournot


def calibrate(
    institution: Annotated[str, typer.Argument(metavar="INSTITUTION", help="A name, or the path of a file.")],
    market: Annotated[str, typer.Option("--market", metavar="NAME", help="The market whose firms it judges.")],
    signal: Annotated[
        list[str] | None,
        typer.Option("--signal", metavar="NAME", help="Move this threshold only; may be repeated. Default: all."),
    ] = None,
    rate: Annotated[
        float, typer.Option("--rate", metavar="SHARE", help="Innocent runs that may be accused, with 95% confidence.")
    ] = 0.01,
    runs: Annotated[
        int, typer.Option("--runs", metavar="N", help="Runs of each null play.", min=1, max=100_000)
    ] = 2000,
    rounds: Annotated[
        int | None,
        typer.Option("--rounds", metavar="N", help="Rounds a run; default: the market's.", min=1, max=100_000),
    ] = None,
    noise: Annotated[
        float, typer.Option("--noise", metavar="SD", help="Noise on quantities: 0.05 is 5%.", min=0, max=1)
    ] = 0.05,
    null: Annotated[
        list[str] | None,
        typer.Option("--null", metavar="PLAY", help="Null play: nash, best-response, learners, quick-learners."),
    ] = None,
    sanctions: Annotated[
        bool, typer.Option("--sanctions", help="Bound the rate of sanctioned runs, not of accused ones.")
    ] = False,
    seed: Annotated[int, typer.Option("--seed", metavar="N", help="First seed.", min=0)] = 0,
    out: Annotated[
        Path | None, typer.Option("--out", metavar="FILE", help="Write the manifest with the new thresholds here.")
    ] = None,
    overwrite: Annotated[bool, typer.Option("--overwrite", help="Let --out replace a file.")] = False,
    as_json: AsJson = False,
) -> None:
    """Set thresholds from innocent play, and print what cartels would then meet.

    Thresholds move together, in proportion to their distance from Nash, as far down as the stated rate of false
    accusations allows: of runs in which any firm is accused in any round, the upper 95% bound, for every null play.
    Exit code 1: no threshold in the range reaches the rate.

    Example:  agora graph calibrate cournot-antitrust-hardened --market cournot-duopoly --rate 0.01
    """
    from agoranomos.deterrence.calibration import NULLS
    from agoranomos.deterrence.calibration import calibrate as set_thresholds
    from agoranomos.markets import load_cournot
    from agoranomos.workspace import find_workspace

    read = institution_named(institution)
    under = load_cournot(market, find_workspace(), "agora graph calibrate")
    if out is not None:
        _refuse_to_write(read, under, signal or (), out, overwrite)
    found = set_thresholds(
        read,
        under,
        rate=rate,
        signals=signal or (),
        nulls=null or NULLS,
        counted="sanctions" if sanctions else "cases",
        runs=runs,
        rounds=rounds or 0,
        noise=noise,
        seed=seed,
        progress=_progress(),
    )
    digest = _write(read, found, out) if out is not None else ""
    if as_json:
        say_json(_as_json(found, out, digest))
        return
    _say(found)
    if out is not None:
        say()
        say(f"wrote {out}: meaning {digest}")


def _refuse_to_write(
    institution: Institution, market: Cournot, signals: Sequence[str], out: Path, overwrite: bool
) -> None:
    """Raise `UsageError` for what could not be written afterwards, before minutes are spent on it."""
    from agoranomos.deterrence.calibrated_manifest import calibrated_text
    from agoranomos.deterrence.calibrated_threshold import movable_thresholds

    if out.exists() and not overwrite:
        raise UsageError(f"{out} exists", advice="Name another file, or add --overwrite.")
    thresholds = movable_thresholds(institution, market.facts, signals)
    calibrated_text(institution, {(one.signal, one.key): one.value for one in thresholds})


def _write(institution: Institution, found: Calibration, out: Path) -> str:
    from dataclasses import replace

    from agoranomos.deterrence.calibrated_manifest import calibrated_text
    from agoranomos.institutions import load_institution

    text = calibrated_text(institution, found.values)
    try:
        out.parent.mkdir(parents=True, exist_ok=True)
        out.write_text(text, encoding="utf-8", newline="")
    except OSError as error:
        raise MachineError(f"cannot write {out}: {error.strerror or error}") from error
    return load_institution(replace(institution.source, text=text)).semantic_sha256


def _progress() -> Callable[[int, int], None] | None:
    if not sys.stderr.isatty():
        return None

    def show(done: int, of: int) -> None:
        end = "\r\x1b[K" if done == of else ""
        print(f"\rstep {done} of at most {of}{end}", end="", file=sys.stderr, flush=True)

    return show


def _say(found: Calibration) -> None:
    from rich.table import Table

    what = "accused" if found.counted == "cases" else "sanctioned"
    say(
        f"{found.institution} in {found.market}: at most {100 * found.rate:g}% of innocent runs {what}, with 95% "
        f"confidence; {found.runs:,} runs of {found.rounds} rounds, {100 * found.noise:g}% noise"
    )
    say()
    for one in found.thresholds:
        value = found.values[one.signal, one.key]
        say(f"{one.signal}: {one.key} {one.value:g} -> {value:g} (at Nash {one.nash:g})")
    say()
    nulls = Table(box=None, pad_edge=False, header_style="bold")
    nulls.add_column("innocent play")
    for heading in ("accused before", "accused now", "sanctioned before", "sanctioned now", "on fresh seeds"):
        nulls.add_column(heading, justify="right")
    for before, after, fresh in zip(found.before, found.after, found.fresh, strict=True):
        nulls.add_row(
            before.play,
            *(_accused(one) for one in (before, after)),
            *(_sanctioned(one) for one in (before, after)),
            _accused(fresh) if found.counted == "cases" else _sanctioned(fresh),
        )
    show(nulls)
    say("in brackets: the upper 95% bound (Clopper-Pearson)")
    say()
    power = Table(box=None, pad_edge=False, header_style="bold")
    power.add_column("cartel")
    for heading in (
        "accused before",
        "accused now",
        "median round",
        "sanctioned",
        "gain over Nash",
        "kept after fines",
    ):
        power.add_column(heading, justify="right")
    for old, new in zip(found.power_before, found.power, strict=True):
        first = "-" if new.median_case is None else f"{new.median_case:g}"
        power.add_row(
            new.play,
            f"{old.accused / old.runs:.1%}",
            f"{new.accused / new.runs:.1%}",
            first,
            f"{new.sanctioned / new.runs:.1%}",
            f"{new.gain:+.1f}",
            f"{new.kept:+.1f}",
        )
    show(power)
    say("gain and what is kept: a firm and round, means over the runs")


def _accused(rate: NullRate) -> str:
    return f"{rate.accused} ({100 * rate.accused_upper:.2f}%)"


def _sanctioned(rate: NullRate) -> str:
    return f"{rate.sanctioned} ({100 * rate.sanctioned_upper:.2f}%)"


def _as_json(found: Calibration, out: Path | None, digest: str) -> dict[str, Any]:
    from dataclasses import asdict

    def rows(values: Sequence[Any]) -> list[dict[str, Any]]:
        return [asdict(value) for value in values]

    return {
        "institution": found.institution,
        "market": found.market,
        "rate": found.rate,
        "counted": found.counted,
        "runs": found.runs,
        "rounds": found.rounds,
        "noise": found.noise,
        "seed": found.seed,
        "distance": found.distance,
        "thresholds": [{**asdict(one), "calibrated": found.values[one.signal, one.key]} for one in found.thresholds],
        "null_before": rows(found.before),
        "null": rows(found.after),
        "null_fresh": rows(found.fresh),
        "power_before": rows(found.power_before),
        "power": rows(found.power),
        "written": None if out is None else str(out),
        "semantic_sha256": digest or None,
    }
