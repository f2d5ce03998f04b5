"""Some runs of an arm at a time, as arrays with a leading axis of runs: no report loops over rounds in Python."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, overload

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from agoranomos.analysis.arm_data import Benchmark, Counts, Flags, RunData
from agoranomos.analysis.choices import ChoiceDecision, decisions_in
from agoranomos.analysis.run_benchmarks import NashOfRuns
from agoranomos.analysis.table_rows import Rows, Spans
from agoranomos.analysis.tiers import Array

BLOCK_ROUNDS = 50_000
"""Rounds of all runs of a block: its arrays take some tens of megabytes, however many runs an arm has."""

COLUMNS: Mapping[str, tuple[str, ...]] = {
    "rounds": ("price", "hhi", "price_elevation", "consumer_surplus", "welfare", "measures"),
    "agents": ("profit", "nash_profit", "fine", "cv", "suspended", "projected", "repaired"),
    "enforcement": ("kind",),
    "calls": ("prompt_tokens", "reply_tokens", "failure", "scored", "seconds"),
    "choices": (
        "round",
        "agent",
        "attempt",
        "model",
        "scored",
        "option",
        "probability",
        "by_order",
        "chosen",
        "accused",
        "sanctioned",
    ),
}
"""The columns that are read of each table that has rows of runs."""


@dataclass(frozen=True, slots=True)
class CallTally:
    """The model calls of one run; `hidden` are the distributions that the model gave and the log withholds."""

    calls: int
    prompt_tokens: int
    reply_tokens: int
    seconds: float
    failures: Mapping[str, int]
    scored: int


NO_CALLS = CallTally(0, 0, 0, 0.0, {}, 0)


@dataclass(frozen=True, slots=True)
class RunBlock:
    """R runs with as many rounds, T, as each other: the measures of `RunData`, (R, T, ...), and per run (R,)."""

    seeds: tuple[int, ...]
    roots: tuple[str, ...]
    price: Array
    hhi: Array
    price_elevation: Array
    consumer_surplus: Array
    welfare: Array
    profit: Array
    fine: Array
    cv: Array
    suspended: Flags
    projected: Flags
    repaired: Flags
    acts: Mapping[str, Counts]
    calls: tuple[CallTally, ...]
    others: Mapping[str, Array]
    nash: tuple[Benchmark | None, ...]
    choices: tuple[tuple[ChoiceDecision, ...], ...]
    choices_hidden: tuple[int, ...]

    def __len__(self) -> int:
        """The number of runs."""
        return len(self.seeds)

    @property
    def rounds(self) -> int:
        """Rounds of each run, T."""
        return int(self.welfare.shape[1])

    def run(self, place: int) -> RunData:
        """One of the runs; its arrays are views."""
        calls = self.calls[place]
        return RunData(
            seed=self.seeds[place],
            root=self.roots[place],
            price=self.price[place],
            hhi=self.hhi[place],
            price_elevation=self.price_elevation[place],
            consumer_surplus=self.consumer_surplus[place],
            welfare=self.welfare[place],
            profit=self.profit[place],
            fine=self.fine[place],
            cv=self.cv[place],
            suspended=self.suspended[place],
            projected=self.projected[place],
            repaired=self.repaired[place],
            acts={kind: int(counts[place]) for kind, counts in self.acts.items() if counts[place]},
            calls=calls.calls,
            prompt_tokens=calls.prompt_tokens,
            reply_tokens=calls.reply_tokens,
            call_seconds=calls.seconds,
            failures=calls.failures,
            others={name: values[place] for name, values in self.others.items()},
            nash=self.nash[place],
            choices=self.choices[place],
            choices_hidden=self.choices_hidden[place],
        )


@dataclass(frozen=True, slots=True)
class Stretch:
    """Which runs make up one block: their rows lie one after another in every table."""

    seeds: tuple[int, ...]
    roots: tuple[str, ...]
    benchmarks: tuple[Mapping[str, Any], ...]
    """Of each run, the columns of the table `runs` that tell of its market's benchmarks."""
    places: tuple[int, ...]
    """The number of each run among all, as spans count them."""
    rounds: int


