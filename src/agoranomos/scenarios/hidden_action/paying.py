"""What the principal pays a worker, of which it knows what the routes give it and nothing else."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from agoranomos.scenarios.hidden_action.contract import Contract, pay
from agoranomos.scenarios.hidden_action.spec import HiddenActionSpec

Given = Mapping[str, int | None]
"""By item what was delivered of a worker: `effort` and `report` a level, `output` 1 or 0, `inspection` 1 for too little
effort, 0 for enough, None for no inspection. An item that no route gives is missing."""


@dataclass(frozen=True, slots=True)
class Paid:
    """The pay, and whether the principal knew of too little effort."""

    pay: float
    known: bool


def paid(spec: HiddenActionSpec, contract: Contract, given: Given, *, won: bool) -> Paid:
    """What is due under the contract to a worker of whom this is known, and who `won` the prize or did not."""
    effort, said = given.get("effort"), given.get("report")
    caught = (effort is not None and effort < spec.asked) or given.get("inspection") == 1
    admitted = said is not None and said < spec.asked
    terms = contract
    if admitted and not caught and spec.admission == "forfeits":
        terms = contract.model_copy(update={"wage": 0.0})
    due = pay(terms, spec.means, success=given.get("output") == 1, caught=caught, won=won)
    return Paid(due, caught or admitted)
