"""What a principal offers for a round of work: a wage, a bonus, inspections with a fine, and a prize for the best.

A worker is paid the wage w, the bonus b where its output is a success, and the prize where it wins it. It is inspected
with probability m; whoever is inspected and gave less than the wanted effort is caught, forfeits the wage, and pays the
fine f. Liability is limited: no payment falls below what the worker can lose (`Technology.liability`, 0 by default).

What a level of effort pays is exact, by enumeration. At two levels with success probabilities q < p, whose costs differ
by c, without prize and with fines that can be paid, the higher one is a best reply where (p - q) b + m (w + f) >= c.
Source: Laffont and Martimort (2002), The Theory of Incentives, chapter 4; the prize after Lazear and Rosen (1981).
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated

from pydantic import Field

from agoranomos.documents import DocumentPart
from agoranomos.scenarios.hidden_action.technology import Technology

TOLERANCE = 1e-9
"""Of what is compared in money: a worker that is indifferent within it does what is wanted."""

Money = Annotated[float, Field(ge=0, le=1_000_000)]


class Contract(DocumentPart):
    """One contract; all that it does not mention is 0. `inspection` is a probability, the rest is money.

    The `prize` goes to one of those with the best output: drawn with equal chances among those who succeed, and paid to
    nobody where nobody does.
    """

    wage: Money = 0.0
    bonus: Money = 0.0
    inspection: Annotated[float, Field(ge=0, le=1)] = 0.0
    fine: Money = 0.0
    prize: Money = 0.0


def pay(contract: Contract, technology: Technology, *, success: bool, caught: bool, won: bool = False) -> float:
    """What a worker is paid, when all is known; below 0 where it pays, and never minus nothing."""
    due = contract.bonus * success + contract.prize * won + (-contract.fine if caught else contract.wage)
    return max(due, -technology.liability) + 0.0


def chance_of_prize(technology: Technology, others: Sequence[int]) -> float:
    """The probability that a worker wins the prize given that it succeeds, where the `others` give these levels.

    With n - 1 others who each succeed with probability q this is (1 - (1 - q)^n) / (n q).
    """
    count = [1.0]
    for level in others:
        succeeds = technology.levels[level].success
        count = [
            (count[k] if k < len(count) else 0.0) * (1.0 - succeeds) + (count[k - 1] * succeeds if k else 0.0)
            for k in range(len(count) + 1)
        ]
    return sum([chance / (1 + k) for k, chance in enumerate(count)])


def expected_pay(
    contract: Contract, technology: Technology, level: int, *, wanted: int | None = None, others: Sequence[int] = ()
) -> float:
    """What a worker at `level` is paid on average; `wanted` is the least level that no inspection minds (the highest).

    `others` are the levels of those whom it competes with for the prize.
    """
    succeeds = technology.levels[level].success
    caught = contract.inspection if level < technology.wanted(wanted) else 0.0
    wins = chance_of_prize(technology, others)
    total = 0.0
    for is_caught, chance in ((True, caught), (False, 1.0 - caught)):
        failed = pay(contract, technology, success=False, caught=is_caught)
        lost = pay(contract, technology, success=True, caught=is_caught)
        won = pay(contract, technology, success=True, caught=is_caught, won=True)
        total += chance * ((1.0 - succeeds) * failed + succeeds * ((1.0 - wins) * lost + wins * won))
    return total


def expected_utility(
    contract: Contract, technology: Technology, level: int, *, wanted: int | None = None, others: Sequence[int] = ()
) -> float:
    """Expected pay less the cost of the effort."""
    return expected_pay(contract, technology, level, wanted=wanted, others=others) - technology.levels[level].cost


def expected_profit(
    contract: Contract, technology: Technology, level: int, *, wanted: int | None = None, others: Sequence[int] = ()
) -> float:
    """What the principal keeps of one worker at `level`: the value of its output, less pay and inspections."""
    value = technology.levels[level].success * technology.value
    spent = contract.inspection * technology.inspection_cost
    return value - spent - expected_pay(contract, technology, level, wanted=wanted, others=others)


def incentive_slack(
    contract: Contract, technology: Technology, *, wanted: int | None = None, others: Sequence[int] = ()
) -> float:
    """What the wanted level is worth to the worker more than its best other one; below 0 where it shirks."""
    chosen = technology.wanted(wanted)
    worth = [
        expected_utility(contract, technology, level, wanted=wanted, others=others)
        for level in range(len(technology.levels))
    ]
    return worth[chosen] - max(other for level, other in enumerate(worth) if level != chosen)


def incentive_compatible(
    contract: Contract, technology: Technology, *, wanted: int | None = None, others: Sequence[int] = ()
) -> bool:
    """Whether the wanted level is a best reply of a risk neutral worker."""
    return incentive_slack(contract, technology, wanted=wanted, others=others) >= -TOLERANCE


def participates(
    contract: Contract,
    technology: Technology,
    level: int | None = None,
    *,
    wanted: int | None = None,
    others: Sequence[int] = (),
) -> bool:
    """Whether a worker at `level` (the wanted one) is worth no less than its outside option."""
    chosen = technology.wanted(wanted) if level is None else level
    utility = expected_utility(contract, technology, chosen, wanted=wanted, others=others)
    return utility >= technology.outside_option - TOLERANCE


def best_reply(
    contract: Contract, technology: Technology, *, wanted: int | None = None, others: Sequence[int] = ()
) -> int | None:
    """The level of most expected utility; None where the outside option is worth more.

    Of equals the wanted one, then the highest.
    """
    aim = technology.wanted(wanted)
    worth = [
        expected_utility(contract, technology, level, wanted=wanted, others=others)
        for level in range(len(technology.levels))
    ]
    most = max(worth)
    if most < technology.outside_option - TOLERANCE:
        return None
    return max((level for level, one in enumerate(worth) if one >= most - TOLERANCE), key=lambda at: (at == aim, at))
