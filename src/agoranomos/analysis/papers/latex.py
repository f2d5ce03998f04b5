"""A table as LaTeX with booktabs, and text as LaTeX: it is set as it stands, and nothing of it is a command.

Only packages of every distribution are needed: booktabs and array, graphicx for wide tables, longtable for long ones.
"""

from __future__ import annotations

import re
import textwrap
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass

from agoranomos.analysis.papers.table import Cell, Column, Table

SPECIAL = {
    "\\": r"\textbackslash{}",
    "{": r"\{",
    "}": r"\}",
    "$": r"\$",
    "&": r"\&",
    "#": r"\#",
    "%": r"\%",
    "_": r"\_",
    "~": r"\textasciitilde{}",
    "^": r"\textasciicircum{}",
    "<": r"\textless{}",
    ">": r"\textgreater{}",
    "|": r"\textbar{}",
    '"': r"\char34{}",  # no shorthand of babel
    "`": r"\char96{}",  # no ligature
    "[": "{[}",  # no option of the command before
    "]": "{]}",
    "*": "{*}",
    "−": "$-$",
    "–": r"\textendash{}",
    "“": r"\textquotedblleft{}",
    "”": r"\textquotedblright{}",
    "’": r"\textquoteright{}",
    "×": r"$\times$",
    "…": r"\ldots{}",
}
"""What these characters become; every other one of ASCII, and Latin letters with accents, stand for themselves."""

JOINED = frozenset("-,'")
"""Characters of which two make another one, unless something stands between them."""

_ACCENTS = frozenset(map(chr, (0x300, 0x301, 0x302, 0x303, 0x304, 0x306, 0x307, 0x308, 0x30A, 0x30B, 0x30C, 0x327)))


def _accented(letter: str) -> bool:
    parts = unicodedata.normalize("NFD", letter)
    return len(parts) == 2 and parts[0].isascii() and parts[1] in _ACCENTS


PLAIN = frozenset(
    {chr(code) for code in range(0x20, 0x7F)} | set(filter(_accented, map(chr, range(0xC0, 0x17F)))) | set("ßæÆøØœŒłŁ")
)
"""Characters that pdfLaTeX sets without further packages."""

LINE = 78
"""Characters of footnotesize that a line of an article holds, more or less; of scriptsize it holds `LINE_SMALL`."""

LINE_SMALL = 88

LEAST = 15.0
"""Characters that a column of words has at least."""

LONG = 40
"""Lines of print from which on a table breaks over pages."""

NAME = 18
"""Characters from which on a column of words is broken into lines."""

JOINTS = re.compile(r"(?<=[./_?=&:-])(?=.)")
"""Where long words, such as names of arms and models, may be broken."""

BELOW_TINY = r"\renewcommand{\agorabelow}[2]{\begin{tabular}[t]{@{}r@{}}#1\\#2\end{tabular}}"
BELOW = r"\providecommand{\agorabelow}[2]{\begin{tabular}[t]{@{}r@{}}#1\\{\scriptsize #2}\end{tabular}}"
"""A number with its interval in small letters below it."""


def tex(text: str) -> str:
    """The text as LaTeX sets it as it stands. White space is one blank; a character that pdfLaTeX lacks is its code."""
    made: list[str] = []
    before = ""
    for letter in " ".join(text.split()):
        if letter == before and letter in JOINED:
            made.append("{}")
        made.append(_character(letter))
        before = letter
    return "".join(made)


def _character(letter: str) -> str:
    if letter in SPECIAL:
        return SPECIAL[letter]
    return letter if letter in PLAIN else rf"\texttt{{U+{ord(letter):04X}}}"


