"""The deviation probe: it tells high prices that are held up by what would follow a deviation from merely high ones.

Agents play until what they do repeats. Then the same run is played again, and in one round one agent is made to play
its best reply of the stage game to what the others do, or, where a round is no game in normal form, its part of a
benchmark (its Nash bid, its Nash harvest). Everything that differs afterwards follows from that.

Source: Calvano et al. (2020), on deviations and punishments, there for Q-learners; collusion as a scheme of reward and
punishment: Harrington (2018), Developing Competition Law for Collusion by Autonomous Artificial Agents, Journal of
Competition Law and Economics 14(3).
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from agoranomos.agents import Agent
from agoranomos.errors import UsageError, unknown_name
from agoranomos.institutions.institution import Institution
from agoranomos.learning.probe_play import Floats, Forced, Played, play_rounds
from agoranomos.learning.probe_scale import NEARLY_NONE, Scale
from agoranomos.learning.probe_verdict import SEVERITY, Verdict, Word, verdict_of
from agoranomos.markets.market import Market

BEFORE = 5
"""Rounds before the deviation that are averaged and shown."""

LAST = 5
"""Rounds at the end that say whether play has returned."""

SETTLED = 20
"""Rounds over which actions must repeat; where the period is longer than half of this, over two periods."""

LONGEST_PERIOD = 50
"""Rounds of the longest cycle that is looked for."""

SEARCHED = (60, 300)
"""Rounds that are played in search of such a stretch, at first and at most; without one the deviation comes after."""

RETURNED = 0.05
"""Play has returned where the elevation at the end is this near to that without a deviation."""

SAME = 1e-6
"""Actions that differ by less are the same."""


@dataclass(frozen=True, slots=True)
class Horizon:
    """When the deviation comes (None: once actions repeat), how many rounds follow, and what a later round is worth."""

    at: int | None = None
    after: int = 100
    discount: float = 0.95

    def __post_init__(self) -> None:
        if self.at is not None and self.at <= BEFORE:
            raise UsageError(f"a deviation in round {self.at}: at least {BEFORE} rounds come before it")
        if self.after < LAST:
            raise UsageError(f"{self.after} rounds after the deviation; at least {LAST} were expected")
        if not 0.0 <= self.discount < 1.0:
            raise UsageError(f"a discount of {self.discount}: a number from 0 and below 1 was expected")


@dataclass(frozen=True, eq=False)
class Deviation:
    """What came of one forced deviation of one agent with one seed.

    `elevation` of profit before it, 0 at Nash and 1 at the joint maximum, over at least `BEFORE` rounds: whole cycles
    where actions repeated (`steady`). `gain` is what the round itself brought the deviator, `loss` the discounted sum
    of what it lost afterwards; both, and the paths of profits, in units of an agent's mean profit a round before it.
    `reacted`: some other agent did something else than without it. `returned`: the elevation at the end, over `LAST`
    rounds or whole cycles, is what it would have been. Paths [BEFORE + 1 + after] begin `BEFORE` rounds before: rewards
    of the deviator (`own`) and the mean of the `others`, and the mean `price` relative to that before (NaN without
    prices).
    """

    agent: str
    seed: int
    round: int
    elevation: float
    steady: bool
    gain: float
    loss: float
    reacted: bool
    returned: bool
    own: Floats
    others: Floats
    price: Floats

    @property
    def net(self) -> float:
        """What the deviation brings in all."""
        return self.gain - self.loss

    @property
    def verdict(self) -> Verdict:
        """The verdict on this deviation alone."""
        return verdict_of(
            elevation=self.elevation, gain=self.gain, loss=self.loss, reacted=self.reacted, returned=self.returned
        )


@dataclass(frozen=True, eq=False)
class Probe:
    """All deviations, and what they say together."""

    market: str
    institution: str | None
    horizon: Horizon
    deviations: tuple[Deviation, ...]

    @property
    def verdict(self) -> Verdict:
        """The most common verdict, with the means over the deviations that have it; of several, the mildest.

        An agent that nothing tempts says nothing of what holds up prices where others of its run are tempted (a cartel
        that takes turns): it then does not count.
        """
        tempted = {one.seed for one in self.deviations if one.verdict.word != "untempted"}
        telling = [one for one in self.deviations if one.verdict.word != "untempted" or one.seed not in tempted]
        counts = Counter(one.verdict.word for one in telling)
        word = max(counts, key=lambda word: (counts[word], -SEVERITY.index(word)))
        alike = replace(self, deviations=tuple(one for one in telling if one.verdict.word == word))
        found = verdict_of(
            elevation=alike.mean("elevation"),
            gain=alike.mean("gain"),
            loss=alike.mean("loss"),
            reacted=alike.mean("reacted"),
            returned=alike.mean("returned"),
        )
        return found if found.word == word else alike.deviations[0].verdict

    @property
    def verdicts(self) -> dict[Word, int]:
        """How many deviations have each verdict, the most common first: runs may have gone different ways before."""
        return dict(Counter(one.verdict.word for one in self.deviations).most_common())

    def mean(self, name: str) -> float:
        """The mean of one of a deviation's values; a share for what is true or false."""
        return float(np.mean([getattr(one, name) for one in self.deviations]))

    def path(self, name: str) -> Floats:
        """The mean of `own`, `others` or `price` over all deviations."""
        return np.asarray(np.mean([getattr(one, name) for one in self.deviations], axis=0))


