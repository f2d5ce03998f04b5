"""The joint actions that a search starts from: the named outcomes, and divisions parked beside each threshold."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np

from agoranomos.deterrence.play import named_actions, named_plans
from agoranomos.deterrence.red_team.arena import Amounts, Arena, Bools, Integers, words
from agoranomos.deterrence.red_team.search import Search
from agoranomos.markets.facts import SCALE
from agoranomos.policies.outlook import Outlook

_POINTS: Final = 15
_ZOOMS: Final = 7
_LOWEST: Final = np.array([0.0, -0.2])
_HIGHEST: Final = np.array([1.0, 1.5])
"""How sharp a division is, and where its prices stand between Nash (0) and joint monopoly (1): the mesh's corners."""


@dataclass(frozen=True, eq=False)
class Palette:
    """Named joint actions int64[K, N, M], Nash play first; `limited`: plans may use these and no others."""

    names: tuple[str, ...]
    actions_e6: Integers
    limited: bool

    def __len__(self) -> int:
        return len(self.names)

    def first(self, count: int) -> Palette:
        """The first of them."""
        return Palette(self.names[:count], self.actions_e6[:count], self.limited)


def named_palette(arena: Arena, names: tuple[str, ...]) -> Palette:
    """The named outcomes only; raises `UsageError` for an unknown name."""
    plans = named_plans(arena.spec, names)
    return Palette(plans.names, plans.actions_e6, limited=True)


def divided(arena: Arena, sharpness: Amounts, elevation: Amounts) -> Integers:
    """Divisions [K, N, M]: owners make the part `sharpness` [K] of each good, prices stand at `elevation` [K]."""
    outlook = Outlook(arena.spec, 0)
    plans = [
        outlook.division_plan(min(float(s), 1.0 - 1e-12), np.maximum(outlook.totals_at(float(e)), 0.0).tolist())
        for s, e in zip(sharpness, elevation, strict=True)
    ]
    return arena.counted(np.stack(plans))


def parked(search: Search) -> Palette:
    """Nash, the other named outcomes, and the most profitable division on either side of every threshold.

    Each is found by playing: a mesh of divisions (how sharp, at which prices) is played for ever, and the mesh drawn
    closer around the best that the institution lets be, that keeps one signal silent, or that never raises a price.
    """
    arena = search.arena
    names, actions = ["nash"], [arena.nash_e6]
    known = named_actions(arena.spec)
    for name in ("division", "nash-shares", "monopoly"):
        names.append(name)
        actions.append(known[name])
    for name, action in _corners(search).items():
        if not any(np.array_equal(action, other) for other in actions):
            names.append(name)
            actions.append(action)
    stacked = np.stack(actions)
    order = _interleaved(_profit(arena, stacked), _kept(search, stacked))
    return Palette(tuple(names[k] for k in order), stacked[order], limited=False)


def _interleaved(profit: Amounts, kept: Amounts) -> list[int]:
    """Nash play, then in turn what keeps most when played for ever and what is most profitable in a round."""
    by_kept, by_profit = (np.argsort(-worth, kind="stable").tolist() for worth in (kept, profit))
    return list(dict.fromkeys([0, *(k for pair in zip(by_kept, by_profit, strict=True) for k in pair)]))


def _kept(search: Search, actions_e6: Integers) -> Amounts:
    """What each action earns over Nash, net of fines, where it is played for ever."""
    arena, plans = search.arena, len(actions_e6)
    rounds = search.settling + 120
    played = arena.play(arena.menu(actions_e6), words([[k] for k in range(plans)], arena.worlds), plans, rounds)
    search.count(plans)
    return np.asarray(arena.gains(played, 1, search.settling).mean(axis=1))


def _corners(search: Search) -> dict[str, Integers]:
    arena, found = search.arena, {}
    lawful_too = arena.bound.institution.manifest.signals
    wanted = ["least harm", "let be", "let be at Nash prices"]
    wanted += [
        f"{side} {name}" for name in lawful_too if name not in arena.bound.supporting for side in ("without", "with")
    ]
    for goal in wanted:
        if search.allowance.spent:
            break
        action = _zoomed(search, goal)
        if action is not None:
            found[goal] = action
    return found


def _zoomed(search: Search, goal: str) -> Integers | None:
    """The most profitable division for a goal, by a mesh that is drawn closer around the best of it."""
    arena = search.arena
    low, high = _LOWEST, _HIGHEST
    best: tuple[float, Amounts, Integers] | None = None
    for _ in range(_ZOOMS):
        axes = [np.linspace(a, b, _POINTS) for a, b in zip(low, high, strict=True)]
        mesh = np.stack([axis.ravel() for axis in np.meshgrid(*axes)], axis=1)
        mesh = np.concatenate([mesh, np.stack([mesh[:, 0], np.zeros(len(mesh))], axis=1)[:_POINTS]])
        actions = divided(arena, mesh[:, 0], mesh[:, 1])
        worth, fits = _worth(search, goal, actions)
        worth = np.where(fits, worth, -np.inf)
        place = int(np.argmax(worth))
        if np.isfinite(worth[place]) and (best is None or worth[place] > best[0]):
            best = (float(worth[place]), mesh[place], actions[place])
        if best is None or search.allowance.spent:
            break
        reach = (high - low) / (_POINTS - 1) * 1.5
        low = np.maximum(best[1] - reach, _LOWEST)
        high = np.minimum(best[1] + reach, _HIGHEST)
    return None if best is None else best[2]


def _worth(search: Search, goal: str, actions_e6: Integers) -> tuple[Amounts, Bools]:
    """What each action earns a firm where it is played for ever, and whether it meets the goal."""
    arena = search.arena
    menu = arena.menu(actions_e6)
    plans = len(menu)
    profit = _profit(arena, actions_e6)
    if goal == "least harm":
        return profit, ~menu.elevated
    rounds = 3 * arena.bound.window + 4
    played = arena.play(menu, words([[k] for k in range(plans)], arena.worlds), plans, rounds, signals=True)
    search.count(plans)
    if goal.startswith("let be"):
        calm = np.asarray(~played.case.reshape(rounds, plans, -1).any(axis=(0, 2)))
        return profit, calm & ~menu.elevated if goal.endswith("prices") else calm
    side, _, name = goal.partition(" ")
    assert played.fired is not None
    own = played.fired[..., arena.judge.signals.index(name)].reshape(rounds, plans, -1)
    fires = np.asarray(own.any(axis=(0, 2)))
    return profit, fires if side == "with" else ~fires


def _profit(arena: Arena, actions_e6: Integers) -> Amounts:
    return np.asarray(arena.menu(actions_e6).measures["profit_e6"].mean(axis=1) / SCALE)
