"""What a report writes for papers: readable files, the numbers of the summary, captions, the same bytes each time."""

import csv
import hashlib
import io
import json
import os
import re
import subprocess
import sys
import xml.etree.ElementTree as ET
from dataclasses import replace

import pytest

from agoranomos.analysis.campaign import summarise
from agoranomos.analysis.findings import Findings
from agoranomos.analysis.inference import infer, planned
from agoranomos.analysis.papers import provenance_of
from agoranomos.analysis.report import render, write_report
from analysis.synthetic import DIVISION, NASH, Arm, Run, noisy, steady, write_campaign

SVG = "{http://www.w3.org/2000/svg}"
ACTS = [(t, "firm_1", kind) for t in range(6, 10) for kind in ("case", "fine")]


def arms(model: str = "") -> list[Arm]:
    called = ["", "invalid"] if model else []
    return [
        Arm("ungoverned.pair", [Run(noisy(NASH, 20, s), failures=called) for s in range(3)],
            roster="pair", model=model),
        Arm("ruled.pair", [Run(noisy(NASH, 20, s + 9), root="r", acts=ACTS, failures=called) for s in range(3)],
            "ruled", institution="i", roster="pair", model=model),
        Arm("ungoverned.other", [Run(steady(DIVISION, 20), failures=called)] * 3, roster="other_100%", model=model),
    ]  # fmt: skip


@pytest.fixture(scope="module")
def written(tmp_path_factory):
    return write_report(summarise(write_campaign(tmp_path_factory.mktemp("p") / "c", arms(), outcome="price")))


def table(written, name: str) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO((written.index.parent / "tables" / f"{name}.csv").read_text())))


def test_every_figure_of_the_page_is_there_in_each_form(written):
    page = written.index.read_text()
    figures = sorted(path.name for path in written.figures)
    assert figures == [f"{name}.{ending}" for name in ("prices", "tiers") for ending in ("pdf", "svg", "tex")]
    assert page.count("<figure ") == 2
    assert {path.parent.name for path in written.figures} == {"figures"}
    for link in re.findall(r'href="([^#"]+)"', page):
        assert (written.index.parent / link).is_file(), link
    assert all(
        f'href="{path.relative_to(written.index.parent)}"' in page for path in (*written.figures, *written.tables)
    )


def test_an_svg_is_a_picture_of_its_own_with_a_description(written):
    for path in written.figures:
        if path.suffix == ".svg":
            root = ET.parse(path).getroot()
            assert root.tag == f"{SVG}svg"
            assert root.find(f"{SVG}title").text
            assert "n = 9 runs in 3 arms" in root.find(f"{SVG}desc").text
            assert root.find(f"{SVG}rect").get("fill") == "#ffffff"
            text = path.read_text()
            assert "currentColor" not in text
            assert "#000001" not in text
            assert "dc:date" not in text


def test_a_pdf_has_one_page_of_the_size_of_print_and_its_fonts_as_truetype(written):
    widths = {}
    for path in written.figures:
        if path.suffix == ".pdf":
            data = path.read_bytes()
            assert data.startswith(b"%PDF-1.")
            assert data.rstrip().endswith(b"%%EOF")
            assert len(re.findall(rb"/Type /Page\b(?!s)", data)) == 1
            assert b"/FontFile2" in data
            assert b"/Subtype /Type3" not in data
            assert b"Date" not in data
            box = re.search(rb"/MediaBox \[ *0 0 ([\d.]+) ([\d.]+)", data)
            widths[path.stem] = float(box[1])
    assert widths == {"prices": pytest.approx(7.2 * 72), "tiers": pytest.approx(7.2 * 72)}


def test_the_same_tables_give_the_same_bytes_in_another_process_too(written):
    def digests():
        folder = written.index.parent
        return {path: hashlib.sha256(path.read_bytes()).hexdigest() for path in folder.rglob("*") if path.is_file()}

    before = digests()
    again = (
        "import sys, pathlib; from agoranomos.analysis.campaign import summarise; "
        "from agoranomos.analysis.report import write_report; write_report(summarise(pathlib.Path(sys.argv[1])))"
    )
    environment = {**os.environ, "PYTHONHASHSEED": "7", "SOURCE_DATE_EPOCH": "1"}
    subprocess.run([sys.executable, "-c", again, str(written.index.parents[1])], env=environment, check=True)
    assert digests() == before


