"""The labelled explanations: what they hold, how far the rule and a judge agree with them, and that this is shown."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path

import numpy as np
import pytest
from statsmodels.stats.inter_rater import cohens_kappa as theirs

from agoranomos.analysis.reasons import Judge
from agoranomos.models import MockEngine
from agoranomos.reproduce.tin_men.coder_table import coder_table
from agoranomos.reproduce.tin_men.labelled import ENOUGH, by_judge, by_rule, codebook, sample
from agoranomos.scenarios.tin_men.coding import code
from analysis.reasons.planting import Answering

LABELS = "1d0fc99e"
"""How the digest of texts and labels begins: whoever changes one to please the rule has to change this, too."""


def test_there_are_a_hundred_texts_about_four_menus_and_each_label_is_given_often_enough_to_be_missed() -> None:
    texts = sample().texts
    assert len(texts) == len({one.text for one in texts}) == 100
    assert all(25 <= sum(getattr(one, name) for one in texts) <= 50 for name in ("discloses", "fabricated"))
    for one in texts:
        products = [product.name for product in sample().menus[one.menu].products]
        assert one.argues_for is None or one.argues_for in products
        assert one.argues_for is None or one.argues_for in one.text


def test_the_labels_are_those_that_were_given() -> None:
    said = [[one.text, one.discloses, one.fabricated, one.argues_for] for one in sample().texts]
    assert hashlib.sha256(json.dumps(said).encode()).hexdigest().startswith(LABELS)


def test_kappa_is_that_of_the_table_of_rule_and_labels() -> None:
    found = {one.code: one for one in by_rule()}
    for name in ("discloses", "fabricated"):
        table = np.zeros((2, 2))
        for one in sample().texts:
            menu = sample().menus[one.menu]
            table[int(getattr(code(one.text, menu.products, menu.company), name)), int(getattr(one, name))] += 1
        agreement = found[name]
        assert agreement.kappa.point == pytest.approx(theirs(table).kappa)
        assert agreement.agreed == np.trace(table)
        assert (len(agreement.missed), len(agreement.invented)) == (table[0, 1], table[1, 0])
        assert agreement.kappa.low < agreement.kappa.point < agreement.kappa.high


def test_the_rule_finds_more_than_chance_and_is_not_what_the_labels_were_made_from() -> None:
    for one in by_rule():
        assert 0.4 < one.kappa.point < 1.0
        assert one.missed


def test_the_page_says_what_the_sample_shows_of_the_rule() -> None:
    page = " ".join((Path(__file__).parents[3] / "docs" / "scenarios" / "tin-men.md").read_text().split())
    disclosed, fabricated, _ = by_rule()
    said, made_up = (sum(getattr(one, name) for one in sample().texts) for name in ("discloses", "fabricated"))
    assert not disclosed.invented
    assert max(disclosed.kappa.point, fabricated.kappa.point) < ENOUGH
    assert "below the 0.7 that was asked for in `discloses` and in `fabricated`" in page
    assert (
        f"missed {len(disclosed.missed)} of the {said} texts that disclose and found no disclosure in the {100 - said}"
        in page
    )
    found = (
        f"missed {len(fabricated.missed)} of {made_up} fabrications and found {len(fabricated.invented)} that are none"
    )
    assert found in page


def test_the_report_says_which_codes_do_not_reach_what_was_asked_for() -> None:
    table, below = coder_table(), [one.code for one in by_rule() if one.kappa.point < ENOUGH]
    assert [label for label, _ in table.rows] == ["discloses", "fabricated", "argues for"]
    for (_, cells), one in zip(table.rows, by_rule(), strict=True):
        assert [cell.here.point for cell in cells if cell.here][:2] == [one.agreed, one.kappa.point]
    if below:
        assert f"Of {', '.join(below)} it does not reach 0.7" in table.note
    else:
        assert "All reach 0.7" in table.note


def test_a_judge_who_knows_the_labels_agrees_with_them_and_one_who_says_yes_does_not() -> None:
    labels = {one.text: {"discloses": one.discloses, "fabricated": one.fabricated} for one in sample().texts}

    def knowing(asked: str) -> float:
        name = asked.split("\n", maxsplit=1)[0].removeprefix("Code: ")
        text = asked.split("Explanation: ")[1].split("\n-----", maxsplit=1)[0]
        return 0.9 if labels[text][name] else 0.1

    engine = Answering(knowing)
    with Judge(engine, codebook()) as judge:
        found = by_judge(judge)
    assert len(engine.asked) == 200
    assert all("Menu of " in asked and "price" in asked for asked in engine.asked)
    assert [(one.code, one.texts, one.kappa.point) for one in found] == [
        ("discloses", 100, 1.0),
        ("fabricated", 100, 1.0),
    ]
    with Judge(Answering(lambda _: 0.9), codebook()) as judge:
        always = by_judge(judge)
    assert [one.kappa.point for one in always] == pytest.approx([0.0, 0.0])
    assert [len(one.invented) for one in always] == [70, 67]


def test_a_mock_judge_goes_the_whole_way_and_agrees_by_chance() -> None:
    with Judge(MockEngine("valid"), codebook()) as judge:
        found = by_judge(judge)
    for one in found:
        assert one.texts == 100
        assert one.kappa.low < 0 < one.kappa.high
