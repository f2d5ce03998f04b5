"""Text as LaTeX: whatever it is, it comes out as itself, and no character of it is a command."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from agoranomos.analysis.papers.latex import PLAIN, figure_tex, latex, tex
from agoranomos.analysis.papers.table import Cell, Column, Table, amounts, texts

NAMED = {
    "textbackslash": "\\", "textasciitilde": "~", "textasciicircum": "^", "textless": "<", "textgreater": ">",
    "textbar": "|", "textendash": "–", "textquotedblleft": "“", "textquotedblright": "”", "textquoteright": "’",
    "ldots": "…",
}  # fmt: skip
TOKEN = re.compile(
    r"\\texttt\{U\+(?P<code>[0-9A-F]{4,6})\}"
    r"|\\char(?P<char>34|96)\{\}"
    r"|\\(?P<name>[a-z]+)\{\}"
    r"|\\(?P<escaped>[{}$&#%_])"
    r"|\{(?P<grouped>[\[\]*])\}"
    r"|(?P<nothing>\{\})"
    r"|(?P<minus>\$-\$)"
    r"|(?P<times>\$\\times\$)"
    r"|(?P<plain>[^\\{}$&#%_~^<>|\"`\[\]*])"
)
"""All that LaTeX may be handed, and nothing else: what does not match is a raw special."""

AWKWARD = st.sampled_from([*list("\\{}$&#%_~^<>|\"`'[]*-–,−é中😀\n\t "), "--", "\\\\", "]{", "%\n", "\\end{"])
TEXTS = st.one_of(st.text(), st.lists(AWKWARD).map("".join))


def read_back(made: str) -> str:
    """What LaTeX sets, by its own rules; fails where anything in it could be a command."""
    text, place = [], 0
    while place < len(made):
        token = TOKEN.match(made, place)
        assert token is not None, made[place:]
        kind = token.lastgroup
        value = token[kind]
        if kind in ("code", "char"):
            text.append(chr(int(value, 16 if kind == "code" else 10)))
        elif kind == "name":
            text.append(NAMED[value])
        else:
            text.append({"nothing": "", "minus": "−", "times": "×"}.get(kind, value))
        place = token.end()
    return "".join(text)


@given(TEXTS)
def test_any_text_comes_back_and_holds_no_raw_special(text):
    assert read_back(tex(text)) == " ".join(text.split())


@given(TEXTS)
def test_what_is_made_has_balanced_braces_and_only_letters_that_pdflatex_sets(text):
    made = tex(text)
    depth = 0
    for brace in re.findall(r"(?<!\\)[{}]", made.replace("\\textbackslash", "")):
        depth += 1 if brace == "{" else -1
        assert depth >= 0
    assert depth == 0
    assert set(made) <= PLAIN


@given(TEXTS)
def test_no_two_characters_make_another_one(text):
    for pair in ("--", ",,", "''", "``", "<<", ">>", "?`", "!`"):
        assert pair not in tex(text)


@given(st.lists(TEXTS, min_size=1, max_size=4))
def test_a_table_keeps_its_rows_and_columns_whatever_stands_in_it(names):
    table = Table("t", "Title", "", "none", (texts("a", "a & b", names), amounts("x", "x", range(len(names)), 1)))
    made = latex(table, names[0])
    body = made[made.index(r"\midrule") : made.index(r"\bottomrule")].splitlines()[1:]
    rows = [line for line in body if line.endswith(r"\\")]
    assert len(rows) == len(names)
    assert all(len(re.findall(r"(?<!\\)&", row)) == 1 for row in rows)
    assert all(re.search(r"& [\d.]+ \\\\$", row) for row in rows)
    assert made.count(r"\begin{") == made.count(r"\end{")


def test_letters_with_accents_stay_and_others_become_their_code():
    assert tex("Müller, Škoda ß") == "Müller, Škoda ß"
    assert tex("中") == r"\texttt{U+4E2D}"


def test_a_row_that_begins_with_a_bracket_is_no_option_of_the_row_before():
    made = latex(Table("t", "T", "", "none", (texts("a", "a", ["x", "[2cm]", "*"]),)), "c")
    assert "\\\\\n[" not in made
    assert "\\\\\n*" not in made
    assert "{[}2cm{]}" in made


def test_an_interval_stands_below_its_number_and_numbers_flush_right():
    cells = (Cell("1.5", "1.0 to 2.0"), Cell("12.0"))
    made = latex(Table("t", "T", "", "none", (texts("a", "a", ["x", "y"]), Column("n", "n", cells))), "c")
    assert r"\begin{tabular}{@{}lr@{}}" in made
    assert r"x & \agorabelow{1.5}{1.0 to 2.0} \\" in made
    assert r"y & 12.0 \\" in made
    assert made.index(r"\toprule") < made.index(r"\midrule") < made.index(r"\bottomrule")
    assert r"\label{tab:t}" in made


def test_long_tables_break_over_pages_and_say_a_name_once():
    rows = [(name, number) for name in ("one", "two") for number in range(30)]
    columns = (
        texts("a", "a", [name for name, _ in rows]),
        texts("b", "b", [str(number) for _, number in rows]),
        amounts("x", "x", [float(number) for _, number in rows], 1),
    )
    made = latex(Table("t", "T", "", "none", columns), "c")
    assert r"\begin{longtable}" in made
    assert "longtable" in made.splitlines()[0]
    assert len(re.findall(r"^one &", made, re.MULTILINE)) == 1
    assert len(re.findall(r"^ & \d", made, re.MULTILINE)) == 58


def test_long_names_may_break_at_their_joints_and_wide_tables_are_made_to_fit():
    name = "institutional.nash-share-cartel_with.more"
    made = latex(Table("t", "T", "", "none", (texts("a", "a", [name]),)), "c")
    assert r"\linewidth}" in made
    assert r"institutional.\allowbreak{}nash-\allowbreak{}share" in made
    columns = tuple(amounts(f"x{k}", f"heading{k}", [123456.0], 3) for k in range(12))
    assert r"\resizebox{\linewidth}" in latex(Table("t", "T", "", "none", columns), "c")


@pytest.mark.parametrize(("columns", "form"), [(1, "figure"), (2, "figure*")])
def test_a_figure_has_an_environment_with_its_caption(columns, form):
    made = figure_tex("prices", "100% of n_1", columns)
    assert f"\\begin{{{form}}}" in made
    assert f"\\end{{{form}}}" in made
    assert "{prices.pdf}" in made
    assert r"\caption{100\% of n\_1}" in made
