"""The page of commands: what `--help` prints of every verb."""

from __future__ import annotations

import io
import os
from collections.abc import Iterator
from contextlib import redirect_stdout
from typing import Any

from generating.places import GENERATED

COLUMNS = 110

COMMANDS_INTRODUCTION = """\
Exit codes: 0 fine; 1 a finding (a check failed, a log is tampered with, damaged or cannot be decided); 2 wrong usage or
an invalid file; 3 the machine failed (disk, network, GPU); 130 interrupted; 141 whoever read the output is gone.

Variables: `AGORA_HOME` is the folder of keys, models and kept calls; `NO_COLOR` turns colour off; `AGORA_TRACEBACK=1`
shows where an unexpected error came from.
"""


def commands_page() -> str:
    """docs/reference/commands.md."""
    from agoranomos.cli.app import command

    whole = command()
    parts = [f"{GENERATED}# Commands\n", COMMANDS_INTRODUCTION, f"```text\n{help_of((), whole)}\n```\n"]
    for words in verbs(whole):
        parts.append(f"## agora {' '.join(words)}\n\n```text\n{help_of(words, whole)}\n```\n")
    return "\n".join(parts)


def verbs(group: Any, path: tuple[str, ...] = ()) -> Iterator[tuple[str, ...]]:
    """The words that lead to each verb, in the order of `--help`."""
    for name, found in group.commands.items():
        if hasattr(found, "commands"):
            yield from verbs(found, (*path, name))
        else:
            yield *path, name


def help_of(words: tuple[str, ...], whole: Any) -> str:
    """What `agora WORDS --help` prints on a terminal of `COLUMNS` columns; `whole` is the command."""
    before = os.environ.get("COLUMNS")
    os.environ["COLUMNS"] = str(COLUMNS)
    printed = io.StringIO()
    try:
        with redirect_stdout(printed):
            whole.main(args=[*words, "--help"], prog_name="agora", standalone_mode=False)
    finally:
        if before is None:
            del os.environ["COLUMNS"]
        else:
            os.environ["COLUMNS"] = before
    return "\n".join(line.rstrip() for line in printed.getvalue().strip().splitlines())