def test_tables_have_the_numbers_of_the_summary(written):
    data = json.loads((written.index.parent / "summary.json").read_text())
    rows = {row["arm"]: row for row in table(written, "arms")}
    assert list(rows) == [arm["arm"] for arm in data["arms"]]
    for arm in data["arms"]:
        row = rows[arm["arm"]]
        assert int(row["runs"]) == arm["runs"]["finished"]
        for measure in ("price", "consumer_surplus", "welfare", "profit"):
            told = arm["means"][measure]
            shown = {key: row[f"{measure}{end}"] for key, end in (("mean", ""), ("low", "_low"), ("high", "_high"))}
            assert {key: float(value) if value else None for key, value in shown.items()} == {k: told[k] for k in shown}
            assert int(row[f"{measure}_n"]) == told["n"]
    (enforced,) = table(written, "enforcement")
    told = next(arm["enforcement"] for arm in data["arms"] if arm["arm"] == "ruled.pair")
    assert all(float(enforced[name]) == told[name] for name in ("runs_accused", "runs_accused_low", "cases_per_run"))
    compared = [row for row in table(written, "comparisons") if row["measure"] == "price"]
    contrast = next(one for one in data["comparisons"] if one["measure"] == "price")
    assert [(float(row["difference"]), float(row["difference_low"])) for row in compared] == [
        (contrast["difference"], contrast["low"])
    ]
    assert [row["n"] for row in compared] == ["3, 3"]
    assert "difference_n" not in compared[0]
    assert {row["arm"]: int(row["finished"]) for row in table(written, "runs")} == dict.fromkeys(rows, 3)


def test_what_latex_and_markdown_show_are_the_same_numbers_rounded(written):
    price = float(table(written, "arms")[0]["price"])
    for ending in ("tex", "md"):
        text = (written.index.parent / "tables" / f"arms.{ending}").read_text()
        assert f"{price:.2f}" in text


def test_each_table_has_all_forms_and_its_caption_inside(written):
    captions = json.loads((written.index.parent / "captions.json").read_text())
    names = {path.stem for path in written.tables}
    assert names == set(captions["tables"])
    assert {"arms", "runs", "enforcement", "comparisons", "structure", "checks", "published", "last-rounds"} <= names
    assert len(written.tables) == 3 * len(names)
    for name, told in captions["tables"].items():
        assert told["files"] == [f"tables/{name}.{ending}" for ending in ("tex", "md", "csv")]
        assert (written.index.parent / "tables" / f"{name}.md").read_text().startswith(told["title"].split(",")[0])
    arms_tex = (written.index.parent / "tables/arms.tex").read_text()
    assert r"other\_100\%" in (written.index.parent / "tables/runs.tex").read_text()
    assert r"95\% intervals (Student t) over runs" in arms_tex


def test_captions_say_n_models_interval_and_plan(written):
    captions = json.loads((written.index.parent / "captions.json").read_text())
    plan = hashlib.sha256((written.index.parents[1] / "plan.json").read_bytes()).hexdigest()
    assert captions["plan"] == plan
    for told in (*captions["figures"].values(), *captions["tables"].values()):
        assert "n = 9 runs in 3 arms, 3 an arm, 20 rounds each" in told["caption"]
        assert "No language model took part: every agent is scripted or learns" in told["caption"]
        assert f"Campaign synthetic, plan {plan[:16]}." in told["caption"]
        assert "interval" in told["caption"].lower()
        assert told["interval"]
    assert captions["tables"]["enforcement"]["interval"] == "95% intervals (Clopper-Pearson) of shares of runs"
    assert captions["tables"]["comparisons"]["interval"].startswith("95% intervals (Welch t)")


@pytest.mark.parametrize(
    ("model", "said"),
    [
        ("mock/valid", "No language model took part: a mock engine drew the replies (mock/valid)"),
        ("hf/smollm2_135m", "Language model: hf/smollm2_135m"),
    ],
)
def test_captions_say_which_models_took_part(tmp_path, model, said):
    unfinished = Arm("open", [Run(steady(NASH, 20), status="open")], roster="pair", model=model)
    told = provenance_of(summarise(write_campaign(tmp_path / "c", [*arms(model), unfinished])))
    assert told.models == said
    assert told.n.startswith("n = 9 of 10 planned runs in 4 arms, 0 to 3 an arm")


@pytest.fixture(scope="module")
def summary(tmp_path_factory):
    return summarise(write_campaign(tmp_path_factory.mktemp("s") / "c", arms()))


