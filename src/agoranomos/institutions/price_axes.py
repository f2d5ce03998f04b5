"""How a panel of prices is finished in a figure: benchmark levels, a label, a legend above."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from agoranomos.markets.facts import SCALE, MarketFacts

if TYPE_CHECKING:
    from matplotlib.axes import Axes


def finish_prices(axes: Axes, facts: MarketFacts, *, legend_at: float) -> None:
    """Add the mean prices of Nash and joint monopoly, where the market knows them; the legend's foot is `legend_at`."""
    for name, dash in (("nash", "--"), ("monopoly", ":")):
        level: Any = facts.benchmarks.get(name, {}).get("price_e6")
        if level is not None:
            axes.axhline(sum(level) / len(level) / SCALE, color="#555555", linestyle=dash, linewidth=1, label=name)
    axes.set_ylabel("price")
    axes.spines[["top", "right"]].set_visible(False)
    axes.legend(frameon=False, fontsize=8, ncols=4, loc="lower left", bbox_to_anchor=(0, legend_at))
