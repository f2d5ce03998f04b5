"""The order of all pages, from the tables of docs/README.md; and llms.txt, the same for readers that are models."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from generating.listing import heading
from generating.places import DOCS

SUMMARY = (
    "A laboratory for markets of software agents under institutions: put agents into a market, put the market under an "
    "institution written down as a graph, run campaigns of seeded runs, and get an answer that a stranger can check."
)
SECTIONS = {
    "To learn": "Tutorial",
    "To do something": "How-to",
    "To look something up": "Reference",
    "To understand": "Explanation",
}
"""What the navigation calls the sections of docs/README.md (Diataxis)."""


@dataclass(frozen=True)
class Listed:
    """A page that docs/README.md lists: its path in docs/, what it says, and where."""

    path: str
    about: str
    section: str
    group: str


def listed(readme: str) -> Iterator[Listed]:
    """Every row of the tables, in order."""
    section = group = ""
    for line in readme.splitlines():
        if line.startswith("## "):
            section, group = line.removeprefix("## "), ""
        elif line.startswith("### "):
            group = line.removeprefix("### ")
        elif row := re.fullmatch(r"\| (?P<about>.+?) \| \[[^]]*\]\((?P<path>[^)#]+)\) \|", line):
            yield Listed(row["path"], row["about"], section, group)


def pages_beside(path: str) -> list[str]:
    """The other pages of the folder whose README is `path`: they stand under it."""
    folder = (DOCS / path).parent
    if not path.endswith("/README.md"):
        return []
    return [page.relative_to(DOCS).as_posix() for page in sorted(folder.glob("*.md")) if page.name != "README.md"]


def navigation(readme: str) -> list[Any]:
    """What `nav` of mkdocs.yml would hold: every page of docs/ once under its title, as docs/README.md orders them."""
    sections: dict[str, list[Any]] = {}
    groups: dict[tuple[str, str], list[Any]] = {}
    for row in listed(readme):
        section = "Decisions" if row.path.startswith("decisions/") else SECTIONS[row.section]
        place = sections.setdefault(section, [])
        if row.group:
            if (section, row.group) not in groups:
                groups[section, row.group] = []
                place.append({row.group: groups[section, row.group]})
            place = groups[section, row.group]
        beside = [{heading(DOCS / path): path} for path in pages_beside(row.path)]
        if section == "Decisions":
            place += [row.path, *beside]
        else:
            place.append({heading(DOCS / row.path): [row.path, *beside] if beside else row.path})
    return [{"Home": "README.md"}, *({name: entries} for name, entries in sections.items())]


def pages_in(entries: Any) -> Iterator[str]:
    """Every path of a navigation, in order."""
    if isinstance(entries, str):
        yield entries
    else:
        for entry in entries.values() if isinstance(entries, dict) else entries:
            yield from pages_in(entry)


def llms_txt(readme: str) -> str:
    """docs/llms.txt as llmstxt.org describes it: title, summary, and a described link a page."""
    parts = [
        f"# Agoranomos\n\n> {SUMMARY}",
        "Package `agoranomos`, command `agora`, Python 3.11 or newer, Linux, Apache-2.0.",
    ]
    named: dict[str, list[str]] = {}
    for row in listed(readme):
        lines = named.setdefault(f"{SECTIONS[row.section]}{f': {row.group}' if row.group else ''}", [])
        lines.append(f"- [{heading(DOCS / row.path)}]({row.path}): {row.about}")
        lines += [
            f"- [{heading(DOCS / path)}]({path}): {first_sentence(DOCS / path)}" for path in pages_beside(row.path)
        ]
    parts += [f"## {name}\n\n" + "\n".join(lines) for name, lines in named.items()]
    return "\n\n".join(parts) + "\n"


def first_sentence(page: Path) -> str:
    """The first sentence of a page's first paragraph of prose, without its links and emphasis."""
    for block in page.read_text().split("\n\n"):
        if not re.match(r"[#<`|!\s\-]", block):
            text = re.sub(r"\[([^]]*)\]\([^)]*\)", r"\1", " ".join(block.split())).replace("**", "").replace("*", "")
            return re.split(r"(?<=[.?!:])\s", text, maxsplit=1)[0].rstrip(":")
    return "see the page"
