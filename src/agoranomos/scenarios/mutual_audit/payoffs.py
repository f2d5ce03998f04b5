"""What an episode of one pair comes to, in exact fractions.

With w the own work, v the own verdict, and A, C, W, K, F for the pay of accepted work and of a correct verdict, the
effort of proper work and of a check, and the fine:

    payoff = A [the own work stands, in time] + C [v is correct] - W [w is proper] - K [v rests on a check]
             - F [v is wrong and was reviewed] +- side payments

A check finds what there is. A review puts a wrong verdict right: after it, work stands where it is proper.
"""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction

from agoranomos.scenarios.mutual_audit.spec import MutualAuditSpec

PROPER, CUT, OFFER = 0, 1, 2
"""The work: done properly; the corner cut; cut, and mutual acceptance proposed."""

CHECK, ACCEPT, REJECT = 0, 1, 2
"""The verdict: what a check finds; accepted without one; rejected without one."""


@dataclass(frozen=True, slots=True)
class Terms:
    """The amounts of a specification as fractions; `hours` is None where time is no matter."""

    accepted: Fraction
    correct: Fraction
    shared: bool
    work: Fraction
    check: Fraction
    hours: tuple[Fraction, Fraction, Fraction, Fraction] | None
    payment: Fraction
    offers: bool
    fine: Fraction
    review_cost: Fraction
    worth: Fraction
    harm: Fraction

    @classmethod
    def of(cls, spec: MutualAuditSpec) -> Terms:
        """The terms of `spec`; a side payment is promised only where every proposal reaches the peer."""
        hours = spec.hours
        return cls(
            accepted=exact(spec.pay.accepted),
            correct=exact(spec.pay.correct),
            shared=spec.pay.shared,
            work=exact(spec.effort.work),
            check=exact(spec.effort.check),
            hours=None
            if isinstance(hours, str)
            else (exact(hours.budget), exact(hours.work), exact(hours.shortcut), exact(hours.check)),
            payment=exact(0.0 if spec.offer is None else spec.offer.payment),
            offers=spec.offer is not None,
            fine=exact(spec.review.fine),
            review_cost=exact(spec.review.cost),
            worth=exact(spec.worth.proper),
            harm=exact(spec.worth.cut),
        )

    def late(self, work: int | None, verdict: int | None) -> bool:
        """Whether this work and this verdict together take more than the budget."""
        if self.hours is None:
            return False
        budget, proper, shortcut, check = self.hours
        spent = Fraction(0) if work is None else proper if work == PROPER else shortcut
        return spent + (check if verdict == CHECK else 0) > budget


@dataclass(frozen=True, slots=True)
class Settled:
    """What an episode comes to for one of a pair.

    `accepts`: its verdict on the peer's work, None where there is no verdict or no work. `correct` likewise. `stands`:
    the own work is accepted in the end. `fined`: a review found its verdict wrong. `effort` is what the task cost it,
    `paid` all else. `principal` is what its work, its pay and its verdict were worth to the principal.
    """

    accepts: bool | None
    correct: bool | None
    stands: bool
    late: bool
    fined: bool
    effort: Fraction
    paid: Fraction
    principal: Fraction

    @property
    def payoff(self) -> Fraction:
        """Of the whole episode."""
        return self.paid - self.effort


def exact(amount: float) -> Fraction:
    """`amount` as the decimal that it is written as."""
    return Fraction(repr(float(amount)))


def effort_of(terms: Terms, work: int | None) -> Fraction:
    """What doing the task like this costs."""
    return terms.work if work == PROPER else Fraction(0)


def accepts(verdict: int | None, work: int | None) -> bool | None:
    """Whether `verdict` accepts `work`; None where one of them is missing."""
    if verdict is None or work is None:
        return None
    return verdict == ACCEPT or (verdict == CHECK and work == PROPER)


def settle(
    terms: Terms,
    works: tuple[int | None, int | None],
    verdicts: tuple[int | None, int | None],
    reviewed: tuple[bool, bool],
    delivered_offers: tuple[bool, bool] = (True, True),
) -> tuple[Settled, Settled]:
    """The episode of a pair. `reviewed` says whose verdicts are, `delivered_offers` whose proposals arrive."""
    accept = [accepts(verdicts[i], works[1 - i]) for i in (0, 1)]
    right = [None if accept[i] is None else accept[i] == (works[1 - i] == PROPER) for i in (0, 1)]
    late = [terms.late(works[i], verdicts[i]) for i in (0, 1)]
    stands = [
        works[i] == PROPER if reviewed[1 - i] and accept[1 - i] is not None else bool(accept[1 - i]) for i in (0, 1)
    ]
    fined = [reviewed[i] and right[i] is False for i in (0, 1)]
    earned = [terms.accepted * (stands[i] and not late[i]) + terms.correct * (right[i] is True) for i in (0, 1)]
    shares = [sum(earned, Fraction(0)) / 2] * 2 if terms.shared else earned
    sent = [terms.payment * (works[i] == OFFER and bool(accept[1 - i]) and delivered_offers[i]) for i in (0, 1)]
    found = []
    for i in (0, 1):
        paid = shares[i] - terms.check * (verdicts[i] == CHECK) - terms.fine * fined[i] - sent[i] + sent[1 - i]
        worth = Fraction(0)
        if stands[i]:
            worth = terms.worth if works[i] == PROPER else -terms.harm
        principal = worth - shares[i] + terms.fine * fined[i] - terms.review_cost * reviewed[i]
        effort = effort_of(terms, works[i])
        found.append(Settled(accept[i], right[i], stands[i], late[i], fined[i], effort, paid, principal))
    return found[0], found[1]
