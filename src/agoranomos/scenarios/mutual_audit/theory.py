"""When mutual acceptance is an equilibrium: of one episode, of episodes without end, and under which review.

A pure strategy is a work and a verdict that waits for nothing: (work, verdict). That is all there is where nobody sees
how the other one worked before its verdict. Everything is exact, by enumeration of all pure strategies.

Let u(s, t) be what s earns against t, c = (cut, accept), and h = (proper, check). Mutual acceptance is an equilibrium
of one episode where u(c, c) >= u(s, c) for all s. Repeated with discount factor d, and after the first deviation an
honest peer for ever, it is kept up where (1 - d) max u(s, c) + d max u(s, h) <= u(c, c), that is from

    d* = (max u(s, c) - u(c, c)) / (max u(s, c) - max u(s, h))

on (Friedman 1971, with h in the place of the punishing equilibrium). All payoffs are linear in the probability of a
review, so the one that breaks mutual acceptance is the first at which some deviation pays as much.
"""

from __future__ import annotations

from fractions import Fraction
from itertools import product
from typing import TypeAlias

from agoranomos.scenarios.mutual_audit.payoffs import ACCEPT, CHECK, CUT, OFFER, PROPER, REJECT, Terms, settle

Strategy: TypeAlias = tuple[int, int]
"""A work and a verdict."""

COLLUDE: Strategy = (CUT, ACCEPT)
HONEST: Strategy = (PROPER, CHECK)


def strategies(terms: Terms) -> tuple[Strategy, ...]:
    """All pure strategies, the honest one first."""
    works = (PROPER, CUT, OFFER) if terms.offers else (PROPER, CUT)
    verdicts = (CHECK, ACCEPT, REJECT) if terms.offers else (CHECK, ACCEPT)
    return tuple(product(works, verdicts))


def expected(terms: Terms, own: Strategy, other: Strategy, review: Fraction) -> Fraction:
    """What `own` earns in an episode against `other`, with each verdict reviewed with this probability."""
    total = Fraction(0)
    for reviewed in product((False, True), repeat=2):
        chance = Fraction(1)
        for one in reviewed:
            chance *= review if one else 1 - review
        if chance:
            pair = settle(terms, (own[0], other[0]), (own[1], other[1]), (reviewed[0], reviewed[1]))
            total += chance * pair[0].payoff
    return total


def best_reply(terms: Terms, other: Strategy, review: Fraction) -> Strategy:
    """What earns most against `other`; of several the first, so the honest one before any."""
    return max(strategies(terms), key=lambda own: expected(terms, own, other, review))


def is_equilibrium(terms: Terms, both: Strategy, review: Fraction) -> bool:
    """Whether nobody gains by another strategy where both play this one."""
    return expected(terms, best_reply(terms, both, review), both, review) <= expected(terms, both, both, review)


def stage_play(terms: Terms, review: Fraction) -> Strategy:
    """What the benchmark `nash` plays: the symmetric pure equilibrium in which auditors earn most.

    Where there is none, the best reply to an honest peer.
    """
    stable = [one for one in strategies(terms) if is_equilibrium(terms, one, review)]
    if not stable:
        return best_reply(terms, HONEST, review)
    return max(stable, key=lambda one: expected(terms, one, one, review))


def critical_discount(terms: Terms, review: Fraction) -> Fraction | None:
    """d*, from which on mutual acceptance is kept up by the threat of honesty; None where no patience suffices.

    0 where it is an equilibrium of one episode.
    """
    kept = expected(terms, COLLUDE, COLLUDE, review)
    deviation = expected(terms, best_reply(terms, COLLUDE, review), COLLUDE, review)
    punished = expected(terms, best_reply(terms, HONEST, review), HONEST, review)
    if deviation <= kept:
        return Fraction(0)
    if punished >= kept:
        return None
    return (deviation - kept) / (deviation - punished)


def breaking_review(terms: Terms) -> Fraction | None:
    """The least probability of a review above which mutual acceptance is no equilibrium of one episode.

    0 where it is none without review, None where it is one under every review.
    """
    least: Fraction | None = None
    for own in strategies(terms):
        unwatched, watched = (
            expected(terms, COLLUDE, COLLUDE, q) - expected(terms, own, COLLUDE, q) for q in (Fraction(0), Fraction(1))
        )
        if watched < 0:
            at = max(unwatched, Fraction(0)) / (max(unwatched, Fraction(0)) - watched)
            least = at if least is None else min(least, at)
        elif unwatched < 0:
            return Fraction(0)
    return least
