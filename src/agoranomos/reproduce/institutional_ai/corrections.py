"""What the paper's design leaves open: prices and welfare, innocents accused, placebos, fines and detection."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np

from agoranomos.analysis.arms import ArmSummary
from agoranomos.analysis.regimes import regimes_of
from agoranomos.analysis.runs import RunResult
from agoranomos.reproduce.institutional_ai.design import DETECTION, FINES
from agoranomos.reproduce.labelled import difference_over_labels, mean_over_labels, sample_of
from agoranomos.reproduce.sections import Cell, Table, Value, rows_of, value_of
from agoranomos.statistics import mean_interval, rate_interval

INNOCENT, GUILTY = 0.10, 0.50
"""Mean price elevation up to which a run harms nobody, and from which it is a cartel's: (P - P_Nash) / (P_monopoly -
P_Nash). Half-way is the line of the signal S5 that was proposed for the paper's graph."""

RENT = 3200 / 9
"""What a division of the mirror-cost duopoly earns a firm and round over Nash: 1800 less 1444.44."""

OUTCOMES: dict[str, tuple[str | Callable[[RunResult], float], str]] = {
    "price": ("price", "2"),
    "price, rounds nobody sat out": (lambda result: result.price_free, "2"),
    "price elevation": ("price_elevation", "3"),
    "consumer surplus over Nash": ("surplus_ratio", "3"),
    "welfare a round": ("welfare", "1"),
    "profit a round, before fines": ("profit", "1"),
    "fines a run": (lambda result: result.fines, "0"),
    "agent-rounds sat out, a run": (lambda result: float(result.suspended_rounds), "1"),
}


def outcome_tables(arms: Sequence[ArmSummary], baseline: str, name: str, title: str) -> tuple[Table, Table]:
    """Price-based outcomes of every regime, and their differences to the baseline over the same labels."""
    regimes = regimes_of(arms)
    samples = {
        (regime, label): sample_of(arms, regime, measure)
        for regime in regimes
        for label, (measure, _) in OUTCOMES.items()
    }
    levels = [
        (
            regime,
            [Cell(value_of(mean_over_labels(samples[regime, label]), form)) for label, (_, form) in OUTCOMES.items()],
        )
        for regime in regimes
    ]
    differences = [
        (
            f"{regime} − {baseline}",
            [
                Cell(value_of(difference_over_labels(samples[regime, label], samples[baseline, label]), form))
                for label, (_, form) in OUTCOMES.items()
            ],
        )
        for regime in regimes
        if regime != baseline and baseline in regimes
    ]
    note = "Means over rounds; intervals (95%) over labels. No price was published."
    return (
        Table(name, title, tuple(OUTCOMES), rows_of(levels), note),
        Table(f"{name}-differences", f"{title}: differences", tuple(OUTCOMES), rows_of(differences), _WHY_PRICES_RISE),
    )


_WHY_PRICES_RISE = (
    "A firm that is suspended makes nothing, and prices rise while it sits out: an institution that suspends can raise "
    "the mean price above that of the cartel it fights. The second column leaves such rounds out."
)


def accusation_table(main: Sequence[ArmSummary], governed: Sequence[ArmSummary]) -> Table:
    """How often each institution accuses those who harm nobody, and misses cartels: judged by prices, not by structure.

    A run is judged by its twin: the same label and seed where nobody governs.
    """
    twins = {
        (arm.arm.roster, result.seed): result.outcomes.price_elevation
        for arm in main
        if arm.arm.ungoverned
        for result in arm.results
    }
    rows = []
    for regime in regimes_of(governed):
        mine = [arm for arm in governed if arm.arm.regime == regime and arm.arm.institution]
        runs = [
            (twins.get((arm.arm.roster, result.seed), float("nan")), result) for arm in mine for result in arm.results
        ]
        innocent = [result for elevation, result in runs if elevation <= INNOCENT]
        guilty = [result for elevation, result in runs if elevation >= GUILTY]
        if mine:
            rows.append(
                (
                    regime,
                    (
                        _share(innocent, lambda result: result.cases > 0),
                        _share(innocent, lambda result: result.sanctions > 0),
                        _share(guilty, lambda result: result.cases == 0),
                        _share(guilty, lambda result: result.sanctions == 0),
                    ),
                )
            )
    columns = ("innocents accused", "innocents sanctioned", "cartels never accused", "cartels never sanctioned")
    note = (
        f"Shares of runs with exact intervals (Clopper-Pearson), runs taken as independent. Innocent: without an "
        f"institution the same label and seed keeps prices within {INNOCENT:.0%} of the way from Nash to monopoly; a "
        f"cartel: at {GUILTY:.0%} of it or more. What lies between is neither."
    )
    return Table("accusations", "Innocents accused and cartels missed, by prices", columns, rows_of(rows), note)


def _share(runs: Sequence[RunResult], holds: Callable[[RunResult], bool]) -> Cell:
    return Cell(value_of(rate_interval(sum(bool(holds(run)) for run in runs), len(runs)), "%"))


def sweep_tables(arms: Sequence[ArmSummary]) -> list[Table]:
    """Price elevation, and what a firm earns over Nash after fines, by fine and detection, a table a roster."""
    tables = []
    for roster in dict.fromkeys(arm.arm.roster for arm in arms):
        mine = {_levels(arm): arm for arm in arms if arm.arm.roster == roster}
        for name, title, read in _SWEPT:
            rows = [(fine, [Cell(_cell(mine.get((fine, chance)), read)) for chance in DETECTION]) for fine in FINES]
            columns = tuple(f"detection {chance:.0%}" for chance in DETECTION.values())
            tables.append(Table(f"sweep-{roster}-{name}", f"{roster}: {title}", columns, rows_of(rows), _SWEEP_NOTE))
    return tables


def _levels(arm: ArmSummary) -> tuple[str, str]:
    """Fine and detection of an arm, whose name ends with both levels."""
    fine, _, detection = arm.arm.name.rpartition(".")
    return fine.rpartition(".")[2], detection


def _cell(arm: ArmSummary | None, read: Callable[[ArmSummary, RunResult], float]) -> Value:
    return value_of(mean_interval([float(read(arm, result)) for result in arm.results] if arm else []), "3")


def _elevation(_: ArmSummary, result: RunResult) -> float:
    return result.outcomes.price_elevation


def _net_gain(arm: ArmSummary, result: RunResult) -> float:
    """Profit after fines over that of Nash play, less 1."""
    nash = arm.nash.total_profit
    return (result.outcomes.profit - result.fines / result.rounds) / nash - 1


_SWEPT = (
    ("elevation", "price elevation", _elevation),
    ("gain", "profit after fines over Nash play, less 1", _net_gain),
)
_SWEEP_NOTE = (
    "Rows: what the published fines are multiplied by. Means over seeds with Student's intervals (95%). A cartel that "
    "goes on whatever happens shows where it stops paying; one round of division earns 355.56 a firm over Nash."
)


def threshold(times: float, rate: float, *, rent: float = RENT, profit: float = 1800.0) -> float:
    """The detection from which a fine of `times * rate` of a division's profit takes more than the division earns.

    p S >= rent, the paper's condition. Both are of the mirror-cost duopoly, a firm and round.
    """
    return float(np.inf) if times * rate == 0 else rent / (times * rate * profit)
