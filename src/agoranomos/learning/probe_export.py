"""A probe as JSON values, and as a figure."""

from __future__ import annotations

import math
from pathlib import Path
from typing import Any

import numpy as np

from agoranomos.learning.deviation_probe import BEFORE, Probe
from agoranomos.workspace.figure_file import save_figure

SHOWN = 15
"""Rounds after the deviation that the figure shows."""

_OWN, _OTHERS, _PRICE = "#D55E00", "#0072B2", "#009E73"


def probe_as_json(found: Probe) -> dict[str, Any]:
    """The probe as plain JSON values; gains and losses are in an agent's mean profit of a round before."""
    verdict = found.verdict
    return {
        "market": found.market,
        "institution": found.institution,
        "verdict": verdict.word,
        "why": verdict.sentence,
        "verdicts": dict(found.verdicts),
        "elevation_before": found.mean("elevation"),
        "gain_in_its_round": found.mean("gain"),
        "discounted_loss_after": found.mean("loss"),
        "net": found.mean("net"),
        "share_steady": found.mean("steady"),
        "share_answered": found.mean("reacted"),
        "share_unprofitable": float(np.mean([one.net < 0.0 for one in found.deviations])),
        "share_returned": found.mean("returned"),
        "discount": found.horizon.discount,
        "rounds": list(range(-BEFORE, found.horizon.after + 1)),
        "paths": {name: _numbers(found.path(name)) for name in ("own", "others", "price")},
        "deviations": [
            {
                "agent": one.agent,
                "seed": one.seed,
                "round": one.round,
                "verdict": one.verdict.word,
                "elevation_before": one.elevation,
                "steady": one.steady,
                "gain_in_its_round": one.gain,
                "discounted_loss_after": one.loss,
                "net": one.net,
                "answered": one.reacted,
                "returned": one.returned,
            }
            for one in found.deviations
        ],
    }


def draw_probe(found: Probe, path: Path) -> None:
    """Draw prices and profits around the deviation into a PNG or SVG file."""
    from matplotlib.figure import Figure

    shown = min(SHOWN, found.horizon.after)
    rounds = range(-BEFORE, shown + 1)
    figure = Figure(figsize=(7.2, 4.2), layout="constrained")
    axes = figure.subplots()
    axes.axhline(1.0, color="0.6", linewidth=0.8)
    axes.axvline(0, color="0.6", linewidth=0.8, linestyle=":")
    lines = (
        ("own", _OWN, "o", "-", "profit of who deviates in round 0"),
        ("others", _OTHERS, "s", "--", "profit of the others"),
        ("price", _PRICE, "^", ":", "mean price"),
    )
    for name, colour, marker, style, label in lines:
        values = found.path(name)[: len(rounds)]
        if not np.isnan(values).all():
            axes.plot(rounds, values, color=colour, marker=marker, markersize=4, linestyle=style, label=label)
    axes.set_xticks(range(-BEFORE, shown + 1, 5))
    axes.set_xlabel("rounds after the deviation")
    axes.set_ylabel("relative to before")
    axes.set_title(f"{found.market}: {found.verdict.word}", fontsize=11)
    axes.legend(frameon=False)
    save_figure(figure, path)


def _numbers(values: np.ndarray) -> list[float | None]:
    return [None if math.isnan(one) else one for one in values.tolist()]
