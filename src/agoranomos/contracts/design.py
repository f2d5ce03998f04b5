"""The cheapest contract, what it costs whom, what binds, and what single instruments would cost in its place."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace

from agoranomos.contracts.closed_form import closed_form, has_closed_form
from agoranomos.contracts.infeasible import Infeasible, is_feasible, why_infeasible
from agoranomos.contracts.problem import NEGLIGIBLE, Problem
from agoranomos.contracts.search import search, search_each
from agoranomos.errors import MachineError, UsageError
from agoranomos.scenarios.hidden_action.contract import Contract
from agoranomos.scenarios.hidden_action.technology import first_best, surplus

CLOSED_FORM, PROGRAMMES = "closed form", "linear programmes"

SETS: tuple[tuple[str, ...], ...] = (
    ("bonus",),
    ("wage", "bonus"),
    ("wage", "inspection"),
    ("wage", "inspection", "fine"),
    ("bonus", "inspection", "fine"),
)
"""The sets of instruments that stand beside the found contract, where the question allows them."""


@dataclass(frozen=True, slots=True)
class Design:
    """An answer: the `contract`, by which `method`; without one, `why` (None: it names sums that no contract can)."""

    problem: Problem
    contract: Contract | None
    method: str
    why: Infeasible | None = None

    @property
    def wages(self) -> float:
        """What is paid in wages to a worker at the wanted level."""
        return self._found.wage

    @property
    def bonuses(self) -> float:
        """What is expected to be paid in bonuses."""
        return self.problem.success * self._found.bonus

    @property
    def inspections(self) -> float:
        """What is expected to be spent on inspections."""
        return self.problem.inspection_cost * self._found.inspection

    @property
    def cost(self) -> float:
        """The three together."""
        return self.problem.cost(self._found)

    @property
    def agency_cost(self) -> float:
        """What the contract costs beyond what the same effort would cost if it could be seen."""
        return self.cost - self.problem.first_best_cost

    @property
    def profit(self) -> float:
        """What the principal keeps: the expected value of the output less the cost."""
        return self.problem.success * self.problem.technology.value - self.cost

    @property
    def surplus(self) -> float:
        """The value that the wanted level is expected to bring, less what it costs the worker."""
        return surplus(self.problem.technology, self.problem.wanted)

    @property
    def first_best_surplus(self) -> float:
        """The surplus of the best level of all."""
        return first_best(self.problem.technology).surplus

    @property
    def rent(self) -> float:
        """What the worker has from the contract beyond its outside option."""
        return self.cost - self.inspections - self.problem.first_best_cost

    @property
    def binding(self) -> tuple[str, ...]:
        """The constraints that hold as equalities, but for bounds on what may not be used, or would not help."""
        problem = self.problem
        idle = {f"bound on {name}" for name in _unused(problem)}
        idle |= {"least wage"} if problem.least_wage == 0 else set()
        idle |= {"liability"} if self._found.fine == 0 or problem.most_fine <= problem.technology.liability else set()
        slacks = problem.slacks(self._found).items()
        return tuple(name for name, slack in slacks if abs(slack) <= 1e-7 * problem.scale and name not in idle)

    @property
    def _found(self) -> Contract:
        if self.contract is None:
            raise ValueError("no contract does it")
        return self.contract


def design(problem: Problem) -> Design:
    """The cheapest contract: by formula where there is one, by linear programmes elsewhere.

    Raises `UsageError` where it names sums that no contract can, and `MachineError` should what was found break a
    constraint.
    """
    if 0 < problem.most_inspection < NEGLIGIBLE:
        problem = replace(problem, most_inspection=0.0)
    formula = has_closed_form(problem)
    found = closed_form(problem) if formula else search(problem)
    if found is not None:
        _require_kept(problem, found)
    elif is_feasible(problem):
        raise UsageError(
            "whether any contract does it is within the rounding of the amounts",
            advice="Move one of the bounds, or the margin, a little.",
        )
    why = why_infeasible(problem) if found is None else None
    return Design(problem, found, CLOSED_FORM if formula else PROGRAMMES, why)


def alternatives(problem: Problem) -> dict[tuple[str, ...], Design]:
    """The cheapest contract of each set of instruments that the problem allows, the smallest sets first."""
    unused = _unused(problem)
    usable = [names for names in SETS if not unused & set(names)]
    return {names: _named(problem.with_only(names)) for names in usable}


def by_bound(problem: Problem, bounds: Iterable[float]) -> list[tuple[float, float | None]]:
    """The least cost at each bound on inspection; None where no contract does it."""
    given = list(bounds)
    if has_closed_form(problem):
        designs = [_named(replace(problem, most_inspection=bound)) for bound in given]
        return [(bound, None if one.contract is None else one.cost) for bound, one in zip(given, designs, strict=True)]
    used = sorted({bound if bound >= NEGLIGIBLE else 0.0 for bound in given})
    costs: dict[float, float | None] = {}
    for bound, found in zip(used, search_each(problem, used), strict=True):
        costs[bound] = None
        if isinstance(found, Contract):
            _require_kept(replace(problem, most_inspection=bound), found)
            costs[bound] = problem.cost(found)
    return [(bound, costs[bound if bound >= NEGLIGIBLE else 0.0]) for bound in given]


def by_level(problem: Problem) -> list[Design]:
    """The cheapest contract for each level of effort, under the same bounds."""
    return [_named(replace(problem, wanted=level)) for level in range(len(problem.technology.levels))]


def _named(problem: Problem) -> Design:
    """The design, without a contract where the cheapest one names sums that no contract can."""
    try:
        return design(problem)
    except UsageError:
        return Design(problem, None, CLOSED_FORM if has_closed_form(problem) else PROGRAMMES)


def _require_kept(problem: Problem, found: Contract) -> None:
    """Raise `MachineError` where a contract breaks a constraint of the problem that it is to solve."""
    if not problem.keeps(found):
        broken, slack = min(problem.slacks(found).items(), key=lambda item: item[1])
        raise MachineError(
            f"the contract that was found breaks a constraint: {broken} by {-slack:.6g}",
            advice="That is a fault of agora; please report it with the document.",
        )


def _unused(problem: Problem) -> set[str]:
    """The instruments whose bound leaves nothing of them."""
    most = {
        "wage": problem.most_wage,
        "bonus": problem.most_bonus,
        "inspection": problem.most_inspection,
        "fine": problem.most_fine,
    }
    return {name for name, bound in most.items() if bound == 0}
