"""What the command prints: plain where nobody watches, and never a control character that came out of a file."""

from __future__ import annotations

import json
import os
import re
import sys
from typing import IO, TYPE_CHECKING, Any

if TYPE_CHECKING:
    from rich.console import Console
    from rich.table import Table

PLAIN_WIDTH = 160
"""Columns of a table that goes into a file or a pipe, unless COLUMNS says otherwise."""

# C0 and C1 controls, DEL, and the characters that reorder text (Unicode Bidirectional Algorithm, section 2), less
# newline and tab. Model replies and other people's logs reach the terminal, and may not command it.
_CONTROLS = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u200e\u200f\u2028-\u202e\u2066-\u2069]|[\ud800-\udfff]")


def visible(text: str) -> str:
    r"""`text` with each control character written out, such as `\x1b`; newlines and tabs stay."""
    return _CONTROLS.sub(lambda found: found.group().encode("unicode_escape").decode(), text)


def console(stream: IO[str] | None = None) -> Console:
    """A Rich console for standard output (or `stream`): no markup in what it is given, no colour without a terminal.

    Rich itself honours NO_COLOR.
    """
    from rich.console import Console

    target = stream if stream is not None else sys.stdout
    watched = target.isatty()
    width = None if watched or os.environ.get("COLUMNS") else PLAIN_WIDTH
    return Console(
        file=target, markup=False, highlight=False, emoji=False, width=width, force_terminal=None if watched else False
    )


def show(table: Table) -> None:
    """A table on standard output. Where it is too wide, cells go on in the next line, and nothing is cut off."""
    for column in table.columns:
        column.overflow = "fold"
    console().print(table)


def say(text: str = "") -> None:
    """One line (or more) on standard output."""
    print(visible(text))


def say_json(value: Any) -> None:
    """`value` as JSON on standard output: ASCII, two spaces deep, keys in the order given."""
    print(json.dumps(value, indent=2, ensure_ascii=True, allow_nan=False))


def complain(message: str, advice: str = "") -> None:
    """An error on standard error: what happened and, indented, what to do."""
    red = sys.stderr.isatty() and not os.environ.get("NO_COLOR")
    head = "\x1b[31merror:\x1b[0m" if red else "error:"
    lines = [f"{head} {visible(message)}", *(f"  {line}" for line in visible(advice).splitlines())]
    print("\n".join(lines), file=sys.stderr)
