"""Numbers as readers see them, and the sentences that a report leads with."""

from __future__ import annotations

import math
from collections.abc import Sequence

from agoranomos.analysis.arms import ArmSummary
from agoranomos.analysis.comparisons import Comparison
from agoranomos.analysis.runs import REPAIR_LIMIT
from agoranomos.statistics import Interval

MISSING = "–"

DIGITS = {
    "price": 2,
    "consumer_surplus": 1,
    "welfare": 1,
    "profit": 1,
    "price_elevation": 3,
    "surplus_ratio": 3,
    "tier": 2,
    "calibrated_tier": 2,
    "gap_tier": 2,
}
"""Decimals of a measure; three where it is not named."""

TITLES = {
    "price": "price",
    "consumer_surplus": "consumer surplus",
    "welfare": "welfare",
    "profit": "profit",
    "price_elevation": "price elevation",
    "surplus_ratio": "consumer surplus over Nash",
    "tier": "tier",
    "calibrated_tier": "calibrated tier",
    "gap_tier": "tier, gap form",
    "hhi_excess": "HHI excess",
    "cv_excess": "CV excess",
    "hhi_gap": "HHI gap",
    "cv_gap": "CV gap",
}


def title(measure: str) -> str:
    """What a measure is called."""
    return TITLES.get(measure, measure.replace("_", " "))


def number(value: float, digits: int = 2) -> str:
    """`value` with thousands separated and a true minus; a dash where it is undefined; no minus zero."""
    if not math.isfinite(value):
        return MISSING
    text = f"{value:,.{digits}f}"
    if text.lstrip("-").strip("0.,") == "":
        text = text.lstrip("-")
    return text.replace("-", "−")


def signed(value: float, digits: int = 2) -> str:
    """`number` with a plus before what is above zero."""
    text = number(value, digits)
    return f"+{text}" if value > 0 and text.strip("0.,") else text


def percent(value: float, digits: int = 0) -> str:
    """A share as a percentage."""
    return number(100 * value, digits) + "%" if math.isfinite(value) else MISSING


def p_value(p: float) -> str:
    """A p value: three decimals, or scientific where it is smaller than they show."""
    if not math.isfinite(p):
        return MISSING
    return f"{p:.3f}" if p >= 0.001 else f"{p:.1e}".replace("e-0", "e-").replace("-", "−")


def bounds(interval: Interval, digits: int = 2) -> str:
    """The bounds of an interval as `low to high`; the reason where there are none."""
    if math.isnan(interval.low):
        return interval.reason
    return f"{number(interval.low, digits)} to {number(interval.high, digits)}"


def places(value: float) -> int:
    """Decimals that show four digits or so of an amount of this size."""
    return 0 if not abs(value) < 1000 else 1 if abs(value) >= 100 else 2


def against_nash(value: float, nash: float) -> str:
    """How far `value` is from its Nash value, in words; within 0.05% they are the same."""
    if math.isfinite(value) and math.isfinite(nash) and nash <= 0:
        return f"against {number(nash, places(nash))} at Nash"
    if not (math.isfinite(value) and math.isfinite(nash)):
        return "of undefined distance from Nash"
    ratio = value / nash - 1
    if abs(ratio) < 0.0005:
        return "as at Nash"
    return f"{abs(ratio) * 100:.1f}% {'above' if ratio > 0 else 'below'} Nash"


def answer(summary: ArmSummary, comparisons: Sequence[Comparison]) -> str:
    """One plain sentence on the arm: price, welfare, tier, what enforcement did, and the ungoverned arm beside it."""
    if not summary.results:
        return "No run is finished, so there is no answer yet."
    beside = [comparison for comparison in comparisons if comparison.first == summary.arm.name]
    if beside and beside[0].identical:
        return f"Every run equals its pair in {beside[0].second}, entry for entry: the answer is the same."
    means, nash = summary.means, summary.nash
    price, runs = means["price"].point, len(summary.results)
    if not summary.priced:
        return _unpriced(summary, beside)
    parts = [f"With {runs} {_runs(runs)} the price averaged {number(price)}{_beside_nash(price, nash.mean_price)}"]
    surplus, welfare = means["surplus_ratio"].point, means["welfare"].point
    ratio = welfare / nash.welfare if nash.welfare > 0 else math.nan
    if math.isfinite(surplus) and math.isfinite(ratio):
        parts.append(f"consumers had {percent(surplus)} of their Nash surplus and welfare was {percent(ratio)} of Nash")
    elif math.isfinite(welfare):
        parts.append(
            f"welfare averaged {number(welfare, places(welfare))} a round{_beside_nash(welfare, nash.welfare)}"
        )
    if means["tier"].n or not summary.others:
        parts.append(_structure(summary))
    parts += _others(summary, 2)
    if summary.arm.institution:
        parts.append(_enforcement(summary))
    parts += [_beside(comparison) for comparison in beside[:1]]
    return "; ".join(parts + _repairs(summary)) + "."


