"""The figure of institutions that change: the outcome round by round, and the loop that its phases make."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from textwrap import fill
from typing import Any

import matplotlib as mpl
import numpy as np
from matplotlib.figure import Figure
from matplotlib.patches import Patch
from matplotlib.ticker import MaxNLocator

from agoranomos.analysis.canvas import Drawing, svg_of
from agoranomos.analysis.hysteresis import Loop
from agoranomos.analysis.intervals import interval_in_words
from agoranomos.analysis.style import GREY, INK, PRINT, REGIME_COLOURS, SMALL, TWO_COLUMNS, fitting

GROUND = 0.14
"""How opaque the grounds of institutions are."""

MOST_ARMS = 12
"""Arms that are drawn; all stand in the table."""


def draw_loops(found: Sequence[Loop]) -> Drawing | None:
    """A row an arm: its outcome over rounds with the phases, and settled means by institution; None without any."""
    shown = found[:MOST_ARMS]
    if not shown:
        return None
    with mpl.rc_context(PRINT):
        figure = Figure(figsize=(TWO_COLUMNS, 0.5 + fitting(1.9, len(shown)) * len(shown)), layout="constrained")
        axes = figure.subplots(len(shown), 2, squeeze=False, width_ratios=(2.4, 1))
        grounds = _grounds(shown)
        for (path, plane), loop in zip(axes, shown, strict=True):
            _draw_path(path, loop, grounds)
            _draw_plane(plane, loop)
        axes[-1, 0].set_xlabel("round")
        patches = [Patch(facecolor=colour, alpha=GROUND, label=name) for name, colour in grounds.items()]
        figure.legend(handles=patches, loc="outside upper left", ncols=min(len(patches), 3) or 1, handlelength=1.6)
        svg = svg_of(figure, "hysteresis")
    more = f" The first {MOST_ARMS} of {len(found)} arms are drawn." if len(found) > MOST_ARMS else ""
    interval = interval_in_words([mean.settled for loop in shown for mean in loop.phases], "over runs")
    caption = (
        "Left: the outcome in each round, a mean over runs; the shade holds the middle 80% of them and is no interval. "
        f"Grounds mark rounds under an institution; bars are settled halves of phases (interval: {interval}). "
        "Right: the same settled means by institution, joined in the order in which they came (1, 2, 3 ...): a path "
        f"that does not return to where it began is what the institution has left.{more}"
    )
    alternative = "Outcome over rounds by phase, and the loop of settled means, for each arm."
    return Drawing("hysteresis", svg, caption, alternative, interval, figure)


def _grounds(loops: Sequence[Loop]) -> dict[str, str]:
    """The colour of the ground under each institution, over all arms."""
    names = dict.fromkeys(mean.phase.label for loop in loops for mean in loop.phases if mean.phase.institution)
    return {name: REGIME_COLOURS[place % len(REGIME_COLOURS)] for place, name in enumerate(names)}


def _draw_path(axes: Any, loop: Loop, grounds: Mapping[str, str]) -> None:
    axes.set_title(loop.arm)
    axes.set_ylabel(loop.measure)
    shown = np.flatnonzero(~np.isnan(loop.path).all(axis=0))
    if len(loop.path) > 1 and len(shown):
        low, high = np.nanquantile(loop.path[:, shown], [0.1, 0.9], axis=0)
        axes.fill_between(shown + 1, low, high, color=INK, alpha=0.12, linewidth=0)
    if len(shown):
        axes.plot(shown + 1, np.nanmean(loop.path[:, shown], axis=0), color=INK, linewidth=1.1)
    for mean in loop.phases:
        phase = mean.phase
        if phase.institution:
            colour = grounds[phase.label]
            axes.axvspan(phase.first - 0.5, phase.last + 0.5, color=colour, alpha=GROUND, linewidth=0)
        if np.isfinite(mean.settled.point):
            middle = phase.first + 0.75 * (phase.last - phase.first)
            axes.errorbar(middle, mean.settled.point, yerr=_reach(mean.settled), fmt="_", color="#D55E00", capsize=2)
    axes.set_xlim(0.5, loop.phases[-1].phase.last + 0.5)
    axes.xaxis.set_major_locator(MaxNLocator(integer=True))


def _draw_plane(axes: Any, loop: Loop) -> None:
    order = list(dict.fromkeys(mean.phase.label for mean in loop.phases))
    x = [order.index(mean.phase.label) for mean in loop.phases]
    y = [mean.settled.point for mean in loop.phases]
    axes.plot(x, y, color=GREY, linewidth=1.0, zorder=1)
    visits: dict[tuple[int, float], list[str]] = {}
    for number, (mean, place) in enumerate(zip(loop.phases, x, strict=True), start=1):
        if np.isfinite(mean.settled.point):
            axes.errorbar(place, mean.settled.point, yerr=_reach(mean.settled), fmt="o", color=INK, markersize=2.5)
            visits.setdefault((place, round(mean.settled.point, 6)), []).append(str(number))
    for where, numbers in visits.items():  # what is visited again at the same height has one label
        axes.annotate(", ".join(numbers), where, xytext=(4, 3), textcoords="offset points", size=SMALL)
    axes.set_xticks(range(len(order)), [fill(name, _letters(order)) for name in order], fontsize=SMALL)
    axes.set_xlim(-0.4, len(order) - 0.6)


def _letters(names: Sequence[str]) -> int:
    """Characters of a line of an institution's name, so that neighbours do not run into each other."""
    return 26 if len(names) == 2 and sum(map(len, names)) <= 36 else 14


def _reach(interval: Any) -> list[list[float]] | None:
    """How far the bounds are from the point; None where there are none."""
    if not np.isfinite(interval.low):
        return None
    return [[interval.point - interval.low], [interval.high - interval.point]]
