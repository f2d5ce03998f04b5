"""The page, its figures and the files beside it: complete, self-contained, escaped, the same every time."""

import csv
import html.parser
import io
import json
import re
import xml.etree.ElementTree as ET

import numpy as np
import pytest
from rich.console import Console

from agoranomos.analysis.arms import MEASURES
from agoranomos.analysis.campaign import summarise
from agoranomos.analysis.figures import TIER_COLOURS, draw_prices, draw_tiers
from agoranomos.analysis.published import published
from agoranomos.analysis.regimes import pooled_measure
from agoranomos.analysis.report import render, write_report
from agoranomos.analysis.terminal import print_summary
from analysis.synthetic import DIVISION, NASH, Arm, Run, noisy, steady, write_campaign

DIVIDER = {"policy": "divider", "parameters": {}}


def arms() -> list[Arm]:
    suspended = np.zeros((50, 2), bool)
    suspended[30:35] = True
    sat_out = steady(DIVISION).copy()
    sat_out[30:35] = 0
    acts = [(t, "firm_1", kind) for t in range(6, 10) for kind in ("case", "fine", "blocked")]
    return [
        Arm("ungoverned.nash", [Run(noisy(NASH, 50, s)) for s in range(3)]),
        Arm("told.nash", [Run(noisy(NASH, 50, s)) for s in range(3)], "told", told="text"),
        Arm("ruled.nash", [Run(noisy(NASH, 50, s + 9), root="r") for s in range(3)], "ruled", institution="i"),
        Arm("ungoverned.divider", [Run(steady(DIVISION))] * 3, roster="pair", policy=DIVIDER),
        Arm("ruled.divider", [Run(sat_out, suspended=suspended, acts=acts, fines=np.ones((50, 2)), root="s")] * 3,
            "ruled", institution="i", roster="pair", policy=DIVIDER),
    ]  # fmt: skip


@pytest.fixture(scope="module")
def summary(tmp_path_factory):
    return summarise(write_campaign(tmp_path_factory.mktemp("r") / "c", arms(), outcome="price"))


@pytest.fixture(scope="module")
def page(summary):
    return render(summary)


class Outline(html.parser.HTMLParser):
    """Collects tags, ids and references, and fails on tags that are closed out of order."""

    VOID = frozenset({"meta", "br", "link", "img", "hr"})

    def __init__(self, text: str) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.ids: list[str] = []
        self.references: list[str] = []
        self.open: list[str] = []
        self.feed(text)

    def handle_starttag(self, tag, attrs):
        self.tags.append(tag)
        self.ids += [value for key, value in attrs if key == "id"]
        self.references += [value for key, value in attrs if key in ("src", "href", "xlink:href")]
        if tag not in self.VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag, attrs):
        self.handle_starttag(tag, attrs)
        self.open.pop()

    def handle_endtag(self, tag):
        assert self.open.pop() == tag


def test_the_page_is_well_formed_and_needs_nothing_else(page):
    outline = Outline(page)
    assert outline.open == []
    assert not {"script", "link", "img", "iframe", "object"} & set(outline.tags)
    inside = [reference for reference in outline.references if reference.startswith("#")]
    beside = [reference for reference in outline.references if reference not in inside]
    assert all(re.fullmatch(r"captions\.json|(figures|tables)/[a-z-]+\.[a-z]+", reference) for reference in beside)
    assert len(beside) == page.count("<a href=")  # links to files, nothing that the page loads
    assert "@import" not in page
    assert re.search(r"url\((?!#)", page) is None
    assert len(outline.ids) == len(set(outline.ids))
    assert {reference[1:] for reference in inside} <= set(outline.ids)


def test_the_order_is_answers_money_structure_enforcement_checks_published(page):
    headings = re.findall(r"<h2>(.*?)</h2>", page)
    starts = [
        "The answer",
        "Prices",
        "Structure",
        "Enforcement",
        "How decisions",
        "Regimes",
        "Manipulation",
        "Published",
        "Limits",
        "Files",
    ]
    assert [h.split(",")[0].split(":")[0].startswith(s) for h, s in zip(headings, starts, strict=True)] == [True] * 10


def test_mild_may_be_noise_is_said(page):
    assert "“Mild” may be noise." in page
    assert "76% of null runs score tier 1 or more" in page


def test_checks_are_no_findings_and_published_numbers_are_marked(page):
    assert "Manipulation checks, not findings" in page
    section = page[page.index('class="published"') :]
    assert "published, other models" in section
    assert "GPT-5 Mini" in section
    assert "<small>derived</small>" in section


def test_names_are_escaped(tmp_path):
    hostile = "<script>alert(1)</script>"
    arm = Arm("a&b", [Run(steady(NASH, 5), failures=["invalid"])], "$x$<i>", roster=hostile, model=hostile)
    page = render(summarise(write_campaign(tmp_path / "c", [arm])))
    assert "<script>" not in page
    assert "&lt;script&gt;" in page
    assert "a&amp;b" in page


