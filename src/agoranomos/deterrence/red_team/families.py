"""Plans that are known to milk ladders, each a family with a name, tried over its numbers."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import combinations
from typing import Final

import numpy as np

from agoranomos.deterrence.red_team.arena import Amounts, Arena, Choose, Integers, Menu, words
from agoranomos.deterrence.red_team.palette import Palette, divided
from agoranomos.deterrence.red_team.search import BATCH, Search
from agoranomos.deterrence.red_team.settled import settle
from agoranomos.institutions.compiled import Standings
from agoranomos.policies.outlook import Outlook

MOST_STATES: Final = 5
LONGEST_DUTY: Final = 30
WAITS: Final = (0, 1, 2, 3, 4, 5, 7, 9, 12)


def try_families(search: Search, palette: Palette) -> None:
    """Every family in turn, each with an equal part of what is left of the stage's allowance."""
    families = (parks, cycles_warnings, duty_cycles) if palette.limited else ALL
    whole = search.allowance
    for family in families:
        search.allowance = whole.part(1.0 / len(families))
        family(search, palette)
        whole.used += search.allowance.used
    search.allowance = whole


def parks(search: Search, palette: Palette) -> None:
    """Parks under thresholds: one joint action for ever."""
    search.try_cycles(
        search.arena.menu(palette.actions_e6),
        [[k] for k in range(len(palette))],
        "parks under thresholds",
        [f"{name} in every round" for name in palette.names],
    )


