"""The path of a confidence sequence as a figure: what was known at each look."""

from __future__ import annotations

import matplotlib as mpl
import numpy as np
from matplotlib.figure import Figure
from matplotlib.ticker import MaxNLocator

from agoranomos.analysis.canvas import Drawing, svg_of
from agoranomos.analysis.inference.sequence import SequencePath
from agoranomos.analysis.style import GREY, INK, ONE_COLUMN, PRINT, REGIME_COLOURS
from agoranomos.campaigns.hypothesis import Hypothesis


def draw_sequence(path: SequencePath, hypothesis: Hypothesis, role: str, outcome: str) -> Drawing | None:
    """Mean difference and bounds over looks; None where no look has bounds."""
    looks = [taken.look for taken in path.looks if np.isfinite(taken.look.low) and np.isfinite(taken.look.high)]
    if not looks:
        return None
    n = np.array([look.n for look in looks])
    low, high, mean = (np.array([getattr(look, name) for look in looks]) for name in ("low", "high", "point"))
    with mpl.rc_context(PRINT):
        figure = Figure(figsize=(ONE_COLUMN, 2.4), layout="constrained")
        axes = figure.subplots()
        axes.axhline(0.0, color=GREY, linewidth=0.9, linestyle=(0, (2, 2)), zorder=1)
        for margin in (-hypothesis.margin, hypothesis.margin) if hypothesis.margin is not None else ():
            axes.axhline(margin, color=GREY, linewidth=0.7, linestyle=(0, (1, 2)), zorder=1)
        axes.fill_between(n, low, high, step="mid", color=REGIME_COLOURS[0], alpha=0.18, linewidth=0)
        axes.step(n, low, where="mid", color=REGIME_COLOURS[0], linewidth=1.0)
        axes.step(n, high, where="mid", color=REGIME_COLOURS[0], linewidth=1.0)
        axes.plot(n, mean, color=INK, linewidth=1.0, marker="o", markersize=2.5)
        if path.decided is not None:
            axes.axvline(path.decided.look.n, color=REGIME_COLOURS[1], linewidth=1.0, linestyle=(0, (5, 2)))
        axes.set(xlabel="seeds looked at", ylabel=f"{outcome}, first less second")
        axes.xaxis.set_major_locator(MaxNLocator(integer=True))
        svg = svg_of(figure, "sequence")
    decided = ""
    if path.decided is not None:
        after = path.looks[-1].look.n - path.decided.look.n
        decided = f" It was decided at {path.decided.look.n} seeds (dashed)" + (
            f"; {after} more were under way then, and are counted." if after else "."
        )
    caption = (
        f"{path.hypothesis} ({role}): the mean difference (dots) and the bounds of the {path.method} at "
        f"{100 * path.level:g}%. The bounds hold at all looks together, so looking often costs nothing.{decided} "
        "Looks before the first bounds have none yet."
    )
    return Drawing(
        "sequence",
        svg,
        caption,
        f"The mean difference of {path.hypothesis} with its bounds, which tighten look by look.",
        f"{path.method} at {100 * path.level:g}%, at all looks together",
        figure,
    )