def seated(summary, *policies, models=("", "")):
    """The summary with these policies in the two seats of each arm, arm by arm."""
    return replace(
        summary,
        arms=tuple(
            replace(arm, arm=replace(arm.arm, policies=given, models=models))
            for arm, given in zip(summary.arms, policies, strict=True)
        ),
    )


NOBODY, ONE, BOTH = ("nash", "nash"), ("human", "nash"), ("human", "human")


@pytest.mark.parametrize(
    ("policies", "models", "said", "on_the_page"),
    [
        ((NOBODY, NOBODY, NOBODY), ("", ""), "No language model took part: every agent is scripted or learns",
         "no language model: every agent is scripted or learns."),
        ((ONE, ONE, ONE), ("", ""),
         "No language model took part: a person played firm_1, every other agent is scripted or learns",
         "no language model: a person played firm_1, every other agent is scripted or learns."),
        ((NOBODY, ONE, NOBODY), ("", ""),
         "No language model took part: a person played firm_1 in 1 of 3 arms, every other agent is scripted or learns",
         "no language model: a person played firm_1 in 1 of 3 arms, every other agent is scripted or learns."),
        ((BOTH, BOTH, BOTH), ("", ""), "No language model took part: people played firm_1 and firm_2",
         "no language model: people played firm_1 and firm_2."),
        ((ONE, ONE, ONE), ("", "mock/valid"),
         "No language model took part: a mock engine drew the replies (mock/valid); a person played firm_1",
         "a mock engine drew the replies: no language model; a person played firm_1."),
        ((ONE, ONE, ONE), ("", "hf/small"), "Language model: hf/small; a person played firm_1",
         "language models: hf/small; a person played firm_1."),
    ],
)  # fmt: skip
def test_captions_and_the_page_say_whom_a_person_played(summary, policies, models, said, on_the_page):
    played = seated(summary, *policies, models=models)
    assert provenance_of(played).models == said
    assert on_the_page in render(played)


SIDES = {"first": "ruled.pair", "second": "ungoverned.pair"}
TWO = {"h1": SIDES, "h2": {**SIDES, "outcome": "welfare"}}


def judged(summary, hypotheses, **more):
    """The summary as if its campaign had written these hypotheses before it ran."""
    campaign = {
        "kind": "campaign", "version": 1, "name": "synthetic", "rosters": ["pair", "other"], "outcome": "price",
        "regimes": {"ungoverned": {}, "ruled": {}}, "seeds": 3, "hypotheses": hypotheses, **more,
    }  # fmt: skip
    named = [
        {"name": arm.arm.name, "regime": arm.arm.regime, "roster": {"name": arm.arm.roster}, "market": {"name": "m"},
         "rounds": 20}
        for arm in summary.arms
    ]  # fmt: skip
    inference = infer(planned({"campaign": campaign, "arms": named}), summary.arms)
    return replace(summary, findings=Findings(inference, {}, {}))


@pytest.mark.parametrize(
    ("hypotheses", "more", "units"),
    [
        (TWO, {}, "no clusters: pairs are the units, 3 a hypothesis"),
        (TWO, {"clusters": ["roster"]}, "clusters: roster, 1 a hypothesis"),
    ],
)
def test_captions_say_what_hypotheses_rest_on(summary, hypotheses, more, units):
    assert provenance_of(judged(summary, hypotheses, **more)).n.endswith(f"; {units}")


def test_captions_count_pairs_that_share_a_run_once(summary):
    found = judged(summary, {"h1": SIDES})
    inference = found.findings.inference
    sharing = replace(inference.answers[0], units=("0/1", "0/1", "0/2"))
    found = replace(found, findings=Findings(replace(inference, answers=(sharing,)), {}, {}))
    assert provenance_of(found).n.endswith(
        "; no clusters: pairs are the units (those that share a run count as one), 2 a hypothesis"
    )


def test_captions_of_a_campaign_without_hypotheses_count_runs(summary):
    assert provenance_of(summary).n.endswith("; no clusters, runs are the units")


def test_a_campaign_without_a_run_or_a_plan_has_tables_too(tmp_path):
    folder = write_campaign(tmp_path / "c", [Arm("a", [Run(steady(NASH, 5), status="open")])])
    (folder / "plan.json").unlink()
    written = write_report(summarise(folder))
    assert written.figures == ()
    assert {path.stem for path in written.tables} == {"runs", "checks"}
    captions = json.loads((folder / "report/captions.json").read_text())
    assert "n = 0 of 1 planned runs in 1 arm" in captions["n"]
    assert "plan unknown" in captions["tables"]["runs"]["caption"]
