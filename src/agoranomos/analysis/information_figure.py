"""The figure of what agents read: the length of their prompts, round by round."""

from __future__ import annotations

from collections.abc import Sequence

import matplotlib as mpl
import numpy as np
from matplotlib.figure import Figure

from agoranomos.analysis.canvas import DASHES, REGIME_COLOURS, STYLE, Drawing, regime_handles, svg_of
from agoranomos.analysis.information import ArmInformation


def draw_prompts(arms: Sequence[ArmInformation]) -> Drawing | None:
    """Tokens of the prompt for a move over rounds, a panel a roster and market, a line a regime; None without any."""
    panels: dict[tuple[str, str], list[ArmInformation]] = {}
    for arm in arms:
        panels.setdefault((arm.roster, arm.market), []).append(arm)
    if not panels:
        return None
    regimes = list(dict.fromkeys(arm.regime for arm in arms))
    with mpl.rc_context(STYLE):
        columns = min(len(panels), 3)
        rows = -(-len(panels) // columns)
        figure = Figure(figsize=(9.6, 0.6 + 2.5 * rows if columns > 1 else 3.2), layout="constrained")
        axes = figure.subplots(rows, columns, squeeze=False)
        for place, ((roster, market), members) in zip(axes.flat, panels.items(), strict=False):
            for arm in members:
                index = regimes.index(arm.regime) % len(REGIME_COLOURS)
                shown = np.flatnonzero(~np.isnan(arm.prompts).all(axis=0))
                place.plot(
                    shown + 1, np.nanmean(arm.prompts[:, shown], axis=0), color=REGIME_COLOURS[index],
                    linestyle=DASHES[index], linewidth=1.5, marker="o" if len(shown) == 1 else None, markersize=3,
                )  # fmt: skip
            place.set_ylim(bottom=0)
            place.set_xlabel("round")
            place.xaxis.get_major_locator().set_params(integer=True)
            if len(panels) > 1:
                place.set_title(f"{roster}\n{market}")
        for spare in axes.flat[len(panels) :]:
            spare.set_axis_off()
        for place in axes[:, 0]:
            place.set_ylabel("tokens of the prompt")
        figure.legend(handles=regime_handles(regimes), loc="outside upper left", ncols=min(len(regimes), 4))
        svg = svg_of(figure, "prompts")
    caption = (
        "Tokens of the prompt with which a move was first asked for, a mean over the agents that were asked and over "
        "the runs of an arm. Lines that part mean that agents came to read different things; whether that is the "
        "regime's own text and notices, the table says for round 1."
    )
    return Drawing(svg, caption, "Lines of the mean length of prompts over rounds for each arm.")
