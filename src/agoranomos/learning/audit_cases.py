"""The ways in which an institution's audits of one round may fall out, each with its probability."""

from __future__ import annotations

import itertools
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from agoranomos.errors import UsageError
from agoranomos.institutions.bind import Bound
from agoranomos.institutions.draws import UNIFORM_BITS, uniform
from agoranomos.learning.q_learning import Floats

MOST_COINS = 6
"""Audits that may take place in one round, agent by agent where they are of agents."""


def even(bound: Bound) -> Bound:
    """The same with every audit at even odds, so that a draw for each case is soon found."""
    return replace(bound, audits=tuple(replace(audit, below=1 << (UNIFORM_BITS - 1)) for audit in bound.audits))


def audit_cases(bound: Bound) -> tuple[Floats, NDArray[np.uint64]]:
    """Probabilities [C], and draws uint64[C, N] with which `even(bound)` has each case.

    Case c has audit (or audit and agent) k take place where bit k of c is set, in the order of the manifest. Raises
    `UsageError` for more than `MOST_COINS` chances.
    """
    firms = len(bound.facts.agents)
    coins = [(audit, firm) for audit in bound.audits for firm in range(1 if audit.of_market else firms)]
    if len(coins) > MOST_COINS:
        raise UsageError(f"{len(coins)} audits may take place in a round; learners' tables hold at most {MOST_COINS}")
    chances = np.ones(1 << len(coins))
    draws = np.zeros((len(chances), firms), np.uint64)
    for case in range(len(chances)):
        took = [bool(case >> k & 1) for k in range(len(coins))]
        for (audit, _), happened in zip(coins, took, strict=True):
            chance = audit.below / 2**UNIFORM_BITS
            chances[case] *= chance if happened else 1.0 - chance
        for firm in range(firms):
            wanted = [
                (audit.salted, happened) for (audit, whose), happened in zip(coins, took, strict=True) if whose == firm
            ]
            draws[case, firm] = next(
                draw
                for draw in itertools.count()
                if all((uniform(draw, salted) < 1 << (UNIFORM_BITS - 1)) == happened for salted, happened in wanted)
            )
    return chances, draws


def case_of(bound: Bound, draws: tuple[int, ...]) -> int:
    """The case that a round's recorded draws, one an agent, bring about."""
    firms = len(bound.facts.agents)
    coins = [(audit, firm) for audit in bound.audits for firm in range(1 if audit.of_market else firms)]
    return sum((uniform(draws[firm], audit.salted) < audit.below) << k for k, (audit, firm) in enumerate(coins))
