"""What the best plan keeps, by how high fines are and how likely detection is: a map of where an institution deters.

Every event that accuses is made to depend on one more audit of the whole market, which takes place with the probability
of detection; fines (rates and floors) are multiplied. The coalition plays Nash or divides the market.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from agoranomos.deterrence.average import best_average
from agoranomos.deterrence.derived import derived, tree_of
from agoranomos.deterrence.ladder import Ladders
from agoranomos.deterrence.model import Model, Progress, build_model
from agoranomos.deterrence.play import named_plans
from agoranomos.errors import UsageError
from agoranomos.institutions.bind import bind
from agoranomos.institutions.institution import Institution
from agoranomos.markets.cournot.benchmarks import benchmarks
from agoranomos.markets.cournot.spec import CournotSpec
from agoranomos.markets.market import Market

DETECTION = "detected"
"""The audit that stands for detection."""

FINES = (0.0, 0.25, 0.5, 1.0, 1.5, 2.0, 3.0, 4.0)
PROBABILITIES = (0.05, 0.1, 0.2, 0.3, 0.5, 0.7, 0.85, 1.0)
PLANS = ("nash", "division")
_PRECISION = 0.01


@dataclass(frozen=True, slots=True, eq=False)
class HeatMap:
    """`gain` [probabilities, fines]: what the best plan earns over Nash per firm and round.

    `fines` multiply those of the institution; a case is opened with one of `probabilities` where it would be.
    """

    institution: str
    market: str
    nash_profit: float
    plans: tuple[str, ...]
    fines: tuple[float, ...]
    probabilities: tuple[float, ...]
    gain: NDArray[np.float64]


def uncertain(institution: Institution) -> Institution:
    """The institution whose accusing events happen only where detection takes place, at even odds."""
    tree = tree_of(institution)
    audits = tree.setdefault("audits", {})
    if DETECTION in audits:
        raise UsageError(f"institution {institution.name} already has an audit {DETECTION!r}")
    audits[DETECTION] = {"probability": 0.5, "of": "market"}
    for event in tree.get("events", {}).values():
        if event.get("accuses") is not None:
            event["when"] = f"({event['when']}) && {DETECTION}"
    return derived(institution, tree)


def heat_map(
    institution: Institution,
    market: Market,
    *,
    plans: Sequence[str] = PLANS,
    fines: Sequence[float] = FINES,
    probabilities: Sequence[float] = PROBABILITIES,
    progress: Progress | None = None,
) -> HeatMap:
    """The best gain for each multiple of the fines and each probability of detection.

    Raises `UsageError` for an institution with audits of its own, or for one that certify cannot follow.
    """
    spec = getattr(market, "spec", None)
    if not isinstance(spec, CournotSpec):
        raise UsageError(
            f"{market.facts.market} is no Cournot market; certify knows no other yet",
            advice="Play the institution in it instead: agora run, or agora graph test with traces of signals.",
        )
    if institution.manifest.audits:
        raise UsageError("the map varies the probability of detection, and this institution has audits of its own")
    nash = float(benchmarks(spec).nash.profit.mean())
    model = build_model(
        spec, Ladders(bind(uncertain(institution), market.facts)), named_plans(spec, plans), progress=progress
    )
    gain = np.empty((len(probabilities), len(fines)))
    for row, probability in enumerate(probabilities):
        for column, multiple in enumerate(fines):
            gain[row, column] = best_gain(model, multiple, probability) - nash
            if progress is not None:
                progress(f"of {gain.size} cells of the map", row * len(fines) + column + 1)
    return HeatMap(institution.name, market.facts.market, nash, tuple(plans), tuple(fines), tuple(probabilities), gain)


def best_gain(model: Model, fines: float, probability: float) -> float:
    """The best average profit where fines are multiplied and detection has this probability.

    `model` is that of an institution made `uncertain`; its second chance is the one in which detection takes place.
    """
    reward = model.profit()[:, :, None] - fines * model.fines()
    if probability in (0.0, 1.0):
        certain = [int(probability)]
        return best_average(model.successor[:, :, certain], reward[:, :, certain], np.ones(1)).average
    chance = np.array([1.0 - probability, probability])
    return best_average(model.successor, reward, chance, precision=_PRECISION).average


def critical_detection_of(
    institution: Institution, market: Market, tolerance: float, *, plans: Sequence[str] = PLANS
) -> float | None:
    """The probability of detection from which on these plans gain at most the share `tolerance` of Nash profit.

    To three digits, by bisection (more detection never helps a coalition here, which is an assumption). None where
    certain detection is not enough.
    """
    spec = getattr(market, "spec", None)
    assert isinstance(spec, CournotSpec)
    nash = float(benchmarks(spec).nash.profit.mean())
    model = build_model(spec, Ladders(bind(uncertain(institution), market.facts)), named_plans(spec, plans))
    most = nash * (1.0 + tolerance)
    if best_gain(model, 1.0, 1.0) > most:
        return None
    low, high = 0.0, 1.0
    while high - low > 1e-3:
        middle = (low + high) / 2.0
        low, high = (middle, high) if best_gain(model, 1.0, middle) > most else (low, middle)
    return high


def draw(found: HeatMap, path: Path) -> None:
    """Draw the map into a PNG or SVG file."""
    import matplotlib as mpl

    mpl.use("Agg")
    from matplotlib import pyplot as plt

    percent = 100.0 * found.gain / found.nash_profit
    figure, axes = plt.subplots(figsize=(7.2, 5.2), layout="constrained")
    most = max(float(percent.max()), 1.0)
    image = axes.imshow(percent, origin="lower", aspect="auto", cmap="Reds", vmin=0.0, vmax=most)
    axes.set_xticks(range(len(found.fines)), [f"{fine:g}" for fine in found.fines])
    axes.set_yticks(range(len(found.probabilities)), [f"{p:g}" for p in found.probabilities])
    for (row, column), value in np.ndenumerate(percent):
        shade = "white" if value > 0.6 * most else "black"
        axes.text(column, row, f"{max(value, 0.0):.1f}", ha="center", va="center", fontsize=8, color=shade)
    axes.set_xlabel("fines, as a multiple of the institution's")
    axes.set_ylabel("probability that a case is opened where it would be")
    axes.set_title(f"What the best plan of {' and '.join(found.plans)} gains over Nash", fontsize=11)
    figure.colorbar(image, ax=axes, label="% of Nash profit a round")
    figure.suptitle(f"{found.institution} in {found.market}", fontsize=10)
    with mpl.rc_context({"svg.hashsalt": "agoranomos"}):
        kept = {"Date": None} if path.suffix == ".svg" else {"Software": None}
        figure.savefig(path, metadata=kept)
    plt.close(figure)