def cycles_warnings(search: Search, palette: Palette) -> None:
    """Colludes while every firm stands in states where it dares to, and complies until the sanction has expired."""
    arena = search.arena
    states = arena.bound.institution.states[:MOST_STATES]
    dares = [own for size in range(1, len(states)) for own in combinations(range(len(states)), size)]
    menu = arena.menu(palette.actions_e6)
    quiet = [k for k in range(len(palette)) if not menu.elevated[k]]
    tried = [
        (high, low, own, wait)
        for wait in WAITS
        for high in range(1, len(palette))
        for low in quiet
        if low != high
        for own in dares
    ]
    size = max(1, 256 // arena.worlds)
    for first in range(0, len(tried), size):
        some = tried[first : first + size]
        abouts = [
            f"{palette.names[high]} while every firm is {' or '.join(states[k] for k in own)}"
            + (f", {wait} rounds apart" if wait else "")
            + f"; otherwise {palette.names[low]}"
            for high, low, own, wait in some
        ]
        search.try_rules(menu, _daring(arena, some), "cycles warnings", abouts)
        if search.allowance.spent:
            return


def _daring(arena: Arena, rules: list[tuple[int, int, tuple[int, ...], int]]) -> Choose:
    count = len(arena.bound.institution.states)
    dares = np.zeros((len(rules), count), bool)
    for row, (_, _, own, _) in zip(dares, rules, strict=True):
        row[list(own)] = True
    dares = np.repeat(dares, arena.worlds, axis=0)
    high, low, wait = (np.repeat([rule[k] for rule in rules], arena.worlds) for k in (0, 1, 3))
    since = np.full(len(high), 10**6)

    def choose(t: int, standings: Standings) -> Integers:
        dare = dares[np.arange(len(high))[:, None], standings.state].all(axis=1) & (since >= wait)
        since[:] = np.where(dare, 0, since + 1)
        return np.where(dare, high, low)

    return choose


def duty_cycles(search: Search, palette: Palette) -> None:
    """Colludes in k rounds of n, in one go or spread out."""
    menu = search.arena.menu(palette.actions_e6)
    quiet = [k for k in range(len(palette)) if not menu.elevated[k]]
    batch: list[list[int]] = []
    abouts: list[str] = []
    for n, k, spread in _duties():
        for high in range(1, len(palette)):
            for low in quiet:
                if low == high:
                    continue
                on = {i * n // k for i in range(k)} if spread else set(range(k))
                batch.append([high if i in on else low for i in range(n)])
                how = ", spread out" if spread else ""
                abouts.append(f"{palette.names[high]} in {k} of {n} rounds{how}, else {palette.names[low]}")
        if len(batch) >= BATCH:
            search.try_cycles(menu, batch, "duty cycles", abouts)
            batch, abouts = [], []
            if search.allowance.spent:
                return
    if batch:
        search.try_cycles(menu, batch, "duty cycles", abouts)


def _duties() -> Iterator[tuple[int, int, bool]]:
    for n in range(2, LONGEST_DUTY + 1):
        for k in range(1, n):
            yield n, k, False
            if 1 < k < n - 1:
                yield n, k, True


def rotates(search: Search, palette: Palette) -> None:
    """Rotates the offender: one firm holds output back, the others sell theirs; they take turns, or it is always one.

    Where every firm must have offended before the ladder goes on, or a fine is a share of the offender's own profit, a
    firm that is fined for all of them costs little.
    """
    arena = search.arena
    actions: list[Integers] = []
    cycles: list[list[int]] = []
    abouts: list[str] = []
    for elevation in np.linspace(0.05, 1.0, 20):
        for kept in np.linspace(0.0, 1.0, 11):
            base = len(actions)
            actions += [_offending(arena, firm, float(elevation), float(kept)) for firm in range(len(arena.spec.firms))]
            how = f"at a price elevation of {elevation:.2f}, {kept:.1f} of the others' restraint moved to one firm"
            for turn in (0, 1, 3, 5, 10, 15):
                cycles.append([base + firm for firm in range(len(actions) - base) for _ in range(turn)] or [base])
                abouts.append(how + (f", in turns of {turn} rounds" if turn else ""))
    search.try_cycles(arena.menu(np.stack(actions)), cycles, "rotates the offender", abouts)


def _offending(arena: Arena, firm: int, elevation: float, kept: float) -> Integers:
    """A division at these prices in which the other firms make more of the goods of `firm`, which makes as much less.

    With `kept` 1 the others make as much, all goods together, as at Nash: the restraint is all its own.
    """
    action: Integers = divided(arena, np.ones(1), np.array([elevation]))[0].copy()
    for other in range(len(action)):
        if other == firm:
            continue
        more = max(0.0, kept * float(arena.nash_e6[other].sum() - action[other].sum()))
        own = action[firm].astype(np.float64)
        moved = np.floor(own * min(1.0, more / max(float(own.sum()), 1.0))).astype(np.int64)
        action[firm] -= moved
        action[other] += moved
    return action


def nash_shares(search: Search, palette: Palette) -> None:
    """Shares at Nash ratios with less output: prices rise, and no share looks unusual."""
    arena = search.arena
    nash = np.array(arena.known.nash.quantity)
    share = nash / np.maximum(nash.sum(axis=0), 1e-300)
    outlook = Outlook(arena.spec, 0)
    elevations = np.linspace(0.02, 1.0, 50)
    actions = arena.counted(np.stack([share * np.array(outlook.totals_at(float(e))) for e in elevations]))
    menu = arena.menu(np.concatenate([arena.nash_e6[None], actions]))
    cycles, abouts = [], []
    for n in (1, 2, 3, 5, 8, 10, 12, 15, 20):
        for on in range(1, n + 1):
            for k, elevation in enumerate(elevations, start=1):
                cycles.append([k if i < on else 0 for i in range(n)])
                abouts.append(f"Nash shares at a price elevation of {elevation:.2f} in {on} of {n} rounds")
    search.try_cycles(menu, cycles, "shares at Nash ratios", abouts)


def baits(search: Search, palette: Palette) -> None:
    """Baits a rival into a case: one firm moves, the others play Nash, a rival is sanctioned, and the firm profits."""
    arena = search.arena
    for firm in range(len(arena.spec.firms)):
        menu = _own_moves(arena, firm)
        cycles: list[list[int]] = [[k] for k in range(len(menu))]
        cycles += [
            [k] * on + [0] * (n - on) for n in (2, 3, 5, 8, 10, 15) for on in range(1, n) for k in range(1, len(menu))
        ]
        size = max(1, BATCH // arena.worlds)
        for first in range(0, len(cycles), size):
            some = cycles[first : first + size]
            rounds = search.settling + 160
            played = arena.play(menu, words(some, arena.worlds), len(some), rounds)
            search.count(len(some))
            gains = arena.gains(played, [len(cycle) for cycle in some], search.settling)[:, firm]
            struck = _rivals_struck(arena, played.fine_e6, played.state, firm)
            _confirm_alone(search, menu, some, firm, gains, struck)
            if search.allowance.spent:
                return


def _own_moves(arena: Arena, firm: int) -> Menu:
    """Nash play, and joint actions in which this firm alone does something else."""
    capacity = arena.spec.capacity[firm]
    goods = len(arena.spec.goods)
    rng = np.random.default_rng(0)
    shares = rng.dirichlet(np.ones(goods + 1), 220)[:, :goods] * capacity
    own = np.concatenate([np.array(arena.known.nash.quantity)[firm] * np.linspace(0, 1.4, 15)[:, None], shares])
    actions = np.repeat(arena.nash_e6[None], len(own) + 1, axis=0)
    actions[1:, firm] = np.rint(own * 1e6).astype(np.int64)
    return arena.menu(arena.counted(actions / 1e6))


def _rivals_struck(arena: Arena, fine_e6: Integers, state: Integers, firm: int) -> Amounts:
    """In which share of rounds a rival is fined or stands elsewhere than at the beginning, [P]."""
    initial = arena.bound.institution.states.index(arena.bound.institution.manifest.initial)
    hit = (fine_e6 > 0) | (state != initial)
    rivals = np.delete(hit, firm, axis=2).any(axis=2).mean(axis=0)
    return np.asarray(rivals.reshape(-1, arena.worlds).mean(axis=1))


def _confirm_alone(
    search: Search, menu: Menu, cycles: list[list[int]], firm: int, gains: Amounts, struck: Amounts
) -> None:
    name = search.arena.spec.firms[firm]

    def settled(k: int, family: str) -> None:
        about = f"{name} alone, the others at Nash"
        found = settle(search.arena, menu, words([cycles[k]], search.arena.worlds), [family], [about])[0]
        if not (found.exact or search.arena.chancy):
            return
        gain = found.gains[firm]
        if gain > max(search.alone.gains) + search.least:
            search.alone = found
        if family.startswith("baits") and (search.bait is None or gain > max(search.bait.gains)):
            search.bait = found

    best = int(np.argmax(gains))
    if gains[best] > max(search.alone.gains) + search.least:
        settled(best, "deviates alone")
    baited = np.where(struck > 0, gains, -np.inf)
    best = int(np.argmax(baited))
    known = max(search.bait.gains) if search.bait is not None else 0.0
    if baited[best] > known + search.least:
        settled(best, "baits a rival")


ALL: Final = (parks, cycles_warnings, duty_cycles, nash_shares, rotates, baits)
