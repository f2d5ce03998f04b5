"""What a risk neutral worker does under a contract, and what that is worth, given who is told what.

An inspection or a bonus binds as far as somebody gets to know of it: where the effort itself goes to the principal, it
is as if every round were inspected.
"""

from __future__ import annotations

from agoranomos.scenarios.hidden_action.contract import (
    Contract,
    best_reply,
    expected_pay,
    incentive_slack,
)
from agoranomos.scenarios.hidden_action.spec import PRINCIPAL, HiddenActionSpec
from agoranomos.scenarios.hidden_action.technology import surplus


def enforced(spec: HiddenActionSpec, contract: Contract) -> Contract:
    """The contract as it binds: inspected for certain where the principal is given the effort."""
    return contract.model_copy(update={"inspection": 1.0}) if spec.gives("effort", PRINCIPAL) else contract


def equilibrium(spec: HiddenActionSpec, contract: Contract) -> int | None:
    """The level that is a best reply where all workers give it; None where the outside option is worth more.

    Of several the wanted one, then the highest. Where no level is a best reply to itself, the reply to workers who all
    do what is wanted.
    """
    binding, rivals = enforced(spec, contract), len(spec.workers) - 1

    def reply(others: int) -> int | None:
        return best_reply(binding, spec.means, wanted=spec.asked, others=(others,) * rivals)

    for level in sorted(range(len(spec.means.levels)), key=lambda at: (at == spec.asked, at), reverse=True):
        if reply(level) == level:
            return level
    return reply(spec.asked)


def slack(spec: HiddenActionSpec, contract: Contract) -> float:
    """By how much the wanted level is worth more to a worker than its best other one, where all do what is wanted."""
    others = (spec.asked,) * (len(spec.workers) - 1)
    return incentive_slack(enforced(spec, contract), spec.means, wanted=spec.asked, others=others)


def admits(spec: HiddenActionSpec, said: int | None) -> bool:
    """Whether a report of this level (None: none) tells the principal of too little effort."""
    return spec.reporting and said is not None and said < spec.asked and spec.gives("report", PRINCIPAL)


def worker_expects(spec: HiddenActionSpec, contract: Contract, level: int | None, *, admits: bool = False) -> float:
    """The expected reward of a worker that chooses `level` (None: declines) as all others do.

    Who `admits` too little effort has no wage to forfeit any more, where admissions forfeit it.
    """
    if level is None:
        return spec.means.outside_option
    binding = enforced(spec, contract)
    if admits and spec.admission == "forfeits":
        binding = binding.model_copy(update={"wage": 0.0})
    others = (level,) * (len(spec.workers) - 1)
    paid = expected_pay(binding, spec.means, level, wanted=spec.asked, others=others)
    return paid - spec.means.levels[level].cost


def principal_expects(spec: HiddenActionSpec, contract: Contract, level: int | None) -> float:
    """What the principal expects of all workers together where all choose `level`."""
    if level is None:
        return 0.0
    spent = contract.inspection * spec.means.inspection_cost
    each = surplus(spec.means, level) - spent - worker_expects(spec, contract, level)
    return len(spec.workers) * each


def most_profitable(spec: HiddenActionSpec) -> int:
    """The place in the menu of the contract that is worth most to a principal whose workers reply best; the first."""
    worth = [principal_expects(spec, offered, equilibrium(spec, offered)) for offered in spec.menu]
    return worth.index(max(worth))
