"""The least cost of wanted effort as a figure: over the bound on inspections, a line a set of instruments."""

from __future__ import annotations

from pathlib import Path

import matplotlib as mpl
import numpy as np
from matplotlib.figure import Figure

from agoranomos.analysis.canvas import DASHES, INK, REGIME_COLOURS, STYLE
from agoranomos.contracts import Problem, alternatives, by_bound

POINTS = 101
"""Bounds from 0 to 1 at which each line is drawn."""


def draw_least_cost(path: Path, problem: Problem, title: str) -> None:
    """Write the figure; .png or .svg by the name. Where no contract does it, a line has a gap."""
    bounds = np.linspace(0.0, 1.0, POINTS).tolist()
    sets = {"all that may be used": problem}
    sets |= {", ".join(names): problem.with_only(names) for names in alternatives(problem)}
    with mpl.rc_context({**STYLE, "text.color": "black", "savefig.facecolor": "white", "svg.hashsalt": "contract"}):
        figure = Figure(figsize=(6.4, 3.8), layout="constrained")
        axes = figure.subplots()
        highest = 0.0
        for place, (name, asked) in enumerate(sets.items()):
            costs = [cost for _, cost in by_bound(asked, bounds if asked.most_inspection > 0 else [0.0])]
            costs = costs * POINTS if len(costs) == 1 else costs
            drawn = [np.nan if cost is None else cost for cost in costs]
            highest = max(highest, 0.0 if np.isnan(drawn[-1]) else drawn[-1], 0.0 if np.isnan(drawn[0]) else drawn[0])
            axes.plot(
                bounds,
                drawn,
                color=REGIME_COLOURS[place % len(REGIME_COLOURS)],
                linestyle=DASHES[place % len(DASHES)],
                linewidth=2.4 if place == 0 else 1.4,
                label=name,
            )
        seen = problem.first_best_cost
        axes.axhline(seen, color="#8a94a0", linewidth=0.9, linestyle=(0, (2, 2)), label="effort that can be seen")
        axes.axvline(problem.most_inspection, color="#8a94a0", linewidth=0.6)
        axes.set(xlabel="bound on inspections", ylabel="least cost", title=title, xlim=(0, 1))
        axes.set_ylim(0, 2.0 * max(highest, seen, 1e-9))
        axes.legend(loc="upper right", fontsize=8)
        for text in figure.findobj(mpl.text.Text):
            if text.get_color() == INK:
                text.set_color("black")
        figure.savefig(path, metadata={"Date": None} if path.suffix == ".svg" else None)
