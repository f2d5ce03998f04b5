"""An institution over a stage game as tables, so that learners can live under it at the speed at which they learn.

Where what an institution remembers of joint play is finite, `judge` is a function of the joint standing, the joint
action and how its audits fall out. This module calls the compiled `judge` once for each such triple, and from then on a
round under the institution is three numbers that are looked up. Nothing is approximated; what cannot be listed is
refused with the reason.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from agoranomos.errors import UsageError
from agoranomos.institutions.bind import Bound, bind
from agoranomos.institutions.compiled import FREE, NEVER, CompiledJudge, Rounds, Standings, compile_judge, unique
from agoranomos.institutions.institution import Institution
from agoranomos.learning.audit_cases import audit_cases, even
from agoranomos.learning.joint_measures import joint_measures
from agoranomos.learning.q_learning import Indices, LearningGame, game_of
from agoranomos.markets.facts import SCALE
from agoranomos.markets.market import Market

MOST_STANDINGS = 5_000
"""Joint standings that are followed before the institution is refused."""

_AT_ONCE = 100_000
"""Rounds that are judged at once."""

NOW = 1_000_000_000
"""The round in which everything is judged here; nothing that is accepted asks for it."""


@dataclass(frozen=True, eq=False)
class JudgedGame:
    """`game` with standings in agents' states or without; `states` int16[Z, N] indexes the institution's states."""

    game: LearningGame
    states: NDArray[np.int16]
    bound: Bound


def judged_game(market: Market, institution: Institution, *, perceives: bool = True) -> JudgedGame:
    """The market's stage game under the institution; with `perceives` each agent's own state is part of its state.

    Raises `UsageError` for an institution or a market that remembers more than can be listed.
    """
    bound = bind(institution, market.facts)
    _refuse_what_cannot_be_listed(bound)
    free = game_of(market.game())
    chances, draws = audit_cases(bound)
    judge = compile_judge(even(bound))
    measures = joint_measures(market, judge.needed)
    standings, following, fines = _explored(judge, measures, draws, free.joint)
    states = standings.state
    game = replace(
        free,
        rewards=np.ascontiguousarray(free.profits[None, :, None, :] - fines / SCALE),
        following=following,
        chances=chances,
        perceived=states.astype(np.int64) if perceives else np.zeros(states.shape, np.int64),
    )
    return JudgedGame(game, states, bound)


def _explored(
    judge: CompiledJudge, measures: dict[str, Indices], draws: NDArray[np.uint64], joint: int
) -> tuple[Standings, Indices, Indices]:
    """Every joint standing that play can lead to, the next one [Z, S, C], and fines in millionths [Z, S, C, N]."""
    cases = len(draws)
    known = _reduced(judge.start(1))
    seen = {known.packed()[0].tobytes(): 0}
    following, fines = [], []
    done = 0
    while done < known.runs:
        more = min(known.runs - done, max(_AT_ONCE // (joint * cases), 1))
        rounds = Rounds(
            NOW,
            {
                name: np.tile(np.repeat(values, cases, axis=0), (more, *[1] * (values.ndim - 1)))
                for name, values in measures.items()
            },
            np.tile(draws, (more * joint, 1)),
        )
        judged = judge.judge(known.take(np.repeat(np.arange(done, done + more), joint * cases)), rounds)
        reached = _reduced(judged.standings)
        if (reached.limit_e6 != FREE).any():
            raise UsageError(
                f"institution {judge.bound.institution.name} suspends or caps agents, and learners move every round",
                advice="Train under one that fines.",
            )
        first, inverse = unique(reached)
        different = reached.take(first)
        numbers = [seen.setdefault(row.tobytes(), len(seen)) for row in different.packed()]
        new = [place for place, number in enumerate(numbers) if number >= known.runs]
        known = _joined(known, different.take(np.array(new, np.int64)))
        if known.runs > MOST_STANDINGS:
            raise UsageError(
                f"institution {judge.bound.institution.name} has more than {MOST_STANDINGS:,} joint standings, and "
                "learners' tables hold no more",
                advice="Shorten its counters and timers.",
            )
        following.append(np.array(numbers)[inverse].reshape(more, joint, cases))
        fines.append(judged.fine_e6.reshape(more, joint, cases, -1))
        done += more
    return known, np.concatenate(following), np.concatenate(fines)


def _reduced(standings: Standings) -> Standings:
    """What matters of a standing where the last round alone is evidence, and nobody asks how long a state lasts."""
    return replace(
        standings,
        rounds_in_state=np.zeros_like(standings.rounds_in_state),
        crossed=np.full_like(standings.crossed, NEVER),
        reported=np.zeros_like(standings.reported),
        evidence=np.zeros_like(standings.evidence),
        kept=np.zeros_like(standings.kept),
        history={name: np.zeros_like(values) for name, values in standings.history.items()},
    )


def _joined(some: Standings, more: Standings) -> Standings:
    plain = {
        name: np.concatenate([getattr(some, name), getattr(more, name)])
        for name in (
            "state",
            "counters",
            "rounds_in_state",
            "timer",
            "limit_e6",
            "crossed",
            "reported",
            "evidence",
            "kept",
        )
    }
    history = {name: np.concatenate([values, more.history[name]]) for name, values in some.history.items()}
    return Standings(**plain, history=history)


def _refuse_what_cannot_be_listed(bound: Bound) -> None:
    institution = bound.institution
    asked = {name for guard in institution.guards for name in guard.names}
    faults = {
        "looks back over several rounds": bound.window > 1,
        "sees a round later than it is played": bound.lag > 0,
        "reads measures with errors": bool(bound.errors) or bound.run_draw,
        "listens to reports, and learners make none": "reported" in asked or bound.report_memory > 0,
        "asks for the number of the round": "round" in asked,
        "asks how long a state has lasted": "rounds_in_state" in asked,
        "has transitions that wait (cooldown) or last by chance (jitter)": any(
            edge.spec.cooldown or edge.spec.jitter for edge in institution.edges
        ),
    }
    for fault, found in faults.items():
        if found:
            raise UsageError(
                f"institution {institution.name} {fault}; learners' tables cannot hold it",
                advice="Such as bertrand-audit: signals over one round, and what is remembered in states and counters.",
            )
