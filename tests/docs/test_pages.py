"""The pages tell the truth: every block marked `run` is run, in order; links lead somewhere; generated pages are fresh.

A page's blocks share one folder, one shell state and one Python namespace:

    ```python run             executed
    ```yaml file=a/b.yaml     written to that file
    ```console run            lines after `$ ` are run by bash; the lines below are looked for in the output, in order,
                              with `...` for anything
"""

from __future__ import annotations

import importlib.util
import os
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType

import pytest

CHECKOUT = Path(__file__).resolve().parents[2]
PAGES = sorted([CHECKOUT / "README.md", CHECKOUT / "CONTRIBUTING.md", *(CHECKOUT / "docs").rglob("*.md")])
BLOCK = re.compile(r"^```(?P<info>\w+ (?:run|file=\S+))\n(?P<text>.*?)^```$", re.MULTILINE | re.DOTALL)


def blocks(page: Path) -> list[tuple[str, str]]:
    return [(match["info"], match["text"]) for match in BLOCK.finditer(page.read_text())]


def name(page: Path) -> str:
    return page.relative_to(CHECKOUT).as_posix()


class Shell:
    """One bash for a page: folders and variables last from block to block."""

    def __init__(self, folder: Path) -> None:
        home = folder / "home"
        environment = {
            **{k: v for k, v in os.environ.items() if not k.startswith(("AGORA_", "COV_"))},
            "PATH": f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}",
            "AGORA_HOME": str(home),
            "COLUMNS": "200",
        }
        self._state = folder / "state"
        self._state.write_text(f"cd {folder / 'work'}\n")
        (folder / "work").mkdir()
        self._environment = environment

    def run(self, command: str) -> str:
        keep = f'status=$?; {{ echo "cd $PWD"; export -p; }} > {self._state}; exit $status'
        script = f"source {self._state}\n{command}\n{keep}"
        done = subprocess.run(
            ["bash", "-c", script],
            env=self._environment,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            check=False,
        )
        assert done.returncode == 0, f"$ {command}\n{done.stdout}"
        return done.stdout


def commands(text: str) -> Iterator[tuple[str, list[str]]]:
    """Each command with the lines that should be found in its output."""
    command, expected = "", list[str]()
    for line in text.splitlines():
        if line.startswith("$ "):
            if command:
                yield command, expected
            command, expected = line[2:], []
        else:
            expected.append(line)
    yield command, expected


def look_for(expected: list[str], output: str, command: str) -> None:
    """Every expected line is found in the output, in order; blanks count as one."""
    rest = [" ".join(line.split()) for line in output.splitlines()]
    for line in expected:
        words = " ".join(line.split())
        pattern = re.escape(words).replace(re.escape("..."), ".*").replace(r".*\ ", ".*").replace(r"\ .*", ".*")
        at = next((index for index, found in enumerate(rest) if re.fullmatch(pattern, found)), None)
        assert at is not None, f"$ {command}\n{output}\nholds no line (any more): {line}"
        rest = rest[at + 1 :]


@pytest.mark.pages
@pytest.mark.parametrize("page", [page for page in PAGES if blocks(page)], ids=name)
def test_every_block_that_is_marked_runs(page: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    shell = Shell(tmp_path)
    monkeypatch.chdir(tmp_path / "work")
    monkeypatch.setenv("AGORA_HOME", str(tmp_path / "home"))
    namespace: dict[str, object] = {"__name__": "page"}
    for info, text in blocks(page):
        language, _, option = info.partition(" ")
        if option.startswith("file="):
            file = tmp_path / "work" / option.removeprefix("file=")
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_text(text)
        elif language == "python":
            exec(compile(text, name(page), "exec"), namespace)
        else:
            for command, expected in commands(text):
                look_for(expected, shell.run(command), command)


def test_a_page_that_lies_is_found(tmp_path: Path) -> None:
    shell = Shell(tmp_path)
    look_for(["one ... three"], shell.run("echo one  two   three"), "echo")
    with pytest.raises(AssertionError, match="holds no line"):
        look_for(["one ... four"], shell.run("echo one two three"), "echo")
    with pytest.raises(AssertionError, match="holds no line"):
        look_for(["b", "a"], shell.run("echo a; echo b"), "echo")
    with pytest.raises(AssertionError, match="false"):
        shell.run("false")


@pytest.mark.parametrize("page", PAGES, ids=name)
def test_links_inside_the_repository_lead_somewhere(page: Path) -> None:
    for target in re.findall(r"\]\(([^)#]+)(?:#[^)]*)?\)", page.read_text()):
        if "://" not in target:
            assert (page.parent / target).exists(), target


def generator() -> ModuleType:
    spec = importlib.util.spec_from_file_location("generate", CHECKOUT / "docs" / "generate.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


GENERATED = generator().pages()
"""Each generated page and what it should hold: made once for all its tests, because it takes seconds."""


@pytest.mark.parametrize("path", sorted(GENERATED), ids=lambda path: path.name)
def test_generated_pages_are_fresh(path: Path) -> None:
    assert path.read_text() == GENERATED[path], "stale: run make docs"


def test_every_verb_is_on_the_page() -> None:
    from agoranomos.cli.app import command

    page = (CHECKOUT / "docs" / "reference" / "commands.md").read_text()
    for words in generator().verbs(command()):
        assert f"\n## agora {' '.join(words)}\n" in page
