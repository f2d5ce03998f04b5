"""The report: one HTML file that needs nothing else; beside it the numbers as JSON and CSV, and files for papers."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup

from agoranomos.analysis import words
from agoranomos.analysis.arms import ArmSummary
from agoranomos.analysis.campaign import CampaignSummary
from agoranomos.analysis.canvas import Drawing
from agoranomos.analysis.costs import HARM, WINDOW
from agoranomos.analysis.deviations import departures_in_words
from agoranomos.analysis.export import as_json, csv_files
from agoranomos.analysis.hysteresis_arms import hysteresis_csv
from agoranomos.analysis.inference.words import EXPLORATORY, digits, expected, missing_in_words, rules_in_words
from agoranomos.analysis.information import MEASURES, information_csv
from agoranomos.analysis.papers import (
    Table,
    people_in_words,
    provenance_of,
    tables_of,
    without_models_in_words,
    write_papers,
)
from agoranomos.analysis.papers.writing import OF_A_FIGURE, OF_A_TABLE, replace
from agoranomos.analysis.parts import Parts, parts_of
from agoranomos.analysis.published import published
from agoranomos.analysis.reasons import ReasonsSummary
from agoranomos.analysis.reasons.export import NO_BEHAVIOUR, reasons_csv, reasons_json
from agoranomos.analysis.regimes import pooled_measure, regimes_of
from agoranomos.analysis.runs import LAST, REPAIR_LIMIT
from agoranomos.analysis.tables import Benchmark

if TYPE_CHECKING:
    from agoranomos.analysis.tipping import TippingResults

MOST_OPTIONS_SHOWN = 12
"""Options of a menu on the page, the most probable ones; all are in `choices.csv`."""


@dataclass(frozen=True, slots=True)
class Report:
    """Where a report was written: `index` is the page, `files` are the page, the numbers as JSON and CSV, the captions.

    `figures` and `tables` are those for papers, in folders of their own.
    """

    index: Path
    files: tuple[Path, ...]
    figures: tuple[Path, ...] = ()
    tables: tuple[Path, ...] = ()


def write_report(summary: CampaignSummary) -> Report:
    """Write `report/` in the campaign's folder: `index.html`, `summary.json`, `*.csv`, and what papers need.

    That is `figures/NAME.{svg,pdf,tex}`, `tables/NAME.{tex,md,csv}` and `captions.json`. Files are replaced whole; the
    same tables give the same bytes. Raises `OSError` where the folder cannot be written.
    """
    folder = summary.folder / "report"
    folder.mkdir(exist_ok=True)
    parts = parts_of(summary)
    tables = tables_of(parts)
    contents = {
        "summary.json": json.dumps(as_json(summary), indent=1, allow_nan=False) + "\n",
        **csv_files(summary),
        "index.html": render(summary, parts, tables),
        **({"information.csv": information_csv(parts.read)} if parts.read else {}),
        **({"hysteresis.csv": hysteresis_csv(parts.loops)} if parts.loops else {}),
        **_of_reasons(parts.reasons),
        **_of_tipping(parts.tipping),
    }
    for name, text in contents.items():
        replace(folder / name, text.encode())
    written = write_papers(folder, list(parts.drawings.values()), tables, provenance_of(summary))
    files = (*(folder / name for name in contents), written.captions)
    return Report(folder / "index.html", files, written.figures, written.tables)


def render(summary: CampaignSummary, parts: Parts | None = None, tables: Sequence[Table] | None = None) -> str:
    """The page as HTML: no script, no resource from outside. What is not given is looked up."""
    parts = parts_of(summary) if parts is None else parts
    tables = tables_of(parts) if tables is None else tables
    figures = {name: _figure(drawing) for name, drawing in parts.drawings.items()}
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
        people=people_in_words(summary),
        without_models=without_models_in_words(summary),
        read=parts.read,
        reading_gaps=parts.reading_gaps,
        reading_measures=MEASURES,
        figures=figures,
        files_of_figures=_files("figures", figures, OF_A_FIGURE),
        files_of_tables=_files("tables", {table.name: table.title for table in tables}, OF_A_TABLE),
        loops=parts.loops,
        reasons=parts.reasons,
        tipping=parts.tipping,
        reasons_note=NO_BEHAVIOUR,
        departures=departures_in_words(summary.departures),
        **_of_findings(summary),
        rosters=list(parts.rosters.items()),
        labels=_labels(parts.rosters),
        answers=[(arm, words.answer(arm, summary.comparisons)) for arms in parts.rosters.values() for arm in arms],
        comparisons=parts.comparisons,
        regime_contrasts=parts.regime_contrasts,
        nulls=_nulls(summary),
        priced=any(arm.priced for arm in summary.arms) or not summary.finished,
        tiered=any(arm.means["tier"].n for arm in summary.arms) or not summary.finished,
        others=list(dict.fromkeys(measure for arm in summary.arms for measure in arm.others)),
        benchmarks=_benchmarks(summary),
        nothing=float("nan"),
        places=lambda interval: words.places(interval.point),
        places_of=words.places,
        compared=list(parts.compared),
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


def _of_tipping(found: TippingResults | None) -> dict[str, str]:
    """The files of violations over rounds."""
    if found is None:
        return {}
    from agoranomos.analysis.tipping.export import arms_csv, curves_csv

    return {"tipping-curves.csv": curves_csv(found), "tipping-arms.csv": arms_csv(found)}


def _of_findings(summary: CampaignSummary) -> dict[str, Any]:
    """What the section on the campaign's hypotheses needs."""
    return {
        "findings": summary.findings,
        "harm": HARM,
        "window": WINDOW,
        "digits_of": digits,
        "expected": expected,
        "missing_in_words": missing_in_words,
        "rules_in_words": rules_in_words,
        "unplanned": EXPLORATORY,
    }


def _labels(rosters: Mapping[str, Sequence[ArmSummary]]) -> dict[str, str]:
    """What an arm is called under its roster's heading: its regime, where that tells it from the others there."""
    labels: dict[str, str] = {}
    for group in rosters.values():
        regimes = [arm.arm.regime for arm in group]
        labels |= {arm.arm.name: arm.arm.regime if len(set(regimes)) == len(group) else arm.arm.name for arm in group}
    return labels


def _figure(drawing: Drawing) -> dict[str, Any]:
    # Matplotlib escapes what it writes into an SVG, so the element may stand in the page as it is.
    return {
        "svg": Markup(drawing.svg),
        "caption": drawing.caption,
        "alternative": drawing.alternative,
        "columns": drawing.columns,
        "files": [(ending, f"figures/{drawing.name}.{ending}") for ending in OF_A_FIGURE],
    }


def _files(place: str, names: Mapping[str, Any], endings: Sequence[str]) -> list[tuple[str, list[tuple[str, str]]]]:
    """Each name with its files: what they end in, and where they are from the page."""
    return [(name, [(ending, f"{place}/{name}.{ending}") for ending in endings]) for name in names]


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
