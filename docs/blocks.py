"""Marked blocks of pages: run, in order, and what they print held against what the page shows.

A page's blocks share one folder, one shell state and one Python namespace:

    ```python run             executed
    ```yaml file=a/b.yaml     written to that file
    ```console run            lines after `$ ` are run by bash; the lines below are what it prints
    ```console install        the same, in the checkout, and only where somebody asks for a fresh environment

Within a line that is shown, `...` stands for anything; blanks count as one. Pages show what they want to of an output;
the tutorial shows all of it (`whole`), and a line of its own that is `...` stands for any number of lines.

python docs/blocks.py PAGE PLACE   runs a page, install blocks too, in the empty folder PLACE; says how long it took

It needs nothing but Python itself, since it runs before anything is installed.
"""

from __future__ import annotations

import os
import re
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from types import CodeType

CHECKOUT = Path(__file__).resolve().parents[1]
BLOCK = re.compile(r"^```(?P<info>\w+ (?:run|install|file=\S+))\n(?P<text>.*?)^```$", re.MULTILINE | re.DOTALL)
WIDE, SHOWN_WHOLE = 200, 140
"""Columns of the terminal: most pages leave lines out, and a page whose outputs are shown whole has to be narrower."""
OF_TESTS = ("AGORA_", "COV_", "PYTEST_")
"""Variables of who runs the pages, which change what commands print."""
OURS = (*OF_TESTS, "PYTHON", "VIRTUAL_ENV", "XDG_")
"""Variables that a fresh environment knows nothing of."""


def blocks(page: Path) -> list[tuple[str, str]]:
    """Every marked block of a page: what stands after the three backticks, and its text."""
    return [(match["info"], match["text"]) for match in BLOCK.finditer(page.read_text())]


def commands(text: str) -> Iterator[tuple[str, list[str]]]:
    """Each command with the lines that are shown below it."""
    command, expected = "", list[str]()
    for line in text.splitlines():
        if line.startswith("$ "):
            if command:
                yield command, expected
            command, expected = line[2:], []
        else:
            expected.append(line)
    yield command, expected


class Shell:
    """One bash for a page: folders and variables last from block to block.

    Keys and kept calls lie in `folder`. A `fresh` one knows nothing of the caller's home and variables either, as
    somebody's who meets the program for the first time; it begins in `first`, and is narrower.
    """

    def __init__(
        self, folder: Path, first: Path | None = None, before_path: Path | None = None, fresh: bool = False
    ) -> None:
        self._state = folder / "state"
        self._work = folder / "work"
        for made in (self._work, folder / "home"):
            made.mkdir()
        foreign = OURS if fresh else OF_TESTS
        self._environment = {
            **{name: value for name, value in os.environ.items() if not name.startswith(foreign)},
            "HOME" if fresh else "AGORA_HOME": str(folder / "home"),
            "COLUMNS": str(SHOWN_WHOLE if fresh else WIDE),
        }
        if before_path is not None:
            self._environment["PATH"] = f"{before_path}{os.pathsep}{os.environ['PATH']}"
        self.go_to(first or self._work)

    def go_to(self, folder: Path) -> None:
        """Begin in this folder, with variables as they were."""
        before = self._state.read_text() if self._state.is_file() else ""
        self._state.write_text(f"{before}\ncd {folder}\n")

    def work(self) -> None:
        """Begin in the folder where files of blocks are written."""
        self.go_to(self._work)

    def run(self, command: str) -> str:
        """What the command prints, errors too; AssertionError where it ends with another status than 0."""
        keep = f'status=$?; {{ echo "cd $PWD"; export -p; }} > {self._state}; exit $status'
        done = subprocess.run(
            ["bash", "-c", f"source {self._state}\n{command}\n{keep}"],
            env=self._environment,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            stdin=subprocess.DEVNULL,
            text=True,
            check=False,
        )
        assert done.returncode == 0, f"$ {command}\n{done.stdout}"
        return done.stdout


def pattern(line: str) -> str:
    """A line that is shown, as a regular expression: `...` is anything, blanks count as one."""
    words = re.escape(" ".join(line.split()))
    return words.replace(re.escape("..."), ".*").replace(r".*\ ", ".*").replace(r"\ .*", ".*")


def look_for(expected: list[str], output: str, command: str) -> None:
    """Every expected line is found in the output, in order; what lies between them is not looked at.

    So a line `...` asks for nothing: a command prints its progress where it takes long, and none where it does not.
    """
    rest = [" ".join(line.split()) for line in output.splitlines()]
    for line in expected:
        if line.strip() == "...":
            continue
        shown = pattern(line)
        at = next((index for index, found in enumerate(rest) if re.fullmatch(shown, found)), None)
        assert at is not None, f"$ {command}\n{output}\nholds no line (any more): {line}"
        rest = rest[at + 1 :]


def hold_against(expected: list[str], output: str, command: str) -> None:
    """The output is what is shown, line by line, and nothing besides; a line `...` is any number of lines."""
    printed = [" ".join(line.split()) for line in output.splitlines()]
    shown = [None if line.strip() == "..." else pattern(line) for line in expected]
    reached = {0}
    for line in printed:
        reached = {after for at in _open(reached, shown) for after in _after(at, shown, line)}
        assert reached, f"$ {command}\n{output}\nis not what the page shows, from: {line}"
    assert len(shown) in _open(reached, shown), f"$ {command}\n{output}\nends before what the page shows"


def _after(at: int, shown: list[str | None], line: str) -> list[int]:
    """The places in what is shown that are reached when this line is printed at `at`."""
    if at == len(shown):
        return []
    here = shown[at]
    return [at] if here is None else [at + 1] if re.fullmatch(here, line) else []


def _open(reached: set[int], shown: list[str | None]) -> set[int]:
    """The places that are reached when lines `...` may also stand for nothing."""
    found = set(reached)
    for at in sorted(reached):
        place = at
        while place < len(shown) and shown[place] is None:
            place += 1
            found.add(place)
    return found


def run_page(
    page: Path, shell: Shell, work: Path, install: bool = False, whole: bool = False
) -> Iterator[tuple[str, str]]:
    """Run the blocks of a page in `work`; yields each command with what it printed."""
    compare = hold_against if whole else look_for
    namespace: dict[str, object] = {"__name__": "page"}
    at_work = not install
    for info, text in blocks(page):
        language, _, option = info.partition(" ")
        if option == "install" and not install:
            continue
        if option != "install" and not at_work:
            shell.work()
            at_work = True
        if option.startswith("file="):
            file = work / option.removeprefix("file=")
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_text(text)
        elif language == "python":
            exec(compile_block(text, page), namespace)
        else:
            for command, expected in commands(text):
                printed = shell.run(command)
                compare(expected, printed, command)
                yield command, printed


def compile_block(text: str, page: Path) -> CodeType:
    """A block of Python, known in tracebacks by its page."""
    return compile(text, page.relative_to(CHECKOUT).as_posix(), "exec")


def main(page: str, place: str) -> None:
    """A page as somebody meets it who has nothing: own home, own environment."""
    folder = Path(place).resolve()
    shell = Shell(folder, first=CHECKOUT, fresh=True)
    began = time.monotonic()
    try:
        for command, printed in run_page(Path(page).resolve(), shell, folder / "work", install=True, whole=True):
            print(f"{time.monotonic() - began:5.0f} s  $ {command}\n{printed}", end="", flush=True)
    except AssertionError as error:
        sys.exit(f"{page}: {error}")
    print(f"{page}: every command ran and printed what the page shows, in {time.monotonic() - began:.0f} s")


if __name__ == "__main__":
    main(*sys.argv[1:3])
