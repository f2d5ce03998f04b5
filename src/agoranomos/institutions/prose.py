"""What an institution says of itself, all from its manifest: public notice, constitution, tables, diagram.

Every number in it is a value of the manifest, and knows which.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass

from agoranomos.errors import UsageError, unknown_name
from agoranomos.institutions.edge_words import printable
from agoranomos.institutions.institution import Institution
from agoranomos.institutions.prose_notice import constitution, notice
from agoranomos.institutions.prose_paper import as_dot, as_latex, as_markdown, as_mermaid, tables
from agoranomos.institutions.prose_rules import states_a_number
from agoranomos.institutions.prose_text import Number, Path, Told, numbers_of, rendered
from agoranomos.markets.facts import MarketFacts

STYLES: dict[str, tuple[str, ...]] = {
    "notice": ("markdown",),
    "constitution": ("markdown",),
    "paper": ("markdown", "latex"),
    "diagram": ("mermaid", "dot"),
}
"""The forms, each with what it can be written in; the first is the default."""


@dataclass(frozen=True, slots=True)
class Prose:
    """A text with the origin of its numbers."""

    form: str
    style: str
    lines: tuple[Told, ...]

    @property
    def text(self) -> str:
        """The text as it is printed."""
        escape = _ESCAPES[self.style]
        return "\n".join(rendered(line, escape) for line in self.lines) + "\n"

    @property
    def numbers(self) -> list[Number]:
        """Its numbers in order."""
        return numbers_of(self.lines)


def prose(
    institution: Institution,
    form: str,
    style: str | None = None,
    *,
    facts: MarketFacts | None = None,
    with_penalties: bool = False,
) -> Prose:
    """An institution in words; with the `facts` of a market in that market's words.

    Raises `UsageError` for an unknown form or style, and for a constitution of an institution without duties.
    """
    if form not in STYLES:
        raise unknown_name("form", form, STYLES)
    chosen = style if style is not None else STYLES[form][0]
    if chosen not in STYLES[form]:
        raise unknown_name(f"style of a {form}", chosen, STYLES[form])
    if with_penalties and form != "constitution":
        raise UsageError("penalties are left out of a constitution only", advice="Use it with --form constitution.")
    if form == "notice":
        lines = notice(institution, facts)
    elif form == "constitution":
        lines = constitution(institution, facts, with_penalties=with_penalties)
    elif form == "paper":
        lines = (as_latex if chosen == "latex" else as_markdown)(tables(institution, facts))
    else:
        lines = (as_dot if chosen == "dot" else as_mermaid)(institution)
    return Prose(form, chosen, tuple(lines))


@dataclass(frozen=True, slots=True)
class StatedByHand:
    """A text of the manifest that gives a number in its own words: if the value changes, the text does not."""

    path: Path
    text: str


def stated_by_hand(institution: Institution) -> tuple[StatedByHand, ...]:
    """The texts that agents may read and that state numbers themselves: guidance, rules, the notice's template."""
    manifest = institution.manifest
    texts: list[tuple[Path, str]] = []
    for name, state in manifest.states.items():
        texts += [(("states", name, "label"), state.label), (("states", name, "guidance"), state.guidance)]
    for name, rule in manifest.rules.items():
        for key in ("attribute", "aim", "object", "condition", "or_else"):
            texts.append((("rules", name, key), getattr(rule, key)))
    if manifest.notices is not None:
        texts.append((("notices", "template"), manifest.notices.template))
    return tuple(StatedByHand(path, text) for path, text in texts if states_a_number(text))


def _in_markdown(text: str) -> str:
    return printable(text).replace("|", r"\|")


_LATEX = {
    "\\": r"\textbackslash{}",
    "~": r"\textasciitilde{}",
    "^": r"\textasciicircum{}",
    "<": r"\textless{}",
    ">": r"\textgreater{}",
    "`": r"\textasciigrave{}",
    "|": r"\textbar{}",
    **{sign: "\\" + sign for sign in "&%$#_{}"},
}


def _in_latex(text: str) -> str:
    return re.sub(r"[\\~^<>`|&%$#_{}]", lambda found: _LATEX[found.group()], printable(text))


def _in_quotes(text: str) -> str:
    """For a label of Mermaid, where `#` begins a character and a quotation mark ends the label."""
    return printable(text).replace("#", "#35;").replace('"', "#quot;")


def _in_dot(text: str) -> str:
    return printable(text).replace("\\", "\\\\").replace('"', '\\"')


_ESCAPES: dict[str, Callable[[str], str]] = {
    "markdown": _in_markdown,
    "latex": _in_latex,
    "mermaid": _in_quotes,
    "dot": _in_dot,
}
