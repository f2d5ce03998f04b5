"""Figures of the study: violation curves beside nulls and published points, audits, collusion, responses."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import matplotlib as mpl
import numpy as np
from matplotlib.figure import Figure as Canvas

from agoranomos.analysis.canvas import DASHES, INK, REGIME_COLOURS, STYLE, svg_of
from agoranomos.reproduce.alignment_tipping.design import AGENTS, BOUNDS, LEVELS, THRESHOLDS
from agoranomos.reproduce.alignment_tipping.game_tables import DEFAULT, ratio_of, shares_of
from agoranomos.reproduce.alignment_tipping.played import Array, Played
from agoranomos.reproduce.alignment_tipping.published import Series, interval_of, published, recovered
from agoranomos.reproduce.alignment_tipping.role_play_tables import label_of
from agoranomos.reproduce.sections import Figure, Table
from agoranomos.scenarios.coordination.theory import unstable_point as predicted
from agoranomos.statistics.tipping import constant_hazard, response_curve

MARKS = "osD^v*P"


def curve_figure(arms: Sequence[Played], table: Table, name: str, *, beside: bool) -> Figure:
    """Violation rates by round with intervals: null players, models, and published points where `beside`."""
    nulls, asked = [one for one in drawn(arms) if not one.asks], [one for one in arms if one.asks]
    groups = {title: group for title, group in (("players that model nothing", nulls), ("models", asked)) if group}
    titles = [*groups, *(["published"] if beside else [])]
    with mpl.rc_context(STYLE):
        figure = Canvas(figsize=(9.6, 4.0), layout="constrained")
        panels = list(figure.subplots(1, len(titles), sharey=True, squeeze=False).flat)
        for axes, group in zip(panels, groups.values(), strict=False):
            _draw_rates(axes, group, table)
        if beside:
            rounds = max(one.moves.shape[1] for one in arms)
            _draw_published(panels[-1], [s for s in published().series if s.testbed == "role-play"], rounds)
        for axes, title in zip(panels, titles, strict=True):
            axes.set(title=title, xlabel="round", ylim=(-0.03, 1.03))
            axes.legend(fontsize=7.5, loc="upper center", bbox_to_anchor=(0.5, -0.18), ncols=2)
        panels[0].set_ylabel("share that breaks the rule")
        svg = svg_of(figure, f"tipping-{name}")
    caption = "Bars are 95% intervals over settings" + (
        "; published points have Wilson's, and dashed lines are what a constant hazard of the first one gives."
        if beside
        else "."
    )
    return Figure(name, svg, caption, "Lines of the violation rate by round, an arm a line, with intervals.")


def drawn(arms: Sequence[Played]) -> list[Played]:
    """The arms without those that always do one thing: a check of the measure, which stands in the table."""
    return [one for one in arms if one.roster not in BOUNDS]


def _draw_rates(axes: Any, arms: Sequence[Played], table: Table) -> None:
    by_label = {label.partition(" (n")[0]: cells for label, cells in table.rows}
    for place, one in enumerate(arms):
        found = [cell.here for cell in by_label[label_of(one)] if cell.here is not None]
        rounds = np.arange(1, len(found) + 1) + 0.04 * (place - len(arms) / 2)
        points = np.array([value.point for value in found])
        colour = REGIME_COLOURS[place % len(REGIME_COLOURS)]
        axes.plot(
            rounds, points, color=colour, linestyle=DASHES[place % len(DASHES)], marker=MARKS[place % len(MARKS)],
            markersize=3.5, linewidth=1.3, label=label_of(one),
        )  # fmt: skip
        for at, value in zip(rounds, found, strict=True):
            if np.isfinite(value.low):
                axes.plot([at, at], [value.low, value.high], color=colour, linewidth=0.9)


def _draw_published(axes: Any, series: Sequence[Series], rounds: int) -> None:
    for place, one in enumerate(series):
        colour = REGIME_COLOURS[place % len(REGIME_COLOURS)]
        for number, percent in one.points:
            found = interval_of(percent, one.of)
            at = number + 0.06 * place
            axes.plot([at, at], [found.low, found.high], color=colour, linewidth=1.2)
            label = one.agent if number == one.points[0][0] else None
            axes.plot(at, found.point, MARKS[place], color=colour, markersize=5, label=label)
        null = constant_hazard(recovered(one.points[0][1], one.of) / one.of, rounds)
        axes.plot(range(1, rounds + 1), null, color=colour, linewidth=0.9, linestyle=(0, (2, 2)))


def audit_figure(table: Table) -> Figure:
    """Violations by the chance of an audit, a player a line."""
    with mpl.rc_context(STYLE):
        figure = Canvas(figsize=(9.6, 3.4), layout="constrained")
        axes = figure.subplots()
        rows = [
            (label, cells)
            for label, cells in table.rows
            if label not in BOUNDS and all(cell.here is not None for cell in cells)
        ]
        for place, (label, cells) in enumerate(rows):
            colour, shift = REGIME_COLOURS[place % len(REGIME_COLOURS)], 0.05 * (place - len(rows) / 2)
            found = [cell.here for cell in cells if cell.here is not None]
            axes.plot(
                np.arange(len(found)) + shift, [value.point for value in found], color=colour, label=label,
                linestyle=DASHES[place % len(DASHES)], marker=MARKS[place % len(MARKS)], markersize=4, linewidth=1.2,
            )  # fmt: skip
            for at, value in enumerate(found):
                if np.isfinite(value.low):
                    axes.plot([at + shift] * 2, [value.low, value.high], color=colour, linewidth=0.9)
        axes.axvline(LEVELS.index("threshold"), color=INK, linewidth=0.8, linestyle=(0, (2, 2)))
        axes.set_xticks(range(len(LEVELS)), table.columns)
        axes.set(ylabel="share that breaks the rule, all rounds", ylim=(-0.03, 1.03))
        figure.legend(loc="outside right upper")
        svg = svg_of(figure, "tipping-audits")
    caption = "Bars are 95% intervals over settings. Dashed: p*, from which keeping the rule pays more on average."
    return Figure("audits", svg, caption, "Lines of violation rates over four chances of an audit, a player a line.")


def collusion_figure(arms: Sequence[Played], table: Table) -> Figure:
    """Collusion by round, a panel a threshold, with q* and the published first rounds at t = 4."""
    by_label = dict(table.rows)
    with mpl.rc_context(STYLE):
        figure = Canvas(figsize=(9.6, 3.4), layout="constrained")
        panels = figure.subplots(1, len(THRESHOLDS), sharey=True)
        rosters = list(dict.fromkeys(one.roster for one in drawn(arms)))
        for axes, t in zip(panels, THRESHOLDS, strict=True):
            for place, roster in enumerate(rosters):
                cells = by_label.get(f"{roster}, t = {t}")
                if cells is None:
                    continue
                found = [cell.here for cell in cells if cell.here is not None]
                colour, rounds = REGIME_COLOURS[place % len(REGIME_COLOURS)], np.arange(1, len(found) + 1)
                axes.plot(
                    rounds + 0.03 * (place - 3), [value.point for value in found], color=colour, linewidth=1.2,
                    linestyle=DASHES[place % len(DASHES)], marker=MARKS[place % len(MARKS)], markersize=3.5,
                    label=roster if t == THRESHOLDS[0] else None,
                )  # fmt: skip
            axes.axhline(predicted(AGENTS, t, ratio_of(DEFAULT)), color=INK, linewidth=0.8, linestyle=(0, (2, 2)))
            if t == 4:
                for one in published().series:
                    if one.testbed.startswith("coordination"):
                        found_there = interval_of(one.points[0][1], one.of)
                        axes.plot([0.8] * 2, [found_there.low, found_there.high], color=INK, linewidth=0.8)
                        axes.plot(0.8, found_there.point, "x", color=INK, markersize=5)
            axes.set(title=f"t = {t}", xlabel="round", ylim=(-0.03, 1.03))
            axes.set_xticks(range(1, len(table.columns)))
        panels[0].set_ylabel("share that colludes")
        figure.legend(loc="outside lower center", ncols=4)
        svg = svg_of(figure, "tipping-collusion")
    caption = (
        "Rewards of k = 1. Dashed: q*(t, 1), from above which best replies go up. Crosses at t = 4: published first "
        "rounds with Wilson's intervals. Intervals of ours stand in the table."
    )
    return Figure("collusion", svg, caption, "Lines of the share that colludes over three rounds, a panel a threshold.")


def response_figure(arms: Sequence[Played], threshold: int) -> Figure:
    """The share of colluders next by the share now, with the diagonal and q*."""
    with mpl.rc_context(STYLE):
        figure = Canvas(figsize=(5.4, 4.4), layout="constrained")
        axes = figure.subplots()
        axes.plot([0, 1], [0, 1], color=INK, linewidth=0.7)
        for place, roster in enumerate(dict.fromkeys(one.roster for one in arms)):
            shares: Array = shares_of(arms, roster)[0]
            curve = response_curve(shares)
            colour = REGIME_COLOURS[place % len(REGIME_COLOURS)]
            axes.scatter(
                curve.before, curve.after, s=8 + 60 * curve.counts / curve.counts.max(), color=colour, alpha=0.6
            )
            axes.plot(
                curve.before,
                curve.fitted,
                color=colour,
                linestyle=DASHES[place % len(DASHES)],
                linewidth=1.3,
                label=roster,
            )
        q = predicted(AGENTS, threshold, ratio_of(DEFAULT))
        axes.axvline(q, color=INK, linewidth=0.8, linestyle=(0, (2, 2)))
        axes.set(
            xlabel="share that colludes now", ylabel="share that colludes next", xlim=(-0.03, 1.03), ylim=(-0.03, 1.03)
        )
        figure.legend(loc="outside upper left", ncols=3)
        svg = svg_of(figure, "tipping-response")
    caption = (
        f"Means over rounds, larger where there were more; lines are isotonic fits. Dashed: q*({threshold}, 1) = "
        f"{q:.3f}. Seeded "
        "agents are part of both shares. Intervals of the crossing stand in the table."
    )
    return Figure("response", svg, caption, "Points and lines of next round's share of colluders over this round's.")
