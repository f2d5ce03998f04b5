"""One round of a market as a game in normal form: what players that know its payoffs reason about."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from agoranomos.errors import UsageError

Actions: TypeAlias = NDArray[np.float64]
"""Actions along the last axis, one number a part; agents along the axis before it."""

LARGEST_TABLE = 50_000_000
"""Payoffs that a table may hold."""


@dataclass(frozen=True)
class StageGame:
    """`menus[i]` [K_i, F] is what agent i chooses among; `payoffs` maps actions [..., N, F] to payoffs [..., N].

    Payoffs are those of one round, in the market's own units, expected where the round has a draw in it, and broadcast
    over leading axes. Menus are written as an agent would submit its action.
    """

    agents: tuple[str, ...]
    menus: tuple[Actions, ...]
    payoffs: Callable[[Actions], NDArray[np.float64]]

    @cached_property
    def table(self) -> NDArray[np.float64]:
        """Payoffs of every joint choice from the menus, [K_1, ..., K_N, N]; raises `UsageError` for too many."""
        sizes = [len(menu) for menu in self.menus]
        if np.prod([float(size) for size in sizes]) * len(sizes) > LARGEST_TABLE:
            raise UsageError(
                f"the payoffs of {' x '.join(map(str, sizes))} joint actions are too many to list",
                advice="Choose smaller menus, or fewer agents.",
            )
        grid = np.stack(np.meshgrid(*[np.arange(size) for size in sizes], indexing="ij"), axis=-1)
        joint = np.stack([menu[grid[..., i]] for i, menu in enumerate(self.menus)], axis=-2)
        return np.asarray(self.payoffs(joint))

    def replies(self, index: int, actions: Actions) -> NDArray[np.float64]:
        """What each entry of the menu of agent `index` would earn it against the others in `actions` [N, F]: [K]."""
        menu = self.menus[index]
        joint = np.repeat(np.asarray(actions, dtype=np.float64)[None], len(menu), axis=0)
        joint[:, index] = menu
        return np.asarray(self.payoffs(joint))[:, index]

    def best_reply(self, index: int, actions: Actions) -> int:
        """The first entry of the menu that earns agent `index` most against the others in `actions` [N, F]."""
        return int(np.argmax(self.replies(index, actions)))

    def nearest(self, index: int, action: NDArray[np.float64]) -> int:
        """The first entry of the menu of agent `index` that is nearest to `action` [F] (Euclidean)."""
        return int(np.argmin(((self.menus[index] - action) ** 2).sum(axis=1)))
