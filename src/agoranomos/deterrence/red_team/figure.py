"""Draws a witness: prices, fines and where each firm stands, round by round."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import numpy as np

from agoranomos.deterrence.red_team.witness import Witness, WitnessRound
from agoranomos.errors import UsageError
from agoranomos.institutions.bind import Bound
from agoranomos.institutions.price_axes import finish_prices
from agoranomos.institutions.table_figure import COLOURS, GREYS, KINDS, MOST_GOODS
from agoranomos.workspace.figure_file import save_figure

if TYPE_CHECKING:
    from matplotlib.axes import Axes

LONGEST: Final = 60
"""Rounds that are drawn at most."""


def refuse_ending(path: Path) -> None:
    """Raise `UsageError` for a figure of another kind than can be written."""
    if path.suffix.lower().removeprefix(".") not in KINDS:
        raise UsageError(f"a figure is written as .png, .svg or .pdf; {path.name!r} is none of these")


def rounds_drawn(witness: Witness) -> tuple[WitnessRound, ...]:
    """The prelude and the cycle repeated, `LONGEST` rounds where there are so many; what repeats comes first."""
    cycle = witness.rounds[witness.prelude :]
    before = witness.rounds[: witness.prelude][-max(0, LONGEST - 2 * len(cycle)) :] if 2 * len(cycle) < LONGEST else ()
    turns = -(-LONGEST // max(1, len(cycle)))
    return (*before, *(cycle * turns))[:LONGEST]


def draw_witness(path: Path, witness: Witness, bound: Bound, title: str) -> None:
    """Write the figure to `path` (PNG, SVG or PDF by its ending); raises `UsageError` for another ending."""
    refuse_ending(path)
    from matplotlib.figure import Figure

    rounds = rounds_drawn(witness)
    firms = len(bound.facts.agents)
    figure = Figure(figsize=(9.0, 4.4 + 0.38 * firms), layout="constrained")
    prices, fines, states = figure.subplots(3, 1, sharex=True, height_ratios=(3.0, 1.2, 0.4 * firms + 0.4))
    _prices(prices, rounds, bound)
    _fines(fines, rounds, bound)
    _states(states, rounds, bound)
    prices.set_title(title, loc="left", fontsize=10)
    save_figure(figure, path, dpi=160)


def _prices(axes: Axes, rounds: tuple[WitnessRound, ...], bound: Bound) -> None:
    numbers = np.arange(1, len(rounds) + 1)
    for good, name in enumerate(bound.facts.goods[:MOST_GOODS]):
        price = [one.prices[good] for one in rounds]
        axes.step(
            numbers,
            price,
            where="mid",
            color=COLOURS[good],
            linewidth=max(1.0, 3.5 - 1.5 * good),
            label=f"price of {name}",
        )
    finish_prices(axes, bound.facts, legend_at=1.1)


def _fines(axes: Axes, rounds: tuple[WitnessRound, ...], bound: Bound) -> None:
    numbers = np.arange(1, len(rounds) + 1)
    width = 0.8 / len(bound.facts.agents)
    for firm, name in enumerate(bound.facts.agents[:MOST_GOODS]):
        amounts = [one.fines[firm] for one in rounds]
        axes.bar(numbers - 0.4 + width * (firm + 0.5), amounts, width, color=COLOURS[firm], label=name)
    if not any(any(one.fines) for one in rounds):
        axes.set_ylim(0, 1)
        axes.text(0.5, 0.5, "no fine", transform=axes.transAxes, ha="center", va="center", fontsize=8, color="#555555")
    else:
        axes.legend(frameon=False, fontsize=8, ncols=4, loc="upper right")
    axes.set_ylabel("fine")
    axes.spines[["top", "right"]].set_visible(False)


def _states(axes: Axes, rounds: tuple[WitnessRound, ...], bound: Bound) -> None:
    from matplotlib.colors import ListedColormap
    from matplotlib.lines import Line2D
    from matplotlib.patches import Patch

    states = bound.institution.states
    index = np.array([[states.index(state) for state in one.states] for one in rounds])
    colours = [GREYS[min(k, len(GREYS) - 1)] for k in range(len(states))]
    firms = len(bound.facts.agents)
    extent = (0.5, len(rounds) + 0.5, firms - 0.5, -0.5)
    axes.imshow(
        index.T, cmap=ListedColormap(colours), vmin=-0.5, vmax=len(states) - 0.5, aspect="auto", extent=extent,
        interpolation="nearest",
    )  # fmt: skip
    marks: list[Any] = [Patch(color=colour, label=state) for colour, state in zip(colours, states, strict=True)]
    cases = [(t, firm) for t, one in enumerate(rounds, start=1) for firm in range(firms) if one.cases[firm]]
    axes.plot([t for t, _ in cases], [firm for _, firm in cases], "|", color="black", markersize=7)
    marks.append(Line2D([], [], color="black", marker="|", linestyle="", label="case"))
    axes.set_yticks(range(firms), bound.facts.agents)
    axes.set_xlabel("round")
    axes.legend(handles=marks, frameon=False, fontsize=8, ncols=len(marks), loc="upper left", bbox_to_anchor=(0, -0.6))
