"""Outside data under an institution: a table made from a recorded run has exactly the judgement in that run's log."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from agoranomos.errors import UsageError
from agoranomos.institutions.entries import Opened, Round, decode_entry
from agoranomos.institutions.judge import record_of
from agoranomos.institutions.panel import ColumnNames, Panel
from agoranomos.institutions.panel_file import read_panel
from agoranomos.institutions.table import JudgedRound, bind_to_table, judge_table
from agoranomos.institutions.table_measures import disagreement, measures_alone, measures_under
from agoranomos.institutions.table_rows import JudgementTables
from agoranomos.institutions.table_tally import tallied
from agoranomos.markets.cournot_v0 import parallel_env
from institutions.playing import (
    DIVISION,
    FAITHFUL,
    HARDENED,
    NASH,
    institution,
    random_plan,
    recorded,
    shipped,
    text_of,
)

AUDITED = text_of(HARDENED).replace("lasts: 15, set", "lasts: 15, jitter: 3, set")
REPORTING = text_of(FAITHFUL).replace("fine: {rate: [0.35", "fine: {leniency: {within: 10}, rate: [0.35")


def export(lines: list[bytes], path: Path, first: int = 1) -> None:
    """The table that somebody would make of a run: long, in natural units, shuffled."""
    rows = []
    number = first
    opened: Any = decode_entry(lines[0]).body
    assert isinstance(opened, Opened)
    for line in lines:
        body: Any = decode_entry(line).body
        if isinstance(body, Round):
            for agent, quantities in zip(opened.facts.agents, body.measures["quantity_e6"], strict=True):
                said = int(agent in body.reports)
                for good, quantity, price in zip(
                    opened.facts.goods, quantities, body.measures["price_e6"], strict=True
                ):
                    rows.append(f"{number},{agent},{good},{quantity / 1e6!r},{price / 1e6!r},{said}")
            number += 1
    np.random.default_rng(0).shuffle(rows)
    path.write_text("\n".join(["round,firm,good,quantity,price,said", *rows]) + "\n")


def recorded_judgement(lines: list[bytes]) -> list[list[Any]]:
    """Cases, standings, transitions, sanctions and notices of each round of a log."""
    rounds: list[list[Any]] = []
    for line in lines:
        entry = decode_entry(line)
        if isinstance(entry.body, Round):
            rounds.append([entry.body.measures, entry.body.cases, entry.body.standings])
        elif rounds and entry.kind != "closed":
            rounds[-1].append(entry.body)
    return rounds


def judgement_of(judged: JudgedRound) -> list[Any]:
    decided = judged.judgement
    standings = tuple(record_of(standing) for standing in decided.standings)
    return [judged.measures, decided.cases, standings, *decided.transitions, *decided.sanctions, *decided.issued]


def judge_file(path: Path, name: Any, seed: int, **market: Any) -> list[JudgedRound]:
    env = parallel_env(**market)
    names = ColumnNames(reported="said")
    panel, notes = read_panel(path, names=names, agents=env.facts.agents, goods=env.facts.goods)
    assert notes == ()
    return list(judge_table(bind_to_table(name, panel, env), panel, env, seed=seed))


@settings(
    max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow]
)
@given(
    seed=st.integers(0, 2**32),
    text=st.sampled_from([text_of(FAITHFUL), text_of(HARDENED), AUDITED, REPORTING]),
    rounds=st.integers(1, 60),
)
def test_the_table_of_a_run_has_exactly_the_judgement_in_its_log(
    tmp_path: Path, seed: int, text: str, rounds: int
) -> None:
    def says(number: int) -> list[str]:
        return ["firm_2"] if number % 7 == 0 else []

    governed = institution(text)
    lines = recorded(governed, random_plan(seed), rounds, seed=seed, reports=says)
    export(lines, tmp_path / "run.csv")
    judged = judge_file(tmp_path / "run.csv", governed, seed)
    assert [judgement_of(one) for one in judged] == recorded_judgement(lines)


def test_the_property_is_not_empty(tmp_path: Path) -> None:
    """The runs of the property hold cases, fines and suspensions."""
    lines = recorded(shipped(FAITHFUL), DIVISION, 30, seed=3)
    export(lines, tmp_path / "run.csv")
    kinds = {
        s.sanction for one in judge_file(tmp_path / "run.csv", shipped(FAITHFUL), 3) for s in one.judgement.sanctions
    }
    assert kinds == {"fine", "suspension"}


def test_rounds_are_counted_from_the_first_of_the_table(tmp_path: Path) -> None:
    lines = recorded(shipped(FAITHFUL), DIVISION, 12, seed=3)
    export(lines, tmp_path / "run.csv", first=2015)
    judged = judge_file(tmp_path / "run.csv", shipped(FAITHFUL), 3)
    assert [one.round for one in judged] == list(range(2015, 2027))
    assert [judgement_of(one) for one in judged] == recorded_judgement(lines)


def test_demand_shocks_are_read_from_the_prices(tmp_path: Path) -> None:
    """Up to the rounding of prices to millionths; the states that follow are the run's."""
    market = {"demand_shock": {"sigma": 0.05}}
    lines = recorded(shipped(HARDENED), random_plan(5), 50, seed=5, **market)
    export(lines, tmp_path / "run.csv")
    judged = judge_file(tmp_path / "run.csv", shipped(HARDENED), 5, **market)
    for one, (measures, cases, standings, *_) in zip(judged, recorded_judgement(lines), strict=True):
        assert [s.state for s in one.judgement.standings] == [s.state for s in standings]
        assert [case.agent for case in one.judgement.cases] == [case.agent for case in cases]
        for name in ("price_elevation_e6", "profit_e6", "nash_profit_e6", "consumer_surplus_e6"):
            assert np.allclose(np.array(one.measures[name]), np.array(measures[name]), rtol=1e-6, atol=150), name