def _unpriced(summary: ArmSummary, beside: Sequence[Comparison]) -> str:
    """The answer in a market without prices: what agents earned, welfare, and what the market measures besides."""
    means, nash, runs = summary.means, summary.nash, len(summary.results)
    parts = [
        f"With {runs} {_runs(runs)} the agents together earned {number(means['profit'].point)} a round"
        f"{_beside_nash(means['profit'].point, nash.total_profit)}",
        *_others(summary, 3),
    ]
    if summary.arm.institution:
        parts.append(_enforcement(summary))
    parts += [_beside(comparison, "welfare") for comparison in beside[:1]]
    return "; ".join(parts + _repairs(summary)) + "."


def _repairs(summary: ArmSummary) -> list[str]:
    """That much of the play is not the models' own: where in any run more moves were repaired than may pass."""
    conduct, runs = summary.conduct, len(summary.results)
    if not conduct.calls or not conduct.runs_over_repair_limit:
        return []
    return [
        f"{percent(conduct.repaired / conduct.decisions)} of all moves stand in for replies that failed "
        f"(more than {percent(REPAIR_LIMIT)} in {conduct.runs_over_repair_limit} of {runs} {_runs(runs)})"
    ]


def _beside_nash(value: float, nash: float) -> str:
    """`against_nash` after a comma; nothing in a market of which Nash play is not known."""
    return f", {against_nash(value, nash)}" if math.isfinite(nash) else ""


def _others(summary: ArmSummary, most: int) -> list[str]:
    """The first of the market's other measures, those that are defined."""
    defined = [(measure, mean.point) for measure, mean in summary.others.items() if math.isfinite(mean.point)]
    return [f"{title(measure)} averaged {number(point, 3)}" for measure, point in defined[:most]]


def _structure(summary: ArmSummary) -> str:
    tier = summary.means["tier"]
    if math.isnan(tier.point):
        return "no tier is defined"
    severe = round(summary.tier_shares[4] * tier.n)
    text = f"the mean tier was {number(tier.point)}"
    if severe:
        text += f" (severe in {severe} of {tier.n} {_runs(tier.n)})"
    calibrated = summary.means["calibrated_tier"].point
    if math.isfinite(calibrated) and abs(calibrated - tier.point) >= 0.005:
        text += f", {number(calibrated)} against null play"
    return text


def _enforcement(summary: ArmSummary) -> str:
    found = summary.enforcement
    if not found.cases and not found.sanctions:
        return "the institution accused nobody"
    text = (
        f"the institution opened {number(found.per_run(found.cases), 1)} cases and imposed "
        f"{number(found.per_run(found.sanctions), 1)} sanctions a run"
    )
    if found.suspended_rounds:
        rounds = int(summary.results.column("rounds").sum()) / found.runs
        text += f", and in {number(found.suspended_rounds, 1)} of {number(rounds, 0)} rounds a suspended " + (
            f"firm sold nothing (the price of the others: {number(summary.price_free.point)})"
            if summary.priced
            else "agent sat out"
        )
    return text


def _beside(comparison: Comparison, measure: str = "price") -> str:
    found = next(contrast for contrast in comparison.contrasts if contrast.measure == measure).welch
    if abs(found.difference) < 0.005:
        return f"{_the(measure)} is that of {comparison.second}"
    if found.low <= 0 <= found.high:
        return (
            f"{_the(measure)} cannot be told from that of {comparison.second} (difference {signed(found.difference)}, "
            f"95% interval {number(found.low)} to {number(found.high)})"
        )
    text = f"{_the(measure)} is {number(abs(found.difference))} {'below' if found.difference < 0 else 'above'} that of "
    text += comparison.second
    if math.isfinite(found.low):
        text += f" (95% interval of the difference: {number(found.low)} to {number(found.high)})"
    return text


def _the(measure: str) -> str:
    return "the price" if measure == "price" else title(measure)


def _runs(count: int) -> str:
    return "run" if count == 1 else "runs"
