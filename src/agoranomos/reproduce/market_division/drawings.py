"""How far each firm keeps to one good, over rounds."""

from __future__ import annotations

from collections.abc import Sequence

import matplotlib as mpl
import numpy as np
from matplotlib.figure import Figure as Canvas

from agoranomos.analysis.arms import ArmSummary
from agoranomos.analysis.canvas import DASHES, REGIME_COLOURS, STYLE, svg_of
from agoranomos.analysis.run_results import row_means
from agoranomos.reproduce.sections import Figure


def specialisation_figure(arms: Sequence[ArmSummary], market: str) -> Figure:
    """CV of every firm over rounds, a panel a roster, with its Nash value."""
    with mpl.rc_context(STYLE):
        columns = min(len(arms), 3)
        rows = -(-len(arms) // columns)
        figure = Canvas(figsize=(9.6, 0.6 + 2.3 * rows), layout="constrained")
        panels = figure.subplots(rows, columns, squeeze=False, sharey=True)
        for axes, arm in zip(panels.flat, arms, strict=False):
            series = np.array([run.cv for run in arm.arm.runs])  # (runs, T, N)
            for firm, name in enumerate(arm.arm.agents):
                mean = row_means(series[:, :, firm].T) if series.size else np.array([])
                axes.plot(
                    np.arange(1, mean.size + 1), mean, color=REGIME_COLOURS[firm % 6], linestyle=DASHES[firm % 6],
                    linewidth=1.4, label=name,
                )  # fmt: skip
                if arm.nash.cv.size:
                    axes.axhline(arm.nash.cv[firm], color="#8a94a0", linewidth=0.8, linestyle=(0, (2, 2)))
            axes.set_title(arm.arm.roster)
            axes.set_ylim(-0.02, 1.05)
        for spare in list(panels.flat)[len(arms) :]:
            spare.set_axis_off()
        for axes in panels[:, 0]:
            axes.set_ylabel("CV over goods")
        for axes in panels[-1]:
            axes.set_xlabel("round")
        handles, names = panels.flat[0].get_legend_handles_labels()
        figure.legend(handles, names, loc="outside upper left", ncols=4)
        svg = svg_of(figure, f"division-{market}")
    caption = (
        "Coefficient of variation of each firm's quantities over goods, mean over runs; no interval, which stands in "
        "the table. 1 is one good only, 0 as much of each. Grey: Nash."
    )
    return Figure(f"division-{market}", svg, caption, "Lines of each firm's specialisation over rounds, beside Nash.")
