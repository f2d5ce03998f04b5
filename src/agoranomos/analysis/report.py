"""The report: one HTML file that needs nothing else, with the same figures as JSON and CSV beside it."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup

from agoranomos.analysis import words
from agoranomos.analysis.arms import ArmSummary
from agoranomos.analysis.campaign import CampaignSummary
from agoranomos.analysis.canvas import Drawing
from agoranomos.analysis.comparisons import Comparison, PooledContrast, compared
from agoranomos.analysis.costs import HARM, WINDOW
from agoranomos.analysis.deviations import departures_in_words
from agoranomos.analysis.export import as_json, csv_files
from agoranomos.analysis.figures import draw_prices, draw_tiers
from agoranomos.analysis.hysteresis import Loop
from agoranomos.analysis.hysteresis_arms import hysteresis_csv, loops
from agoranomos.analysis.hysteresis_figure import draw_loops
from agoranomos.analysis.inference.words import EXPLORATORY, digits, expected, missing_in_words, rules_in_words
from agoranomos.analysis.information import MEASURES, ArmInformation, information, information_csv, reading_gaps
from agoranomos.analysis.information_figure import draw_prompts
from agoranomos.analysis.published import published
from agoranomos.analysis.reasons import ReasonsSummary, summarise_reasons
from agoranomos.analysis.reasons.export import NO_BEHAVIOUR, reasons_csv, reasons_json
from agoranomos.analysis.regimes import pooled_measure, regimes_of
from agoranomos.analysis.runs import LAST, REPAIR_LIMIT
from agoranomos.analysis.sequence_figure import draw_sequence
from agoranomos.analysis.tables import Benchmark

if TYPE_CHECKING:
    from agoranomos.analysis.tipping import TippingResults

MOST_OPTIONS_SHOWN = 12
"""Options of a menu on the page, the most probable ones; all are in `choices.csv`."""


@dataclass(frozen=True, slots=True)
class Report:
    """Where a report was written: `index` is the page, `files` are all files, the page among them."""

    index: Path
    files: tuple[Path, ...]


def write_report(summary: CampaignSummary) -> Report:
    """Write `report/index.html`, `report/summary.json` and `report/*.csv` in the campaign's folder.

    Files are replaced whole; the same tables give the same bytes. Raises `OSError` where the folder cannot be written.
    """
    folder = summary.folder / "report"
    folder.mkdir(exist_ok=True)
    read = information(summary.folder)
    changing = loops(summary.folder, summary.outcome)
    written = summarise_reasons(summary.folder)
    tipped = _tipping(summary.folder)
    contents = {
        "summary.json": json.dumps(as_json(summary), indent=1, allow_nan=False) + "\n",
        **csv_files(summary),
        "index.html": render(summary, read, changing, written, tipped),
        **({"information.csv": information_csv(read)} if read else {}),
        **({"hysteresis.csv": hysteresis_csv(changing)} if changing else {}),
        **_of_reasons(written),
        **_of_tipping(tipped),
    }
    for name, text in contents.items():
        partial = folder / f".{name}.partial"
        partial.write_text(text, encoding="utf-8")
        partial.replace(folder / name)
    return Report(folder / "index.html", tuple(folder / name for name in contents))


def render(
    summary: CampaignSummary,
    read: Sequence[ArmInformation] | None = None,
    changing: Sequence[Loop] | None = None,
    reasons: ReasonsSummary | None = None,
    tipped: TippingResults | None = None,
) -> str:
    """The page as HTML: no script, no resource from outside. What is not given is looked up, but for `reasons`.

    These are what agents wrote, where it was coded; `tipped` is how often they broke the rules of scenarios.
    """
    read = information(summary.folder) if read is None else read
    changing = loops(summary.folder, summary.outcome) if changing is None else changing
    tipped = _tipping(summary.folder) if tipped is None else tipped
    environment = Environment(
        loader=PackageLoader("agoranomos.analysis"),
        autoescape=True,
        trim_blocks=True,
        lstrip_blocks=True,
        undefined=StrictUndefined,
    )
    for name in ("number", "signed", "percent", "p_value", "bounds"):
        environment.filters[name] = getattr(words, name)
    environment.filters["title_of"] = words.title
    return environment.get_template("report.html.j2").render(
        summary=summary,
        read=read,
        reading_gaps=reading_gaps(read, summary.comparisons),
        reading_measures=MEASURES,
        prompts=_figure(draw_prompts(read)),
        loops=changing,
        loops_figure=_figure(draw_loops(changing)),
        reasons=reasons,
        tipping=tipped,
        tipping_figure=_figure(_drawn_violations(tipped)),
        reasons_note=NO_BEHAVIOUR,
        departures=departures_in_words(summary.departures),
        **_of_findings(summary),
        rosters=_by_roster(summary),
        labels=_labels(summary),
        answers=[(arm, words.answer(arm, summary.comparisons)) for _, arms in _by_roster(summary) for arm in arms],
        comparisons=_told_apart(summary),
        regime_contrasts=_regimes_told_apart(summary),
        prices=_figure(draw_prices(summary.arms)),
        tiers=_figure(draw_tiers([arms for _, arms in _by_roster(summary)])),
        nulls=_nulls(summary),
        priced=any(arm.priced for arm in summary.arms) or not summary.finished,
        tiered=any(arm.means["tier"].n for arm in summary.arms) or not summary.finished,
        others=list(dict.fromkeys(measure for arm in summary.arms for measure in arm.others)),
        benchmarks=_benchmarks(summary),
        nothing=float("nan"),
        places=lambda interval: words.places(interval.point),
        places_of=words.places,
        compared=_compared(summary),
        digits=words.DIGITS,
        published=published(),
        pooled={
            (row.measure, regime): pooled_measure(summary.arms, regime, row.measure)
            for row in published().rows
            for regime in regimes_of(summary.arms)
        },
        regimes=regimes_of(summary.arms),
        choosing=[arm for arm in summary.arms if arm.choices or arm.choices_hidden],
        most_options=MOST_OPTIONS_SHOWN,
        last=LAST,
        repair_limit=REPAIR_LIMIT,
    )


def _of_reasons(written: ReasonsSummary | None) -> dict[str, str]:
    """The files of what agents wrote, which stand apart from those of what they did."""
    if written is None:
        return {}
    return {
        "reasons.json": json.dumps(reasons_json(written), indent=1, allow_nan=False) + "\n",
        "reasons.csv": reasons_csv(written),
    }


def _tipping(folder: Path) -> TippingResults | None:
    """What is found of scenarios. What only they need is not loaded for other markets, whose plans do not name any."""
    plan = folder / "plan.json"
    if not plan.is_file() or b'"scenario"' not in plan.read_bytes():
        return None
    from agoranomos.analysis.tipping import tipping_results

    return tipping_results(folder)


def _of_tipping(found: TippingResults | None) -> dict[str, str]:
    """The files of violations over rounds."""
    if found is None:
        return {}
    from agoranomos.analysis.tipping.export import arms_csv, curves_csv

    return {"tipping-curves.csv": curves_csv(found), "tipping-arms.csv": arms_csv(found)}


def _drawn_violations(found: TippingResults | None) -> Drawing | None:
    if found is None:
        return None
    from agoranomos.analysis.tipping.figure import draw_violations

    return draw_violations(found.arms)


def _of_findings(summary: CampaignSummary) -> dict[str, Any]:
    """What the section on the campaign's hypotheses needs."""
    found, sequence = summary.findings, None
    if found is not None and found.inference.path is not None:
        path = found.inference.path
        answer = next(one for one in found.inference.answers if one.name == path.hypothesis)
        sequence = _figure(draw_sequence(path, answer.hypothesis, answer.role, words.title(answer.outcome)))
    return {
        "findings": found,
        "sequence": sequence,
        "harm": HARM,
        "window": WINDOW,
        "digits_of": digits,
        "expected": expected,
        "missing_in_words": missing_in_words,
        "rules_in_words": rules_in_words,
        "unplanned": EXPLORATORY,
    }


