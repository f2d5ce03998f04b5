"""Figures of the study: tiers beside the published ones, labels, and what fines and detection do."""

from __future__ import annotations

from collections.abc import Sequence

import matplotlib as mpl
import numpy as np
from matplotlib.figure import Figure as Canvas
from matplotlib.patches import Patch

from agoranomos.analysis.arms import ArmSummary
from agoranomos.analysis.canvas import INK, REGIME_COLOURS, STYLE, svg_of
from agoranomos.analysis.figures import TIER_COLOURS, draw_prices
from agoranomos.analysis.tiers import LABELS
from agoranomos.reproduce.institutional_ai.corrections import threshold
from agoranomos.reproduce.institutional_ai.design import DETECTION, FINES
from agoranomos.reproduce.institutional_ai.paper_tables import REGIMES
from agoranomos.reproduce.labelled import mean_over_labels, sample_of
from agoranomos.reproduce.sections import Figure, Table

PUBLISHED_TIERS = {
    "ungoverned": (0, 10, 16, 19, 45),
    "constitutional": (0, 10, 18, 22, 40),
    "institutional": (0, 43, 25, 17, 5),
}
"""Runs of 90 in tiers 0 to 4: found for the outer two, derived for the constitutional regime."""


def tier_figure(arms: Sequence[ArmSummary]) -> Figure:
    """The share of runs in each tier, a bar a regime, ours over the published ones."""
    bars = []
    for regime in REGIMES:
        tiers = [value for values in sample_of(arms, regime, "tier").values() for value in values]
        if tiers:
            bars.append((f"{regime}, here (n = {len(tiers)})", [tiers.count(k) / len(tiers) for k in range(5)]))
        bars.append((f"{regime}, published (n = 90)", [count / 90 for count in PUBLISHED_TIERS[regime]]))
    with mpl.rc_context(STYLE):
        figure = Canvas(figsize=(9.6, 0.9 + 0.36 * len(bars)), layout="constrained")
        axes = figure.subplots()
        for place, (_, shares) in enumerate(reversed(bars)):
            left = 0.0
            for tier, share in enumerate(shares):
                if share > 0:
                    axes.barh(place, share, 0.74, left=left, color=TIER_COLOURS[tier], edgecolor=INK, linewidth=0.4)
                if share >= 0.06:
                    ink = "#ffffff" if tier >= 3 else "#1c2530"
                    axes.text(left + share / 2, place, f"{share:.0%}", ha="center", va="center", color=ink, size=7.5)
                left += share
        axes.set(xlim=(0, 1), xlabel="share of runs")
        axes.set_yticks(range(len(bars)), [name for name, _ in reversed(bars)])
        axes.tick_params(axis="y", length=0)
        axes.spines["left"].set_visible(False)
        handles = [
            Patch(facecolor=colour, edgecolor=INK, linewidth=0.4, label=f"{tier} {LABELS[tier].lower()}")
            for tier, colour in enumerate(TIER_COLOURS)
        ]
        figure.legend(handles=handles, loc="outside upper center", ncols=5)
        svg = svg_of(figure, "study-tiers")
    caption = (
        "Tiers of whole runs, rounds with a suspended agent left out; shares, no intervals (they stand in the table). "
        "Published runs are of other agents: language models."
    )
    return Figure("tiers", svg, caption, "Stacked bars with the share of runs in tiers 0 to 4, here and as published.")