def probe(
    market: Market,
    seat: Callable[[int], Sequence[Agent]],
    *,
    seeds: Sequence[int] = (0,),
    deviators: Sequence[str] | None = None,
    horizon: Horizon | None = None,
    instead: str | None = None,
    institution: Institution | None = None,
    progress: Callable[[int, int], None] | None = None,
) -> Probe:
    """Force a deviation on each of `deviators` (default: everybody) with each seed.

    `seat` gives the agents of the run with a seed; the market must last as long as is played (its `rounds`). `instead`
    names the benchmark that a deviator plays; by default its best reply, or `nash` where the market has no stage game.
    Raises `UsageError` where the market has no benchmarks of profit, and for an unknown agent or benchmark.
    """
    followed = horizon or Horizon()
    agents = market.facts.agents
    chosen = tuple(deviators or agents)
    for name in chosen:
        if name not in agents:
            raise unknown_name("agent", name, agents)
    scale = Scale(market)
    benchmark = instead if instead is not None or _is_game(market) else "nash"
    found = []
    for seed in seeds:
        seated = tuple(seat(seed))
        plain, at, period = _settled(market, seated, seed, followed, institution)
        scale.play(seed, len(plain.actions))
        for name in chosen:
            index = agents.index(name)
            forced = Forced(at, index, _best_reply(market, plain, at, index) if benchmark is None else benchmark)
            other = play_rounds(market, seated, seed, at + followed.after, institution=institution, forced=forced)
            found.append(_deviation(plain, other, forced, name, seed, period, followed, scale))
            if progress is not None:
                progress(len(found), len(seeds) * len(chosen))
    return Probe(market.facts.market, institution.name if institution is not None else None, followed, tuple(found))


def _settled(
    market: Market, seated: Sequence[Agent], seed: int, horizon: Horizon, institution: Institution | None
) -> tuple[Played, int, int]:
    """The run without a deviation, the round of the deviation, and the period of play before it (0: none)."""
    if horizon.at is not None:
        plain = play_rounds(market, seated, seed, horizon.at + horizon.after, institution=institution)
        return plain, horizon.at, int(_periods(plain, horizon.at - 1)[-1])
    for longest in SEARCHED:
        plain = play_rounds(market, seated, seed, longest + 1 + horizon.after, institution=institution)
        periods = _periods(plain, longest)
        done = int(np.argmax(periods > 0))
        if periods[done]:
            return plain, done + 1, int(periods[done])
    return plain, longest + 1, 0


def rounds_needed(horizon: Horizon) -> int:
    """How many rounds a market must last to be probed."""
    return (SEARCHED[-1] + 1 if horizon.at is None else horizon.at) + horizon.after


