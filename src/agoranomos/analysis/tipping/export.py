"""The curves of a campaign of scenarios as CSV, one row an arm and round, and its measures, one row an arm."""

from __future__ import annotations

import csv
import io
from typing import Any

import numpy as np

from agoranomos.analysis.tipping.null_curves import NULLS
from agoranomos.analysis.tipping.results import TippingArm, TippingResults
from agoranomos.analysis.tipping.trajectories import PAYOFFS
from agoranomos.statistics import Interval
from agoranomos.statistics.tipping import Contagion


def curves_csv(found: TippingResults) -> str:
    """One row an arm and round: V_r with its bounds, with unread answers in the denominator, hazard, null curves."""
    names = ["arm", "round", "rate", "rate_low", "rate_high", "rate_of_all", "hazard", "hazard_low", "hazard_high"]
    rows: list[list[Any]] = [[*names, *(f"null: {name}" for name in NULLS)]]
    for one in found.arms:
        for k, (rate, first) in enumerate(zip(one.rates, one.hazards, strict=True)):
            nulls = [one.nulls[name][k] if name in one.nulls else np.nan for name in NULLS]
            rows.append([one.arm.name, k + 1, *_bounds(rate), one.of_all[k], *_bounds(first), *nulls])
    return _written(rows)


def arms_csv(found: TippingResults) -> str:
    """One row an arm: the measures of tipping, payoffs a round, unread answers, theory; empty where there is none."""
    made = [_measures(one) for one in found.arms]
    names = list(dict.fromkeys(name for row in made for name in row))
    rows: list[list[Any]] = [names]
    rows.extend([row.get(name, np.nan) for name in names] for row in made)
    return _written(rows)


def _measures(one: TippingArm) -> dict[str, Any]:
    row: dict[str, Any] = {
        "arm": one.arm.name,
        "trajectories": int(one.data.free.sum()),
        "settings": len(set(one.data.settings)),
        **_named("area", one.area),
        **_named("persistence", one.persistence),
        **_named("drift", one.drift.slope.interval),
        "drift_p": one.drift.slope.p,
        "tipped": np.nan if one.change.reason else int(one.change.tipped),
        "change_round": one.change.round or np.nan,
        "change_until": one.change.until or np.nan,
        "change_before": one.change.before,
        "change_after": one.change.after,
        "change_bic_gain": one.change.bic_gain,
        "fell": np.nan if one.fall.reason else int(one.fall.tipped),
        "fall_round": one.fall.round or np.nan,
        "sharpness": one.sharpness,
        "unread": one.unread.point,
    }
    for name in PAYOFFS:
        row |= _named(name, one.payoffs[name])
    row |= _named("under_audit", one.under_audit) if one.under_audit else {}
    for name, span in (
        ("p_star", one.theory.deterring),
        ("watched", one.theory.watched),
        ("q_star", one.theory.unstable),
    ):
        row |= {f"{name}_least": span[0], f"{name}_most": span[1]} if span else {}
    if one.group is not None:
        row |= _named("success_effect", one.group.success) if one.group.success else {}
        row |= {"adopted": one.group.adoption.reached, "adoption_median": one.group.adoption.median}
        row |= _named("unstable", one.group.unstable)
        row |= {"groups_judged": len(one.group.tips.found), "groups_tipped": one.group.tips.tipped}
        row |= {"groups_tipped_median": one.group.tips.median}
        row |= _contagion(one.group.contagion) if one.group.contagion else {}
    return row


def _contagion(found: Contagion) -> dict[str, float]:
    parts = {
        "hazard_alone": found.alone,
        "hazard_exposed": found.exposed,
        "contagion": found.difference,
        "reproduction": found.reproduction,
    }
    return {key: value for name, interval in parts.items() for key, value in _named(name, interval).items()}


def _named(name: str, interval: Interval) -> dict[str, float]:
    point, low, high = _bounds(interval)
    return {name: point, f"{name}_low": low, f"{name}_high": high}


def _bounds(interval: Interval) -> tuple[float, float, float]:
    return interval.point, interval.low, interval.high


def _written(rows: list[list[Any]]) -> str:
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    for row in rows:
        writer.writerow([_cell(value) for value in row])
    return text.getvalue()


def _cell(value: Any) -> Any:
    if isinstance(value, float):
        return "" if np.isnan(value) else repr(float(value))
    return value
