"""Draws a judged table: prices with the benchmarks, and below, where every firm stood and what it was accused of."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from agoranomos.errors import UsageError
from agoranomos.institutions.bind import Bound
from agoranomos.institutions.panel import Panel
from agoranomos.institutions.price_axes import finish_prices
from agoranomos.markets.facts import SCALE
from agoranomos.workspace.figure_file import save_figure

if TYPE_CHECKING:
    from matplotlib.axes import Axes

    from agoranomos.institutions.table_rows import JudgementTables

COLOURS = ("#0072B2", "#D55E00", "#009E73", "#CC79A7", "#E69F00", "#56B4E9")
"""Okabe and Ito (2008): told apart by people with any colour vision."""

GREYS = ("#f2f2f2", "#f9dba8", "#f2a65a", "#d4622a", "#7f2704")
KINDS = ("png", "svg", "pdf")
MOST_GOODS = 6


def draw_judgement(path: Path, panel: Panel, bound: Bound, tables: JudgementTables, title: str) -> None:
    """Write the figure to `path` (PNG, SVG or PDF by its ending); raises `UsageError` for another ending."""
    if path.suffix.lower().removeprefix(".") not in KINDS:
        raise UsageError(f"a figure is written as .png, .svg or .pdf; {path.name!r} is none of these")
    from matplotlib.figure import Figure

    firms = len(panel.agents)
    figure = Figure(figsize=(9.0, 3.4 + 0.38 * firms), layout="constrained")
    above, below = figure.subplots(2, 1, sharex=True, height_ratios=(3.0, 0.4 * firms + 0.4))
    _prices(above, panel, bound)
    _standings(below, panel, bound, tables)
    above.set_title(title, loc="left", fontsize=10)
    save_figure(figure, path, dpi=160)


def _prices(axes: Axes, panel: Panel, bound: Bound) -> None:
    rounds = panel.first + np.arange(panel.rounds)
    for good, name in enumerate(panel.goods[:MOST_GOODS]):
        label = f"price of {name}" if len(panel.goods) <= MOST_GOODS else f"price of {name} (of {len(panel.goods)})"
        axes.plot(rounds, panel.price_e6[:, good] / SCALE, color=COLOURS[good], linewidth=1.2, label=label)
    finish_prices(axes, bound.facts, legend_at=1.06)


def _standings(axes: Axes, panel: Panel, bound: Bound, tables: JudgementTables) -> None:
    from matplotlib.colors import ListedColormap
    from matplotlib.lines import Line2D
    from matplotlib.patches import Patch

    states = bound.institution.states
    seat = {agent: k for k, agent in enumerate(panel.agents)}
    stood = tables.arrow("standings").column("state").to_pylist()
    index = np.array([states.index(state) for state in stood]).reshape(panel.rounds, len(panel.agents))
    colours = [GREYS[min(k, len(GREYS) - 1)] for k in range(len(states))]
    extent = (panel.first - 0.5, panel.first + panel.rounds - 0.5, len(panel.agents) - 0.5, -0.5)
    axes.imshow(
        index.T, cmap=ListedColormap(colours), vmin=-0.5, vmax=len(states) - 0.5, aspect="auto", extent=extent,
        interpolation="nearest",
    )  # fmt: skip
    marks: list[Any] = [Patch(color=colour, label=state) for colour, state in zip(colours, states, strict=True)]
    for table, marker, label in (("cases", "|", "case"), ("sanctions", "v", "sanction")):
        acts = tables.arrow(table)
        places = [seat[agent] for agent in acts.column("agent").to_pylist()]
        axes.plot(acts.column("round").to_pylist(), places, marker, color="black", markersize=7)
        marks.append(Line2D([], [], color="black", marker=marker, linestyle="", label=label))
    axes.set_yticks(range(len(panel.agents)), panel.agents)
    axes.set_xlabel("round")
    axes.legend(handles=marks, frameon=False, fontsize=8, ncols=len(marks), loc="upper left", bbox_to_anchor=(0, -0.5))
