"""Contracts for hidden action: the cheapest one under which a worker gives the effort that is wanted."""

from agoranomos.contracts.closed_form import closed_form, has_closed_form, least_cost_at
from agoranomos.contracts.design import Design, alternatives, by_bound, by_level, design
from agoranomos.contracts.document import Bounds, ContractDocument
from agoranomos.contracts.infeasible import Infeasible, Remedy, is_feasible, why_infeasible
from agoranomos.contracts.problem import INSTRUMENTS, Problem, Rival
from agoranomos.contracts.programme import Pay, cheapest_pay
from agoranomos.contracts.search import candidates, search

__all__ = [
    "INSTRUMENTS",
    "Bounds",
    "ContractDocument",
    "Design",
    "Infeasible",
    "Pay",
    "Problem",
    "Remedy",
    "Rival",
    "alternatives",
    "by_bound",
    "by_level",
    "candidates",
    "cheapest_pay",
    "closed_form",
    "design",
    "has_closed_form",
    "is_feasible",
    "least_cost_at",
    "search",
    "why_infeasible",
]
