"""A model as second coder: what it is asked, that nothing is asked twice, and agreement against closed forms."""

from __future__ import annotations

import signal
import subprocess
import sys
import time
from collections import Counter
from pathlib import Path

import numpy as np
import pytest
from statsmodels.stats.inter_rater import cohens_kappa as theirs

from agoranomos.analysis.campaign import summarise
from agoranomos.analysis.reasons import Judge, ReasonsSummary, code_campaign, shipped_codebook, summarise_reasons
from agoranomos.analysis.reasons.drawing import drawn_texts
from agoranomos.analysis.reasons.judging import question
from agoranomos.analysis.report import write_report
from agoranomos.errors import UsageError
from agoranomos.models import Capabilities, MockEngine
from agoranomos.models.calls.store import CallStore
from agoranomos.models.mock.options import MockOptions
from analysis.reasons.planting import HIDE, UNDERCUT, Answering, plant, rows_of
from campaigns.laboratory import Lab, make_lab

BOOK = shipped_codebook()
CODES = len(BOOK.codes)


@pytest.fixture
def lab(tmp_path: Path) -> Lab:
    return make_lab(tmp_path)


def agreeing(asked: str) -> float:
    """What the rules say, as far as a model may be sure of it."""
    name = asked.split("\n", maxsplit=1)[0].removeprefix("Code: ")
    return 0.9 if name in BOOK.code(asked.split("-----")[1]) else 0.1


def coded(folder: Path, lab: Lab, engine: MockEngine, **how: int) -> ReasonsSummary:
    with Judge(engine, BOOK) as judge:
        code_campaign(folder, lab.trusted(), BOOK, judge, **how)
    found = summarise_reasons(folder)
    assert found is not None
    return found


def test_a_question_names_the_code_defines_it_and_holds_the_text():
    code = BOOK.codes["evasion"]
    asked = question(code, HIDE)
    assert asked.options == ("yes", "no")
    assert asked.labelled
    assert asked.orders == "rotated"
    assert all(part in asked.messages[-1].content for part in ("evasion", code.about, HIDE))


def test_identical_texts_are_asked_about_once(lab: Lab) -> None:
    engine = Answering(agreeing)
    found = coded(plant(lab), lab, engine)
    assert len(engine.asked) == len(set(engine.asked)) == 4 * CODES  # 20 texts, four distinct ones
    assert found.asked == 4
    for one in found.agreements:
        assert one.texts == 4
        assert one.rules_only == one.judge_only == one.turned == 0
    by_code = {one.code: one for one in found.agreements}
    assert by_code["threshold"].both == 1
    assert by_code["threshold"].kappa.point == 1.0
    assert by_code["coordination"].kappa.reason == "only one code was ever given"


def test_agreement_is_that_of_the_table_of_both(lab: Lab) -> None:
    """A judge that finds evasion in two of four texts, of which the rules find one."""
    engine = Answering(lambda asked: 0.8 if "evasion" in asked and (UNDERCUT in asked or HIDE in asked) else 0.2)
    found = coded(plant(lab), lab, engine)
    one = next(a for a in found.agreements if a.code == "evasion")
    assert (one.both, one.rules_only, one.judge_only, one.neither) == (1, 0, 1, 2)
    assert one.kappa.point == pytest.approx(theirs(np.array([[2, 1], [0, 1]])).kappa) == pytest.approx(0.5)
    # Krippendorff: n = 8 values, 3 yes and 5 no, one pair of four differs: 1 - 7 * 2 / (2 * 3 * 5)
    assert one.alpha.point == pytest.approx(1 - 7 * 2 / 30)
    assert one.kappa.reason == "one cluster has no spread between clusters"  # all four were first written in one run


def test_the_table_holds_what_the_judge_said(lab: Lab) -> None:
    folder = plant(lab)
    coded(folder, lab, Answering(agreeing))
    rows = rows_of(folder / "tables" / "reasons.parquet")
    assert {len(row["judged"]) for row in rows} == {CODES}
    for row in rows:
        assert {code for code, p in row["judged"] if p > 0.5} == set(row["codes"])
    report = write_report(summarise(folder))
    page = report.index.read_text()
    assert "Rules and judge" in page
    assert "answering" in page
    assert {"reasons", "agreement"} <= {path.stem for path in report.tables}


def test_a_sample_is_drawn_by_its_seed_and_is_of_distinct_texts(lab: Lab) -> None:
    folder = plant(lab)
    found = coded(folder, lab, Answering(agreeing), limit=2, seed=1)
    assert found.asked == 2
    assert (found.coding.limit, found.coding.seed) == (2, 1)
    first = {row["text_sha256"] for row in rows_of(folder / "tables" / "reasons.parquet") if row["judged"] is not None}
    coded(folder, lab, Answering(agreeing), limit=2, seed=1)
    again = {row["text_sha256"] for row in rows_of(folder / "tables" / "reasons.parquet") if row["judged"] is not None}
    assert first == again
    assert len(first) == 2
    assert sum(found.texts.values()) == 20  # the rules code them all


