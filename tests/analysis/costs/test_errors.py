"""Errors judged by prices: what counts as harm, which cases are founded, and shares over runs."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from agoranomos.analysis.costs import RunErrors, errors_of, run_errors
from analysis.synthetic import DIVISION, NASH, Arm, Run, steady, write_campaign


def _errors(elevation: list[float], suspended: list[int] | None = None, cases: list[int] | None = None) -> RunErrors:
    """`suspended` and `cases` are rounds, from 1."""
    sat_out = np.isin(np.arange(1, len(elevation) + 1), suspended or [])
    return run_errors(np.array(elevation), sat_out, np.array(cases or [], dtype=np.int64) - 1)


def test_harm_is_five_rounds_of_prices_half_way_to_monopoly() -> None:
    assert _errors([0.5] * 4).harmful_rounds == 0
    assert _errors([0.5] * 5).harmful_rounds == 1
    assert _errors([0.49] * 50).harmful_rounds == 0
    assert _errors([1.0] * 10 + [0.0] * 10).harmful_rounds == 6 + 2  # two windows more hold three raised rounds


def test_rounds_that_somebody_sat_out_are_skipped() -> None:
    raised = [0.0] * 5 + [1.0] * 10
    assert _errors(raised, suspended=list(range(6, 16))).harmful_rounds == 0
    assert _errors([0.6, 0.6, 9.0, 0.6, 0.6, 0.6], suspended=[3]).harmful_rounds == 1


def test_a_case_is_founded_where_the_window_at_its_round_shows_harm() -> None:
    elevation = [0.0] * 10 + [1.0] * 10
    found = _errors(elevation, cases=[5, 12, 13, 20])
    assert (found.cases, found.unfounded) == (4, 2)  # by round 13 three of five rounds are raised
    assert _errors([1.0] * 3, cases=[2]).unfounded == 0
    assert _errors([1.0] * 8, suspended=[1, 2], cases=[2]).unfounded == 1


def test_undefined_prices_are_skipped() -> None:
    assert _errors([float("nan")] * 3 + [0.7] * 5).harmful_rounds == 1


def test_shares_over_the_runs_of_an_arm(tmp_path: Path) -> None:
    def accused(quantities: np.ndarray) -> Run:
        return Run(quantities, acts=[(20, "firm_1", "case"), (20, "firm_1", "fine")])

    innocent, guilty = steady(NASH), steady(DIVISION)
    runs = [Run(innocent), accused(innocent), Run(innocent), accused(guilty), Run(guilty)]
    folder = write_campaign(
        tmp_path / "c",
        [Arm("governed", runs, institution="x"), Arm("free", [Run(guilty)]), Arm("other", [Run(guilty)])],
    )
    _fill_means(folder)
    found = errors_of(folder, {"governed", "free"})
    assert found.keys() == {"governed", "free"}
    governed = found["governed"]
    assert (governed.runs, governed.harmful) == (5, 2)
    assert (governed.innocents_accused.point, governed.innocents_accused.n) == (pytest.approx(1 / 3), 3)
    assert (governed.guilty_missed.point, governed.guilty_missed.n) == (0.5, 2)
    assert (governed.unfounded.point, governed.unfounded.n) == (0.5, 2)
    assert governed.by_run[3] == RunErrors(46, 1, 0)
    assert found["free"].guilty_missed.point == 1.0


def _fill_means(folder: Path) -> None:
    """The synthetic tables leave the mean over goods out; here it is what is read."""
    import pyarrow as pa
    from pyarrow import parquet

    path = folder / "tables" / "rounds.parquet"
    table = parquet.read_table(path)
    means = [float(np.mean(row)) for row in table["price_elevation"].to_pylist()]
    place = table.schema.get_field_index("price_elevation_mean")
    parquet.write_table(table.set_column(place, table.schema.field(place), pa.array(means)), path)
