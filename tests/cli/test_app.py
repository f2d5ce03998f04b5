"""The table of verbs: each has help with an example, and none makes the others slow."""

from __future__ import annotations

import os
import resource
import subprocess
import sys
from collections.abc import Iterator
from typing import Any

import pytest

from agoranomos.cli.app import VERBS, command
from agoranomos.cli.entry import run_command

HEAVY = (
    "numpy",
    "pandas",
    "matplotlib",
    "pettingzoo",
    "torch",
    "transformers",
    "scipy",
    "networkx",
    "pydantic",
    "pyarrow",
)
READING = (
    *("doctor", "list", "replay", "transcript", "report", "judge", "log show", "log verify", "models list", "probe"),
    *("bundle", "reproduce calvano"),
    *(f"graph {verb}" for verb in ("lint", "check", "show", "test", "diff", "prose", "certify", "attack", "calibrate")),
)


def verbs(group: Any = None, path: tuple[str, ...] = ()) -> Iterator[tuple[str, Any]]:
    """Every verb with the words that lead to it."""
    for name, found in (group or command()).commands.items():
        if hasattr(found, "commands"):
            yield from verbs(found, (*path, name))
        else:
            yield " ".join((*path, name)), found


EVERY = dict(verbs())


@pytest.mark.parametrize("words", EVERY)
def test_every_verb_has_help_with_one_example_of_itself(words: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert run_command([*words.split(), "--help"]) == 0
    shown = capsys.readouterr().out
    assert shown.count("Example:") == 1
    assert f"Example:  agora {words}" in " ".join(shown.split()).replace("Example: ", "Example:  ")


@pytest.mark.parametrize("words", READING)
def test_every_verb_that_reads_speaks_json(words: str) -> None:
    assert any("--json" in parameter.opts for parameter in EVERY[words].params)


def test_the_reading_verbs_are_all_there() -> None:
    assert set(READING) <= set(EVERY)
    assert {words.split()[0] for words in EVERY} == set(VERBS)


def python(code: str) -> str:
    return subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout


def test_help_imports_nothing_heavy() -> None:
    code = (
        "import sys; from agoranomos.cli.entry import run_command; run_command(['--help'])\n"
        f"print([name for name in {HEAVY!r} if name in sys.modules])"
    )
    assert python(code).splitlines()[-1] == "[]"


def test_help_takes_at_most_three_times_as_long_as_importing_typer_and_rich() -> None:
    # A ratio within one run: processor time, which waiting for a busy machine does not add to, the two in turn, least
    # of seven each.
    environment = {name: value for name, value in os.environ.items() if not name.startswith("COV")}

    def seconds(code: str) -> float:
        before = resource.getrusage(resource.RUSAGE_CHILDREN)
        subprocess.run([sys.executable, "-c", code], capture_output=True, check=True, env=environment)
        after = resource.getrusage(resource.RUSAGE_CHILDREN)
        return after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime

    pairs = [
        (
            seconds("import typer, rich, rich.console"),
            seconds("from agoranomos.cli.entry import run_command; run_command(['--help'])"),
        )
        for _ in range(7)
    ]
    base, ours = (min(taken) for taken in zip(*pairs, strict=True))
    assert ours <= 3 * base
