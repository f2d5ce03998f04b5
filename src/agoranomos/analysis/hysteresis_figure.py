"""The figure of institutions that change: the outcome round by round, and the loop that its phases make."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import matplotlib as mpl
import numpy as np
from matplotlib.figure import Figure
from matplotlib.ticker import MaxNLocator

from agoranomos.analysis.canvas import INK, REGIME_COLOURS, STYLE, Drawing, svg_of
from agoranomos.analysis.hysteresis import Loop

MOST_ARMS = 12
"""Arms that are drawn; all stand in the table."""


def draw_loops(found: Sequence[Loop]) -> Drawing | None:
    """A row an arm: its outcome over rounds with the phases, and settled means by institution; None without any."""
    shown = found[:MOST_ARMS]
    if not shown:
        return None
    with mpl.rc_context(STYLE):
        figure = Figure(figsize=(9.6, 0.4 + 2.5 * len(shown)), layout="constrained")
        axes = figure.subplots(len(shown), 2, squeeze=False, width_ratios=(2.4, 1))
        for (path, plane), loop in zip(axes, shown, strict=True):
            _draw_path(path, loop)
            _draw_plane(plane, loop)
        axes[-1, 0].set_xlabel("round")
        svg = svg_of(figure, "hysteresis")
    more = f" The first {MOST_ARMS} of {len(found)} arms are drawn." if len(found) > MOST_ARMS else ""
    caption = (
        "Left: the outcome in each round, a mean over runs; the shade holds the middle 80% of them and is no interval. "
        "Grounds mark rounds under an institution; bars are settled halves of phases with 95% t intervals over runs. "
        "Right: the same settled means by institution, joined in the order in which they came (1, 2, 3 ...): a path "
        f"that does not return to where it began is what the institution has left.{more}"
    )
    return Drawing(svg, caption, "Outcome over rounds by phase, and the loop of settled means, for each arm.")


def _draw_path(axes: Any, loop: Loop) -> None:
    axes.set_title(loop.arm)
    axes.set_ylabel(loop.measure)
    names = list(dict.fromkeys(mean.phase.institution for mean in loop.phases if mean.phase.institution))
    shown = np.flatnonzero(~np.isnan(loop.path).all(axis=0))
    if len(loop.path) > 1 and len(shown):
        low, high = np.nanquantile(loop.path[:, shown], [0.1, 0.9], axis=0)
        axes.fill_between(shown + 1, low, high, color=INK, alpha=0.12, linewidth=0)
    if len(shown):
        axes.plot(shown + 1, np.nanmean(loop.path[:, shown], axis=0), color=INK, linewidth=1.1)
    for mean in loop.phases:
        phase = mean.phase
        if phase.institution:
            colour = REGIME_COLOURS[names.index(phase.institution) % len(REGIME_COLOURS)]
            axes.axvspan(phase.first - 0.5, phase.last + 0.5, color=colour, alpha=0.10, linewidth=0, label=phase.label)
        if np.isfinite(mean.settled.point):
            middle = phase.first + 0.75 * (phase.last - phase.first)
            axes.errorbar(middle, mean.settled.point, yerr=_reach(mean.settled), fmt="_", color="#D55E00", capsize=3)
    handles, labels = axes.get_legend_handles_labels()
    once = dict(zip(labels, handles, strict=True))
    if once:
        axes.legend(once.values(), once.keys(), loc="best", fontsize=7)
    axes.xaxis.set_major_locator(MaxNLocator(integer=True))


def _draw_plane(axes: Any, loop: Loop) -> None:
    order = list(dict.fromkeys(mean.phase.label for mean in loop.phases))
    x = [order.index(mean.phase.label) for mean in loop.phases]
    y = [mean.settled.point for mean in loop.phases]
    axes.plot(x, y, color="#8a94a0", linewidth=1.0, zorder=1)
    for number, (mean, place) in enumerate(zip(loop.phases, x, strict=True), start=1):
        if np.isfinite(mean.settled.point):
            axes.errorbar(place, mean.settled.point, yerr=_reach(mean.settled), fmt="o", color=INK, markersize=3)
            axes.annotate(str(number), (place, mean.settled.point), xytext=(5, 3), textcoords="offset points", size=7.5)
    axes.set_xticks(range(len(order)), order, fontsize=7)
    axes.set_xlim(-0.4, len(order) - 0.6)


def _reach(interval: Any) -> list[list[float]] | None:
    """How far the bounds are from the point; None where there are none."""
    if not np.isfinite(interval.low):
        return None
    return [[interval.point - interval.low], [interval.high - interval.point]]
