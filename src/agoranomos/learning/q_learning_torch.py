"""Many sessions of Q-learning side by side in torch, on a CPU or a GPU: the same rule, the same draws.

All sessions take a period together; one that is over stands still until it is set aside. In float64 each equals
`learn_in_python`, bit for bit, where the device rounds sums and products as IEEE 754 says.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from agoranomos.errors import MachineError, UsageError, unknown_name
from agoranomos.learning.q_learning import LearningGame, QLearning
from agoranomos.learning.q_learning_draws import INCREMENT, MULTIPLIERS, UNIT, first_joint
from agoranomos.learning.q_learning_reference import Learned

NUMBERS = ("float64", "float32")
LOOK_EVERY = 1_000
"""Periods after which it is looked whether sessions are over: looking makes a GPU wait."""

Progress = Callable[[int, int], None]


class Batch:
    """Sessions with these keys on `device`. `advance` plays periods; `learned` says where each session stands."""

    def __init__(
        self, game: LearningGame, rule: QLearning, keys: Sequence[int], *, device: str = "cpu", numbers: str = "float64"
    ) -> None:
        self._torch = torch = _torch(device)
        if numbers not in NUMBERS:
            raise unknown_name("kind of number", numbers, NUMBERS)
        if not keys:
            raise UsageError("no session to play")
        self.game, self.rule, self.device = game, rule, device
        self.period = 0
        kind = getattr(torch, numbers)
        whole: dict[str, Any] = {"dtype": torch.int64, "device": device}
        initial = torch.tensor(game.initial_values(rule.discount), dtype=kind, device=device)
        count, agents = len(keys), game.agents
        self._columns = max(game.sizes)
        self._values = initial.expand(count, *initial.shape).contiguous().view(-1)
        best = initial.amax(dim=2)
        self._best = best.expand(count, *best.shape).contiguous().view(-1)
        greedy = torch.tensor(game.initial_values(rule.discount).argmax(axis=2), **whole)
        self._greedy = greedy.expand(count, *greedy.shape).contiguous().view(-1)
        self._rewards = torch.tensor(game.rewards, dtype=kind, device=device).view(-1)
        self._following = torch.tensor(game.following, **whole).view(-1)
        self._perceived = torch.tensor(game.perceived, **whole)
        self._bounds = torch.tensor(np.cumsum(game.chances)[:-1], dtype=torch.float64, device=device)
        self._sizes, self._strides = torch.tensor(game.sizes, **whole), torch.tensor(game.strides, **whole)
        self._places = torch.arange(self._columns, **whole)
        self._own = torch.arange(agents, **whole)
        self._offsets = torch.arange(count, **whole)[:, None] * game.rows
        self._keys = torch.tensor([_signed(key) for key in keys], **whole)
        self._joint = torch.tensor([first_joint(key, game.joint) for key in keys], **whole)
        self._standing = torch.zeros(count, **whole)
        self._changed = torch.zeros(count, **whole)
        self._ended = torch.full((count,), -1, **whole)
        self._epsilon = 1.0

    @property
    def sessions(self) -> int:
        """How many sessions there are."""
        return len(self._keys)

    @property
    def bytes_a_step(self) -> int:
        """What one session-step must move to and from memory at least.

        For each agent one row of values is read, one value of it is written; the best value of the next state and the
        best action of this one are read, and both are written; one reward is read.
        """
        size: int = self._values.element_size()
        return self.game.agents * (size * (self._columns + 4) + 2 * 8)

    def over(self) -> bool:
        """Whether every session has ended; waits for the device."""
        return bool((self._ended >= 0).all())

    def advance(self, periods: int) -> None:
        """Play so many periods, or fewer where all sessions are given up before."""
        with self._torch.no_grad():
            for _ in range(min(periods, self.rule.most - self.period)):
                self._step()

    def learned(self) -> list[Learned]:
        """Every session as it stands, in the order of the keys."""
        game = self.game
        shape = (self.sessions, game.rows, game.agents)
        values = self._values.view(*shape, self._columns).double().cpu().numpy()
        greedy = self._greedy.view(shape).cpu().numpy()
        ended = self._ended.tolist()
        return [
            Learned(values[b], greedy[b], periods if periods >= 0 else self.period, periods >= 0, joint, standing)
            for b, (periods, joint, standing) in enumerate(
                zip(ended, self._joint.tolist(), self._standing.tolist(), strict=True)
            )
        ]

    def _step(self) -> None:
        torch, game, rule, agents = self._torch, self.game, self.rule, self.game.agents
        counter = self.period * (2 * agents + 1)
        playing = self._ended < 0
        seen = self._perceived[self._standing]
        rows = self._offsets + self._joint[:, None] * game.standings + seen
        cells = rows * agents + self._own
        explores = self._drawn(counter + self._own) < self._epsilon
        tried = (self._drawn(counter + agents + self._own) * self._sizes).long()
        actions = torch.where(explores, tried, self._greedy[cells])
        reached = (actions * self._strides).sum(dim=1)
        case = torch.zeros_like(reached)
        if len(self._bounds):
            case = (self._drawn(counter + 2 * agents + self._own[:1]) >= self._bounds).sum(dim=1)
        outcome = (self._standing * game.joint + reached) * len(game.chances) + case
        after = self._following[outcome]
        reward = self._rewards[outcome[:, None] * agents + self._own]
        next_rows = self._offsets + reached[:, None] * game.standings + self._perceived[after]
        target = reward + rule.discount * self._best[next_rows * agents + self._own]
        values = self._values[cells[:, :, None] * self._columns + self._places]
        learned = (1.0 - rule.learning_rate) * values.gather(2, actions[:, :, None])[
            :, :, 0
        ] + rule.learning_rate * target
        values = values.scatter(2, actions[:, :, None], learned[:, :, None])
        best = values.amax(dim=2)
        first = torch.where(values == best[:, :, None], self._places, self._columns).amin(dim=2)
        moved = (first != self._greedy[cells]).any(dim=1) & playing
        mine = playing[:, None]
        place = cells * self._columns + actions
        self._values[place] = torch.where(mine, learned, self._values[place])
        self._best[cells] = torch.where(mine, best, self._best[cells])
        self._greedy[cells] = torch.where(mine, first, self._greedy[cells])
        self.period += 1
        self._changed = torch.where(moved, self.period, self._changed)
        self._joint = torch.where(playing, reached, self._joint)
        self._standing = torch.where(playing, after, self._standing)
        done = playing & (self.period - self._changed >= rule.stable)
        self._ended = torch.where(done, self.period, self._ended)
        self._epsilon *= math.exp(-rule.decay)

    def _drawn(self, counters: Any) -> Any:
        """The draws with these numbers, float64 [B, numbers]: SplitMix64 in signed integers that wrap."""
        bits = self._keys[:, None] + (counters + 1) * _signed(INCREMENT)
        bits = (bits ^ _shifted(bits, 30)) * _signed(MULTIPLIERS[0])
        bits = (bits ^ _shifted(bits, 27)) * _signed(MULTIPLIERS[1])
        return _shifted(bits ^ _shifted(bits, 31), 11).double() * UNIT


def learn_batch(
    game: LearningGame,
    rule: QLearning,
    keys: Sequence[int],
    *,
    device: str = "cpu",
    numbers: str = "float64",
    progress: Progress | None = None,
) -> list[Learned]:
    """All sessions to their ends, in the order of the keys; `progress` hears how many periods of at most how many."""
    batch = Batch(game, rule, keys, device=device, numbers=numbers)
    while batch.period < rule.most and not batch.over():
        batch.advance(LOOK_EVERY)
        if progress is not None:
            progress(batch.period, rule.most)
    return batch.learned()


def _torch(device: str) -> Any:
    try:
        import torch
    except ImportError as error:
        raise MachineError(
            f"batches need torch ({error})", advice="Install it: pip install 'agoranomos[local]'."
        ) from None
    try:
        torch.zeros(1, device=device)
    except (RuntimeError, AssertionError) as error:
        raise MachineError(f"torch cannot use the device {device!r}: {str(error).splitlines()[0]}") from None
    return torch


def _signed(value: int) -> int:
    """64 bits as the signed integer that has them."""
    return value - (1 << 64) if value >> 63 else value


def _shifted(bits: Any, places: int) -> Any:
    """Shifted to the right with zeros coming in."""
    return (bits >> places) & ((1 << (64 - places)) - 1)
