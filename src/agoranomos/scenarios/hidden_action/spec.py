"""The specification of hidden action: what a YAML file of its `type` says."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cached_property
from typing import Annotated, Any, ClassVar, Literal, Self

from pydantic import Field, model_validator

from agoranomos.documents import Name
from agoranomos.markets.written import Names
from agoranomos.scenarios.counts import filled_in, names_or_count
from agoranomos.scenarios.delegated_spec import DelegatedSpec
from agoranomos.scenarios.hidden_action.contract import Contract
from agoranomos.scenarios.hidden_action.records import Checks
from agoranomos.scenarios.hidden_action.technology import Level, Technology
from agoranomos.scenarios.parties import Routes

MAX_WORKERS = 16
Workers = Annotated[Names, Field(min_length=1, max_length=MAX_WORKERS), names_or_count(1, MAX_WORKERS)]
"""A count stands for `worker_1`, `worker_2` and so on."""

PRINCIPAL = "principal"
ITEMS = ("effort", "output", "report", "inspection", "pay")
MODELS = (Level(name="small", cost=0.0, success=0.4), Level(name="large", cost=2.0, success=0.8))
"""The default levels in the framing of `models`: the same numbers under other names."""


class HiddenActionSpec(DelegatedSpec):
    """Workers accept a contract or do not, choose their effort, and may report it; the principal pays by what it knows.

    `contract` is offered in every round; with `principal: seat` it is that of the first round, and an agent `principal`
    offers one of the `menu` for each round that follows. What is forfeited and fined follows from what the routes give
    the principal: with `effort` it sees every round what was done, with `inspection` what an inspection finds, with
    `output` whether the work is a success, with `report` what the worker says; under `admission: forfeits` a worker
    that reports too little effort loses its wage as well. `wanted` is the place of the level that is asked for, the
    highest by default.

    `work: drawn` draws a success with the probability of the level; `work: real` makes levels of `checks` that are
    carried out on generated records. `framing: models` says the same of a small model put in the place of a large one.
    `announced` says whether the contract as it is told speaks of inspections; `reporting` whether workers can report;
    `goal` whether it is said that income counts.
    """

    ITEMS: ClassVar[tuple[str, ...]] = ITEMS

    type: Literal["hidden-action"] = "hidden-action"
    name: Name = "hidden-action"
    rounds: Annotated[int, Field(ge=1, le=1_000_000_000)] = 12
    workers: Workers = ("worker_1",)
    principal: Literal["simulated", "seat"] = "simulated"
    contract: Contract = Contract(wage=5.0, inspection=0.2)
    menu: Annotated[tuple[Contract, ...], Field(max_length=12)] = ()
    technology: Technology = Field(default_factory=Technology)
    wanted: Annotated[int, Field(ge=1, le=11)] | None = None
    work: Literal["drawn", "real"] = "drawn"
    checks: Checks = Field(default_factory=Checks)
    framing: Literal["effort", "models"] = "effort"
    announced: bool = True
    reporting: bool = True
    admission: Literal["forfeits", "forgiven"] = "forfeits"
    goal: bool = True

    @model_validator(mode="before")
    @classmethod
    def _fill_in(cls, data: Any) -> Any:
        filled = filled_in(data, "workers", "worker", MAX_WORKERS)
        if isinstance(filled, Mapping) and filled.get("framing") == "models":
            technology = filled.get("technology", {})
            if isinstance(technology, Mapping) and "levels" not in technology:
                filled = {**filled, "technology": {**technology, "levels": MODELS}}
        return filled

    @model_validator(mode="after")
    def _can_be_played(self) -> Self:
        if PRINCIPAL in self.workers:
            raise ValueError(f"workers: {PRINCIPAL!r} is who they work for")
        if self.principal == "seat" and len(self.menu) < 2:
            raise ValueError("menu: a principal with a seat chooses between two contracts at least")
        if self.principal == "simulated" and self.menu:
            raise ValueError("menu: only a principal with a seat (`principal: seat`) chooses from it")
        if self.work == "real" and (self.framing == "models" or self.technology.levels != Technology().levels):
            raise ValueError("work: with `real` the levels are those of `checks`; neither `levels` nor `framing` fit")
        self.means.wanted(self.wanted)
        for name, contract in [("contract", self.contract), *[("menu", offered) for offered in self.menu]]:
            self._require_enforceable(name, contract)
        return self

    def _require_enforceable(self, name: str, contract: Contract) -> None:
        """Raise `ValueError` where a contract promises what nobody could carry out."""
        if (contract.bonus or contract.prize) and not self.gives("output", PRINCIPAL):
            raise ValueError(f"{name}: a bonus or a prize is paid on output, which `routes` do not give the principal")
        if contract.inspection and not self.gives("inspection", PRINCIPAL):
            raise ValueError(f"{name}: what an inspection finds is not given to the principal by `routes`")
        if contract.fine and not (contract.inspection or self.gives("effort", PRINCIPAL)):
            raise ValueError(f"{name}: a fine needs inspections, or the effort given to the principal by `routes`")
        if contract.prize and len(self.workers) < 2:
            raise ValueError(f"{name}: a prize for the best needs two workers at least")

    def parties(self) -> tuple[str, ...]:
        """The workers and the principal, who has a seat or is played by the scenario."""
        return (*self.workers, PRINCIPAL)

    def default_routes(self) -> Routes:
        """Effort is hidden; output goes to everybody; what is reported and what inspections find to the principal."""
        return {
            "effort": (),
            "output": self.parties(),
            "report": (PRINCIPAL,),
            "inspection": (PRINCIPAL,),
            "pay": (),
        }

    @cached_property
    def means(self) -> Technology:
        """The technology that is played: with real work its levels are those of the checks."""
        if self.work == "drawn":
            return self.technology
        return self.technology.model_copy(update={"levels": self.checks.levels()})

    @cached_property
    def asked(self) -> int:
        """The place of the level of effort that is asked for."""
        return self.means.wanted(self.wanted)

    @property
    def offers(self) -> tuple[Contract, ...]:
        """All contracts that can hold: the first round's, then those of the menu."""
        return (self.contract, *self.menu)
