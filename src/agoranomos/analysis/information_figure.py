"""The figure of what agents read: the length of their prompts, round by round."""

from __future__ import annotations

from collections.abc import Sequence

import matplotlib as mpl
import numpy as np

from agoranomos.analysis.canvas import Drawing, svg_of
from agoranomos.analysis.information import ArmInformation
from agoranomos.analysis.style import PRINT, legend_columns, legend_handles, line_style, lowest, panel_grid


def draw_prompts(arms: Sequence[ArmInformation]) -> Drawing | None:
    """Tokens of the prompt for a move over rounds, a panel a roster and market, a line a regime; None without any."""
    panels: dict[tuple[str, str], list[ArmInformation]] = {}
    for arm in arms:
        panels.setdefault((arm.roster, arm.market), []).append(arm)
    if not panels:
        return None
    regimes = list(dict.fromkeys(arm.regime for arm in arms))
    with mpl.rc_context(PRINT):
        figure, axes = panel_grid(len(panels), 1.75)
        for place, ((roster, market), members) in zip(axes.flat, panels.items(), strict=False):
            for arm in members:
                shown = np.flatnonzero(~np.isnan(arm.prompts).all(axis=0))
                means = np.nanmean(arm.prompts[:, shown], axis=0)
                place.plot(shown + 1, means, **line_style(regimes.index(arm.regime), len(shown)))
            place.set_ylim(bottom=0)
            place.xaxis.get_major_locator().set_params(integer=True)
            if len(panels) > 1:
                place.set_title(f"{roster}\n{market}")
        for place in lowest(axes, len(panels)):
            place.set_xlabel("round")
        for place in axes[:, 0]:
            place.set_ylabel("tokens of the prompt")
        figure.legend(
            handles=legend_handles(regimes),
            loc="outside upper left",
            ncols=legend_columns(regimes, figure.get_figwidth()),
        )
        svg = svg_of(figure, "prompts")
    caption = (
        "Tokens of the prompt with which a move was first asked for, a mean over the agents that were asked and over "
        "the runs of an arm. Lines that part mean that agents came to read different things; whether that is the "
        "regime's own text and notices, the table says for round 1. No interval is drawn."
    )
    alternative = "Lines of the mean length of prompts over rounds for each arm."
    return Drawing("prompts", svg, caption, alternative, "none (means over runs)", figure)
