"""What MkDocs is told beyond mkdocs.yml: the navigation, files that lie outside of docs/, and how blocks are marked.

The pages are written for a reader of the repository as well. So links lead out of docs/ (to campaigns, to sources), and
code blocks say after their language whether tests run them; here both are turned into what a site needs.
"""

from __future__ import annotations

import re
import shutil
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

DOCS = Path(__file__).resolve().parent
if str(DOCS) not in sys.path:
    sys.path.insert(0, str(DOCS))

from generating.listing import heading  # noqa: E402
from generating.site import navigation  # noqa: E402

if TYPE_CHECKING:
    from mkdocs.config.defaults import MkDocsConfig
    from mkdocs.structure.files import Files
    from mkdocs.structure.pages import Page

OUTSIDE = "repository"
"""The folder of the site for files of the repository that pages link to and that lie outside of docs/."""
LINK = re.compile(r"(?P<before>!?\[[^]]*\]\()(?P<target>[^)#\s]+)(?P<after>(?:#[^)]*)?\))")
FENCE = re.compile(r"^(?P<fence> *```)(?P<language>\w+) (?P<option>run|install|file=(?P<file>\S+))$", re.MULTILINE)
ITEM = re.compile(r"(?:[-*]|\d+\.) ")


def on_config(config: MkDocsConfig) -> MkDocsConfig:
    """Read the navigation from docs/README.md."""
    config.nav = navigation((DOCS / "README.md").read_text())
    return config


def on_files(files: Files, config: MkDocsConfig) -> Files:
    """Bring along each file outside of docs/ that a page links to."""
    from mkdocs.structure.files import File

    for page in files.documentation_pages():
        for outside in outside_of(Path(page.abs_src_path or "")):
            place = f"{OUTSIDE}/{outside.relative_to(DOCS.parent).as_posix()}"
            if files.get_file_from_path(place) is None:
                files.append(File.generated(config, place, content=outside.read_bytes()))
    return files


def on_page_markdown(markdown: str, page: Page, config: MkDocsConfig, files: Files) -> str:
    """Turn links that lead outside, marks of blocks and lists without a blank line into what the site reads."""
    path = Path(page.file.abs_src_path or "")
    if page.is_homepage:
        page.meta["hide"] = ["navigation"]
    return spaced(unmarked(titled(led_outside(markdown, path), path)))


def on_post_build(config: MkDocsConfig) -> None:
    """Lay each page as Markdown beside its HTML: llms.txt leads there."""
    for page in DOCS.rglob("*.md"):
        shutil.copyfile(page, Path(config.site_dir) / page.relative_to(DOCS))


def outside_of(page: Path) -> list[Path]:
    """The files outside of docs/ that a page links to."""
    found = []
    for match in LINK.finditer(page.read_text()):
        if "://" not in match["target"]:
            target = (page.parent / match["target"]).resolve()
            if target.is_file() and not target.is_relative_to(DOCS):
                found.append(target)
    return found


def led_outside(markdown: str, page: Path) -> str:
    """Links to files outside of docs/ as links to their copies in the site."""
    outside = set(outside_of(page))

    def led(match: re.Match[str]) -> str:
        target = (page.parent / match["target"]).resolve()
        if "://" in match["target"] or target not in outside:
            return match[0]
        up = "../" * len(page.parent.relative_to(DOCS).parts)
        return f"{match['before']}{up}{OUTSIDE}/{target.relative_to(DOCS.parent).as_posix()}{match['after']}"

    return LINK.sub(led, markdown)


def titled(markdown: str, page: Path) -> str:
    """Links whose text is their path, under the title of the page that they lead to."""

    def title(match: re.Match[str]) -> str:
        target = page.parent / match["path"]
        if target.suffix != ".md" or not target.is_file():
            return match[0]
        return f"[{heading(target)}]({match['path']})"

    return re.sub(r"\[(?P<shown>[\w./-]+)\]\((?P<path>(?P=shown)(?:README\.md)?)\)", title, markdown)


def unmarked(markdown: str) -> str:
    """Blocks without the mark that tests run them; the name of a file becomes its title."""

    def plain(match: re.Match[str]) -> str:
        title = f' title="{match["file"]}"' if match["file"] else ""
        return f"{match['fence']}{match['language']}{title}"

    return FENCE.sub(plain, markdown)


def spaced(markdown: str) -> str:
    """A blank line before a list that follows a paragraph: Python-Markdown asks for it, other readers do not."""
    lines: list[str] = []
    fenced = False
    for line in markdown.split("\n"):
        fenced ^= line.lstrip().startswith("```")
        before = lines[-1] if lines else ""
        begins = ITEM.match(line) and before and not before.startswith((" ", "|", "#")) and not ITEM.match(before)
        if begins and not fenced:
            lines.append("")
        lines.append(line)
    return "\n".join(lines)


def on_startup(**_: Any) -> None:
    """Keep state between builds of one `mkdocs serve`: MkDocs loads hooks once where this exists."""
