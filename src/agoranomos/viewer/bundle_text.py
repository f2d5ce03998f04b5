"""How a bundle writes a log's lines into a page: readable, exactly reversible, unable to end their element.

A line stands as it is, but for what would end a `<script>` element, what HTML changes when it reads (a carriage return,
NUL), what cannot be seen, and octets that are no UTF-8: of these each octet stands as `%XX`. A newline ends a line and
nothing else does. There is one way to write a line, so that whatever is written otherwise was changed afterwards;
`web/src/bundle/written.ts` reads it.
"""

from __future__ import annotations

import re

_NEVER = re.compile(
    r"[\x00-\x1f%<\x7f\x85\u2028\u2029\ufeff\ufffd\udc80-\udcff]|/(?=script)|!(?=--)", re.IGNORECASE | re.ASCII
)
"""`/` and `!` only where a changed letter before them would begin an end of the element, or a comment."""
_ESCAPE = re.compile(rb"%([0-9A-F]{2})")
ELEMENT = '<script type="text/plain" id="{}">\n{}</script>\n'
"""An element by its id and its text."""


def write_line(octets: bytes) -> str:
    """The octets of a line, without its newline, as they stand in the page."""
    return _NEVER.sub(_percent, octets.decode("utf-8", "surrogateescape"))


def _percent(match: re.Match[str]) -> str:
    return "".join(f"%{octet:02X}" for octet in match[0].encode("utf-8", "surrogateescape"))


def read_line(written: bytes) -> bytes | None:
    """The octets that were written; None for what `write_line` never writes."""
    octets = _ESCAPE.sub(lambda match: bytes((int(match[1], 16),)), written)
    return octets if write_line(octets).encode() == written else None


def write_file(content: bytes) -> str:
    """The lines of a file, each with its newline; a last line that has none ends in a lone `%`."""
    if not content:
        return ""
    *lines, last = content.split(b"\n")
    whole = "".join(f"{write_line(line)}\n" for line in lines)
    return f"{whole}{write_line(last)}%\n" if last else whole


def read_file(written: bytes, stain: bytes) -> bytes:
    """The file that was written; before a line that nobody writes stands `stain`, for whatever checks the file to see.

    Such a line must not come as it stands: `<` would be read as what `%3C` was written for.
    """
    *lines, rest = written.split(b"\n")
    if rest:  # the newline before the end of the element was changed
        lines.append(rest)
    is_open = bool(lines) and lines[-1].endswith(b"%")
    if is_open:
        lines[-1] = lines[-1][:-1]
    found = [stain + line if (octets := read_line(line)) is None else octets for line in lines]
    return b"\n".join(found) + (b"" if is_open or not found else b"\n")


def element(name: str, text: str) -> str:
    """An element of the page with this id, whose text is the lines given, each with its newline."""
    return ELEMENT.format(name, text)
