"""Figures of a campaign: prices over rounds, and the tiers of each arm."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from textwrap import fill
from typing import Any

import matplotlib as mpl
import numpy as np
from matplotlib.figure import Figure
from matplotlib.patches import Patch

from agoranomos.analysis.arms import ArmSummary
from agoranomos.analysis.canvas import Drawing, svg_of
from agoranomos.analysis.style import (
    GREY,
    INK,
    PRINT,
    REGIME_COLOURS,
    SMALL,
    TIER_COLOURS,
    TWO_COLUMNS,
    legend_columns,
    legend_handles,
    line_style,
    lowest,
    panel_grid,
)
from agoranomos.analysis.tiers import LABELS

MOST_BANDS = 5
"""Arms of a panel whose bands are drawn: more would hide each other."""

PANEL_TITLE = 32
"""Characters of a line of a panel's title: more would run into the next panel's."""


def draw_prices(arms: Sequence[ArmSummary]) -> Drawing | None:
    """Mean price over rounds, a panel a roster and market, a line a regime; None where no run is finished."""
    panels = _panels(arms)
    if not panels:
        return None
    regimes = list(dict.fromkeys(arm.arm.regime for arm in arms))
    priced = any(arm.priced for arm in arms)
    what = "Price in each round, averaged over goods" if priced else "Welfare in each round"
    with mpl.rc_context(PRINT):
        figure, axes = panel_grid(len(panels), 1.75)
        for place, (title, members) in zip(axes.flat, panels.items(), strict=False):
            _price_panel(place, title if len(panels) > 1 else "", members, regimes)
        _label_prices(axes, [members[0].priced for members in panels.values()])
        for spare in axes.flat[len(panels) :]:
            spare.set_axis_off()
        for place in lowest(axes, len(panels)):
            place.set_xlabel("round")
        figure.legend(
            handles=legend_handles(regimes),
            loc="outside upper left",
            ncols=legend_columns(regimes, figure.get_figwidth()),
        )
        svg = svg_of(figure, "prices")
    runs = sorted({len(arm.results) for arm in arms if arm.results})
    n = f"{runs[0]}" if len(runs) == 1 else f"{runs[0]} to {runs[-1]}"
    suspended = any(arm.enforcement.suspended_rounds > 0 for arm in arms)
    caption = (
        f"{what}. Lines are means over the runs of an arm (n = {n} an arm); the band "
        "holds the middle 80% of those runs (10th to 90th percentile) and is no interval of the mean. Grey lines are "
        "the market's benchmarks. Lines with different dashes may lie on top of each other."
        + (" Panels with many arms have no bands." if any(len(one) > MOST_BANDS for one in panels.values()) else "")
        + (" Arms of one regime that differ in a factor share its line." if _shared(panels.values()) else "")
        + (
            " Where every firm sat suspended, the price is the one at which nothing sells."
            if suspended * priced
            else ""
        )
    )
    return Drawing(
        "prices",
        svg,
        caption,
        f"Lines of {'mean prices' if priced else 'welfare'} over rounds for each arm, beside the benchmarks.",
        "the band holds the middle 80% of runs (10th to 90th percentile), and is no interval of the mean",
        figure,
    )


def draw_tiers(groups: Sequence[Sequence[ArmSummary]]) -> Drawing | None:
    """The share of runs in each tier, a bar an arm, with n, groups apart; None where no run has a tier."""
    filled = [scored for group in groups if (scored := [arm for arm in group if arm.means["tier"].n])]
    shown = [arm for group in filled for arm in group]
    if not shown:
        return None
    with mpl.rc_context(PRINT):
        figure = Figure(figsize=(TWO_COLUMNS, 0.8 + 0.19 * len(shown) + 0.08 * len(filled)), layout="constrained")
        axes = figure.subplots()
        places = _places([len(group) for group in filled])
        left = np.zeros(len(shown))
        for tier, colour in enumerate(TIER_COLOURS):
            shares = np.array([arm.tier_shares[tier] for arm in shown])
            some = shares > 0  # a bar of no width would still show its edge
            axes.barh(places[some], shares[some], 0.74, left=left[some], color=colour, edgecolor=INK, linewidth=0.4)
            for place, start, share in zip(places, left, shares, strict=True):
                if share >= 0.06:
                    ink = "#ffffff" if tier >= 3 else "#1c2530"
                    axes.text(start + share / 2, place, f"{share:.0%}", ha="center", va="center", color=ink, size=SMALL)
            left = left + shares
        for place, arm in zip(places, shown, strict=True):
            axes.text(1.012, place, f"n = {arm.means['tier'].n}", va="center", size=SMALL)
        axes.set(xlim=(0, 1.08), ylim=(-0.6, places[0] + 0.6), xticks=[0, 0.25, 0.5, 0.75, 1], xlabel="share of runs")
        axes.set_xticklabels(["0", "25%", "50%", "75%", "100%"])
        axes.set_yticks(places, [arm.arm.name for arm in shown])
        axes.tick_params(axis="y", length=0)
        axes.spines["left"].set_visible(False)
        handles = [
            Patch(facecolor=colour, edgecolor=INK, linewidth=0.4, label=f"{tier} {LABELS[tier].lower()}")
            for tier, colour in enumerate(TIER_COLOURS)
        ]
        figure.legend(handles=handles, loc="outside upper center", ncols=5, title="tier of the run")
        svg = svg_of(figure, "tiers")
    caption = (
        "Tiers of whole runs, rounds with a suspended agent left out. They are the paper's tiers, not calibrated: "
        "independent Nash play with 5% noise scores mild in most runs. Shares, no intervals; n is the number of runs."
    )
    alternative = "Stacked bars with the share of runs in tiers 0 to 4 for each arm."
    return Drawing("tiers", svg, caption, alternative, "none (shares of runs)", figure)


def _places(sizes: Sequence[int]) -> np.ndarray:
    """Where bars stand, from the top down to 0, with half a bar of space between groups of these sizes."""
    steps = [
        1.5 if first and group else 1.0 for group, size in enumerate(sizes) for first in (True, *[False] * (size - 1))
    ]
    heights = np.cumsum(steps) - steps[0]
    return np.asarray(heights[-1] - heights)


def _panels(arms: Sequence[ArmSummary]) -> dict[str, list[ArmSummary]]:
    finished = [arm for arm in arms if arm.results]
    several_markets = len({arm.arm.market for arm in finished}) > 1
    panels: dict[str, list[ArmSummary]] = {}
    for arm in finished:
        title = f"{arm.arm.roster}, {arm.arm.market}" if several_markets else arm.arm.roster
        panels.setdefault(title, []).append(arm)
    return panels


def _shared(panels: Iterable[Sequence[ArmSummary]]) -> bool:
    """Whether a panel has several arms of one regime."""
    return any(len({arm.arm.regime for arm in members}) < len(members) for members in panels)


def _label_prices(axes: Any, priced: Sequence[bool]) -> None:
    """Say what is drawn at the left of each row, and of panels that show something else than the one before."""
    columns = axes.shape[1]
    for index, (place, has_prices) in enumerate(zip(axes.flat, priced, strict=False)):
        if index % columns == 0 or has_prices != priced[index - 1]:
            place.set_ylabel("price, mean over goods" if has_prices else "welfare of the round")


def _price_panel(axes: Any, title: str, members: Sequence[ArmSummary], regimes: Sequence[str]) -> None:
    axes.set_title(fill(title, PANEL_TITLE))
    longest = max(arm.trajectory.shape[1] for arm in members)
    drawn: set[float] = set()  # benchmarks may coincide; the first keeps its name
    for name in ("nash", "monopoly", "competitive", "efficient"):
        benchmark = members[0].arm.benchmarks.get(name)
        if benchmark is not None:
            price = benchmark.mean_price if members[0].priced else benchmark.welfare
            if np.isnan(price) or price in drawn:
                continue
            drawn.add(price)
            axes.axhline(price, color=GREY, linewidth=0.8 if name == "nash" else 0.6, linestyle=(0, (2, 2)), zorder=1)
            axes.annotate(
                name.replace("nash", "Nash"), (1.0, price), xycoords=("axes fraction", "data"), xytext=(3, 0),
                textcoords="offset points", ha="left", va="center", size=SMALL, color=INK, alpha=0.75,
            )  # fmt: skip
    rounds = np.arange(1, longest + 1)
    crowded = len(members) > MOST_BANDS
    for arm in members:
        index = regimes.index(arm.arm.regime)
        shown = _shown(arm)
        here, lines = rounds[shown], arm.trajectory[:, shown]
        if len(arm.results) > 1 and not crowded:
            low, high = np.nanquantile(lines, [0.1, 0.9], axis=0)
            axes.fill_between(
                here, low, high, color=REGIME_COLOURS[index % len(REGIME_COLOURS)], alpha=0.16, linewidth=0
            )
        style = line_style(index, len(here)) | ({"linewidth": 0.8} if crowded else {})
        axes.plot(here, np.nanmean(lines, axis=0), zorder=3 + index, **style)
    axes.set_xlim(1, max(longest, 2))
    low, high = axes.get_ylim()
    axes.set_ylim(low - 0.02 * (high - low), high + 0.06 * (high - low))
    axes.xaxis.get_major_locator().set_params(integer=True)


def _shown(arm: ArmSummary) -> np.ndarray:
    """The rounds, by index, in which the line of at least one run is defined."""
    return np.flatnonzero(~np.isnan(arm.trajectory).all(axis=0))


__all__ = ["PANEL_TITLE", "TIER_COLOURS", "draw_prices", "draw_tiers"]
