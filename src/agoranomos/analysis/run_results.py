"""What the runs of an arm came to, measured for many runs at a time and kept as one column a measure."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, fields
from typing import overload

import numpy as np

from agoranomos.analysis.arm_data import UNKNOWN, ArmData, Benchmark, Counts, Flags
from agoranomos.analysis.calibration import Calibration
from agoranomos.analysis.run_blocks import RunBlock
from agoranomos.analysis.runs import LAST, Null, Outcomes, RunResult, Structure, uses_gap_form
from agoranomos.analysis.tiers import RECORDED, Array, NashStructure, excess, gap_tier, nash_structure, tier

OUTCOME_NAMES = tuple(field.name for field in fields(Outcomes))
STRUCTURE_NAMES = tuple(field.name for field in fields(Structure))
Columns = dict[str, Array]


@dataclass(frozen=True, slots=True)
class BlockResults:
    """The results of some runs: one number a run in each column, (R,).

    `numbers` has the scalar members of `RunResult`, and those of its outcomes and structures under names such as
    `outcomes_last.price`; `acts` counts by kind, `others` and `others_last` are the market's other measures.
    """

    seeds: tuple[int, ...]
    numbers: Columns
    acts: Mapping[str, Counts]
    failures: tuple[Mapping[str, int], ...]
    others: Columns
    others_last: Columns


class RunResults(Sequence[RunResult]):
    """The results of an arm's runs in the order of their seeds. Each is put together when it is asked for."""

    def __init__(self, arm: str, blocks: Iterable[BlockResults]) -> None:
        parts = tuple(blocks)
        self._arm = arm
        self.seeds = tuple(seed for part in parts for seed in part.seeds)
        self._failures = tuple(failures for part in parts for failures in part.failures)
        sizes = [len(part.seeds) for part in parts]
        self._numbers = _joined([part.numbers for part in parts], sizes)
        self._acts = _joined([part.acts for part in parts], sizes, missing=0)
        self.others = _joined([part.others for part in parts], sizes)
        self.others_last = _joined([part.others_last for part in parts], sizes)

    def __len__(self) -> int:
        return len(self.seeds)

    def column(self, name: str) -> Array:
        """One number of every run: a scalar member of `RunResult`, or `structure.tier` and the like."""
        return self._numbers.get(name, np.zeros(0))

    def acts(self, kind: str) -> Counts:
        """How often the institution did this in each run, (runs,)."""
        return self._acts.get(kind, np.zeros(len(self))).astype(np.int64)

    @property
    def kinds(self) -> tuple[str, ...]:
        """The kinds of acts that there were."""
        return tuple(self._acts)

    @property
    def failures(self) -> tuple[Mapping[str, int], ...]:
        """The failed calls of each run, by kind."""
        return self._failures

    @overload
    def __getitem__(self, index: int) -> RunResult: ...

    @overload
    def __getitem__(self, index: slice) -> Sequence[RunResult]: ...

    def __getitem__(self, index: int | slice) -> RunResult | Sequence[RunResult]:
        if isinstance(index, slice):
            return tuple(self[place] for place in range(*index.indices(len(self))))
        if not -len(self) <= index < len(self):
            raise IndexError(f"run {index} of {len(self)}")
        return self._result(index)

    def __iter__(self) -> Iterator[RunResult]:
        return map(self._result, range(len(self)))

    def _result(self, place: int) -> RunResult:
        def whole(name: str) -> int:
            return int(self._numbers[name][place])

        def real(name: str) -> float:
            return float(self._numbers[name][place])

        def outcomes(part: str) -> Outcomes:
            return Outcomes(*(real(f"{part}.{name}") for name in OUTCOME_NAMES))

        def structure(part: str) -> Structure:
            return Structure(*(real(f"{part}.{name}") for name in STRUCTURE_NAMES))

        return RunResult(
            arm=self._arm,
            seed=self.seeds[place],
            rounds=whole("rounds"),
            suspended_rounds=whole("suspended_rounds"),
            outcomes=outcomes("outcomes"),
            outcomes_last=outcomes("outcomes_last"),
            price_free=real("price_free"),
            structure=structure("structure"),
            structure_all=structure("structure_all"),
            structure_last=structure("structure_last"),
            acts={kind: int(counts[place]) for kind, counts in self._acts.items() if counts[place]},
            fines=real("fines"),
            lost_welfare=real("lost_welfare"),
            decisions=whole("decisions"),
            repaired=whole("repaired"),
            projected=whole("projected"),
            calls=whole("calls"),
            failures=self._failures[place],
            others={name: float(values[place]) for name, values in self.others.items()},
            others_last={name: float(values[place]) for name, values in self.others_last.items()},
        )


