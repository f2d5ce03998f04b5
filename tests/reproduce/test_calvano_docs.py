"""The page on algorithmic collusion says what was measured, and what was measured can be found again."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from agoranomos.learning.limit_cycle import profit_gain
from agoranomos.learning.q_learning import QLearning
from agoranomos.reproduce import CalvanoSettings, reproduce_calvano
from agoranomos.reproduce.calvano_export import as_json
from agoranomos.reproduce.calvano_grid import reproduce_grid
from agoranomos.reproduce.calvano_settings import paper_setting
from agoranomos.reproduce.calvano_sweep import reproduce_sweep

DOCS = Path(__file__).resolve().parents[2] / "docs"
PAGE = (DOCS / "explanation" / "algorithmic-collusion.md").read_text(encoding="utf-8")


def measured(name: str) -> Any:
    return json.loads((DOCS / "measurements" / f"{name}.json").read_text())


def test_the_table_of_results_is_what_was_measured() -> None:
    found, grid = measured("calvano"), measured("calvano_grid")["maps"][0]
    gain, impulse, published = found["profit_gain"], found["impulse"], found["published"]
    cells = [cell for row in grid["profit_gain"] for cell in row]
    lines = [
        f"| profit gain Delta | {gain['mean']:.3f} | about {published['profit_gain_at_the_grid_point']:.2f} |",
        f"| 95% interval over sessions | {gain['low']:.3f} to {gain['high']:.3f} | |",
        f"| range over alpha and beta | {min(cells):.2f} to {max(cells):.2f} | "
        f"{published['profit_gain_from']:.2f} to {published['profit_gain_to']:.2f} |",
        f"| sessions that converged | {found['sessions_converged']} | |",
        f"| deviations that do not pay | {impulse['share_unprofitable']:.1%} | |",
    ]
    for line in lines:
        assert line in PAGE
    assert gain["n"] == found["settings"]["sessions"] == 100
    assert 0.70 <= gain["low"] <= gain["high"] <= 0.90
    assert f"{impulse['gain_of_the_deviation_period']:.1%} higher" in PAGE
    assert f"costs {-impulse['discounted_gain_in_all']:.2f} of a period's profit" in PAGE
    deviation = impulse["periods"].index(0)
    assert (
        f"falls to {impulse['deviator'][deviation]:.0%}, the rival answers with {impulse['others'][deviation + 1]:.0%}"
        in PAGE
    )
    assert min(impulse["others"][deviation + 10 :] + impulse["deviator"][deviation + 10 :]) > 0.99


def test_the_sweep_is_what_was_measured() -> None:
    sweep = measured("calvano_sweep")
    for one in sweep["maps"]:
        for chance, row in zip(one["rows"]["values"], one["profit_gain"], strict=True):
            assert f"| {chance:g} | {' | '.join(f'{gain:.2f}' for gain in row)} |" in PAGE
        assert f"{one['sessions_a_cell']} sessions a cell" in PAGE
        free, dear = ([row[k] for row in one["profit_gain"]] for k in (0, -1))
        assert min(free) > 0.7
        assert max(dear) < 0.3


def test_what_is_read_off_the_sweep_is_there() -> None:
    shown = []
    for one in measured("calvano_sweep")["maps"]:
        chances, fines = one["rows"]["values"], one["columns"]["values"]
        gain = {(c, f): one["profit_gain"][i][k] for i, c in enumerate(chances) for k, f in enumerate(fines)}
        assert max(value for (c, f), value in gain.items() if c * f >= 0.4 - 1e-9) < 0.3
        equal = [f"{gain[cell]:.2f}" for cell in ((0.2, 1.0), (0.1, 2.0), (0.05, 4.0))]
        assert equal == sorted(equal, reverse=True)
        shown.append(equal)
    page = " ".join(PAGE.split())
    often, middle, rare = shown[0]
    assert f"{often} with a look in five rounds and a fine of 1, {middle} with one in ten" in page
    assert (
        f"and {rare} with one in twenty and a fine of 4 ({shown[1][0]}, {shown[1][1]} and {shown[1][2]} where" in page
    )


def test_what_the_threshold_lets_pass() -> None:
    setting = paper_setting()
    market = setting.market
    nash, monopoly = (market.benchmarks.outcomes()[name].price[0] for name in ("nash", "monopoly"))
    allowed = max(k for k, price in enumerate(setting.levels[0]) if (price - nash) / (monopoly - nash) < 0.2)
    left = profit_gain(setting.stage.table[allowed, allowed], setting.nash, setting.monopoly)
    assert f"has a Delta of {left:.2f} if both firms ask it" in " ".join(PAGE.split())


def test_the_speed_is_what_was_measured() -> None:
    for row in measured("q_learning")["figures"]:
        rate = row["session_steps_per_second"] / 1e6
        shown = f"{rate:.2f}" if rate < 1 else f"{rate:.1f}"
        assert f"| {row['form']} | {shown} |" in PAGE
        if row["form"] == "Numba, one thread":
            assert rate >= 5


def test_a_cell_of_the_grid_is_found_again() -> None:
    """Bits of an exponential differ between machines, and learning is chaotic: within both intervals, then."""
    kept = measured("calvano_grid")["maps"][0]
    settings = CalvanoSettings(kept["sessions_a_cell"])
    again = reproduce_grid(settings, learning_rates=(0.15,), decays=(2e-5,), workers=2)[0]
    row, column = kept["rows"]["values"].index(0.15), kept["columns"]["values"].index(2e-5)
    margin = kept["margin"][row][column] + again.margin[0, 0]
    assert abs(again.gain[0, 0] - kept["profit_gain"][row][column]) < margin


@pytest.mark.long
def test_the_main_result_and_a_cell_of_the_sweep_are_found_again() -> None:
    kept = measured("calvano")["profit_gain"]
    again = as_json(CalvanoSettings(), reproduce_calvano(CalvanoSettings(), workers=2))["profit_gain"]
    assert again["low"] < kept["mean"] < again["high"]
    sweep = measured("calvano_sweep")["maps"]
    settings = CalvanoSettings(20, 1, QLearning())
    for one, kept_map in zip(reproduce_sweep(settings, fines=(4.0,), detection=(0.2,), workers=2), sweep, strict=True):
        place = kept_map["rows"]["values"].index(0.2), kept_map["columns"]["values"].index(4.0)
        assert abs(one.gain[0, 0] - kept_map["profit_gain"][place[0]][place[1]]) < 0.1