class BlocksOfArm(Sequence[RunData]):
    """An arm's finished runs: as blocks, or one by one, of which the block that was read last is kept."""

    def __init__(
        self,
        tables: Mapping[str, Rows],
        spans: Mapping[str, Spans],
        stretches: Sequence[Stretch],
        shape: tuple[int, int],
    ) -> None:
        self._tables, self._spans, self._stretches = tables, spans, tuple(stretches)
        self._agents, self._goods = shape
        self._firsts = np.cumsum([0, *(len(stretch.seeds) for stretch in stretches)])
        self._nash = NashOfRuns()
        self._block = lru_cache(maxsize=1)(self._read)

    def __len__(self) -> int:
        return int(self._firsts[-1])

    @overload
    def __getitem__(self, index: int) -> RunData: ...

    @overload
    def __getitem__(self, index: slice) -> Sequence[RunData]: ...

    def __getitem__(self, index: int | slice) -> RunData | Sequence[RunData]:
        if isinstance(index, slice):
            return tuple(self[place] for place in range(*index.indices(len(self))))
        place = index + len(self) if index < 0 else index
        if not 0 <= place < len(self):
            raise IndexError(f"run {index} of {len(self)}")
        block = int(np.searchsorted(self._firsts, place, side="right")) - 1
        return self._block(block).run(place - int(self._firsts[block]))

    def blocks(self) -> Iterator[RunBlock]:
        """The blocks in order; none is kept."""
        return map(self._read, range(len(self._stretches)))

    @property
    def longest(self) -> int:
        """The rounds of the longest run; 0 where none is finished."""
        return max((stretch.rounds for stretch in self._stretches), default=0)

    def _rows(self, table: str, stretch: Stretch) -> tuple[Any, Counts]:
        """The rows of a block's runs in their order, and how many each run has."""
        places, spans = list(stretch.places), self._spans[table]
        starts, lengths = spans.start[places], spans.length[places]
        some = lengths > 0
        starts, stops = starts[some], (starts + lengths)[some]
        if not len(starts):
            return self._tables[table].between(0, 0), lengths
        if (starts[1:] == stops[:-1]).all():
            return self._tables[table].between(int(starts[0]), int(stops[-1])), lengths
        parts = [self._tables[table].between(start, stop) for start, stop in zip(starts, stops, strict=True)]
        return pa.concat_tables(parts), lengths

    def _read(self, index: int) -> RunBlock:
        stretch = self._stretches[index]
        runs, played = len(stretch.seeds), stretch.rounds
        rounds, _ = self._rows("rounds", stretch)
        seats, _ = self._rows("agents", stretch)

        def of_rounds(name: str) -> Array:
            return numbers(rounds, name).reshape(runs, played)

        def of_goods(name: str) -> Array:
            cells = lists(rounds, name, self._goods)
            return cells.reshape(runs, played, cells.shape[1])

        def of_agents(name: str) -> Array:
            return numbers(seats, name).reshape(runs, played, self._agents)

        calls, choices = self._calls(stretch), self._choices(stretch)
        return RunBlock(
            seeds=stretch.seeds,
            roots=stretch.roots,
            price=of_goods("price"),
            hhi=of_goods("hhi"),
            price_elevation=of_goods("price_elevation"),
            consumer_surplus=of_rounds("consumer_surplus"),
            welfare=of_rounds("welfare"),
            profit=of_agents("profit"),
            fine=np.nan_to_num(of_agents("fine")),
            cv=of_agents("cv"),
            suspended=of_agents("suspended") > 0,
            projected=of_agents("projected") > 0,
            repaired=of_agents("repaired") > 0,
            acts=self._acts(stretch),
            calls=calls,
            others={name: values.reshape(runs, played) for name, values in named(rounds, "measures").items()},
            nash=tuple(map(self._nash.of, stretch.benchmarks, of_agents("nash_profit"))),
            choices=choices,
            choices_hidden=tuple(tally.scored - len(found) for tally, found in zip(calls, choices, strict=True)),
        )

    def _acts(self, stretch: Stretch) -> dict[str, Counts]:
        """How often the institution did what, by kind, (runs,)."""
        rows, lengths = self._rows("enforcement", stretch)
        if not rows.num_rows:
            return {}
        kinds = pc.dictionary_encode(rows["kind"].combine_chunks())
        kinds = kinds.combine_chunks() if isinstance(kinds, pa.ChunkedArray) else kinds
        names, codes = kinds.dictionary.to_pylist(), kinds.indices.to_numpy()
        cells = np.repeat(np.arange(len(lengths)), lengths) * len(names) + codes
        counts = np.bincount(cells, minlength=len(lengths) * len(names)).reshape(len(lengths), len(names))
        return {name: counts[:, place] for place, name in enumerate(names)}

    def _calls(self, stretch: Stretch) -> tuple[CallTally, ...]:
        rows, lengths = self._rows("calls", stretch)
        ends = np.cumsum(lengths).tolist()
        return tuple(
            _tally(rows.slice(end - count, count)) if count else NO_CALLS
            for end, count in zip(ends, lengths.tolist(), strict=True)
        )

    def _choices(self, stretch: Stretch) -> tuple[tuple[ChoiceDecision, ...], ...]:
        rows, lengths = self._rows("choices", stretch)
        ends = np.cumsum(lengths).tolist()
        return tuple(
            decisions_in(rows.slice(end - count, count)) if count else ()
            for end, count in zip(ends, lengths.tolist(), strict=True)
        )