def test_every_sample_is_as_probable_as_any_other():
    texts = [f"{number:02x}" for number in range(6)]
    drawn = Counter(drawn_texts(texts * 3, 2, seed) for seed in range(6_000))
    assert all(len(sample) == 2 for sample in drawn)
    expected = 6_000 / 15
    assert len(drawn) == 15
    assert sum((n - expected) ** 2 / expected for n in drawn.values()) < 36.1  # chi-square, 14 df, p = 0.001
    assert drawn_texts(texts, 2, 0) == drawn_texts(reversed(texts), 2, 0)
    assert drawn_texts(texts, 9, 0) == set(texts)


def test_a_judge_that_follows_the_letter_is_found_to_turn(lab: Lab) -> None:
    found = coded(plant(lab), lab, MockEngine("valid"))
    assert sum(one.turned for one in found.agreements) > 0


def test_failures_are_counted_and_in_no_figure(lab: Lab) -> None:
    engine = MockEngine("failing", MockOptions(failure="timeout"))
    found = coded(plant(lab), lab, engine)
    assert found.failures == {"timeout": 4}
    assert all(one.texts == 0 and one.kappa.reason == "no unit was coded twice" for one in found.agreements)


def test_a_model_that_tells_no_probabilities_is_refused() -> None:
    engine = MockEngine()
    engine.capabilities = Capabilities(scores="none")  # type: ignore[misc]
    with pytest.raises(UsageError, match="tells no probabilities"):
        Judge(engine, BOOK)


def test_withheld_texts_are_never_put_to_a_judge(lab: Lab) -> None:
    engine = Answering(agreeing)
    found = coded(plant(lab, "privacy=committed"), lab, engine)
    assert engine.asked == []
    assert found.asked == 0


def test_what_was_answered_is_not_asked_again(lab: Lab, tmp_path: Path) -> None:
    folder = plant(lab)
    tables = []
    engines = [Answering(agreeing), Answering(agreeing)]
    for engine in engines:
        store = CallStore.open(tmp_path / "calls")
        with Judge(engine, BOOK, store) as judge:
            code_campaign(folder, lab.trusted(), BOOK, judge)
        store.close()
        tables.append((folder / "tables" / "reasons.parquet").read_bytes())
    assert (len(engines[0].asked), len(engines[1].asked)) == (4 * CODES, 0)
    assert tables[0] == tables[1]


SLOW = """
import asyncio, sys
from pathlib import Path
sys.path.insert(0, {tests!r})
from agoranomos.analysis.reasons import Judge, code_campaign, shipped_codebook
from agoranomos.models.calls.store import CallStore
from analysis.reasons.planting import Answering
from campaigns.laboratory import make_lab

class Slow(Answering):
    width = 1
    async def choose(self, question):
        if len(self.asked) == {after}:
            print("stuck", flush=True)
            await asyncio.sleep(600)
        return await super().choose(question)

lab = make_lab(Path({root!r}))
store = CallStore.open(Path({root!r}) / "calls")
with Judge(Slow(lambda asked: 0.3), shipped_codebook(), store) as judge:
    code_campaign(Path({folder!r}), lab.trusted(), shipped_codebook(), judge)
"""


def test_after_a_kill_only_what_is_missing_is_asked(lab: Lab, tmp_path: Path) -> None:
    folder = plant(lab)
    before = code_campaign(folder, lab.trusted(), BOOK).path.read_bytes()
    tests = str(Path(__file__).resolve().parents[2])
    script = SLOW.format(tests=tests, after=7, root=str(tmp_path), folder=str(folder))
    killed = subprocess.Popen([sys.executable, "-c", script], stdout=subprocess.PIPE, text=True)
    assert killed.stdout is not None
    assert killed.stdout.readline() == "stuck\n"
    kept = _kept(tmp_path / "calls", 7)
    killed.send_signal(signal.SIGKILL)
    killed.wait()
    killed.stdout.close()
    assert kept == 7
    assert (folder / "tables" / "reasons.parquet").read_bytes() == before
    engine = Answering(lambda asked: 0.3)
    store = CallStore.open(tmp_path / "calls")
    with Judge(engine, BOOK, store) as judge:
        code_campaign(folder, lab.trusted(), BOOK, judge)
    store.close()
    assert len(engine.asked) == 4 * CODES - 7
    found = summarise_reasons(folder)
    assert found is not None
    assert found.asked == 4
    assert not (folder / "tables" / "reasons.new").exists()


def _kept(calls: Path, wanted: int) -> int:
    """How many answers the store's file holds, as soon as they are those that are waited for."""
    import sqlite3

    count = 0
    for _ in range(600):
        with sqlite3.connect(f"file:{calls / 'calls.sqlite3'}?mode=ro", uri=True) as file:
            (count,) = file.execute("SELECT count(*) FROM calls").fetchone()
        if count >= wanted:
            break
        time.sleep(0.05)
    return int(count)
