"""What agents came to read: against tables with known answers, and in a campaign that ran."""

from __future__ import annotations

import csv
import io
from collections import defaultdict
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from agoranomos.analysis.campaign import summarise
from agoranomos.analysis.information import (
    MEASURES,
    ArmInformation,
    information,
    information_csv,
    reading_gaps,
)
from agoranomos.analysis.information_figure import draw_prompts
from agoranomos.analysis.report import write_report
from agoranomos.analysis.runs import LAST
from campaigns.laboratory import MOCK, make_lab

ROUNDS, AGENTS = 24, ("firm_1", "firm_2")


def write(folder: Path, calls: list[dict[str, object]], acts: list[dict[str, object]], seeds: int) -> Path:
    runs = [
        {"arm": arm, "seed": seed, "regime": arm, "roster": "pair", "market": "m", "status": "closed",
         "rounds": ROUNDS, "agents": list(AGENTS)}
        for arm in ("free", "governed") for seed in range(seeds)
    ]  # fmt: skip
    (folder / "tables").mkdir(parents=True)
    act_schema = pa.schema(
        [("arm", "string"), ("seed", "int64"), ("round", "int64"), ("agent", "string"), ("kind", "string")]
    )
    for name, rows, schema in (("runs", runs, None), ("calls", calls, None), ("enforcement", acts, act_schema)):
        pq.write_table(pa.Table.from_pylist(rows, schema=schema), folder / "tables" / f"{name}.parquet")
    return folder


def call(arm: str, seed: int, number: int, agent: str, tokens: int, **more: object) -> dict[str, object]:
    known = {"arm": arm, "seed": seed, "round": number, "agent": agent, "prompt_tokens": tokens, "purpose": ""}
    return {**known, **more}


@pytest.fixture
def known(tmp_path: Path) -> Path:
    """Prompts of 100 tokens and 5 a round, 30 more when governed; firm_2 is asked again, longer, in round 3."""
    calls, acts = [], []
    for arm, more in (("free", 0), ("governed", 30)):
        for seed in range(2):
            for number in range(1, ROUNDS + 1):
                for agent in AGENTS:
                    tokens = 100 + 5 * number + more + 2 * seed * (arm == "governed")
                    if number == 4:
                        calls.append(call(arm, seed, number, agent, 999, purpose="summary"))
                    calls.append(call(arm, seed, number, agent, tokens))
                    if number == 3 and agent == "firm_2":
                        calls.append(call(arm, seed, number, agent, tokens + 500))
    for number, kind in ((5, "case"), (5, "warning"), (5, "transition"), (6, "fine"), (7, "blocked")):
        acts.append({"arm": "governed", "seed": 0, "round": number, "agent": "firm_1", "kind": kind})
    return write(tmp_path / "c", calls, acts, 2)


def by_name(arms: tuple[ArmInformation, ...]) -> dict[str, ArmInformation]:
    return {arm.arm: arm for arm in arms}


def test_measures_are_those_of_the_tables(known: Path) -> None:
    arms = by_name(information(known))
    free, governed = arms["free"], arms["governed"]
    assert free.mean("first_prompt").point == 105
    assert governed.by_run[1]["first_prompt"] == 137
    # The last 20 rounds, 5 to 24: 100 + 5 * 14.5.
    assert LAST == 20
    assert free.mean("last_prompt").point == pytest.approx(172.5)
    # 48 decisions, one asked again, two with a summary before the move.
    assert free.mean("calls").point == pytest.approx(51 / 48)
    # A round in which two things were done counts once; a case and what was blocked tell the agent nothing.
    assert governed.by_run[0]["news"] == pytest.approx(2 / 48)
    assert governed.by_run[1]["news"] == free.by_run[0]["news"] == 0
    np.testing.assert_array_equal(free.prompts[0], 100 + 5 * np.arange(1, ROUNDS + 1))


def test_gaps_are_over_the_seeds_of_both(known: Path) -> None:
    class Pair:
        first, second = "governed", "free"

    (gap,) = reading_gaps(information(known), [Pair])  # type: ignore[list-item]
    difference = gap.differences["first_prompt"]
    # 30 and 32: mean 31, standard error 1, t(1) at 97.5% is 12.706.
    assert (difference.point, difference.n) == (31, 2)
    assert difference.high - difference.point == pytest.approx(12.706, abs=1e-3)
    assert gap.differences["calls"].reason == "all 2 values are equal"


def test_the_csv_has_a_row_a_run(known: Path) -> None:
    rows = list(csv.DictReader(io.StringIO(information_csv(information(known)))))
    assert [(row["arm"], row["seed"]) for row in rows] == [
        ("free", "0"),
        ("free", "1"),
        ("governed", "0"),
        ("governed", "1"),
    ]
    assert float(rows[3]["first_prompt"]) == 137


def test_nothing_is_told_where_no_model_was_asked(tmp_path: Path) -> None:
    schema = pa.schema([("arm", "string")])
    (tmp_path / "tables").mkdir()
    pq.write_table(schema.empty_table(), tmp_path / "tables" / "calls.parquet")
    assert information(tmp_path) == ()
    assert draw_prompts(()) is None


def test_a_campaign_that_ran_has_its_section_and_file(tmp_path: Path) -> None:
    lab = make_lab(tmp_path)
    made = lab.plan(MOCK, "rounds=6")
    lab.run(made)
    tables = lab.tables(made)
    folder = lab.folder(made).root
    arms = by_name(information(folder))
    tokens = defaultdict(list)
    for row in tables["calls"]:
        if row["round"] == 1 and row["attempt"] == 0:
            tokens[row["arm"]].append(row["prompt_tokens"])
    for arm, found in tokens.items():
        assert arms[arm].mean("first_prompt").point == pytest.approx(np.mean(found))
    report = write_report(summarise(folder))
    assert (folder / "report" / "information.csv") in report.files
    page = report.index.read_text()
    section = page[page.index("What agents came to read") :]
    assert all(words in section for words in MEASURES.values())
    assert "less free" in section
    assert 'id="prompts-' in page
    assert (folder / "report" / "figures" / "prompts.pdf") in report.figures
    assert (folder / "report" / "tables" / "reading.tex") in report.tables