def _by_roster(summary: CampaignSummary) -> list[tuple[str, list[ArmSummary]]]:
    """The arms under the name of their roster, in the campaign's order."""
    groups: dict[str, list[ArmSummary]] = {}
    for arm in summary.arms:
        groups.setdefault(arm.arm.roster, []).append(arm)
    return list(groups.items())


def _labels(summary: CampaignSummary) -> dict[str, str]:
    """What an arm is called under its roster's heading: its regime, where that tells it from the others there."""
    labels: dict[str, str] = {}
    for _, group in _by_roster(summary):
        regimes = [arm.arm.regime for arm in group]
        labels |= {arm.arm.name: arm.arm.regime if len(set(regimes)) == len(group) else arm.arm.name for arm in group}
    return labels


def _told_apart(summary: CampaignSummary) -> list[Comparison]:
    """The comparisons, less those with an arm that is the ungoverned one entry for entry: they say the same again."""
    copies = {comparison.first for comparison in summary.comparisons if comparison.identical}
    return [comparison for comparison in summary.comparisons if comparison.second not in copies]


def _regimes_told_apart(summary: CampaignSummary) -> list[PooledContrast]:
    """The contrasts of regimes over all rosters, less those in which a regime changes no entry of any run."""
    identical: dict[tuple[str, str], bool] = {}
    regime_of = {arm.arm.name: arm.arm.regime for arm in summary.arms}
    for comparison in summary.comparisons:
        pair = regime_of[comparison.first], regime_of[comparison.second]
        identical[pair] = identical.get(pair, True) and comparison.identical
    copies = {first for (first, _), same in identical.items() if same}
    told_apart = [c for c in summary.regimes if c.first_regime not in copies and c.second_regime not in copies]
    # Over one roster there is nothing to flip, and Welch's test stands in the table of that roster already.
    return told_apart if any(len(contrast.differences) > 1 for contrast in told_apart) else []


def _figure(drawing: Drawing | None) -> tuple[Markup, str, str] | None:
    # Matplotlib escapes what it writes into an SVG, so the element may stand in the page as it is.
    return None if drawing is None else (Markup(drawing.svg), drawing.caption, drawing.alternative)


def _compared(summary: CampaignSummary) -> list[str]:
    """The measures that tables of comparisons show: the first five that any arm has, and the named outcome."""
    defined = [m for m in compared(summary.arms) if any(arm.mean(m).n for arm in summary.arms)]
    shown = defined[:5]
    return shown + [summary.outcome] * (summary.outcome in defined and summary.outcome not in shown)


def _benchmarks(summary: CampaignSummary) -> list[tuple[str, str, Benchmark]]:
    """Each market's benchmarks once: market, name, values."""
    found = {(arm.arm.market, name): known for arm in summary.arms for name, known in arm.arm.benchmarks.items()}
    return [(market, name, known) for (market, name), known in found.items()]


def _nulls(summary: CampaignSummary) -> list[tuple[str, int, object]]:
    """Each market's null play once: market, rounds, and the calibration in the form its tiers have."""
    found = {}
    for arm in summary.arms:
        whole = arm.null.whole
        if whole is not None:
            found[arm.arm.market, whole.rounds] = (whole, whole.gap if arm.by_gap else whole.paper)
    return [(market, rounds, pair) for (market, rounds), pair in found.items()]
