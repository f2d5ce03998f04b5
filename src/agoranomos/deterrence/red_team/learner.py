"""A learner: the coalition as one player with a table of values, many runs at once.

Tabular Q-learning (Watkins and Dayan 1992) over what the coalition knows: every firm's state, timers, counters and how
much evidence counts, and what was played in the last rounds. Keys are hashed into a table of a fixed size.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

import numpy as np

from agoranomos.deterrence.red_team.arena import Amounts, Integers
from agoranomos.deterrence.red_team.palette import Palette
from agoranomos.deterrence.red_team.search import Allowance, Search
from agoranomos.institutions.bind import PROFIT
from agoranomos.institutions.compiled import FREE, Rounds, Standings
from agoranomos.institutions.draws import round_draws
from agoranomos.markets.facts import SCALE

RUNS: Final = 512
EPISODE: Final = 200
PLACES: Final = 1 << 20
DISCOUNT: Final = 0.98
MOST_ACTIONS: Final = 6
_SEEN: Final = 15
_COUNTED: Final = 3
"""Counters are told apart up to here: what counts them further is far off, and each step would be learned anew."""
_MIX: Final = np.uint64(0x9E3779B97F4A7C15)


def learn(search: Search, palette: Palette, rng: np.random.Generator) -> None:
    """Learn until the allowance is spent; after each episode what is now thought best is played and offered.

    It learns in four spells: over more and over fewer actions, over those alone that raise no price, and with a
    memory of as many rounds as signals look back or of two.
    """
    window = search.arena.bound.window
    quiet = np.flatnonzero(~search.arena.menu(palette.actions_e6).elevated).tolist()
    few, many = list(range(min(4, len(palette)))), list(range(min(MOST_ACTIONS, len(palette))))
    spells = [(few, max(2, window - 1)), (quiet[:4], max(2, window - 1)), (many, max(2, window - 1)), (few, 2)]
    for own, memory in spells:
        if search.allowance.spent:
            return
        _spell(search, search.allowance.part(1.0 / len(spells)), palette.actions_e6[own], memory, rng)


def _spell(search: Search, spell: Allowance, actions_e6: Integers, memory: int, rng: np.random.Generator) -> None:
    arena = search.arena
    menu = arena.menu(actions_e6)
    nash = float(arena.nash_profit.mean())
    worth = (menu.measures[PROFIT].mean(axis=1) / SCALE - nash) / max(nash, 1e-9)
    values = np.zeros((PLACES, len(menu))) + np.maximum(worth, 0.0) / (1.0 - DISCOUNT) * 0.2
    episode = 0
    while not spell.spent and not search.allowance.spent:
        _episode(search, menu.actions_e6, values, memory, 0.3 / (1.0 + 0.05 * episode), rng)
        spell.used += RUNS
        rule = greedy(values, memory)
        search.try_rules(menu, rule, "learner", [f"learned from states and the last {memory} rounds"])
        episode += 1


def _episode(
    search: Search, actions_e6: Integers, values: Amounts, memory: int, rate: float, rng: np.random.Generator
) -> None:
    arena = search.arena
    menu = arena.menu(actions_e6)
    scale = max(float(arena.nash_profit.mean()), 1e-9)
    exploring = rng.choice([0.02, 0.05, 0.1, 0.3], RUNS)
    last = np.zeros((RUNS, memory), np.int64)
    standings = arena.judge.start(RUNS)
    place = places(standings, last)
    for t in range(EPISODE):
        tried = rng.random(RUNS) < exploring
        chosen = np.where(tried, rng.integers(0, len(menu), RUNS), values[place].argmax(axis=1))
        read = {name: own[chosen] for name, own in menu.measures.items()}
        limited = np.flatnonzero((standings.limit_e6 != FREE).any(axis=1))
        if len(limited):
            lesser = arena.menu(arena.limited(actions_e6[chosen[limited]], standings.limit_e6[limited]))
            for name, own in lesser.measures.items():
                read[name][limited] = own
        draws = steady = None
        if arena.chancy:
            seed = int(rng.integers(1 << 40))
            draws = np.array([round_draws(seed + r, t + 1, arena.bound.facts.agents) for r in range(RUNS)], np.uint64)
            steady = draws[:, 0]
        judged = arena.judge.judge(standings, Rounds(t + 1, read, draws, run_draw=steady))
        standings = judged.standings
        reward = ((read[PROFIT] - judged.fine_e6).mean(axis=1) / SCALE - arena.nash_profit.mean()) / scale
        last = np.concatenate([last[:, 1:], chosen[:, None]], axis=1)
        after = places(standings, last)
        aim = reward + DISCOUNT * values[after].max(axis=1)
        values[place, chosen] += rate * (aim - values[place, chosen])
        place = after
    search.count(RUNS)


def greedy(values: Amounts, memory: int) -> Callable[[int, Standings], Integers]:
    """The rule that does what the table thinks best, for any number of runs."""
    last: list[Integers] = []

    def choose(t: int, standings: Standings) -> Integers:
        if t == 0:
            last[:] = [np.zeros((standings.runs, memory), np.int64)]
        chosen = np.asarray(values[places(standings, last[0])].argmax(axis=1))
        last[0] = np.concatenate([last[0][:, 1:], chosen[:, None]], axis=1)
        return chosen

    return choose


def places(standings: Standings, last: Integers) -> Integers:
    """The place in the table of what the coalition knows in each run, [R]."""
    runs = standings.runs
    flat = [
        np.minimum(np.asarray(part, np.int64), most).reshape(runs, -1)
        for part, most in (
            (standings.state, _SEEN),
            (standings.timer, _SEEN),
            (standings.counters, _COUNTED),
            (standings.evidence, _SEEN),
        )
    ]
    code = np.zeros(runs, np.uint64)
    for column in np.concatenate([*flat, last], axis=1).T.astype(np.uint64):
        code = (code ^ column) * _MIX
        code ^= code >> np.uint64(29)
    return (code % np.uint64(PLACES)).astype(np.int64)