def test_figures_are_svg_with_the_pages_colours(summary):
    for drawing in (draw_prices(summary.arms), draw_tiers([summary.arms])):
        assert drawing is not None
        root = ET.fromstring(drawing.svg)
        assert root.tag.endswith("svg")
        assert "currentColor" in drawing.svg
        assert "n" in drawing.caption
    assert "interval" in draw_prices(summary.arms).caption
    assert "intervals" in draw_tiers([summary.arms]).caption


def test_the_figure_of_tiers_names_each_arm_and_its_n(summary):
    svg = draw_tiers([[arm] for arm in summary.arms]).svg
    assert all(arm.arm.name in svg for arm in summary.arms)
    assert svg.count("n = 3") >= len(summary.arms)


def test_every_tier_has_its_colour_in_the_legend_even_without_a_run(tmp_path):
    svg = draw_tiers([summarise(write_campaign(tmp_path / "c", [Arm("a", [Run(steady(DIVISION))])])).arms]).svg
    assert all(colour in svg for colour in TIER_COLOURS)


def test_one_panel_one_round_one_run(tmp_path):
    arm = Arm("a", [Run(steady(NASH, 1))])
    other = Arm("b", [Run(steady(NASH, 1))], market="another")
    assert "<svg" in draw_prices(summarise(write_campaign(tmp_path / "c", [arm])).arms).svg
    assert "another" in draw_prices(summarise(write_campaign(tmp_path / "d", [arm, other])).arms).svg


def test_a_crowded_panel_has_no_bands_and_says_so(tmp_path):
    many = [Arm(f"a{k}", [Run(noisy(NASH, 5, 10 * k + s)) for s in range(2)], f"regime {k % 5}") for k in range(6)]
    crowded = draw_prices(summarise(write_campaign(tmp_path / "c", many)).arms)
    few = draw_prices(summarise(write_campaign(tmp_path / "d", many[:4])).arms)
    assert "FillBetween" in few.svg
    assert "FillBetween" not in crowded.svg
    assert "Panels with many arms have no bands." in crowded.caption
    assert "Arms of one regime that differ in a factor share its line." in crowded.caption
    assert "have no bands" not in few.caption
    assert "share its line" not in few.caption


def test_a_single_panel_takes_one_column_and_several_take_two(tmp_path):
    one = draw_prices(summarise(write_campaign(tmp_path / "c", arms()[:3])).arms)
    assert one.columns == 1
    two = draw_prices(summarise(write_campaign(tmp_path / "d", arms())).arms)
    assert two.columns == 2


def test_the_same_tables_give_the_same_bytes(summary, page):
    assert render(summary) == page


def test_files_beside_the_page_hold_the_numbers(summary):
    written = write_report(summary)
    assert written.index.read_text() == render(summary)
    names = {path.name for path in written.files}
    assert names == {
        "index.html", "summary.json", "arms.csv", "runs.csv", "enforcement.csv", "comparisons.csv", "regimes.csv",
        "captions.json",
    }  # fmt: skip
    assert {path.name for path in written.index.parent.iterdir()} == names | {"figures", "tables"}
    data = json.loads((written.index.parent / "summary.json").read_text())
    divider = next(arm for arm in data["arms"] if arm["arm"] == "ungoverned.divider")
    assert divider["means"]["price"]["mean"] == pytest.approx(70)
    assert divider["means"]["price"]["low"] is None
    assert divider["means"]["price"]["reason"] == "all 3 values are equal"
    rows = list(csv.DictReader(io.StringIO((written.index.parent / "runs.csv").read_text())))
    assert len(rows) == 15
    assert {float(row["tier"]) for row in rows if row["arm"] == "ruled.divider"} == {4.0}
    arms_rows = list(csv.DictReader(io.StringIO((written.index.parent / "arms.csv").read_text())))
    assert len(arms_rows) == 5 * 2 * len(MEASURES)


def test_a_regime_that_changes_nothing_is_not_contrasted(page):
    assert "every run has the same entries as its pair" in page
    assert "ruled less ungoverned" in page
    assert "told less ungoverned" not in page


def test_a_mock_engine_is_no_language_model(tmp_path):
    summary = summarise(write_campaign(tmp_path / "c", [Arm("a", [Run(steady(NASH, 5))], model="mock/valid")]))
    assert "a mock engine drew the replies: no language model" in render(summary)
    out = io.StringIO()
    print_summary(summary, Console(file=out, width=200))
    assert "no language model, and no finding" in out.getvalue()


def test_one_roster_has_no_test_over_rosters(tmp_path):
    pair = [
        Arm("a", [Run(noisy(NASH, 5, s)) for s in range(2)]),
        Arm("b", [Run(noisy(NASH, 5, s + 9), root="b") for s in range(2)], "b", institution="i"),
    ]
    assert "there is no sign-flip test over rosters" in render(summarise(write_campaign(tmp_path / "c", pair)))


def test_arms_of_one_regime_in_one_roster_keep_their_names(tmp_path):
    run = Run(steady(NASH, 5))
    page = render(summarise(write_campaign(tmp_path / "c", [Arm("first", [run]), Arm("second", [run])])))
    assert '<th title="first">first</th>' in page


