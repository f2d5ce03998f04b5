"""The site: every page stands once in its navigation, every subject has a page, and it builds without a warning."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from docs.scripts import script

CHECKOUT = Path(__file__).resolve().parents[2]
DOCS = CHECKOUT / "docs"


hooks = script("site_hooks")
from generating import site  # noqa: E402  -- the hooks put docs/ on the path


def stems(folder: str) -> set[str]:
    return {page.stem for page in (DOCS / folder).glob("*.md")}


def test_every_page_stands_once_in_the_navigation() -> None:
    shown = sorted(site.pages_in(site.navigation((DOCS / "README.md").read_text())))
    there = sorted(page.relative_to(DOCS).as_posix() for page in DOCS.rglob("*.md"))
    assert shown == there, "list the page in a table of docs/README.md, once"


def test_what_is_listed_twice_is_found() -> None:
    readme = "## To learn\n\n| to learn | |\n|---|---|\n| a | [tutorial.md](tutorial.md) |\n| b | [x](tutorial.md) |\n"
    assert list(site.pages_in(site.navigation(readme))) == ["README.md", "tutorial.md", "tutorial.md"]


def test_every_type_of_market_and_family_of_scenarios_has_a_page() -> None:
    from agoranomos.markets import find_market_type, market_types

    kinds = {name: find_market_type(name).kind for name in market_types()}
    assert {name for name, kind in kinds.items() if kind == "scenario"} <= stems("scenarios")
    assert {name for name, kind in kinds.items() if kind == "market"} <= stems("markets")


def test_every_institution_has_a_page_and_a_drawing() -> None:
    names = {path.stem for path in (CHECKOUT / "institutions").glob("*.yaml") if ".traces" not in path.name}
    assert names == stems("institutions") - {"README"}
    assert names == {path.stem for path in (DOCS / "images" / "institutions").glob("*.svg")}


def test_llms_txt_has_a_link_that_leads_somewhere_for_every_page_but_the_first() -> None:
    text = (DOCS / "llms.txt").read_text()
    assert text.startswith("# Agoranomos\n\n> ")
    links = re.findall(r"^- \[[^]]+\]\(([^)]+)\): \S", text, re.MULTILINE)
    assert len(links) == text.count("\n- [")
    assert sorted(links) == sorted(
        page.relative_to(DOCS).as_posix() for page in DOCS.rglob("*.md") if page != DOCS / "README.md"
    )


def test_links_out_of_docs_lead_to_copies_and_others_are_left_alone(tmp_path: Path) -> None:
    page = DOCS / "how-to" / "match-arms.md"
    text = "[a](../../campaigns/cournot-placebos.yaml) [b](use-placebos.md#x) [c](https://example.org)"
    assert hooks.led_outside(text, page) == (
        "[a](../repository/campaigns/cournot-placebos.yaml) [b](use-placebos.md#x) [c](https://example.org)"
    )


def test_marks_of_blocks_become_what_the_site_reads() -> None:
    marked = (
        "```console run\n$ ls\n```\n```yaml file=a/b.yaml\na: 1\n```\n```console install\n$ ls\n```\n```text\n```\n"
    )
    assert hooks.unmarked(marked) == (
        '```console\n$ ls\n```\n```yaml title="a/b.yaml"\na: 1\n```\n```console\n$ ls\n```\n```text\n```\n'
    )


def test_a_list_after_a_paragraph_gets_its_blank_line_and_code_does_not() -> None:
    assert hooks.spaced("words\n- one\n  more\n- two\n\n```\nwords\n- no list\n```") == (
        "words\n\n- one\n  more\n- two\n\n```\nwords\n- no list\n```"
    )


@pytest.mark.pages
def test_the_site_builds_without_a_warning_and_asks_no_other_host(tmp_path: Path) -> None:
    if "docs" not in os.environ.get("AGORA_REQUIRE", "").replace(",", " ").split():
        pytest.importorskip("material", reason="pip install '.[docs]' (AGORA_REQUIRE=docs makes this a failure)")
    built = subprocess.run(
        [sys.executable, "-m", "mkdocs", "build", "--strict", "--quiet", "--site-dir", str(tmp_path / "site")],
        cwd=CHECKOUT,
        env={"PATH": "/usr/bin:/bin", "NO_MKDOCS_2_WARNING": "1", "HOME": str(tmp_path)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert built.returncode == 0, built.stderr
    assert built.stderr == ""
    for page in (tmp_path / "site").rglob("*.html"):
        text = page.read_text()
        asked = re.findall(r"<(?:script|img|iframe|source)[^>]+src=\"?(https?:[^\" >]+)", text)
        asked += re.findall(r"<link[^>]+href=\"?(https?:[^\" >]+)", text)
        assert not asked, page
    sheets = "".join(sheet.read_text() for sheet in (tmp_path / "site").rglob("*.css"))
    assert not re.findall(r"(?:url\(|@import)\s*['\"]?https?:", sheets)
    llms = (tmp_path / "site" / "llms.txt").read_text()
    assert llms == (DOCS / "llms.txt").read_text()
    for link in re.findall(r"^- \[[^]]+\]\(([^)]+)\)", llms, re.MULTILINE):
        assert (tmp_path / "site" / link).is_file()
