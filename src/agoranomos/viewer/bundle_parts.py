"""Takes a bundle apart as strictly as it is put together: the page, and behind its script each element once, in order.

A browser finds an element wherever HTML allows one. Were the program to look for it in any other way, one file could
show one log and have another verified; so there is one place where the log may stand, and nothing else may stand there.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass

from agoranomos.logs.faults import LogFault
from agoranomos.viewer.bundle_text import ELEMENT

COMMENT = (
    "<!-- The log of a run, as text: the files of its folder, one entry a line. Octets that cannot stand in a page\n"
    "are written as %XX. `agora log verify` checks this file as it checks a folder. Drawings, and what the page says\n"
    "of itself in `about`, were made by the program and are no part of the log. -->\n"
)
"""Where the page ends and the log begins."""
NAMES = (
    "about",
    "log.vkey",
    "certificate",
    "checkpoint",
    "checkpoints",
    "leaves",
    "entries",
    "drawings",
    "blobs",
    "prompts",
)
"""The elements in their order. `checkpoints` is there where the last one is not the only one."""
_OPTIONAL = "checkpoints"
_BESIDE_THE_LOG = ("about", "drawings", "prompts")
_BEGIN = {name: ELEMENT.format(name, "").partition("</")[0].encode() for name in NAMES}
_END = b"</script>\n"
_ENDS = re.compile(rb"</script[\s/>]", re.IGNORECASE)
_NAMED = re.compile(
    rb"""\bid\s*=\s*["']?\s*(%b)(?=["'\s/>])""" % b"|".join(re.escape(name.encode()) for name in NAMES), re.I
)
_TAIL = re.compile(rb"\s*(</body>\s*</html>\s*)?")
_SHOWN = 60


@dataclass(frozen=True, slots=True)
class Parts:
    """The page before the log, the texts of the elements by name, and the page after it."""

    front: bytes
    texts: Mapping[str, bytes]
    tail: bytes


def is_bundle(page: bytes) -> bool:
    """Whether a file is to be read as a bundle, well made or not."""
    return any(_BEGIN[name].rstrip() in page for name in ("log.vkey", "entries"))


def parts_of(page: bytes) -> Parts:
    """The parts of a bundle; raises `LogFault` (damaged) for a file that no program wrote like this."""
    front, begins, data = page.partition(COMMENT.encode())
    if not begins or begins in data:
        raise LogFault(
            "damaged", f"the line that says where the log begins stands {'in it twice' if begins else 'nowhere'}"
        )
    if (named := _NAMED.search(front)) is not None:
        raise LogFault("damaged", f"an element `{named[1].decode().lower()}` stands before the log begins")
    texts: dict[str, bytes] = {}
    at = 0
    for name in NAMES:
        if data.startswith(_BEGIN[name], at):
            texts[name], at = _text(data, at + len(_BEGIN[name]), name)
        elif name != _OPTIONAL:
            raise LogFault("damaged", f"the element `{name}` was expected, and there stands {_shown(data[at:])}")
    tail = data[at:]
    if _TAIL.fullmatch(tail) is None:
        raise LogFault("damaged", f"behind the last element stands {_shown(tail)}")
    return Parts(front, texts, tail)


def _text(data: bytes, at: int, name: str) -> tuple[bytes, int]:
    """The text of the element that begins at `at`, as HTML would end it, and where the next one begins."""
    found = _ENDS.search(data, at)
    if found is None or not data.startswith(_END, found.start()):
        raise LogFault("damaged", f"the element `{name}` does not end as it was written")
    text = data[at : found.start()]
    if name in _BESIDE_THE_LOG and b"<" in text:
        raise LogFault("damaged", f"the element `{name}` holds a `<`, which a page may take for more than text")
    return text, found.start() + len(_END)


def _shown(octets: bytes) -> str:
    if not octets:
        return "nothing"
    return ascii(octets[:_SHOWN].decode("utf-8", "replace")) + ("..." if len(octets) > _SHOWN else "")