def test_an_incomplete_campaign_is_reported_as_such(tmp_path):
    unfinished = [
        Arm("a", [Run(steady(NASH, 5)), Run(steady(NASH, 5), status="failed")], model="m"),
        Arm("b", [Run(steady(NASH, 5), status="open")], "ruled", institution="i"),
    ]
    summary = summarise(write_campaign(tmp_path / "c", unfinished))
    page = render(summary)
    assert "This campaign is not complete." in page
    assert "1 of 3 planned runs are finished" in page
    assert Outline(page).open == []
    out = io.StringIO()
    print_summary(summary, Console(file=out, width=200))
    assert "INCOMPLETE: 1 of 3 runs are finished, 1 failed, 1 not run yet." in out.getvalue()
    assert "1/2" in out.getvalue()


def test_a_campaign_without_any_run_still_has_a_page(tmp_path):
    summary = summarise(write_campaign(tmp_path / "c", [Arm("a", [Run(steady(NASH, 5), status="open")])]))
    assert draw_prices(summary.arms) is None
    assert draw_tiers([summary.arms]) is None
    page = render(summary)
    assert "No run is finished" in page
    assert "No null play could be simulated" in page


def test_model_runs_show_failures_by_kind(tmp_path):
    run = Run(steady(NASH, 5), failures=["", "invalid", "truncated"], repaired=2)
    campaign = write_campaign(tmp_path / "c", [Arm("a", [run, run], model="smollm2")])
    campaign.joinpath("campaign.yaml").write_text(
        "kind: campaign\nversion: 1\nname: x\ntitle: A <small> title\nregimes: {a: {}}\nrosters: [r]\nseeds: 2\n"
    )
    summary = summarise(campaign)
    page = render(summary)
    assert "invalid 2, truncated 2" in page
    assert "support no claim about large ones" in page
    assert "<h1>A &lt;small&gt; title</h1>" in page
    out = io.StringIO()
    print_summary(summary, Console(file=out, width=200))
    assert "models: smollm2" in out.getvalue()


def test_the_terminal_table_has_an_arm_a_row(summary):
    out = io.StringIO()
    print_summary(summary, Console(file=out, width=200))
    lines = out.getvalue().splitlines()
    assert lines[0].split()[:3] == ["arm", "runs", "price"]
    divider = next(line for line in lines if line.startswith("ungoverned.divider"))
    assert divider.split()[1:8] == ["3", "70.00", "111%", "67%", "97%", "125%", "4.00"]
    assert any("manipulation check, no finding" in line for line in lines)


def test_published_shares_give_the_published_means_and_deviations():
    data = published()
    rows = {row.measure: row for row in data.rows}
    for regime in ("ungoverned", "told", "governed"):
        counts = [round(90 * float(getattr(rows[f"share_{k}"], regime)[0].rstrip("%")) / 100) for k in range(5)]
        tiers = np.repeat(np.arange(5), counts)
        assert tiers.size == 90
        assert tiers.mean() == pytest.approx(float(getattr(rows["mean_tier"], regime)[0]), abs=0.005)
        assert tiers.std(ddof=1) == pytest.approx(float(getattr(rows["sd_tier"], regime)[0]), abs=0.006)
    assert {mark for row in data.rows for _, mark in (row.ungoverned, row.told, row.governed)} <= {*data.marks, ""}


def test_what_stands_beside_the_published_numbers(summary):
    assert pooled_measure(summary.arms, "ruled", "fines") == pytest.approx((0 * 3 + 4 * 3) / 6)
    assert np.isnan(pooled_measure(summary.arms, "ungoverned", "fines"))
    assert pooled_measure(summary.arms, "ruled", "share_4") == 0.5
    assert np.isnan(pooled_measure(summary.arms, "nobody", "mean_tier"))
    assert pooled_measure(summary.arms, "ruled", "sd_tier") > 1
    assert pooled_measure(summary.arms, "ruled", "cv_excess") == pytest.approx(1.33, abs=0.02)


@pytest.mark.parametrize("width", [40, 80, 200])
def test_a_narrow_terminal_gets_several_tables_and_every_number(tmp_path, width):
    arms = [
        Arm("a" * 60, [Run(noisy(NASH, 5, s)) for s in range(2)]),
        Arm("b", [Run(noisy(NASH, 5, s + 9), root="b") for s in range(2)], "b", institution="i"),
    ]
    out = io.StringIO()
    print_summary(summarise(write_campaign(tmp_path / "c", arms)), Console(file=out, width=width))
    table = out.getvalue().split("price: mean over rounds")[0]
    assert all(len(line.rstrip()) <= width for line in table.splitlines())
    assert "…" not in table
    assert table.count("a") >= 60
    for heading in ("runs", "price", "of Nash", "surplus", "welfare", "profit", "calibrated", "sanctions", "fines"):
        assert heading in table
    assert (table.count("arm ") == 1) == (width == 200)