def _periods(plain: Played, rounds: int) -> NDArray[np.int64]:
    """After each number of rounds up to `rounds`, [rounds + 1]: the shortest period with which they repeat, or 0."""
    flat = [_flat(plain, t) for t in range(rounds)]
    width = max(len(row) for row in flat)
    table = np.array([row + (np.nan,) * (width - len(row)) for row in flat])
    found = np.zeros(rounds + 1, np.int64)
    for period in range(1, min(LONGEST_PERIOD, rounds // 2) + 1):
        same = np.isclose(table[period:], table[:-period], rtol=SAME, atol=SAME, equal_nan=True).all(axis=1)
        needed, run = max(SETTLED, 2 * period) - period, 0
        for place, alike in enumerate(same, start=period + 1):
            run = run + 1 if alike else 0
            if run >= needed and not found[place]:
                found[place] = period
    return found


def _flat(played: Played, place: int) -> tuple[float, ...]:
    return tuple(v for row in played.actions[place] for v in ([np.nan] if row is None else row.tolist()))


def _alike(one: tuple[float, ...], other: tuple[float, ...]) -> bool:
    return len(one) == len(other) and np.allclose(one, other, rtol=SAME, atol=SAME, equal_nan=True)


def _is_game(market: Market) -> bool:
    try:
        market.game()
    except UsageError:
        return False
    return True


def _best_reply(market: Market, plain: Played, at: int, index: int) -> Floats:
    """The menu entry that earns agent `index` most in the round, or what it does anyway where no entry earns more."""
    rows = plain.actions[at - 1]
    present = [row for row in rows if row is not None]
    if len(present) < len(rows):
        raise UsageError(f"somebody is suspended in round {at}: there is no best reply to that", advice="Give --at.")
    game, joint = market.game(), np.stack(present)
    best = game.menus[index][game.best_reply(index, joint)]
    instead = joint.copy()
    instead[index] = best
    better = float(game.payoffs(instead)[index]) > float(game.payoffs(joint)[index]) * (1.0 + 1e-9)
    return np.array(best if better else joint[index])


def _deviation(
    plain: Played,
    other: Played,
    forced: Forced,
    name: str,
    seed: int,
    period: int,
    horizon: Horizon,
    scale: Scale,
) -> Deviation:
    first, last = forced.round - 1 - BEFORE, forced.round + horizon.after
    index = forced.agent
    cycle = slice(forced.round - 1 - _whole_cycles(BEFORE, period), forced.round - 1)
    before = plain.rewards[cycle]
    mean = abs(float(before.mean()))
    unit = mean if mean > NEARLY_NONE * scale.rent else scale.rent
    extra = (other.rewards[forced.round - 1 : last] - plain.rewards[forced.round - 1 : last])[:, index] / unit
    reacted = any(not _alike(_without(other, t, index), _without(plain, t, index)) for t in range(forced.round, last))
    end = slice(last - min(_whole_cycles(LAST, period), horizon.after), last)
    gap = scale(other.profits, end) - scale(plain.profits, end)
    rewards = other.rewards[first:last]
    rivals = np.delete(np.arange(rewards.shape[1]), index)
    with np.errstate(invalid="ignore"):
        price = other.price[first:last] / plain.price[cycle].mean()
    return Deviation(
        agent=name,
        seed=seed,
        round=forced.round,
        elevation=scale(plain.profits, cycle),
        steady=period > 0,
        gain=float(extra[0]),
        loss=-float(extra[1:] @ horizon.discount ** np.arange(1, len(extra))),
        reacted=reacted,
        returned=abs(gap) <= RETURNED,
        own=rewards[:, index] / unit,
        others=rewards[:, rivals].mean(axis=1) / unit if len(rivals) else np.full(len(rewards), np.nan),
        price=price,
    )


def _whole_cycles(least: int, period: int) -> int:
    """The fewest rounds, at least so many, that hold whole cycles of this period (0: there is none)."""
    return -(-least // period) * period if period else least


def _without(played: Played, place: int, index: int) -> tuple[float, ...]:
    rows = [row for i, row in enumerate(played.actions[place]) if i != index]
    return tuple(v for row in rows for v in ([np.nan] if row is None else row.tolist()))
