"""The pages tell the truth: every block marked `run` is run, in order; links lead somewhere; generated pages are fresh.

docs/blocks.py says how blocks are marked and how what they print is held against the page.
"""

from __future__ import annotations

import re
import sys
from importlib import import_module
from pathlib import Path

import pytest

from docs.scripts import script

CHECKOUT = Path(__file__).resolve().parents[2]
PAGES = sorted([CHECKOUT / "README.md", CHECKOUT / "CONTRIBUTING.md", *(CHECKOUT / "docs").rglob("*.md")])
TUTORIAL = CHECKOUT / "docs" / "tutorial.md"


blocks, generate = script("blocks"), script("generate")


def name(page: Path) -> str:
    return page.relative_to(CHECKOUT).as_posix()


def to_run(page: Path) -> bool:
    return any(not info.endswith(" install") for info, _ in blocks.blocks(page))


@pytest.mark.pages
@pytest.mark.parametrize("page", [page for page in PAGES if to_run(page)], ids=name)
def test_every_block_that_is_marked_runs(page: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The tutorial prints what it shows and nothing else; other pages may leave lines out."""
    whole = page == TUTORIAL
    shell = blocks.Shell(tmp_path, before_path=Path(sys.executable).parent, fresh=whole)
    monkeypatch.chdir(tmp_path / "work")
    monkeypatch.setenv("AGORA_HOME", str(tmp_path / "home"))
    ran = list(blocks.run_page(page, shell, tmp_path / "work", whole=whole))
    assert len(ran) == sum(
        text.count("\n$ ") + text.startswith("$ ") for info, text in blocks.blocks(page) if info == "console run"
    )


NOT_RUN = {
    "README.md": "a language model, or a campaign that another page runs small",
    "docs/explanation/compiled-judge.md": "run by tests/institutions/compiled",
    "docs/explanation/tin-men.md": "a language model",
    "docs/how-to/calibrate-a-graph.md": "minutes; tests/deterrence hold its figures",
    "docs/how-to/date-a-log.md": "an authority on the network",
    "docs/how-to/reproduce-institutional-ai.md": "large language models",
    "docs/how-to/run-a-witness.md": "a server that does not end, and another machine",
    "docs/how-to/see-a-run.md": "a server that goes on until it is interrupted",
    "docs/how-to/study-alignment-tipping.md": "a language model",
    "docs/how-to/switch-institutions.md": "a line of the block above it, otherwise",
    "docs/how-to/train-an-alignment-prior.md": "a language model, and minutes",
    "docs/how-to/train-ppo.md": "torch, and minutes",
    "docs/how-to/write-a-plug-in.md": "CI installs the plug-in and runs them",
    "docs/tutorial.md": "the viewer, which does not end",
}
"""Pages with commands or Python that are not run from the page, and why."""


def test_what_is_not_run_has_its_reason() -> None:
    unmarked = re.compile(r"^```(?:console|python)$", re.MULTILINE)
    found = {name(page) for page in PAGES if unmarked.search(page.read_text())}
    apart = {page for page in found if page.startswith(("docs/markets/", "docs/notebooks/", "docs/reference/api/"))}
    assert found - apart == set(NOT_RUN), "mark the block to be run, or say here why it is not"


def test_a_page_that_lies_is_found(tmp_path: Path) -> None:
    shell = blocks.Shell(tmp_path)
    blocks.look_for(["one ... three"], shell.run("echo one  two   three"), "echo")
    blocks.look_for(["...", "one", "..."], shell.run("echo one"), "echo")
    with pytest.raises(AssertionError, match="holds no line"):
        blocks.look_for(["one ... four"], shell.run("echo one two three"), "echo")
    with pytest.raises(AssertionError, match="holds no line"):
        blocks.look_for(["b", "a"], shell.run("echo a; echo b"), "echo")
    with pytest.raises(AssertionError, match="false"):
        shell.run("false")


@pytest.mark.parametrize(
    ("shown", "printed"),
    [
        ([], ""),
        (["a", "b ... d"], "a\nb  c d\n"),
        (["...", "b"], "a\na\nb\n"),
        (["...", "b"], "b\n"),
        (["a", "...", "b", "..."], "a\nx\ny\nb\n"),
    ],
)
def test_an_output_that_is_shown_whole_matches(shown: list[str], printed: str) -> None:
    blocks.hold_against(shown, printed, "command")


@pytest.mark.parametrize(
    ("shown", "printed"),
    [
        ([], "a\n"),
        (["a"], ""),
        (["a"], "a\nb\n"),
        (["a", "b"], "a\n"),
        (["a", "b"], "b\na\n"),
        (["...", "b"], "a\nb\nc\n"),
        (["a", "...", "c"], "a\nb\n"),
    ],
)
def test_a_line_too_many_or_too_few_is_found_where_all_is_shown(shown: list[str], printed: str) -> None:
    with pytest.raises(AssertionError):
        blocks.hold_against(shown, printed, "command")


def test_blocks_of_an_install_are_run_where_somebody_asks_for_them(tmp_path: Path) -> None:
    page = tmp_path / "page.md"
    page.write_text("```console install\n$ echo here > there\n```\n\n```console run\n$ cat there\nhere\n```\n")
    checkout = tmp_path / "checkout"
    checkout.mkdir()
    fresh = tmp_path / "fresh"
    fresh.mkdir()
    shell = blocks.Shell(fresh, first=checkout)
    with pytest.raises(AssertionError, match="there"):  # it was written in the checkout, and the page goes on at work
        list(blocks.run_page(page, shell, fresh / "work", install=True))
    assert (checkout / "there").read_text() == "here\n"


@pytest.mark.parametrize("page", PAGES, ids=name)
def test_links_inside_the_repository_lead_somewhere(page: Path) -> None:
    for target in re.findall(r"\]\(([^)#]+)(?:#[^)]*)?\)", page.read_text()):
        if "://" not in target:
            assert (page.parent / target).exists(), target


def test_generated_pages_are_fresh() -> None:
    made = generate.pages()
    stale = generate.stale(made) + generate.stale(generate.llms_page()) + generate.orphans(made)
    assert [name(path) for path in stale] == [], "stale: run make docs"


def test_every_verb_is_on_the_page() -> None:
    from agoranomos.cli.app import command

    page = (CHECKOUT / "docs" / "reference" / "commands.md").read_text()
    for words in import_module("generating.commands").verbs(command()):
        assert f"\n## agora {' '.join(words)}\n" in page
