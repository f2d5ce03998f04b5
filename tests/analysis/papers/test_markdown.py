"""Markdown and CSV of a table, read back by programs that did not write them."""

import csv
import io

from hypothesis import given
from hypothesis import strategies as st
from markdown_it import MarkdownIt

from agoranomos.analysis.papers.data import data
from agoranomos.analysis.papers.markdown import markdown
from agoranomos.analysis.papers.table import Table, amounts, intervals, shares, texts
from agoranomos.statistics import mean_interval

LINES = st.text(st.characters(blacklist_categories=("Cc", "Cs", "Zl", "Zp"))) | st.text("|\\`*_[]<>~#$&!-+{}\n ab1.:/")


def cells(text: str) -> list[list[str]]:
    """The cells of the table, row by row, as a reader sees them; markup of any kind shows as itself."""
    rows: list[list[str]] = []
    for token in MarkdownIt("commonmark").enable("table").parse(text):
        if token.type == "tr_open":
            rows.append([])
        elif token.type == "inline" and rows:
            assert {child.type for child in token.children or ()} <= {"text", "text_special"}
            rows[-1].append("".join(child.content for child in token.children or ()))
    return rows


@given(st.lists(LINES, min_size=1, max_size=4))
def test_any_text_comes_back_from_markdown(names):
    table = Table("t", "Title", "", "none", (texts("a", "a|b", names), amounts("x", "x", [1.5] * len(names), 1)))
    header, *rows = cells(markdown(table, "Title."))
    assert header == ["a|b", "x"]
    assert rows == [[" ".join(name.split()), "1.5"] for name in names]


@given(st.lists(st.text(st.characters(blacklist_categories=("Cs",), blacklist_characters="\r\n\0")), min_size=1))
def test_any_text_comes_back_from_csv(names):
    table = Table("t", "T", "", "none", (texts("a", "a", names), amounts("x", "x", [0.1] * len(names), 1)))
    assert list(csv.reader(io.StringIO(data(table)))) == [["a", "x"], *([name, "0.1"] for name in names)]


def test_the_csv_has_all_digits_bounds_and_n_and_what_is_undefined_is_empty():
    found = [mean_interval([1.0, 2.0, 4.0]), mean_interval([3.0, 3.0]), None]
    table = Table("t", "T", "", "none", (intervals("m", "m", found), shares("s", "s", [1 / 3, 0.5, float("nan")])))
    rows = list(csv.DictReader(io.StringIO(data(table))))
    assert list(rows[0]) == ["m", "m_low", "m_high", "m_n", "s"]
    assert float(rows[0]["m"]) == found[0].point
    assert float(rows[0]["m_low"]) == found[0].low
    assert float(rows[0]["m_high"]) == found[0].high
    assert rows[1] == {"m": "3.0", "m_low": "", "m_high": "", "m_n": "2", "s": "0.5"}
    assert set(rows[2].values()) == {""}
    assert float(rows[0]["s"]) == 1 / 3


def test_markdown_has_the_interval_in_brackets_and_the_caption_above():
    table = Table(
        "t", "T", "", "none", (intervals("m", "m", [mean_interval([1.0, 2.0, 4.0]), mean_interval([2.0, 2.0])]),)
    )
    caption, blank, *rows = markdown(table, "All of it.").splitlines()
    assert (caption, blank) == ("All of it.", "")
    assert rows[1] == "|---:|"
    assert rows[2] == "| 2.33 (−1.46 to 6.13) |"
    assert rows[3] == "| 2.00 (no spread) |"


def test_a_column_has_the_same_decimals_throughout():
    column = amounts("x", "x", [1234.5, 2.0, float("nan")])
    assert [cell.shown for cell in column.cells] == ["1,234.50", "2.00", "–"]
    assert [cell.shown for cell in amounts("x", "x", [1234.5, 5000.0]).cells] == ["1,234", "5,000"]
