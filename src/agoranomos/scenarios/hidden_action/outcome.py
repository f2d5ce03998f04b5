"""What a round of hidden action comes to, and its measures.

effort                  the place of the level that a worker gave (0 is the least); None without a contract
accepted                1 where it took the contract, 0 where it declined; None where it did neither
output                  1 where its work was a success, else 0; None without a contract
pay                     what it was paid; None without a contract
reported                1 where it reported its effort, else 0; None without a contract, or where nobody can report
misreported             1 where it reported more effort than it gave, else 0; None as before
misreported_given_low   the same of those who gave less than was wanted; None for all others
admitted_given_low      1 where who gave less than was wanted reported what it gave, else 0; None for all others
checks, faults_found    records that it checked, and that it found wrong; None where work is drawn
best_effort             the level that is a best reply to the contract; None where declining it is
participation           part of those who answered that took the contract; None where nobody answered
wage_cost               what all workers were paid
inspection_spend        what inspections cost
payoff_principal        value of the output less pay and inspections, whether or not the principal has a seat
surplus                 value of the output less effort and inspections
expected_surplus        the same with the probability of a success in the place of the draw
slack                   by how much the wanted level is worth more to a worker than its best other one
share_of_first_best     expected surplus over that of the first best; None where that is not above 0
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from agoranomos.markets.facts import SCALE, Measured, MeasureKind, to_e6
from agoranomos.scenarios.hidden_action import theory
from agoranomos.scenarios.hidden_action.contract import Contract
from agoranomos.scenarios.hidden_action.spec import HiddenActionSpec
from agoranomos.scenarios.hidden_action.technology import first_best
from agoranomos.scenarios.measures import COMMON_KINDS, common_measures


def _of_worker(title: str) -> MeasureKind:
    return MeasureKind(("firm",), title, least_e6=0, most_e6=SCALE)


MEASURE_KINDS: dict[str, MeasureKind] = {
    **COMMON_KINDS,
    "effort_e6": MeasureKind(("firm",), "level of effort, counted from 0", least_e6=0),
    "accepted_e6": _of_worker("took the contract: 1, else 0"),
    "output_e6": _of_worker("its work was a success: 1, else 0"),
    "pay_e6": MeasureKind(("firm",), "what it was paid"),
    "reported_e6": _of_worker("reported its effort: 1, else 0"),
    "misreported_e6": _of_worker("reported more effort than it gave: 1, else 0"),
    "misreported_given_low_e6": _of_worker("having given too little effort, reported more: 1, else 0"),
    "admitted_given_low_e6": _of_worker("having given too little effort, reported it: 1, else 0"),
    "checks_e6": MeasureKind(("firm",), "records that it checked", least_e6=0),
    "faults_found_e6": MeasureKind(("firm",), "wrong records that it found", least_e6=0),
    "best_effort_e6": MeasureKind(("firm",), "level of effort that is a best reply", least_e6=0, relative=True),
    "participation_e6": MeasureKind((), "part of those who answered that took the contract", least_e6=0, most_e6=SCALE),
    "wage_cost_e6": MeasureKind((), "what all workers were paid"),
    "inspection_spend_e6": MeasureKind((), "what inspections cost", least_e6=0),
    "payoff_principal_e6": MeasureKind((), "value of the output less pay and inspections"),
    "surplus_e6": MeasureKind((), "value of the output less effort and inspections"),
    "expected_surplus_e6": MeasureKind((), "expected value of the output less effort and inspections"),
    "slack_e6": MeasureKind((), "what the wanted effort is worth to a worker more than other effort", relative=True),
    "share_of_first_best_e6": MeasureKind((), "expected surplus over that of the first best", relative=True),
}


@dataclass(frozen=True, slots=True)
class Outcome:
    """A round: one item a worker in each sequence.

    `took` is False where a worker declined and None where it did neither; `level` is None without a contract, `said`
    the level that it reported (None: nothing). `known` says that the principal got to know of too little effort,
    `found` and `checked` what was done where work is real. `offered` and `coming` are the places among
    `HiddenActionSpec.offers` of the round's contract and of the next one's.
    """

    offered: int
    coming: int
    took: tuple[bool | None, ...]
    level: tuple[int | None, ...]
    said: tuple[int | None, ...]
    success: tuple[bool, ...]
    inspected: tuple[bool, ...]
    known: tuple[bool, ...]
    pay: tuple[float, ...]
    profit: tuple[float, ...]
    principal: float
    checked: tuple[int | None, ...]
    found: tuple[int | None, ...]


def shirked(spec: HiddenActionSpec, outcome: Outcome) -> tuple[bool | None, ...]:
    """Whether each worker gave less than was wanted; None without a contract."""
    return tuple([None if level is None else level < spec.asked for level in outcome.level])


def measures_of(spec: HiddenActionSpec, outcome: Outcome) -> dict[str, Measured]:
    """The measures of a round, for the workers and, where it has a seat, the principal after them."""
    low = shirked(spec, outcome)
    contract = spec.offers[outcome.offered]
    technology, workers = spec.means, range(len(spec.workers))
    seated = spec.principal == "seat"
    answered = [took for took in outcome.took if took is not None]
    spend = technology.inspection_cost * sum(outcome.inspected)
    worked = [technology.levels[level] for level in outcome.level if level is not None]
    costs = sum([level.cost for level in worked])
    expected = sum([level.success * technology.value - level.cost for level in worked])
    expected -= contract.inspection * technology.inspection_cost * len(worked)
    best, first = theory.equilibrium(spec, contract), first_best(technology).surplus * len(spec.workers)
    said = [_reports(spec, outcome, index) for index in workers]
    of_workers: dict[str, Sequence[float | None]] = {
        "effort_e6": outcome.level,
        "accepted_e6": outcome.took,
        "output_e6": [_if_worked(outcome, i, outcome.success[i]) for i in workers],
        "pay_e6": [_if_worked(outcome, i, outcome.pay[i]) for i in workers],
        "reported_e6": [one["reported"] for one in said],
        "misreported_e6": [one["misreported"] for one in said],
        "misreported_given_low_e6": [one["misreported"] if low[i] else None for i, one in enumerate(said)],
        "admitted_given_low_e6": [one["admitted"] if low[i] else None for i, one in enumerate(said)],
        "checks_e6": outcome.checked,
        "faults_found_e6": outcome.found,
        "best_effort_e6": [best] * len(spec.workers),
    }
    shared = common_measures(
        low,
        outcome.inspected,
        outcome.profit,
        0.0 if seated else outcome.principal,
        0.0,
        caught=[inspected or known for inspected, known in zip(outcome.inspected, outcome.known, strict=True)],
    )
    if seated:
        shared = _with_principal(shared, outcome.principal)
    absent = (None,) if seated else ()
    return {
        **shared,
        **{name: (*[_e6(value) for value in values], *absent) for name, values in of_workers.items()},
        "participation_e6": to_e6(sum(answered) / len(answered)) if answered else None,
        "wage_cost_e6": to_e6(sum(outcome.pay)),
        "inspection_spend_e6": to_e6(spend),
        "payoff_principal_e6": to_e6(outcome.principal),
        "surplus_e6": to_e6(technology.value * sum(outcome.success) - costs - spend),
        "expected_surplus_e6": to_e6(expected),
        "slack_e6": to_e6(theory.slack(spec, contract)),
        "share_of_first_best_e6": to_e6(expected / first) if first > 0 else None,
    }


def expected_measures(spec: HiddenActionSpec, level: int | None, said: int | None) -> dict[str, Measured]:
    """The measures of a round under the first contract in which all workers do this, with means in place of draws."""
    count, technology, contract = len(spec.workers), spec.means, spec.contract
    worked = level is not None
    outcome = Outcome(
        offered=0,
        coming=0,
        took=(worked,) * count,
        level=(level,) * count,
        said=(said if worked and spec.reporting else None,) * count,
        success=(False,) * count,
        inspected=(False,) * count,
        known=(False,) * count,
        pay=(0.0,) * count,
        profit=(theory.worker_expects(spec, contract, level, admits=theory.admits(spec, said)),) * count,
        principal=0.0,
        checked=(None,) * count,
        found=(None,) * count,
    )
    found = measures_of(spec, outcome)
    if level is None:
        return found
    each = technology.levels[level]
    paid = outcome.profit[0] + each.cost
    spent = contract.inspection * technology.inspection_cost
    kept = each.success * technology.value - paid - spent
    principal = to_e6(kept * count)
    seated = spec.principal == "seat"
    of_all: Mapping[str, float] = {
        "output_e6": each.success,
        "pay_e6": paid,
        "watched_e6": contract.inspection,
        "detected_e6": _found_out(spec, contract, level, said),
    }
    if spec.work == "real":
        checked = spec.checks.counts[level]
        of_all = {
            **of_all,
            "checks_e6": checked,
            "faults_found_e6": checked * spec.checks.faults / spec.checks.records,
        }
    absent = {"watched_e6": 0, "detected_e6": 0}
    profits = (to_e6(outcome.profit[0]),) * count
    return {
        **found,
        **{name: (to_e6(value),) * count + ((absent.get(name),) if seated else ()) for name, value in of_all.items()},
        "profit_e6": (*profits, principal) if seated else profits,
        "principal_e6": 0 if seated else principal,
        "welfare_e6": sum(profits) + principal,
        "wage_cost_e6": to_e6(paid * count),
        "inspection_spend_e6": to_e6(spent * count),
        "payoff_principal_e6": principal,
        "surplus_e6": found["expected_surplus_e6"],
    }


def _found_out(spec: HiddenActionSpec, contract: Contract, level: int, said: int | None) -> float:
    """With what probability too little effort comes to be known."""
    if level >= spec.asked:
        return 0.0
    return 1.0 if theory.admits(spec, said) else theory.enforced(spec, contract).inspection


def _with_principal(shared: Mapping[str, Measured], earned: float) -> dict[str, Measured]:
    """The measures of the workers with those of a principal that has a seat: no rule binds it, and it earns."""
    added: dict[str, int | None] = {"violation_e6": None, "watched_e6": 0, "detected_e6": 0, "profit_e6": to_e6(earned)}
    result: dict[str, Measured] = dict(shared)
    for name, value in added.items():
        of_workers = shared[name]
        assert isinstance(of_workers, tuple)
        result[name] = (*of_workers, value)
    welfare = shared["welfare_e6"]
    assert isinstance(welfare, int)
    result["welfare_e6"] = welfare + to_e6(earned)
    return result


def _reports(spec: HiddenActionSpec, outcome: Outcome, index: int) -> dict[str, bool | None]:
    """What of its effort a worker reported; None throughout without a contract, or where nobody can report."""
    level, said = outcome.level[index], outcome.said[index]
    if level is None or not spec.reporting:
        return {"reported": None, "misreported": None, "admitted": None}
    return {
        "reported": said is not None,
        "misreported": said is not None and said > level,
        "admitted": said == level,
    }


def _if_worked(outcome: Outcome, index: int, value: float) -> float | None:
    return None if outcome.level[index] is None else value


def _e6(value: float | None) -> int | None:
    return None if value is None else to_e6(value)
