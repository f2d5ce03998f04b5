"""What the search for a contract is about: one wanted effort, what keeps a worker at it, and what may be used.

A worker at the wanted level e is paid the wage w and, with probability p_e, the bonus b. It is inspected with
probability m; had it given less, it would then forfeit the wage and owe the fine f. No payment falls below -L, whatever
the outcome: so of a fine min(f, L) is paid in any case, and out of a bonus up to b more. With margin g the wanted level
is a best response where for every other level j

    (p_e - p_j) b + m (w + min(f, L) + p_j min(b, max(f - L, 0))) >= c_e - c_j + g    below e (who is caught)
    (p_e - p_j) b                                                 >= c_e - c_j + g    above e (nobody minds)
    w + p_e b                                                     >= c_e + u + g      against the outside option u

Ties are allowed: at g = 0 the worker may be indifferent, and is taken to do what is wanted. What is paid for the wanted
effort is w + p_e b + k m, with k the cost of an inspection. Source: Laffont and Martimort (2002), The Theory of
Incentives, chapters 3 and 4; that a fine be as large as can be is due to Becker (1968), Crime and Punishment.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, replace
from math import inf
from typing import Literal, Self, get_args

from agoranomos.errors import UsageError
from agoranomos.scenarios.hidden_action.contract import Contract
from agoranomos.scenarios.hidden_action.technology import Technology

Instrument = Literal["wage", "bonus", "inspection", "fine"]
INSTRUMENTS: tuple[Instrument, ...] = get_args(Instrument)

LARGEST = 1e6
"""The largest amount of money that a contract can name."""

TOLERANCE = 1e-9
"""Relative to the amounts compared: what a constraint may miss by rounding."""

ROUNDING = 1e-12
"""Relative to the amounts compared: a difference of two amounts that is no more than this is none."""

NEGLIGIBLE = 1e-9
"""A probability of inspection below this is none."""


@dataclass(frozen=True, slots=True)
class Rival:
    """A level that the worker could give instead: what it spares (margin included), what it loses of the bonus's odds.

    `caught`: whether an inspection minds it, as it does every level below the wanted one.
    """

    level: int
    spared: float
    odds: float
    caught: bool


@dataclass(frozen=True, slots=True)
class Problem:
    """One wanted level of a technology and the bounds on each instrument; one that may not be used is bounded by 0."""

    technology: Technology
    wanted: int
    margin: float = 0.0
    least_wage: float = 0.0
    most_wage: float = inf
    most_bonus: float = inf
    most_inspection: float = 1.0
    most_fine: float = 0.0

    @property
    def success(self) -> float:
        """The probability of a success at the wanted level."""
        return self.technology.levels[self.wanted].success

    @property
    def inspection_cost(self) -> float:
        """What an inspection costs."""
        return self.technology.inspection_cost

    @property
    def first_best_cost(self) -> float:
        """What the wanted effort would cost if it could be seen: the effort itself and the outside option."""
        return self.technology.levels[self.wanted].cost + self.technology.outside_option

    @property
    def required(self) -> float:
        """The expected pay below which the worker leaves, margin included."""
        return self.first_best_cost + self.margin

    @property
    def rivals(self) -> tuple[Rival, ...]:
        """Every other level, from the lowest."""
        chosen = self.technology.levels[self.wanted]
        return tuple(
            Rival(place, chosen.cost - level.cost + self.margin, chosen.success - level.success, place < self.wanted)
            for place, level in enumerate(self.technology.levels)
            if place != self.wanted
        )

    @property
    def below(self) -> tuple[Rival, ...]:
        """The levels that an inspection would catch."""
        return tuple(rival for rival in self.rivals if rival.caught)

    @property
    def bonus_ceiling(self) -> float:
        """The bonus above which a worker would give more than is wanted; below 0 where the margin rules out all."""
        ceiling = inf
        for rival in self.rivals:
            if not rival.caught:
                spared = self.rounded(rival.spared)
                if rival.odds < 0:
                    ceiling = min(ceiling, spared / rival.odds)
                elif spared > 0:
                    return -inf
        return ceiling

    def name_of(self, level: int) -> str:
        """The name of a level."""
        return self.technology.levels[level].name

    def with_only(self, instruments: Collection[str]) -> Self:
        """The same, with no others than these instruments; the least wage is paid all the same."""
        return replace(
            self,
            most_wage=self.most_wage if "wage" in instruments else self.least_wage,
            most_bonus=self.most_bonus if "bonus" in instruments else 0.0,
            most_inspection=self.most_inspection if "inspection" in instruments else 0.0,
            most_fine=self.most_fine if "fine" in instruments else 0.0,
        )

    def cost(self, contract: Contract) -> float:
        """What the principal is expected to pay a worker at the wanted level, inspections included."""
        return contract.wage + self.success * contract.bonus + self.inspection_cost * contract.inspection

    @property
    def liable(self) -> float:
        """What the largest fine takes in any case."""
        return min(self.most_fine, self.technology.liability)

    @property
    def from_bonus(self) -> float:
        """What the largest fine can take out of a bonus, besides; infinite where fines have no bound."""
        return max(self.most_fine - self.technology.liability, 0.0)

    def loss(self, contract: Contract, level: int) -> float:
        """What a worker at this level expects to lose by being caught."""
        liability, succeeds = self.technology.liability, self.technology.levels[level].success
        owed = min(contract.fine, liability)
        return contract.wage + owed + succeeds * min(contract.bonus, max(contract.fine - liability, 0.0))

    def slacks(self, contract: Contract) -> dict[str, float]:
        """By how much each constraint is kept; below 0 where it is broken. Levels are called `not NAME`."""
        found = {
            f"not {self.name_of(rival.level)}": rival.odds * contract.bonus
            + (contract.inspection * self.loss(contract, rival.level) if rival.caught else 0.0)
            - rival.spared
            for rival in self.rivals
        }
        found["outside option"] = contract.wage + self.success * contract.bonus - self.required
        found["least wage"] = contract.wage - self.least_wage
        found["bound on wage"] = self.most_wage - contract.wage
        found["bound on bonus"] = self.most_bonus - contract.bonus
        found["bound on inspection"] = self.most_inspection - contract.inspection
        found["bound on fine"] = self.most_fine - contract.fine
        found["liability"] = max(self.technology.liability - contract.fine, 0.0)
        return found

    def keeps(self, contract: Contract) -> bool:
        """Whether the contract satisfies every constraint, up to rounding."""
        room = TOLERANCE * self.scale
        return contract.prize == 0 and min(self.slacks(contract).values()) >= -room

    @property
    def scale(self) -> float:
        """The size of the amounts in question, for comparisons up to rounding."""
        return max(1.0, self.required, *(abs(rival.spared) for rival in self.rivals))

    def rounded(self, difference: float) -> float:
        """A difference of amounts, and 0 for one that is no more than rounding."""
        return 0.0 if abs(difference) <= ROUNDING * self.scale else difference

    def least_fine(self, wage: float, bonus: float, inspection: float) -> float:
        """The least fine under which no lower level is better, as far as the bounds allow one."""
        if inspection == 0:
            return 0.0
        liability, needed = self.technology.liability, 0.0
        for rival in self.below:
            missing = (rival.spared - rival.odds * bonus) / inspection - wage
            if missing > liability:  # the rest is taken out of the bonus, where there is one
                succeeds = self.technology.levels[rival.level].success
                missing = liability + min(bonus, (missing - liability) / succeeds if succeeds > 0 else bonus)
            needed = max(needed, missing)
        return min(self.most_fine, needed)

    def contract(self, wage: float, bonus: float, inspection: float) -> Contract:
        """These terms with the least fine that goes with them; raises `UsageError` for sums that no contract names."""
        fine = self.least_fine(wage, bonus, inspection)
        for name, amount in (("wage", wage), ("bonus", bonus), ("fine", fine)):
            if amount > LARGEST:
                raise UsageError(
                    f"the cheapest contract has a {name} of {amount:.6g}; a contract names at most {LARGEST:,.0f}",
                    advice=f"Write `bounds: {{{name}: {LARGEST:.0f}}}` for the cheapest one that can be named. "
                    "Such sums come of large costs, or of probabilities that are tiny or hardly differ.",
                )
        return Contract(wage=wage, bonus=bonus, inspection=inspection, fine=fine)