def panel(quantity: Any, price: Any, reported: Any = None) -> Panel:
    quantity = np.asarray(quantity)
    firms = tuple(f"firm_{i + 1}" for i in range(quantity.shape[1]))
    return Panel(
        firms,
        ("A", "B")[: quantity.shape[2]],
        1,
        np.rint(quantity * 1e6).astype(np.int64),
        np.rint(np.asarray(price) * 1e6).astype(np.int64),
        reported,
    )


def test_prices_that_are_not_the_markets_are_taken_as_they_are() -> None:
    """Nash quantities that sell at 70, 2 above monopoly's part: profit, elevation and surplus follow from 70."""
    market = parallel_env()
    quantity = [[(140 / 3, 80 / 3), (80 / 3, 140 / 3)]]
    given_ = panel(quantity, [[70.0, 190 / 3]])
    (measures,) = measures_under(market, given_)
    q = np.rint(np.array(quantity[0]) * 1e6) / 1e6
    assert measures["price_e6"] == (70_000_000, 63_333_333)
    elevation: Any = measures["price_elevation_e6"]
    assert elevation[0] == pytest.approx(1_000_000, abs=1)
    assert abs(elevation[1]) <= 1
    profit = q[0, 0] * 30 + q[0, 1] * (190 / 3 - 50)
    assert measures["profit_e6"][0] == pytest.approx(profit * 1e6, abs=50)  # type: ignore[index]
    # Demand P = 143.33 - Q / 2 sells 73.33 at 70 and leaves its buyers Q^2 / 4.
    assert measures["consumer_surplus_e6"] == pytest.approx(2 * (220 / 3) ** 2 / 4 * 1e6, rel=1e-6)
    assert measures["nash_profit_e6"] == (1_444_444_444, 1_444_444_444)
    assert sum(measures["profit_e6"]) + measures["consumer_surplus_e6"] == pytest.approx(  # type: ignore
        measures["welfare_e6"], abs=2
    )
    found = disagreement(market, given_)
    assert (found.prices, found.of, found.round, found.good, found.over_capacity) == (1, 2, 1, "A", 0)
    assert found.largest == pytest.approx(20 / 3, abs=1e-5)


def test_more_than_the_capacity_is_counted_and_a_price_of_zero_is_no_fault() -> None:
    market = parallel_env()
    given_ = panel([[(150.0, 60.0), (60.0, 60.0)]], [[0.0, 0.0]])
    (measures,) = measures_under(market, given_)
    assert measures["price_e6"] == (0, 0)
    assert measures["profit_e6"] == (-9_000_000_000, -5_400_000_000)
    assert disagreement(market, given_).over_capacity == 2


def test_a_table_alone_tells_what_needs_no_benchmark() -> None:
    given_ = panel([[(60.0, 20.0), (20.0, 60.0), (0.0, 0.0)]], [[60.0, 50.0]])
    (measures,) = measures_alone(given_)
    assert measures == {
        "price_e6": (60_000_000, 50_000_000),
        "quantity_e6": ((60_000_000, 20_000_000), (20_000_000, 60_000_000), (0, 0)),
        "share_e6": ((750_000, 250_000), (250_000, 750_000), (0, 0)),
        "hhi_e6": (625_000, 625_000),
        "cv_e6": (500_000, 500_000, None),
    }


