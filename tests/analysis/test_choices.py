"""Distributions over options: means that can be worked out by hand, and quantities that are never pooled."""

from __future__ import annotations

import math
from collections import defaultdict
from dataclasses import replace
from pathlib import Path

import pyarrow as pa
import pytest
from pyarrow import parquet

from agoranomos.analysis.choices import ChoiceDecision, decisions_in, pooled, summarise_choices
from agoranomos.analysis.tables import arms_from, read_tables
from agoranomos.campaigns.tables import CHOICES
from agoranomos.errors import UsageError
from analysis.synthetic import NASH, Arm, Run, steady, write_campaign

ONE = ChoiceDecision(1, "row", "direct", ("c", "d"), (0.25, 0.75), 1, (False, True), (False, False))
TWO = replace(ONE, round=2, probabilities=(0.75, 0.25), chosen=0, sanctioned=(True, True))


def test_a_violation_has_a_probability_whatever_was_drawn() -> None:
    assert ONE.accused_probability == 0.75
    assert ONE.sanctioned_probability == 0.0
    assert TWO.sanctioned_probability == 1.0
    assert math.isnan(replace(ONE, accused=None).accused_probability)
    assert ONE.entropy == pytest.approx(2 - 0.75 * math.log2(3))
    assert replace(ONE, probabilities=(0.0, 1.0)).entropy == 0.0


def test_decisions_are_averaged() -> None:
    mean = pooled([ONE, TWO])
    assert mean.probabilities == (0.5, 0.5)
    assert mean.chosen == (0.5, 0.5)
    assert mean.accused == 0.5
    assert mean.sanctioned == 0.5
    assert mean.decisions == 2
    # What is not known of one decision is the mean over the others.
    assert pooled([ONE, replace(TWO, accused=None)]).accused == 0.75
    assert math.isnan(pooled([replace(ONE, accused=None)]).accused)


def test_direct_and_after_reasoning_are_never_pooled() -> None:
    with pytest.raises(UsageError, match="never pooled"):
        pooled([ONE, replace(TWO, scored="after_reasoning")])
    with pytest.raises(UsageError, match="2 menus"):
        pooled([ONE, replace(TWO, options=("c", "e"))])
    with pytest.raises(UsageError, match="0 menus"):
        pooled([])


def test_two_models_in_one_arm_have_a_summary_each() -> None:
    mine, theirs = replace(ONE, model="hf/a"), replace(TWO, agent="column", model="hf/b")
    found = summarise_choices([[mine, theirs]])
    assert [(one.model, one.agents, one.accused.point) for one in found] == [
        ("hf/a", ("row",), 0.75),
        ("hf/b", ("column",), 0.25),
    ]


def test_an_arm_has_a_summary_for_each_way_of_scoring_and_each_menu() -> None:
    after = replace(ONE, agent="column", scored="after_reasoning", probabilities=(1.0, 0.0))
    other = replace(ONE, options=("left", "right"))
    found = summarise_choices([[ONE, TWO, after], [ONE, other]])
    assert [(one.scored, one.agents, one.decisions) for one in found] == [
        ("direct", ("row",), 3),
        ("after_reasoning", ("column",), 1),
        ("direct", ("row",), 1),
    ]
    direct = found[0]
    # First over decisions, then over runs: (0.5 + 0.25) / 2.
    assert direct.options[0].probability.point == 0.375
    assert direct.options[0].probability.n == 2
    assert direct.by_probability[0].option == "d"
    assert direct.accused.point == pytest.approx((0.5 + 0.75) / 2)
    assert summarise_choices([[], []]) == ()


def row(**given):
    blank = {column.name: None for column in CHOICES.columns}
    return {**blank, "arm": "a", "seed": 0, "round": 1, "agent": "row", "attempt": 0, "scored": "direct", **given}


def table(*rows):
    return pa.Table.from_pylist(list(rows), schema=CHOICES.schema)


def test_the_effect_of_order_is_that_on_the_option_that_it_moves_most() -> None:
    rows = [
        row(option="a", probability=0.4, by_order=[0.5, 0.3], chosen=False),
        row(option="b", probability=0.3, by_order=[0.1, 0.5], chosen=True),
        row(option="c", probability=0.3, by_order=[0.4, 0.2], chosen=False),
    ]
    (moved,) = decisions_in(table(*rows))
    assert moved.order_effect == pytest.approx(0.4)
    (plain,) = decisions_in(table(*[{**one, "by_order": None} for one in rows]))
    assert math.isnan(plain.order_effect)
    assert pooled([moved, plain]).order_effect == pytest.approx(0.4)
    (found,) = summarise_choices([[moved], [plain]])
    assert (found.order_effect.point, found.order_effect.n) == (pytest.approx(0.4), 1)


def test_rows_become_decisions() -> None:
    first = row(option="c", model="hf/a", probability=0.25, chosen=False, accused=False, sanctioned=False)
    second = row(option="d", model="hf/a", probability=0.75, chosen=True, accused=True, sanctioned=None)
    again = [{**one, "attempt": 1, "chosen": False} for one in (first, second)]
    found = decisions_in(table(first, second, *again))
    assert replace(found[0], order_effect=0.0) == replace(ONE, model="hf/a", sanctioned=None, order_effect=0.0)
    assert found[1].chosen is None
    assert pooled(found).chosen == (0.0, 1.0)


@pytest.fixture
def folder(tmp_path):
    return write_campaign(tmp_path / "c", [Arm("a", [Run(steady(NASH, 3)), Run(steady(NASH, 2))])])


def test_tables_from_before_there_were_choices_are_read(folder) -> None:
    """As version 3 left them: its columns alone, and no table of choices."""
    golden = Path(__file__).parents[1] / "campaigns" / "golden" / "tables-3.txt"
    columns = defaultdict(list)
    for line in golden.read_text().splitlines():
        table, _, column = line.split(":")[0].partition(".")
        columns[table].append(column)
    for path in (folder / "tables").glob("*.parquet"):
        if path.stem not in columns:
            path.unlink()
            continue
        old = parquet.read_table(path).select(columns[path.stem])
        parquet.write_table(old.replace_schema_metadata({"agora_version": "3"}), path)
    assert {path.stem for path in (folder / "tables").glob("*.parquet")} == columns.keys()
    tables = read_tables(folder)
    assert tables["choices"].num_rows == 0
    assert tables["calls"]["scored"].null_count == tables["calls"].num_rows
    (arm,) = arms_from(tables)
    assert [run.choices for run in arm.runs] == [(), ()]
    assert [run.choices_hidden for run in arm.runs] == [0, 0]
    assert arm.runs[0].price == pytest.approx(190 / 3)


def test_a_table_of_this_version_may_not_lack_what_it_promises(folder) -> None:
    (folder / "tables" / "choices.parquet").unlink()
    with pytest.raises(Exception, match=r"choices\.parquet"):
        read_tables(folder)
