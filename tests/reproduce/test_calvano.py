"""Calvano's experiment: results, resuming, files; the full form is `agora reproduce calvano`."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from agoranomos.errors import MachineError, UsageError
from agoranomos.learning.impulse import AFTER, BEFORE
from agoranomos.learning.q_learning import QLearning
from agoranomos.markets import bertrand_v0, cournot_v0
from agoranomos.reproduce import CalvanoSettings, reproduce_calvano
from agoranomos.reproduce.calvano_export import as_json, draw_impulse, write_json
from agoranomos.reproduce.calvano_grid import reproduce_grid
from agoranomos.reproduce.calvano_settings import Setting, paper_setting
from agoranomos.reproduce.calvano_sweep import audited, reproduce_sweep
from agoranomos.reproduce.gain_map import draw_map, map_as_json
from agoranomos.reproduce.kept_sessions import KeptSessions

QUICK = CalvanoSettings(6, 1, QLearning(decay=1e-3, stable=2_000, most=100_000))


def small() -> Setting:
    return Setting(bertrand_v0.parallel_env(grid={"points": 5}))


def found(**options: Any) -> dict[str, Any]:
    return as_json(QUICK, reproduce_calvano(QUICK, setting=small(), **options))


# -- the result -----------------------------------------------------------------------------------------------------


def test_the_papers_market_has_its_grid_and_benchmarks() -> None:
    setting = paper_setting()
    assert [len(level) for level in setting.levels] == [15, 15]
    low, high = setting.levels[0][0], setting.levels[0][-1]
    assert low == pytest.approx(1.4729 - 0.1 * (1.9250 - 1.4729), abs=1e-4)
    assert high == pytest.approx(1.9250 + 0.1 * (1.9250 - 1.4729), abs=1e-4)
    assert setting.nash == pytest.approx([0.2229, 0.2229], abs=1e-4)
    assert setting.monopoly == pytest.approx([0.3375, 0.3375], abs=1e-4)


def test_a_sample_of_the_experiment_lands_where_the_paper_does() -> None:
    result = reproduce_calvano(CalvanoSettings(20), workers=2)
    assert result.converged == result.sessions == 20
    assert 0.70 < result.gain.point < 0.95
    assert result.gain.low < result.gain.point < result.gain.high
    assert result.deviator is not None
    assert result.others is not None
    assert result.deviator[BEFORE] < 0.95  # it undercuts
    assert result.others[BEFORE] > 0.99
    assert result.others[BEFORE + 1] < 0.95  # the rival answers in the next period
    assert abs(result.deviator[-1] - 1.0) < 0.02  # and prices return
    assert abs(result.others[-1] - 1.0) < 0.02
    assert result.unprofitable is not None
    assert result.unprofitable > 0.8


@pytest.mark.long
def test_a_hundred_sessions_land_between_70_and_90_percent() -> None:
    result = reproduce_calvano(CalvanoSettings(100), workers=2)
    assert result.converged == 100
    assert 0.70 < result.gain.low < result.gain.point < result.gain.high < 0.90


def test_another_market_can_be_learned_in() -> None:
    result = reproduce_calvano(
        QUICK, setting=Setting(bertrand_v0.parallel_env(demand={"form": "hotelling"}, grid={"points": 6}))
    )
    assert result.sessions == 6
    assert np.isfinite(result.gain.point)


def test_a_market_of_submitted_numbers_shows_those() -> None:
    setting = Setting(cournot_v0.parallel_env())
    assert setting.levels[0].tolist() == setting.stage.menus[0][:, 0].tolist()


def test_sessions_that_do_not_converge_count_and_are_counted() -> None:
    settings = CalvanoSettings(3, 1, QLearning(most=500, decay=1e-2))
    result = reproduce_calvano(settings, setting=small())
    assert (result.sessions, result.converged, result.session_periods) == (3, 0, 1500)
    assert len(result.gains) == 3


def test_what_makes_no_sense_is_refused() -> None:
    with pytest.raises(UsageError, match="no session"):
        CalvanoSettings(0)
    market = cournot_v0.parallel_env()
    market.facts.benchmarks.pop("nash")
    with pytest.raises(UsageError, match="knows no nash"):
        Setting(market)


# -- kept sessions --------------------------------------------------------------------------------------------------


class StopError(Exception):
    pass


def test_a_study_that_was_broken_off_goes_on_and_finds_the_same(tmp_path: Path) -> None:
    whole = found(folder=tmp_path / "whole", workers=2)

    def stop(done: int, of: int) -> None:
        if done == 3:
            raise StopError

    with pytest.raises(StopError):
        found(folder=tmp_path / "broken", progress=stop)
    kept = tmp_path / "broken" / "sessions.jsonl"
    lines = kept.read_text().splitlines()
    assert len(lines) == 3
    kept.write_text("\n".join(lines) + '\n{"session": 4, "peri')  # a kill in the middle of a line
    heard: list[int] = []
    again = found(folder=tmp_path / "broken", progress=lambda done, _: heard.append(done))
    assert heard == [3, 4, 5, 6]
    assert again == whole == found()
    assert sorted(kept.read_text().splitlines()) == sorted(
        (tmp_path / "whole" / "sessions.jsonl").read_text().splitlines()
    )


def test_more_sessions_keep_those_that_are_there(tmp_path: Path) -> None:
    found(folder=tmp_path)
    more = CalvanoSettings(8, QUICK.seed, QUICK.rule)
    heard: list[int] = []
    reproduce_calvano(more, tmp_path, setting=small(), progress=lambda done, _: heard.append(done))
    assert heard == [6, 7, 8]
    assert found(folder=tmp_path) == found()


def test_a_folder_with_another_study_is_refused(tmp_path: Path) -> None:
    found(folder=tmp_path)
    other = CalvanoSettings(6, 2, QUICK.rule)
    with pytest.raises(UsageError, match="other settings"):
        reproduce_calvano(other, tmp_path, setting=small())
    (tmp_path / "settings.json").unlink()
    with pytest.raises(UsageError, match="does not say of what"):
        found(folder=tmp_path)


@pytest.mark.parametrize("line", ["[]", "{}", "nonsense", '{"session": "x"}'])
def test_a_damaged_line_is_named(line: str, tmp_path: Path) -> None:
    found(folder=tmp_path)
    with (tmp_path / "sessions.jsonl").open("a") as file:
        file.write(line + "\n")
    with pytest.raises(UsageError, match=r"sessions.jsonl:7: this is no session"):
        found(folder=tmp_path)


def test_a_folder_that_cannot_be_written_is_named(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(MachineError, match="cannot use"):
        found(folder=tmp_path / "file")
    kept = KeptSessions(tmp_path / "fine", {})
    (tmp_path / "fine" / "settings.json").unlink()
    (tmp_path / "fine").rmdir()
    with pytest.raises(MachineError, match="cannot write to"):
        kept.keep(0, {})


# -- files ----------------------------------------------------------------------------------------------------------


def test_json_and_figures(tmp_path: Path) -> None:
    result = reproduce_calvano(QUICK, setting=small())
    told = as_json(QUICK, result)
    assert told["published"]["profit_gain_at_the_grid_point"] == 0.85
    assert told["profit_gain"]["n"] == 6
    assert sum(told["cycle_lengths"].values()) == 6
    write_json(told, tmp_path / "new" / "calvano.json")
    assert json.loads((tmp_path / "new" / "calvano.json").read_text()) == told
    assert len(told["impulse"]["periods"]) == len(told["impulse"]["deviator"]) == BEFORE + 1 + AFTER
    for kind in ("png", "svg"):
        for name in ("one", "two"):
            draw_impulse(result, tmp_path / f"{name}.{kind}")
        assert (tmp_path / f"one.{kind}").read_bytes() == (tmp_path / f"two.{kind}").read_bytes()
    (tmp_path / "file").write_text("")
    for write in (lambda path: write_json(told, path), lambda path: draw_impulse(result, path)):
        with pytest.raises(MachineError, match="cannot write"):
            write(tmp_path / "file" / "x.png")


def test_one_session_has_no_interval_and_says_why() -> None:
    settings = CalvanoSettings(1, 1, QUICK.rule)
    told = as_json(settings, reproduce_calvano(settings, setting=small()))
    assert told["profit_gain"]["low"] is None
    assert told["profit_gain"]["reason"] == "one value has no spread"


# -- maps -----------------------------------------------------------------------------------------------------------


def test_the_grid_is_a_study_a_cell(tmp_path: Path) -> None:
    heard: list[tuple[int, int]] = []
    settings = CalvanoSettings(2, 1, QUICK.rule)
    options: dict[str, Any] = {"setting": small(), "learning_rates": (0.1, 0.3), "decays": (1e-3, 2e-3, 4e-3)}
    (grid,) = reproduce_grid(settings, tmp_path, **options, progress=lambda done, of: heard.append((done, of)))
    assert grid.gain.shape == (2, 3)
    assert heard[-1] == (12, 12)
    assert [done for done, _ in heard] == sorted(done for done, _ in heard)
    cell = CalvanoSettings(2, 1, QLearning(0.3, decay=2e-3, stable=2_000, most=100_000))
    alone = reproduce_calvano(cell, setting=small())
    assert grid.gain[1, 1] == alone.gain.point
    assert sorted(path.name for path in (tmp_path / "cells").iterdir())[0] == "alpha-0.1-beta-0.001"
    (again,) = reproduce_grid(settings, tmp_path, **options)
    assert again.gain.tolist() == grid.gain.tolist()
    told = map_as_json(grid)
    assert told["profit_gain"] == grid.gain.tolist()
    assert np.isfinite(np.array(told["share_converged"])).all()
    draw_map([grid, again], tmp_path / "grid.png")
    assert (tmp_path / "grid.png").read_bytes()[:4] == b"\x89PNG"


def test_the_swept_institution_has_the_values_of_its_cell() -> None:
    institution = audited(2.5, 0.4)
    assert institution.manifest.audits["look"].probability == 0.4
    rates = [edge.spec.fine.rate for edge in institution.edges if edge.spec.fine is not None]
    assert [rate if isinstance(rate, float) else rate[0] for rate in rates] == [2.5, 5.0]


def test_high_fines_with_much_detection_bring_the_gain_down(tmp_path: Path) -> None:
    settings = CalvanoSettings(3, 1, QLearning(most=3_000_000))
    maps = reproduce_sweep(settings, tmp_path, fines=(0.0, 8.0), detection=(0.4,), workers=2)
    assert [one.title for one in maps] == [
        "own standing known to the learners",
        "own standing not known to the learners",
    ]
    for one in maps:
        assert one.gain[0, 0] > 0.6
        assert one.gain[0, 1] < 0.45
        assert one.net[0, 0] == pytest.approx(one.gain[0, 0])
        assert one.net[0, 1] < one.gain[0, 1] + 1e-9
    assert len(list((tmp_path / "cells").iterdir())) == 4