WARNED = """
kind: institution
version: 1
name: shares-only
states: {active: {label: CLEAR}, warning: {label: WARNED}}
initial: active
signals: {concentrated: {statistic: mean, measure: hhi, window: 2, at_least: 0.9}}
events: {violation: {when: concentrated, accuses: R}}
rules: {R: {attribute: A firm, deontic: must not, aim: divide}}
transitions: [{rule: R, from: active, to: warning, on: violation}]
"""


def test_an_institution_that_reads_shares_judges_a_table_alone() -> None:
    given_ = panel([[(60.0, 0.0), (0.0, 60.0)]] * 3, [[70.0, 70.0]] * 3)
    bound = bind_to_table(institution(WARNED), given_, None)
    judged = list(judge_table(bound, given_))
    assert [len(one.judgement.cases) for one in judged] == [0, 2, 2]
    tables = JudgementTables(bound, standings=True)
    tallies: dict[str, Any] = {}
    for one in judged:
        tables.add(one)
        tallies, _ = tallied(tallies, given_.agents, one)
    assert tallies["firm_1"].cases == 2
    assert tallies["firm_1"].first_case == 2
    assert tables.arrow("cases").column("value").to_pylist() == [2.0] * 4
    assert tables.arrow("cases").column("threshold").to_pylist() == [1.8] * 4
    assert tables.arrow("standings").column("state").to_pylist() == ["active"] * 2 + ["warning"] * 4
    assert tables.arrow("standings").column("edge").to_pylist() == [""] * 2 + ["R:active->warning"] * 2 + [""] * 2


@pytest.mark.parametrize(("name", "needs"), [(FAITHFUL, "profit_e6"), (HARDENED, "price_elevation")])
def test_one_that_needs_more_is_refused_in_plain_words(name: str, needs: str) -> None:
    given_ = panel([[tuple(NASH["firm_1"]), tuple(NASH["firm_2"])]], [[60.0, 60.0]])
    with pytest.raises(UsageError, match=needs) as caught:
        bind_to_table(shipped(name), given_, None)
    assert "--market" in caught.value.advice


def test_the_tables_of_a_ladder_hold_every_fine_and_suspension(tmp_path: Path) -> None:
    market = parallel_env()
    given_ = panel([[(60.0, 0.0), (0.0, 60.0)]] * 14, [[70.0, 70.0]] * 14)
    bound = bind_to_table(shipped(FAITHFUL), given_, market)
    tables = JudgementTables(bound, standings=True)
    for one in judge_table(bound, given_, market):
        tables.add(one)
    assert [path.name for path in tables.write(tmp_path / "out")] == [
        "cases.parquet",
        "sanctions.parquet",
        "standings.parquet",
    ]
    import pyarrow.parquet as pq

    sanctions = pq.read_table(tmp_path / "out" / "sanctions.parquet").to_pylist()
    first = [(s["round"], s["kind"], s["amount"], s["lasts"]) for s in sanctions if s["agent"] == "firm_1"]
    assert first == [
        (6, "fine", 630.0, 0),
        (7, "fine", 1350.0, 0),
        (9, "fine", 1800.0, 0),
        (11, "fine", 1800.0, 0),
        (12, "suspension", None, 5),
    ]
    standings = pq.read_table(tmp_path / "out" / "standings.parquet").to_pylist()
    assert standings[14]["blocked"] == "cooldown"
    assert {row["limit"] for row in standings[24:]} == {0.0}
    assert standings[10]["counter_fine_tier"] == 1


@pytest.mark.long
def test_a_million_rows(tmp_path: Path) -> None:
    """Read, arranged and judged; the first and the last round are those that were written."""
    rounds = 250_000
    with (tmp_path / "big.csv").open("w") as file:
        file.write("round,firm,good,quantity,price\n")
        for t in range(1, rounds + 1):
            a, b = (60, 0) if t % 20 < 14 else (46.666667, 26.666667)
            price = 100 - (a + b) / 2
            file.write(f"{t},firm_1,A,{a},{price}\n{t},firm_2,A,{b},{price}\n")
            file.write(f"{t},firm_1,B,{b},{price}\n{t},firm_2,B,{a},{price}\n")
    env = parallel_env()
    panel, _ = read_panel(tmp_path / "big.csv", agents=env.facts.agents, goods=env.facts.goods)
    assert panel.quantity_e6.shape == (rounds, 2, 2)
    judged = bind_to_table(shipped(HARDENED), panel, env)
    cases = 0
    for one in judge_table(judged, panel, env):
        cases += len(one.judgement.cases)
        last = one
    assert (last.round, last.measures["quantity_e6"]) == (rounds, ((60_000_000, 0), (0, 60_000_000)))
    assert cases > rounds / 20