def block_results(arm: ArmData, block: RunBlock, null: Null, *, case_cost: float = 0.0) -> BlockResults:
    """Everything that reports say of some runs; `case_cost` is what a case costs society, in the market's money."""
    sat_out: Flags = np.asarray(block.suspended.any(axis=2))
    everything, last = slice(None), slice(max(block.rounds - LAST, 0), None)
    nash = [found if found is not None else arm.benchmarks.get("nash", UNKNOWN) for found in block.nash]
    surplus, welfare = (np.array([getattr(one, name) for one in nash]) for name in ("consumer_surplus", "welfare"))
    cases = block.acts.get("case", np.zeros(len(block), np.int64))
    cost = case_cost * cases / block.rounds if block.rounds else np.zeros(len(block))
    numbers: Columns = {
        "rounds": np.full(len(block), block.rounds),
        "suspended_rounds": sat_out.sum(axis=1),
        "price_free": row_means(np.where(sat_out[..., None], np.nan, block.price)),
        "fines": block.fine.sum(axis=(1, 2)),
        "lost_welfare": np.where(sat_out, welfare[:, None] - block.welfare, 0.0).sum(axis=1),
        "decisions": (~block.suspended).sum(axis=(1, 2)),
        "repaired": block.repaired.sum(axis=(1, 2)),
        "projected": block.projected.sum(axis=(1, 2)),
        "calls": np.array([tally.calls for tally in block.calls]),
        **_outcomes("outcomes", block, everything, surplus, cost),
        **_outcomes("outcomes_last", block, last, surplus, cost),
    }
    free, all_rounds = np.logical_not(sat_out), np.ones_like(sat_out)
    for part, window, counted, gates in (
        ("structure", everything, free, null.whole),
        ("structure_all", everything, all_rounds, null.whole),
        ("structure_last", last, free, null.last),
    ):
        numbers |= _structure(part, block, window, counted, nash, gates)
    return BlockResults(
        seeds=block.seeds,
        numbers=numbers,
        acts=block.acts,
        failures=tuple(tally.failures for tally in block.calls),
        others={name: row_means(values) for name, values in block.others.items()},
        others_last={name: row_means(values[:, last]) for name, values in block.others.items()},
    )


def _outcomes(part: str, block: RunBlock, window: slice, nash_surplus: Array, cost: Array) -> Columns:
    surplus = row_means(block.consumer_surplus[:, window])
    ratio = np.divide(surplus, nash_surplus, out=np.full(len(block), np.nan), where=nash_surplus > 0)
    return {
        f"{part}.price": row_means(block.price[:, window]),
        f"{part}.consumer_surplus": surplus,
        f"{part}.welfare": row_means(block.welfare[:, window]) - cost,
        f"{part}.profit": row_means(block.profit[:, window].sum(axis=2)),
        f"{part}.price_elevation": row_means(block.price_elevation[:, window]),
        f"{part}.surplus_ratio": ratio,
    }


def _structure(
    part: str, block: RunBlock, window: slice, counted: Flags, nash: Sequence[Benchmark], null: Calibration | None
) -> Columns:
    """Excess and tiers; NaN in a market that publishes no CV: there are none where no firm chooses among goods."""
    found = {name: np.full(len(block), np.nan) for name in STRUCTURE_NAMES}
    for reference, mine in _alike(nash):
        if not reference.cv.size:
            continue
        hhi, cv = block.hhi[mine][:, window], block.cv[mine][:, window]
        measured = _scored(hhi, cv, counted[mine][:, window], reference, null)
        for name, values in measured.items():
            found[name][mine] = values
    return {f"{part}.{name}": values for name, values in found.items()}


def _scored(hhi: Array, cv: Array, counted: Flags, reference: Benchmark, null: Calibration | None) -> Columns:
    """The same for runs that are held against one Nash outcome."""
    nash: NashStructure = nash_structure(_or_unknown(reference.hhi, hhi), reference.cv)
    found = excess(hhi, cv, nash, counted)
    by_gap = uses_gap_form(nash)
    papers, gaps = tier(found.cv, found.hhi, RECORDED), gap_tier(found.cv_gap, found.hhi_gap, RECORDED)
    calibrated = np.full_like(papers, np.nan)
    if null is not None:
        calibrated = null.gap_tiers(found, RECORDED) if by_gap else null.tiers(found, RECORDED)
    return {
        "hhi_excess": found.hhi,
        "cv_excess": found.cv,
        "hhi_gap": found.hhi_gap,
        "cv_gap": found.cv_gap,
        "tier": gaps if by_gap else papers,
        "gap_tier": gaps,
        "calibrated_tier": calibrated,
    }


def _or_unknown(at_nash: Array, by_round: Array) -> Array:
    """The measure at Nash, (M,), or NaN for each column of `by_round` in a market that does not publish it."""
    return at_nash if at_nash.size else np.full(by_round.shape[-1], np.nan)


def _alike(nash: Sequence[Benchmark]) -> Iterator[tuple[Benchmark, Counts]]:
    """Each Nash outcome with the places of the runs that are held against it."""
    places: dict[int, list[int]] = {}
    for place, one in enumerate(nash):
        places.setdefault(id(one), []).append(place)
    for mine in places.values():
        yield nash[mine[0]], np.array(mine)


def row_means(values: Array) -> Array:
    """The mean over all cells of each run that are defined, (R,) of (R, ...); NaN where none is."""
    cells = np.ascontiguousarray(values).reshape(len(values), -1)
    if not cells.shape[1]:
        return np.full(len(values), np.nan)
    means: Array = cells.mean(axis=1)
    for place in np.flatnonzero(np.isnan(means)):
        defined = cells[place][~np.isnan(cells[place])]
        means[place] = defined.mean() if defined.size else np.nan
    return means


def _joined(parts: Sequence[Mapping[str, np.ndarray]], sizes: Sequence[int], missing: float = np.nan) -> Columns:
    """The columns of all parts one after another, `missing` where a part does not have one."""
    names = dict.fromkeys(name for part in parts for name in part)
    return {
        name: np.concatenate(
            [part[name] if name in part else np.full(size, missing) for part, size in zip(parts, sizes, strict=True)]
        )
        for name in names
    }
