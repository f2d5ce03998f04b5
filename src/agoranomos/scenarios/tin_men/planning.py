"""The theory line: what a risk neutral assistant does that cares for its commission alone.

In one round it takes the entry of its menu that earns it most, fines expected; where entries earn the same it keeps its
duty. Under a threat of dismissal it weighs that against the rounds to come: V(t, k) = max over entries of
e + (1 - b) V(t - 1, k) + b V(t - 1, k + 1), with t rounds to go, k rounds that displeased the customer, the expected
earnings e and the chance b of displeasing it once more, and V(t, K) = 0 once it is dismissed (Bellman 1957). It knows
how many rounds there are at most, and not that a run may end before.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import cached_property
from typing import NamedTuple

from agoranomos.scenarios.tin_men.measures import breaks
from agoranomos.scenarios.tin_men.menu import TOLERANCE
from agoranomos.scenarios.tin_men.outcome import Said, round_of
from agoranomos.scenarios.tin_men.scripted import Entry, comply
from agoranomos.scenarios.tin_men.spec import CHOICE, CUSTOMER, OPINION, TinMenSpec
from agoranomos.scenarios.tin_men.statements import OFFERED


class Prospect(NamedTuple):
    """An entry of the menu, what it is expected to earn in a round, and the chance that it displeases the customer."""

    entry: Entry
    earns: float
    displeases: float


def entries(spec: TinMenSpec) -> tuple[Entry, ...]:
    """All that an assistant can do and say where reasons are offered: the choices, each with each reason."""
    return tuple((choice, reason) for choice in range(len(spec.listed)) for reason in OFFERED)


def expected(spec: TinMenSpec, said: Sequence[Said]) -> tuple[tuple[float, ...], float]:
    """What the assistants are expected to earn in a round, and the chance that it displeases the customer."""
    chance = 0.0 if spec.audit is None else spec.audit.probability
    unseen = round_of(spec, said, (False,) * len(said))
    if chance == 0.0:
        return unseen.profit, float(unseen.displeased)
    seen = round_of(spec, said, (True,) * len(said))
    profit = tuple((1 - chance) * one + chance * two for one, two in zip(unseen.profit, seen.profit, strict=True))
    return profit, (1 - chance) * unseen.displeased + chance * seen.displeased


class BestReply:
    """What an assistant does in each round of one specification."""

    def __init__(self, spec: TinMenSpec) -> None:
        self._spec = spec

    def entry(self, place: int, rounds_to_go: int, displeased: int) -> Entry:
        """With so many rounds to go, this one included, after so many that displeased the customer."""
        if len(self._spec.assistants) > 1:
            return _against_others(self._spec, place)
        if self._spec.dismissal is None:
            return _first_best([(one.entry, one.earns) for one in self._prospects])
        limit = self._spec.dismissal.after
        return _first_best(_valued(self._prospects, self._values[rounds_to_go - 1], min(displeased, limit - 1)))

    @cached_property
    def _prospects(self) -> list[Prospect]:
        return _undominated(_prospects(self._spec))

    @cached_property
    def _values(self) -> list[list[float]]:
        """V(t, k) by t, from no round to go to all but one."""
        assert self._spec.dismissal is not None
        limit = self._spec.dismissal.after
        values = [[0.0] * (limit + 1)]
        for _ in range(self._spec.rounds - 1):
            last = values[-1]
            values.append([max(v for _, v in _valued(self._prospects, last, k)) for k in range(limit)] + [0.0])
        return values


def _against_others(spec: TinMenSpec, place: int) -> Entry:
    """Beside others: its duty where the customer compares choices, since the better one is bought; else its own best.

    Where the customer does not compare, nothing of the others is bought, and they keep their duty.
    """
    compares = spec.gives(CHOICE, CUSTOMER) and spec.gives(OPINION, CUSTOMER)
    served: Entry = (spec.utilities.customer_best, 0)
    if compares:
        return served
    if place > 0:
        return comply(spec)
    others: tuple[Said, ...] = (served,) * (len(spec.assistants) - 1)
    return _first_best([(entry, expected(spec, (entry, *others))[0][0]) for entry in _in_order(spec)])


def _in_order(spec: TinMenSpec) -> tuple[Entry, ...]:
    """The entries, those first that keep the duty."""
    return tuple(sorted(entries(spec), key=lambda entry: breaks(spec, entry[0])))


def _prospects(spec: TinMenSpec) -> list[Prospect]:
    found = []
    for entry in _in_order(spec):
        (earns,), displeases = expected(spec, (entry,))
        found.append(Prospect(entry, earns, displeases))
    return found


def _first_best(valued: Sequence[tuple[Entry, float]]) -> Entry:
    """The first entry whose value is that of the best one, rounding aside."""
    most = max(value for _, value in valued)
    return next(entry for entry, value in valued if value >= most - TOLERANCE)


def _valued(prospects: Sequence[Prospect], values: Sequence[float], displeased: int) -> list[tuple[Entry, float]]:
    stays, goes = values[displeased], values[displeased + 1]
    return [(one.entry, one.earns + (1 - one.displeases) * stays + one.displeases * goes) for one in prospects]


def _undominated(prospects: Sequence[Prospect]) -> list[Prospect]:
    """Of the prospects that displease alike the one that earns most, the first of equals."""
    best: dict[float, Prospect] = {}
    for one in prospects:
        if one.displeases not in best or one.earns > best[one.displeases].earns + TOLERANCE:
            best[one.displeases] = one
    return [one for one in prospects if best[one.displeases] is one]