def label_figure(arms: Sequence[ArmSummary], measure: str, title: str) -> Figure:
    """The mean of a measure by label, a point a regime, and the mean over labels with its interval."""
    labels = list(dict.fromkeys(arm.arm.roster for arm in arms))
    with mpl.rc_context(STYLE):
        figure = Canvas(figsize=(9.6, 3.4), layout="constrained")
        axes = figure.subplots()
        for index, regime in enumerate(REGIMES):
            sample = sample_of(arms, regime, measure)
            shift = (index - 1) * 0.18
            for place, label in enumerate(labels):
                if label in sample:
                    values = np.asarray(sample[label])
                    low, high = np.quantile(values, [0.1, 0.9])
                    axes.plot([place + shift] * 2, [low, high], color=REGIME_COLOURS[index], linewidth=1.2)
                    axes.plot(place + shift, values.mean(), "o", color=REGIME_COLOURS[index], markersize=4.5)
            whole = mean_over_labels(sample) if sample else None
            if whole is not None:
                right = len(labels) + 0.4 + shift
                if np.isfinite(whole.low):
                    axes.plot([right] * 2, [whole.low, whole.high], color=REGIME_COLOURS[index], linewidth=2.2)
                axes.plot(right, whole.point, "D", color=REGIME_COLOURS[index], markersize=6, label=regime)
        axes.set_xticks([*range(len(labels)), len(labels) + 0.4], [*labels, "all labels"])
        axes.set_ylabel(title)
        figure.legend(loc="outside upper left", ncols=3)
        svg = svg_of(figure, f"study-labels-{measure}")
    caption = (
        f"Mean {title} of each label; lines hold the middle 80% of its runs and are no interval of the mean. Diamonds "
        "are means over labels with their 95% interval over labels."
    )
    return Figure(f"labels-{measure}", svg, caption, f"Points of mean {title} for each label and regime.")


def price_figure(arms: Sequence[ArmSummary]) -> Figure | None:
    """Prices over rounds, a panel a label."""
    drawn = draw_prices(arms)
    return None if drawn is None else Figure("prices", drawn.svg, drawn.caption, drawn.alternative)


def sweep_figure(tables: Sequence[Table]) -> Figure:
    """Every sweep table as a map, with the detection from which the paper's condition says a fine deters."""
    chances = list(DETECTION.values())
    with mpl.rc_context(STYLE):
        columns = 2
        rows = -(-len(tables) // columns)
        figure = Canvas(figsize=(9.6, 0.5 + 3.2 * rows), layout="constrained")
        panels = figure.subplots(rows, columns, squeeze=False)
        for axes, table in zip(panels.flat, tables, strict=False):
            values = np.array([[cell.here.point if cell.here else np.nan for cell in cells] for _, cells in table.rows])
            image = axes.imshow(
                values, origin="lower", aspect="auto", cmap="RdBu_r", vmin=-_reach(values), vmax=_reach(values)
            )
            for (row, column), value in np.ndenumerate(values):
                if np.isfinite(value):
                    axes.text(
                        column,
                        row,
                        f"{value:.2f}".replace("-", "−"),
                        ha="center",
                        va="center",
                        size=7.5,
                        color="#1c2530",
                    )
            _draw_threshold(axes, chances)
            axes.set_xticks(range(len(chances)), [f"{chance:.0%}" for chance in chances])
            axes.set_yticks(range(len(FINES)), [f"×{times:g}" for times in FINES.values()])
            axes.set_title(table.title, fontsize=8.5)
            axes.set(xlabel="chance of detection", ylabel="fines, published = ×1")
            figure.colorbar(image, ax=axes, shrink=0.8)
        for spare in list(panels.flat)[len(tables) :]:
            spare.set_axis_off()
        svg = svg_of(figure, "study-sweeps")
    caption = (
        "Means over seeds; intervals stand in the tables. Black: to its right a first fine (35% of a round's profit, "
        "times the row's factor) takes more on average than a round of division earns over Nash: p S ≥ Δπ."
    )
    return Figure("sweeps", svg, caption, "Heat maps over fines and detection.")


def _reach(values: np.ndarray) -> float:
    finite = np.abs(values[np.isfinite(values)])
    return float(finite.max()) if finite.size and finite.max() > 0 else 1.0


def _draw_threshold(axes: object, chances: Sequence[float]) -> None:
    places = []
    for row, times in enumerate(FINES.values()):
        least = threshold(times, 0.35)
        if least <= chances[-1]:
            places.append((float(np.interp(least, chances, range(len(chances)))), row))
    if places:
        x, y = zip(*places, strict=True)
        axes.plot(x, y, color="#000000", linewidth=1.6, marker="|", markersize=14)  # type: ignore[attr-defined]