def latex(table: Table, caption: str) -> str:
    """The table in an environment of its own, with its caption and the label `tab:NAME`."""
    lines = sum(2 if any(cell.below for cell in row) else 1 for row in table.rows)
    is_long = lines > LONG
    fit = _fit(table.columns, LINE_SMALL if is_long else LINE)
    form = "".join(fit.forms)
    rules = [r"\toprule", " & ".join(map(_heading, table.columns)) + r" \\", r"\midrule"]
    named = [rf"\caption{{{tex(caption)}}}", rf"\label{{tab:{table.name}}}"]
    body = _body(table, fit.breaks)
    space = r"\setlength{\tabcolsep}{4pt}\setlength{\belowcaptionskip}{4pt}"
    if is_long:
        start = [
            "% Packages: booktabs, array, longtable.",
            BELOW,
            r"\begingroup",
            *([r"\tiny", BELOW_TINY] if fit.too_wide else [r"\scriptsize"]),
            space,
        ]
        inside = [rf"\begin{{longtable}}{{@{{}}{form}@{{}}}}", named[0], named[1] + r"\\", *rules, r"\endfirsthead"]
        inside += [*rules, r"\endhead", r"\bottomrule", r"\endfoot", *body, r"\end{longtable}"]
        return "\n".join([*start, *inside, r"\endgroup"]) + "\n"
    tabular = [rf"\begin{{tabular}}{{@{{}}{form}@{{}}}}", *rules, *body, r"\bottomrule", r"\end{tabular}"]
    if fit.too_wide:
        tabular = [r"\resizebox{\linewidth}{!}{%", *tabular[:-1], tabular[-1] + "}"]
    needs = "booktabs, array, graphicx" if fit.too_wide else "booktabs, array"
    start = [f"% Packages: {needs}.", BELOW, r"\begin{table}[htbp]", r"\centering", space, *named, r"\footnotesize"]
    return "\n".join([*start, *tabular, r"\end{table}"]) + "\n"


def figure_tex(name: str, caption: str, columns: int) -> str:
    """The environment of a figure whose file is `NAME.pdf`, over one column or two, with the label `fig:NAME`."""
    form, size = ("figure*", r"[width=\textwidth]") if columns == 2 else ("figure", "")
    return (
        "% Packages: graphicx. Say where the files are: \\graphicspath{{report/figures/}}\n"
        f"\\begin{{{form}}}[tbp]\n\\centering\n\\includegraphics{size}{{{name}.pdf}}\n"
        f"\\caption{{{tex(caption)}}}\n\\label{{fig:{name}}}\n\\end{{{form}}}\n"
    )


@dataclass(frozen=True, slots=True)
class _Fit:
    """How columns are set, which of them are broken into lines, and whether all are too wide even so."""

    forms: tuple[str, ...]
    breaks: tuple[bool, ...]
    too_wide: bool


def _fit(columns: Sequence[Column], line: int) -> _Fit:
    """Long columns of words share what the others leave of a line."""
    widths = [_width(column) for column in columns]
    breaks = tuple(not column.is_number and width > NAME for column, width in zip(columns, widths, strict=True))
    taken = 2 * len(widths) + sum(width for width, broken in zip(widths, breaks, strict=True) if not broken)
    wanted = sum(width for width, broken in zip(widths, breaks, strict=True) if broken)
    left = line - taken
    forms = []
    for column, width, broken in zip(columns, widths, breaks, strict=True):
        share = min(max(left * width / wanted, LEAST), width + 2.0) / line if broken else 0.0
        paragraph = rf">{{\raggedright\arraybackslash}}p{{{share:.2f}\linewidth}}"
        forms.append(paragraph if broken else "r" if column.is_number else "l")
    return _Fit(tuple(forms), breaks, left < LEAST * sum(breaks))


def _width(column: Column) -> int:
    """Characters of the widest thing in the column; headings are broken at their blanks."""
    heading = max((len(word) for word in column.heading.split()), default=1)
    return max([heading, *(max(len(cell.shown), int(0.9 * len(cell.below))) for cell in column.cells)])


def _heading(column: Column) -> str:
    """The heading in lines that are no wider than they must be, flush with the column."""
    lines = textwrap.wrap(column.heading, max(min(_width(column), NAME), 9)) or [""]
    if len(lines) == 1:
        return tex(lines[0])
    stacked = r"\\".join(map(tex, lines))
    return rf"\shortstack[{'r' if column.is_number else 'l'}]{{{stacked}}}"


def _body(table: Table, breaks: Sequence[bool]) -> list[str]:
    """The rows. Words on the left that stand in the row above, too, are not said again."""
    words = next((place for place, column in enumerate(table.columns) if column.is_number), len(breaks))
    lines: list[str] = []
    before: list[str] = []
    for row in table.rows:
        named = [cell.shown for cell in row[: min(words, len(row) - 1)]]
        again = 0
        while again < len(named) and named[: again + 1] == before[: again + 1]:
            again += 1
        before = named
        shown = [_shown(cell, broken) for cell, broken in zip(row, breaks, strict=True)]
        if lines and any(cell.below for cell in row):
            lines.append(r"\addlinespace[2pt]")
        lines.append(" & ".join(["", *[""] * (again - 1), *shown[again:]] if again else shown) + r" \\")
    return lines


def _shown(cell: Cell, broken: bool) -> str:
    text = r"\allowbreak{}".join(map(tex, JOINTS.split(cell.shown))) if broken else tex(cell.shown)
    return rf"\agorabelow{{{text}}}{{{tex(cell.below)}}}" if cell.below else text
