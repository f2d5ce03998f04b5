"""What a reproduction found, as JSON values and as a figure beside it."""

from __future__ import annotations

import json
import math
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from agoranomos.errors import MachineError
from agoranomos.learning.impulse import AFTER, BEFORE
from agoranomos.reproduce.calvano import CalvanoResult
from agoranomos.reproduce.calvano_settings import PUBLISHED, CalvanoSettings
from agoranomos.workspace.figure_file import save_figure

if TYPE_CHECKING:
    pass

DEVIATOR, OTHERS = "#D55E00", "#0072B2"
"""Colours of Okabe and Ito (2008)."""


def as_json(settings: CalvanoSettings, found: CalvanoResult) -> dict[str, Any]:
    """Settings, result and published values as plain JSON values."""
    return {
        "paper": "Calvano, Calzolari, Denicolo and Pastorello (2020), American Economic Review 110(10)",
        "settings": {
            "sessions": settings.sessions,
            "seed": settings.seed,
            **{name: getattr(settings.rule, name) for name in ("learning_rate", "decay", "discount", "stable")},
        },
        "sessions_converged": found.converged,
        "periods": found.periods,
        "session_periods": found.session_periods,
        "profit_gain": _numbers(found),
        "mean_price": found.price,
        "cycle_lengths": {str(length): count for length, count in found.cycles.items()},
        "impulse": None
        if found.deviator is None or found.others is None
        else {
            "periods": list(range(-BEFORE, AFTER + 1)),
            "deviator": found.deviator.tolist(),
            "others": found.others.tolist(),
            "gain_of_the_deviation_period": found.deviation_gain,
            "discounted_gain_in_all": found.deviation_net,
            "share_unprofitable": found.unprofitable,
            "share_returned": found.returned,
        },
        "published": dict(PUBLISHED),
    }


def write_json(value: Mapping[str, Any], path: Path) -> None:
    """Write `value` as JSON; raises `MachineError` where it cannot be written."""
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(json.dumps(value, indent=2, allow_nan=False) + "\n", encoding="utf-8")
    except OSError as error:
        raise MachineError(f"cannot write {path}: {error.strerror or error}") from error


def draw_impulse(found: CalvanoResult, path: Path) -> None:
    """Draw the impulse response into a PNG or SVG file; `found` has one."""
    from matplotlib.figure import Figure

    assert found.deviator is not None
    assert found.others is not None
    figure = Figure(figsize=(7.2, 4.2), layout="constrained")
    axes = figure.subplots()
    periods = range(-BEFORE, AFTER + 1)
    axes.axhline(1.0, color="0.6", linewidth=0.8)
    axes.axvline(0, color="0.6", linewidth=0.8, linestyle=":")
    axes.plot(periods, found.deviator, color=DEVIATOR, marker="o", markersize=4, label="who deviates in period 0")
    axes.plot(periods, found.others, color=OTHERS, marker="s", markersize=4, linestyle="--", label="the rival")
    axes.set_xticks(range(-BEFORE, AFTER + 1, 5))
    axes.set_xlabel("periods after the deviation")
    axes.set_ylabel("price, relative to before")
    axes.set_title(f"A forced one-period deviation, mean of {found.sessions} sessions", fontsize=11)
    axes.legend(frameon=False)
    save_figure(figure, path)


def _numbers(found: CalvanoResult) -> dict[str, Any]:
    gain = found.gain
    return {
        "mean": _number(gain.point),
        "low": _number(gain.low),
        "high": _number(gain.high),
        "level": gain.level,
        "method": gain.method,
        "n": gain.n,
        "reason": gain.reason,
    }


def _number(value: float) -> float | None:
    return None if math.isnan(value) else float(value)


__all__ = ["as_json", "draw_impulse", "write_json"]
