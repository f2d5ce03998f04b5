"""The decision problem of a coalition: joint standings times the evidence that still counts."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import product
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from agoranomos.deterrence.history import build_history
from agoranomos.deterrence.ladder import MOST_STANDINGS, Ladder, Ladders
from agoranomos.deterrence.play import PlanSet, Rounds, lone_actions, play, within_limits
from agoranomos.errors import UsageError
from agoranomos.institutions.controller import fine_e6
from agoranomos.markets.cournot.spec import CournotSpec
from agoranomos.markets.facts import SCALE

Indices: TypeAlias = NDArray[np.int64]
Money: TypeAlias = NDArray[np.float64]
Progress: TypeAlias = Callable[[str, int], None]

MOST_STATES = 1_500_000


@dataclass(frozen=True, slots=True, eq=False)
class Model:
    """States S (state 0 is the start), actions K, chances A of the round's audits.

    `successor` [S, K, A] leads on with probability `chance` [A]. `played` [S, K] is the round that comes of an action
    in a state (sanctions limit quantities), an index into `rounds`; -1 where the action cannot be taken. `fine_e6`
    [S, K, A, N] are the fines of the round.
    """

    agents: tuple[str, ...]
    plans: PlanSet
    rounds: Rounds
    ladder: Ladder
    standing: Indices
    successor: Indices
    played: Indices
    fine_e6: Indices
    effect: Indices
    chance: Money

    @property
    def states(self) -> int:
        """How many states can be reached."""
        return len(self.successor)

    def profit(self, firms: Sequence[int] | None = None) -> Money:
        """Mean profit before fines of these firms (all by default), [S, K], -inf where an action cannot be taken."""
        chosen = list(firms) if firms is not None else list(range(self.rounds.profit_e6.shape[1]))
        mean = self.rounds.profit_e6[:, chosen].mean(axis=1) / SCALE
        return np.where(self.played >= 0, mean[self.played], -np.inf)

    def fines(self, firms: Sequence[int] | None = None) -> Money:
        """Mean fine of these firms, [S, K, A]."""
        fine = self.fine_e6 if firms is None else self.fine_e6[..., list(firms)]
        return np.asarray(fine.mean(axis=-1) / SCALE)


@dataclass(frozen=True, slots=True, eq=False)
class _Moves:
    """From some states [R] on: for each action and chance the key that follows [R, K, A], what was played, effects."""

    key: Indices
    played: Indices
    effect: Indices
    fine: Indices


class _Space:
    """Keys of states: standing, the length of evidence of each firm, and the history's digits."""

    def __init__(
        self, spec: CournotSpec, ladders: Ladders, plans: PlanSet, allowed: Callable[[Rounds], NDArray[np.bool_]] | None
    ) -> None:
        bound = ladders.bound
        self.bound, self.plans = bound, plans
        self.firms = len(spec.firms)
        caps = sorted({round(edge.spec.cap * SCALE) for edge in bound.institution.edges if edge.spec.cap})
        rows = list(product([None, *caps], repeat=self.firms))
        self.variant = {row: k for k, row in enumerate(rows)}
        actions = [within_limits(spec, action, row) for row in rows for action in plans.actions_e6]
        self.evident = play(spec, np.stack(actions))
        self.history = build_history(bound, self.evident)
        alike = self.history.alike and all(audit.of_market for audit in bound.audits)
        self.ladder = ladders.alike if alike else ladders.apart
        self.spec = spec
        self.many = len(actions)
        self.lone_place: dict[tuple[int | None, ...], int] = {}
        self.lone_actions: list[Indices] = []
        self.may = np.ones(len(self.evident), dtype=bool)
        if allowed is not None:  # What a cap leaves of an action is nobody's choice.
            self.may[: len(plans)] = allowed(self.evident)[: len(plans)]
        self.base, self.kept = self.history.base, self.history.kept
        self.codes = self.base**self.kept
        self.lengths = (self.kept + 1) ** self.firms
        if float(MOST_STANDINGS) * self.lengths * self.codes > 2.0**62:
            raise UsageError("the state space is too large to be numbered", advice="Name fewer --plans.")

    @property
    def rounds(self) -> Rounds:
        """All rounds that were met: the joint actions, and what is played while somebody is suspended."""
        if not self.lone_actions:
            return self.evident
        return play(self.spec, np.concatenate([self.evident.actions_e6, np.stack(self.lone_actions)]))

    def playable(self, standing: Indices) -> Indices:
        """The round that comes of each action in these standings, [R, K], -1 where it cannot be taken.

        A round in which somebody is suspended is no evidence: only what it earns matters, so the best is played.
        """
        found, inverse = np.unique(standing, return_inverse=True)
        k = len(self.plans)
        rows = np.full((len(found), k), -1, dtype=np.int64)
        for row, c in enumerate(found.tolist()):
            limits = self.ladder.limits[c]
            if 0 in limits:
                if limits not in self.lone_place:
                    self.lone_place[limits] = self.many + len(self.lone_actions)
                    self.lone_actions.append(self._lone(self.spec, limits))
                rows[row, 0] = self.lone_place[limits]
            else:
                labels = self.variant[limits] * k + np.arange(k)
                rows[row] = np.where(self.may[labels], labels, -1)
        return np.asarray(rows[np.reshape(inverse, -1)])

    def _names(self, bits: int) -> frozenset[str]:
        return frozenset(name for place, name in enumerate(self.history.signals) if bits >> place & 1)

    @staticmethod
    def _lone(spec: CournotSpec, limits: tuple[int | None, ...]) -> Indices:
        action = lone_actions(spec, [limit == 0 for limit in limits])[0]
        return within_limits(spec, action, limits)

    def split(self, key: Indices) -> tuple[Indices, Indices, Indices]:
        """Standing [R], lengths [R, N] and history [R] of keys."""
        code = key % self.codes
        rest = key // self.codes
        lengths = np.empty((len(key), self.firms), dtype=np.int64)
        packed = rest % self.lengths
        for firm in range(self.firms):
            lengths[:, firm] = packed % (self.kept + 1)
            packed = packed // (self.kept + 1)
        return rest // self.lengths, lengths, code

    def join(self, standing: Indices, lengths: Indices, code: Indices) -> Indices:
        packed = np.zeros(len(standing), dtype=np.int64)
        for firm in reversed(range(self.firms)):
            packed = packed * (self.kept + 1) + lengths[:, firm]
        longest = lengths.max(axis=1)
        shorter: Indices = np.asarray(code % self.base**longest)
        return np.asarray((standing * self.lengths + packed) * self.codes + shorter)

    def moves(self, keys: Indices) -> _Moves:
        standing, lengths, code = self.split(keys)
        suspended = self.ladder.suspended[standing]
        played = self.playable(standing)
        rounds = self.rounds
        chances, actions = len(self.ladder.chances), len(self.plans)
        shape = (len(keys), actions, chances)
        key = np.zeros(shape, dtype=np.int64)
        effect = np.zeros(shape, dtype=np.int64)
        fine = np.zeros((*shape, self.firms), dtype=np.int64)
        for k in range(actions):
            label = played[:, k]
            rows = np.flatnonzero(label >= 0)
            if not len(rows):
                continue
            out = suspended[rows]
            digit = np.where(out, 0, label[rows])
            now = np.where(out, code[rows], code[rows] * self.base + digit)
            counted = np.where(out[:, None], lengths[rows], lengths[rows] + 1)
            bits = np.where(out[:, None], 0, self.history.fired(now, counted))
            packed = self._packed(bits)
            for a in range(chances):
                follows, own = self._steps(standing[rows], packed, a)
                kept = np.minimum(counted, self.kept)
                fresh = self._fresh[own]
                kept = np.where(fresh, np.minimum(counted, self.bound.lag), kept)
                key[rows, k, a] = self.join(follows, kept, now)
                effect[rows, k, a] = own
                fine[rows, k, a] = self._fines(own, now, counted, out, label[rows], rounds)
        return _Moves(key, played, effect, fine)

    def _packed(self, bits: Indices) -> Indices:
        packed = np.zeros(len(bits), dtype=np.int64)
        for firm in reversed(range(self.firms)):
            packed = packed << len(self.history.signals) | bits[:, firm]
        return packed

    def _steps(self, standing: Indices, packed: Indices, chance: int) -> tuple[Indices, Indices]:
        """Next standings and effects [R] of standings [R] under fired signals [R], each different one judged once."""
        width = len(self.history.signals)
        found, inverse = np.unique(standing << width * self.firms | packed, return_inverse=True)
        rows = np.empty((len(found), 2), dtype=np.int64)
        for row, value in enumerate(found.tolist()):
            fired = tuple(self._names(value >> width * firm & (1 << width) - 1) for firm in range(self.firms))
            rows[row] = self.ladder.step(value >> width * self.firms, fired, chance)
        steps = rows[np.reshape(inverse, -1)]
        return steps[:, 0], steps[:, 1]

    @property
    def _fresh(self) -> NDArray[np.bool_]:
        return np.array([[one.fresh for one in effects] for effects in self.ladder.effects], dtype=bool).reshape(
            -1, self.firms
        )

    def _fines(
        self, effect: Indices, code: Indices, counted: Indices, out: NDArray[np.bool_], label: Indices, rounds: Rounds
    ) -> Indices:
        found = np.zeros((len(effect), self.firms), dtype=np.int64)
        edges = {edge.index: edge for edge in self.bound.institution.edges}
        for e in np.unique(effect).tolist():
            for firm, own in enumerate(self.ladder.effects[e]):
                fine = self.bound.fines.get(own.edge)
                if fine is None:
                    continue
                at = np.flatnonzero((effect == e) & ~out)
                event = edges[own.edge].spec.on
                found[at, firm] = self.history.fine(fine, event, own.rung, firm, code[at], counted[at, firm])
                for row in np.flatnonzero((effect == e) & out).tolist():
                    found[row, firm] = fine_e6(fine, (rounds.records[label[row]],), firm, own.rung)
        return found