def _tally(calls: Any) -> CallTally:
    failed = calls["failure"].to_pylist()
    scored = sum(bool(kind) and not failure for kind, failure in zip(calls["scored"].to_pylist(), failed, strict=True))
    return CallTally(
        calls=calls.num_rows,
        prompt_tokens=int(numbers(calls, "prompt_tokens").sum()),
        reply_tokens=int(numbers(calls, "reply_tokens").sum()),
        seconds=float(np.nansum(numbers(calls, "seconds"))),
        failures=dict(Counter(kind for kind in failed if kind)),
        scored=scored,
    )


def numbers(table: Any, name: str) -> Array:
    """A column of numbers or flags as floats, null as NaN."""
    column = table[name]
    if pa.types.is_boolean(column.type):
        column = column.cast(pa.int8())
    return np.asarray(column.cast(pa.float64()).to_numpy(), dtype=np.float64)


def named(table: Any, name: str) -> dict[str, Array]:
    """A column of maps as one array (rows,) a key, null as NaN; empty where it holds nothing but nulls."""
    column = table[name].combine_chunks()
    if column.null_count == len(column):
        return {}
    maps = pa.concat_arrays(column.chunks) if isinstance(column, pa.ChunkedArray) else column
    per_row = np.nan_to_num(np.asarray(pc.list_value_length(maps.cast(_ITEMS)).to_numpy(zero_copy_only=False)))
    items = pc.list_flatten(maps.cast(_ITEMS))
    rows = np.repeat(np.arange(len(maps)), per_row.astype(np.int64))
    keys = items.field("key").dictionary_encode()
    values = np.asarray(items.field("value").to_numpy(zero_copy_only=False), dtype=np.float64)
    found = {}
    for code, key in enumerate(keys.dictionary.to_pylist()):
        mine = keys.indices.to_numpy() == code
        found[key] = np.full(len(maps), np.nan)
        found[key][rows[mine]] = values[mine]
    return found


_ITEMS = pa.list_(pa.struct([pa.field("key", pa.string(), nullable=False), pa.field("value", pa.float64())]))


def lists(table: Any, name: str, width: int) -> Array:
    """A column of lists as (rows, width), null as NaN, also where a whole list is null.

    `width` is that of null lists; a market may publish lists of another width (a price a firm, say).
    """
    column = table[name].combine_chunks()
    if column.null_count == 0 and len(column.flatten()) == len(column) * width:
        return np.asarray(column.flatten().to_numpy(zero_copy_only=False), dtype=np.float64).reshape(len(column), width)
    if column.null_count == len(column):
        return np.full((len(column), width), np.nan)
    listed = column.to_pylist()
    width = max((len(row) for row in listed if row), default=width)
    rows = [[np.nan if x is None else x for x in (row or [None] * width)] for row in listed]
    return np.array(rows, dtype=np.float64).reshape(len(column), width)
