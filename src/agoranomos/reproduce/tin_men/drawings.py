"""Figures of the study: overridden customers by who reads the explanation, and what it discloses to whom."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import matplotlib as mpl
import numpy as np
from matplotlib.figure import Figure as Canvas

from agoranomos.analysis.canvas import INK, REGIME_COLOURS, STYLE, svg_of
from agoranomos.reproduce.sections import Cell, Figure, Table
from agoranomos.reproduce.tin_men.design import SCRIPTED
from agoranomos.reproduce.tin_men.published import CONDITIONS

MARKS = "osD^v*Pp"
TITLES = {
    "both": "both", "customer only": "customer\nonly", "company only": "company\nonly", "neither": "neither"
}  # fmt: skip
Lines = Mapping[str, Sequence[Cell]]


def override_figure(table: Table, name: str, *, beside: bool) -> Figure:
    """Shares by condition: players without a model, models, and published ones where they stand `beside`."""
    scripted, asked, published = _groups(table.rows)
    groups = {"no model": scripted, "models": asked, "published": published if beside else {}}
    svg = _panels({title: lines for title, lines in groups.items() if lines}, "share that overrides the customer", name)
    caption = "Bars are 95% intervals" + (", calls of one prompt taken as independent." if beside else " over menus.")
    return Figure(name, svg, caption, "Points of the share of overridden customers, by who reads the explanation.")


def disclosure_figure(table: Table, name: str, code: str) -> Figure:
    """Shares of explanations by condition that disclose, and published ones that name the company."""
    chosen = {label.partition(":")[0]: cells for label, cells in table.rows if label.endswith(f": {code}")}
    scripted, asked, _ = _groups(tuple(chosen.items()))
    published = {
        label.removeprefix("published: ").partition(" ")[0]: cells
        for label, cells in table.rows
        if label.startswith("published") and label.endswith("names the company")
    }
    groups = {"no model": scripted, "models": asked, "published: names the company": published}
    svg = _panels({title: lines for title, lines in groups.items() if lines}, "share of explanations", name)
    caption = (
        "Share of explanations that disclose the company's interest; published: that name the company. What lies "
        "between “company only” and “customer only” is the concealment gap. Bars are 95% intervals."
    )
    return Figure(name, svg, caption, "Points of the share of explanations that disclose, by who reads them.")


def _groups(rows: Sequence[tuple[str, Sequence[Cell]]]) -> tuple[Lines, Lines, Lines]:
    """The lines of scripted players, of models and of published results; rows of parsed choices alone are left out."""
    scripted: dict[str, Sequence[Cell]] = {}
    asked: dict[str, Sequence[Cell]] = {}
    published: dict[str, Sequence[Cell]] = {}
    for label, cells in rows:
        if label.startswith("published: "):
            published[label.removeprefix("published: ")] = cells
        elif label in SCRIPTED:
            scripted[label] = cells
        elif "parsed only" not in label:
            asked[label] = cells
    return scripted, asked, published


def _panels(groups: Mapping[str, Lines], label: str, name: str) -> str:
    with mpl.rc_context(STYLE):
        figure = Canvas(figsize=(9.6, 3.8), layout="constrained")
        panels = list(figure.subplots(1, len(groups), sharey=True, squeeze=False).flat)
        for axes, (title, lines) in zip(panels, groups.items(), strict=True):
            _draw(axes, lines)
            axes.set(title=title, ylim=(-0.03, 1.03), xlim=(-0.5, len(CONDITIONS) - 0.5))
            axes.set_xticks(range(len(CONDITIONS)), [TITLES[one] for one in CONDITIONS])
            axes.legend(fontsize=7.5, loc="upper center", bbox_to_anchor=(0.5, -0.22), ncols=2)
        panels[0].set_ylabel(label)
        figure.supxlabel("who reads the explanation", color=INK, fontsize=9)
        return svg_of(figure, f"tin-men-{name}")


def _draw(axes: Any, lines: Lines) -> None:
    for place, (label, cells) in enumerate(lines.items()):
        colour = REGIME_COLOURS[place % len(REGIME_COLOURS)]
        values = [cell.here for cell in cells]
        at = np.arange(len(values)) + 0.7 * ((place + 0.5) / len(lines) - 0.5)
        points = [np.nan if value is None else value.point for value in values]
        axes.plot(at, points, MARKS[place % len(MARKS)], color=colour, markersize=4.5, label=label)
        for x, value in zip(at, values, strict=True):
            if value is not None and np.isfinite(value.low):
                axes.plot([x, x], [value.low, value.high], color=colour, linewidth=1.1)