def build_model(
    spec: CournotSpec,
    ladders: Ladders,
    plans: PlanSet,
    *,
    allowed: Callable[[Rounds], NDArray[np.bool_]] | None = None,
    most_states: int = MOST_STATES,
    progress: Progress | None = None,
) -> Model:
    """Explore every state that plans lead to from the initial standing.

    `allowed` says which rounds may be played at all. Raises `UsageError` where more than `most_states` are reached.
    """
    space = _Space(spec, ladders, plans, allowed)
    start = np.zeros(1, dtype=np.int64)
    known, frontier = start, start
    while len(frontier):
        moves = space.moves(frontier)
        reached = np.unique(moves.key[(moves.played >= 0)])
        places = np.minimum(np.searchsorted(known, reached), len(known) - 1)
        frontier = reached[known[places] != reached]
        known = np.sort(np.concatenate([known, frontier]), kind="stable")
        if progress is not None:
            progress("states", len(known))
        if len(known) > most_states:
            raise UsageError(
                f"{len(plans)} joint actions reach more than {most_states:,} states; certify follows no more",
                advice="Name fewer outcomes with --plans, or take a coarser --grid.",
            )
    parts = []
    for part in np.array_split(known, max(1, len(known) // 200_000)):
        moves = space.moves(part)
        parts.append((np.searchsorted(known, moves.key), moves.played, moves.effect, moves.fine))
    successor, played, effect, fine = (np.concatenate(column) for column in zip(*parts, strict=True))
    standing, _, _ = space.split(known)
    return Model(
        agents=ladders.bound.facts.agents,
        plans=plans,
        rounds=space.rounds,
        ladder=space.ladder,
        standing=standing,
        successor=np.where(played[:, :, None] >= 0, successor, 0),
        played=played,
        fine_e6=fine,
        effect=effect,
        chance=np.array([chance.probability for chance in space.ladder.chances]),
    )
