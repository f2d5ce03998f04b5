"""The figure of violations: each arm's curve with its interval, null players in its own scenario, lines of theory."""

from __future__ import annotations

from collections.abc import Sequence
from textwrap import fill
from typing import Any

import matplotlib as mpl
import numpy as np
from matplotlib.lines import Line2D
from matplotlib.ticker import MaxNLocator, PercentFormatter

from agoranomos.analysis.canvas import Drawing, svg_of
from agoranomos.analysis.intervals import interval_in_words
from agoranomos.analysis.style import GREY, INK, PRINT, SMALL, legend_columns, lowest, panel_grid
from agoranomos.analysis.tipping.null_curves import CONSTANT_HAZARD, NULLS
from agoranomos.analysis.tipping.results import TippingArm

MOST_ARMS = 18
"""Arms that are drawn; all stand in the tables."""

ARM_COLOUR = "#D55E00"
NULL_LINES: dict[str, tuple[str, Any]] = {
    CONSTANT_HAZARD: ("#0072B2", (0, (5, 2))),
    "best response": ("#009E73", (0, (1.2, 1.4))),
    "win-stay, lose-shift": ("#CC79A7", (0, (7, 2, 1.5, 2))),
    "payoff-biased imitation": ("#56B4E9", (0, (3, 1))),
    "Roth-Erev": (GREY, (0, (1, 3))),
}
UNSTABLE = "unstable share q*(t, k)"
_TITLE = 36


def draw_violations(arms: Sequence[TippingArm]) -> Drawing | None:
    """A panel an arm: V_r over rounds, its null curves, q*(t, k), and where it tips; None without any."""
    shown = arms[:MOST_ARMS]
    if not shown:
        return None
    with mpl.rc_context(PRINT):
        figure, axes = panel_grid(len(shown), 1.7)
        for place, arm in zip(axes.flat, shown, strict=False):
            _panel(place, arm)
        for place in axes[:, 0]:
            place.set_ylabel("rule broken")
        for place in axes[:, 1:].flat:
            place.tick_params(labelleft=False)
        for place in lowest(axes, len(shown)):
            place.set_xlabel("round")
        handles = _handles(shown)
        names = [str(handle.get_label()) for handle in handles]
        figure.legend(handles=handles, loc="outside upper left", ncols=legend_columns(names, figure.get_figwidth()))
        svg = svg_of(figure, "violations")
    more = f" The first {MOST_ARMS} of {len(arms)} arms are drawn." if len(arms) > MOST_ARMS else ""
    interval = interval_in_words([rate for arm in shown for rate in arm.rates], "over settings")
    caption = (
        "How often the rule is broken in each round, of answers that could be read: recorded probabilities where a "
        f"policy chose by them, else moves. The shade is the interval: {interval}. Thin lines are null "
        "players in the arm's own scenario, without its institution; a constant hazard, best replies and imitation "
        "begin at the arm's own rate in round 1. An upright line marks the first round of a new level where an arm "
        f"tips.{more}"
    )
    alternative = "Lines of how often the rule is broken over rounds for each arm, among null players."
    return Drawing("violations", svg, caption, alternative, interval, figure)


def _panel(axes: Any, arm: TippingArm) -> None:
    name = arm.arm.name.removeprefix("ungoverned.")
    axes.set_title(fill(name, _TITLE), fontsize=SMALL + 0.5)
    for null, curve in arm.nulls.items():
        colour, dashes = NULL_LINES[null]
        known = np.flatnonzero(~np.isnan(curve))
        axes.plot(known + 1, curve[known], color=colour, linestyle=dashes, linewidth=0.9)
    curve = arm.curve
    known = np.flatnonzero(~np.isnan(curve))
    low, high = (np.array([getattr(rate, side) for rate in arm.rates])[known] for side in ("low", "high"))
    # Where all settings are alike there is no interval, and the band closes on the line.
    low, high = np.where(np.isnan(low), curve[known], low), np.where(np.isnan(high), curve[known], high)
    axes.fill_between(known + 1, low, high, color=ARM_COLOUR, alpha=0.22, linewidth=0)
    axes.plot(known + 1, curve[known], color=ARM_COLOUR, linewidth=1.5, marker="o", markersize=2.4, zorder=4)
    if arm.theory.unstable is not None and arm.theory.unstable[0] == arm.theory.unstable[1]:
        axes.axhline(arm.theory.unstable[0], color=INK, linewidth=0.8, alpha=0.7)
    if arm.change.tipped:
        axes.axvline(arm.change.round - 0.5, color=INK, linewidth=0.8, linestyle=(0, (2, 2)))
        axes.annotate(
            "tips", (arm.change.round - 0.5, 0.02), xytext=(3, 0), textcoords="offset points", fontsize=SMALL, color=INK
        )
    axes.set_ylim(-0.03, 1.03)
    axes.set_xlim(0.6, len(curve) + 0.4)
    axes.xaxis.set_major_locator(MaxNLocator(integer=True, nbins=7))
    axes.yaxis.set_major_formatter(PercentFormatter(1.0, decimals=0))


def _handles(arms: Sequence[TippingArm]) -> list[Line2D]:
    drawn = {name for arm in arms for name in arm.nulls}
    handles = [Line2D([], [], color=ARM_COLOUR, linewidth=1.5, marker="o", markersize=2.4, label="the arm")]
    for name in NULLS:
        if name in drawn:
            colour, dashes = NULL_LINES[name]
            handles.append(Line2D([], [], color=colour, linestyle=dashes, linewidth=0.9, label=name))
    if any(arm.theory.unstable and arm.theory.unstable[0] == arm.theory.unstable[1] for arm in arms):
        handles.append(Line2D([], [], color=INK, linewidth=0.8, alpha=0.7, label=UNSTABLE))
    return handles
