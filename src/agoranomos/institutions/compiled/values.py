"""Standings, rounds and judgements of many runs at once, as arrays: R runs (rows) of N agents each."""

from __future__ import annotations

import math
from dataclasses import dataclass, field, fields
from typing import Any, Final, TypeAlias

import numpy as np
import numpy.typing as npt

UNDEFINED: Final = -(2**63)
"""A measure that is None."""

FREE: Final = -1
"""A limit of an agent that may use all of its capacity."""

NEVER: Final = -1
"""The round of the last traversal of an edge that was never crossed."""

Ints: TypeAlias = npt.NDArray[np.int64]
Bools: TypeAlias = npt.NDArray[np.bool_]
Draws: TypeAlias = npt.NDArray[np.uint64]


@dataclass(frozen=True)
class Standings:
    """Where the agents of R runs stand; `Standing` over arrays, but for the notice.

    `state` int16[R, N] is the index in `institution.states`; `counters` int64[R, N, C]; `rounds_in_state`, `timer`,
    `limit_e6` (`FREE` where there is none) and `reported` int64[R, N]; `crossed` int64[R, N, E] the round of an edge's
    last traversal (`NEVER`). The rounds that count as evidence are kept once a run: `history` maps a measure to
    int64[R, W, *axes], newest last, of which `kept` int64[R] rounds are filled, and the last `evidence` int64[R, N] of
    them count for the agent.
    """

    state: npt.NDArray[np.int16]
    counters: Ints
    rounds_in_state: Ints
    timer: Ints
    limit_e6: Ints
    crossed: Ints
    reported: Ints
    evidence: Ints
    kept: Ints
    history: dict[str, Ints] = field(default_factory=dict)

    @property
    def runs(self) -> int:
        """R."""
        return len(self.state)

    def take(self, rows: npt.ArrayLike) -> Standings:
        """The runs with these indices (or where a mask holds), copied."""
        chosen: Any = np.asarray(rows)
        plain = {part.name: getattr(self, part.name)[chosen] for part in fields(self) if part.name != "history"}
        history = {name: np.moveaxis(np.moveaxis(own, 0, -1)[..., chosen], -1, 0) for name, own in self.history.items()}
        return Standings(**plain, history=history)

    def packed(self) -> Ints:
        """Every run as one row of integers, int64[R, columns]: two runs stand alike where their rows are equal.

        Rounds of the history that count for no agent stand as zeros.
        """
        runs = self.runs
        plain = [part.name for part in fields(self) if part.name not in {"history", "kept"}]
        parts = [getattr(self, name).reshape(runs, math.prod(getattr(self, name).shape[1:])) for name in plain]
        longest = self.evidence.max(axis=1, initial=0)
        for values in self.history.values():
            age = np.arange(values.shape[1], 0, -1)
            counted = (age <= longest[:, None]).reshape(runs, len(age), *(1 for _ in values.shape[2:]))
            parts.append(np.where(counted, values, 0).reshape(runs, math.prod(values.shape[1:])))
        return np.concatenate(parts, axis=1, dtype=np.int64)


def unique(standings: Standings) -> tuple[Ints, Ints]:
    """`(rows, inverse)`: one run for each standing that occurs, and for every run the place of its like among them."""
    packed = np.ascontiguousarray(standings.packed())
    as_bytes = packed.view(np.dtype((np.void, packed.dtype.itemsize * packed.shape[1]))).ravel()
    _, rows, inverse = np.unique(as_bytes, return_index=True, return_inverse=True)
    return rows.astype(np.int64), inverse.astype(np.int64).ravel()


@dataclass(frozen=True)
class Rounds:
    """What is observed of one round in each of R runs; `Observed` over arrays.

    `round` is the same for all runs, or int64[R]; `measures` maps a name to int64[R, *axes], None as `UNDEFINED`, each
    within 2**53 in size; `draws` uint64[R, N] and `run_draw` uint64[R] are needed where `bound.draws` and
    `bound.run_draw` say so; `reports` bool[R, N] and `disturbed` bool[R] are False where they are None.
    """

    round: int | Ints
    measures: dict[str, Ints] = field(default_factory=dict)
    draws: Draws | None = None
    reports: Bools | None = None
    disturbed: Bools | None = None
    run_draw: Draws | None = None


@dataclass(frozen=True)
class Judged:
    """What the institution decided about one round in each of R runs; `Judgement` over arrays.

    `fired` bool[R, N, S] and `events` bool[R, N, V] in the order of the manifest; `edge` int16[R, N] the edge that was
    traversed, by its place in the file (-1: none), and `lasts` int64[R, N] the timer that it set; `blocked`
    int8[R, N, E] why an edge's request was denied (0: it was not; 1: cooldown; 2 + k: the k-th of `requires`);
    `fine_e6` int64[R, N] what a fine takes, and `spared_e6` what leniency took off it; `forfeited` int64[R, N, C] what
    was taken off counters.
    """

    standings: Standings
    fired: Bools
    events: Bools
    edge: npt.NDArray[np.int16]
    lasts: Ints
    blocked: npt.NDArray[np.integer[Any]]
    fine_e6: Ints
    spared_e6: Ints
    forfeited: Ints
