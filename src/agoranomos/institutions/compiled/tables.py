"""Guards as tables: each combination of the values of a guard's names is decided once, by CEL, and looked up after.

CEL stays the referee of every value, so that compiled and interpreted form cannot differ in what an expression means.
Names are counted up in mixed radix. Counts start with a small range that grows as larger values occur; where the
product of the ranges is too large for a table, the combinations that do occur are told apart by sorting them.
"""

from __future__ import annotations

from collections.abc import Mapping
from math import prod
from typing import Any

import numpy as np
import numpy.typing as npt

from agoranomos.institutions.compiled.values import Ints
from agoranomos.institutions.guards import Guard, Value

_FIRST_RANGE = 16
_LARGEST_TABLE = 1 << 21
_UNKNOWN = -1

Names = Mapping[str, npt.NDArray[Any]]
"""The values of names for each agent of each run, flat [R * N]: bools, counts, and states by their index."""


class GuardTable:
    """A guard over arrays. `states` are the words that a state's index stands for; `constants` never change.

    The values of an integer guard are kept within 0 .. `most`.
    """

    def __init__(
        self,
        guard: Guard,
        types: Mapping[str, type],
        states: tuple[str, ...],
        constants: Mapping[str, Value],
        most: int | None = None,
    ) -> None:
        self._guard = guard
        self._most = most
        self._states = states
        self._fixed = {name: constants[name] for name in guard.names if name in constants}
        self._names = tuple(name for name in guard.names if name not in constants)
        self._types = tuple(types[name] for name in self._names)
        full = {bool: 2, str: len(states)}
        self._sizes = [full.get(kind, _FIRST_RANGE) for kind in self._types]
        self._counts = tuple(k for k, kind in enumerate(self._types) if kind is int)
        self._table: npt.NDArray[Any] | None = self._empty(prod(self._sizes))
        self._known: dict[tuple[int, ...], int] = {}

    def __call__(self, names: Names, rows: Ints | None = None) -> npt.NDArray[Any]:
        """The guard's values for all agents, or for `rows` of the flat arrays: bool[n] or int64[n].

        Raises `GuardFault` when CEL cannot decide a combination that occurs.
        """
        columns = [names[name] if rows is None else names[name][rows] for name in self._names]
        count = len(rows) if rows is not None else len(next(iter(names.values())))
        values = self._looked_up(columns, count) if self._fits(columns) else self._sorted_out(columns, count)
        return values.astype(bool) if self._most is None else values.astype(np.int64)

    def _empty(self, size: int) -> npt.NDArray[Any] | None:
        kind = np.int8 if self._most is None else np.int32
        return np.full(size, _UNKNOWN, kind) if size <= _LARGEST_TABLE else None

    def _fits(self, columns: list[npt.NDArray[Any]]) -> bool:
        """Whether there is a table for these values; it grows where they are beyond its ranges."""
        if self._table is None:
            return False
        sizes = self._sizes.copy()
        for k in self._counts:
            if len(columns[k]):
                if columns[k].min() < 0:
                    return False
                largest = int(columns[k].max())
                if largest >= sizes[k]:
                    sizes[k] = 1 << largest.bit_length()
        if sizes == self._sizes:
            return True
        grown = self._empty(prod(sizes))
        if grown is None:
            return False
        old = self._table.reshape(self._sizes)
        grown.reshape(sizes)[tuple(slice(size) for size in self._sizes)] = old
        self._sizes, self._table = sizes, grown
        return True

    def _looked_up(self, columns: list[npt.NDArray[Any]], count: int) -> npt.NDArray[Any]:
        table = self._table
        assert table is not None
        index = np.zeros(count, np.int64)
        for column, size in zip(columns, self._sizes, strict=True):
            index *= size
            index += column
        values = table[index]
        if count and values.min() == _UNKNOWN:
            for place in np.unique(index[values == _UNKNOWN]).tolist():
                table[place] = self._decided(tuple(int(v) for v in np.unravel_index(place, self._sizes or (1,))))
            values = table[index]
        return values

    def _sorted_out(self, columns: list[npt.NDArray[Any]], count: int) -> npt.NDArray[Any]:
        index = np.zeros(count, np.int64)
        for column in columns:
            _, ranked = np.unique(column, return_inverse=True)
            _, index = np.unique(index * (count + 1) + ranked.ravel(), return_inverse=True)
            index = index.ravel()
        _, first, place = np.unique(index, return_index=True, return_inverse=True)
        combinations = zip(*(column[first].tolist() for column in columns), strict=True)
        return np.array([self._remembered(own) for own in combinations], np.int32)[place.ravel()]

    def _remembered(self, combination: tuple[int, ...]) -> int:
        value = self._known.get(combination)
        if value is None:
            value = self._decided(combination)
            if len(self._known) >= _LARGEST_TABLE:
                self._known.clear()
            self._known[combination] = value
        return value

    def _decided(self, combination: tuple[int, ...]) -> int:
        """What CEL says of one combination."""
        names = dict(self._fixed)
        for name, kind, value in zip(self._names, self._types, combination, strict=False):
            names[name] = self._states[value] if kind is str else kind(value)
        decided = int(self._guard.evaluate(names))
        return decided if self._most is None else min(max(decided, 0), self._most)
