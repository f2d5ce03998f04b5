"""What each run came to: means of a round, sums over its rounds and calls, from the tables."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from functools import reduce
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from pyarrow import parquet

from agoranomos.campaigns.folder import CampaignFolder
from agoranomos.errors import AgoraError, MachineError
from agoranomos.viewer.confined import inside
from agoranomos.viewer.kept import Kept, stamp_of
from agoranomos.viewer.run_states import RunKey, table_files

OVER_ROUNDS = {
    "price": ("price_mean", "mean"),
    "profit": ("profit_total", "mean"),
    "welfare": ("welfare", "mean"),
    "cases": ("cases", "sum"),
    "sanctions": ("sanctions", "sum"),
    "fines": ("fine_total", "sum"),
}
"""By name: a column of the table of rounds, and what is made of it over a run.

`profit` is that of all agents together. Money in the market's units.
"""
MEASURES = (*OVER_ROUNDS, "price_of_nash", "calls", "failures")

Measured = Mapping[str, float | int | None]
Shown = Mapping[str, Collection[int]] | None
"""Seeds by arm; None for all runs."""


class Measures:
    """The measures of finished runs of the campaigns in `root`."""

    def __init__(self, root: Path) -> None:
        self._root = root
        self._kept: Kept[dict[RunKey, Measured]] = Kept(4)

    def of(self, folder: CampaignFolder, shown: Collection[RunKey] | None) -> Mapping[RunKey, Measured]:
        """The measures of the runs `shown`, of all where it is None; nothing of runs that the tables do not have.

        Those of all are kept, and cost as much as the table of rounds is long.

        Raises `MachineError` where a table cannot be read.
        """
        stamp = stamp_of(table_files(folder))
        if stamp[0] is None or stamp[1] is None:
            return {}
        if shown is None:
            return self._kept.get(folder.root, stamp, lambda: self._explained(folder, None))
        every = self._kept.held(folder.root, stamp)
        return self._explained(folder, shown) if every is None else every

    def _explained(self, folder: CampaignFolder, shown: Collection[RunKey] | None) -> dict[RunKey, Measured]:
        try:
            return self._measured(folder, shown)
        except AgoraError:
            raise
        except (OSError, KeyError, ValueError, TypeError, pa.ArrowException) as error:
            raise _unreadable(folder, error) from error

    def _measured(self, folder: CampaignFolder, shown: Collection[RunKey] | None) -> dict[RunKey, Measured]:
        chosen = _by_arm(shown)
        rounds = self._table(folder, "rounds", [column for column, _ in OVER_ROUNDS.values()], chosen)
        found: dict[RunKey, dict[str, float | int | None]] = {}
        grouped = rounds.group_by(["arm", "seed"]).aggregate(list(OVER_ROUNDS.values()))
        for row in _rows(grouped, {name: f"{column}_{how}" for name, (column, how) in OVER_ROUNDS.items()}):
            found[row.pop("arm"), row.pop("seed")] = row | {"price_of_nash": None, "calls": 0, "failures": 0}
        for row in self._table(folder, "runs", ["nash_price"], chosen).to_pylist():
            if (key := (row["arm"], row["seed"])) in found:
                found[key]["price_of_nash"] = _mean(row["nash_price"])
        if (folder.tables / "calls.parquet").is_file():
            self._add_calls(folder, chosen, found)
        return dict(found)

    def _add_calls(self, folder: CampaignFolder, chosen: Shown, found: Mapping[RunKey, dict[str, Any]]) -> None:
        calls = self._table(folder, "calls", ["failure"], chosen)
        failed = pc.fill_null(pc.not_equal(calls["failure"], ""), False)
        counted = calls.drop_columns(["failure"]).append_column("failed", failed.cast(pa.int64()))
        grouped = counted.group_by(["arm", "seed"]).aggregate([("failed", "count"), ("failed", "sum")])
        for row in _rows(grouped, {"calls": "failed_count", "failures": "failed_sum"}):
            if (key := (row.pop("arm"), row.pop("seed"))) in found:
                found[key] |= row

    def _table(self, folder: CampaignFolder, name: str, columns: list[str], shown: Shown) -> Any:
        """Columns of a table, of the runs `shown`: row groups that hold none of them are not read."""
        with parquet.ParquetFile(inside(folder.tables / f"{name}.parquet", self._root)) as file:
            wanted = [group for group in range(file.num_row_groups) if _may_hold(file, group, shown)]
            rows = file.read_row_groups(wanted, columns=["arm", "seed", *columns])
        if shown is None:
            return rows
        masks = [
            pc.and_(pc.equal(rows["arm"], arm), pc.is_in(rows["seed"], pa.array(sorted(seeds), pa.int64())))
            for arm, seeds in shown.items()
        ]
        return rows.filter(reduce(pc.or_, masks)) if masks else rows.slice(0, 0)


def _by_arm(shown: Collection[RunKey] | None) -> Shown:
    if shown is None:
        return None
    found: dict[str, set[int]] = {}
    for arm, seed in shown:
        found.setdefault(arm, set()).add(seed)
    return found


def _may_hold(file: Any, group: int, shown: Shown) -> bool:
    """Whether a row group can hold one of the runs `shown`, by the least and the greatest arm and seed in it."""
    if shown is None:
        return True
    about = file.metadata.row_group(group)
    bounds = [about.column(place).statistics for place in range(2)]
    if any(bound is None or not bound.has_min_max for bound in bounds):
        return True
    (first, last), (least, most) = ((bound.min, bound.max) for bound in bounds)
    return any(first <= arm <= last and any(least <= seed <= most for seed in seeds) for arm, seeds in shown.items())


def _rows(grouped: Any, names: Mapping[str, str]) -> list[dict[str, Any]]:
    """Rows with the columns under their names here; what is undefined is None."""
    columns = {"arm": grouped["arm"].to_pylist(), "seed": grouped["seed"].to_pylist()}
    columns |= {name: [_plain(value) for value in grouped[column].to_pylist()] for name, column in names.items()}
    return [dict(zip(columns, values, strict=True)) for values in zip(*columns.values(), strict=True)]


def _plain(value: Any) -> Any:
    return None if isinstance(value, float) and not np.isfinite(value) else value


def _mean(values: Any) -> float | None:
    known = [value for value in values or () if value is not None]
    return _plain(float(np.mean(known))) if known else None


def _unreadable(folder: CampaignFolder, error: Exception) -> MachineError:
    why = next(iter(str(error).splitlines()), type(error).__name__)
    return MachineError(
        f"cannot read the tables in {folder.tables}: {why}",
        advice="Tables are derived from the logs: `agora report` on the campaign writes them again.",
    )
