"""The styles of mocks: what follows `mock/`, one line each."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from agoranomos.errors import UsageError, nearest, unknown_name
from agoranomos.models.failures import FailureKind
from agoranomos.models.mock.drawn import Constant, Drawn
from agoranomos.models.mock.options import MockOptions
from agoranomos.models.mock.ruled import Noisy, Ruled
from agoranomos.models.mock.script import Scripted
from agoranomos.models.mock.style import Style

ANY_STYLE = ("delay_ms", "spread")
"""Options that every style takes."""


@dataclass(frozen=True, slots=True)
class ListedStyle:
    """A style by name: what it does, the options that it takes besides `ANY_STYLE`, how it is made.

    `failure` is how its calls fail unless an option says otherwise, empty where they do not; `delay_ms` is how long
    they take. With `verbatim`, a text is said as it stands, whatever was asked for.
    """

    title: str
    make: Callable[[MockOptions, Path], Style]
    options: tuple[str, ...] = ()
    failure: FailureKind | Literal[""] = ""
    delay_ms: float = 0.0
    verbatim: bool = False


def script_path(options: MockOptions, folder: Path) -> Path:
    """Where the script lies that the options name; relative to `folder`."""
    return folder / Path(options.replies).expanduser()


def _script(options: MockOptions, folder: Path) -> Style:
    return Scripted.read(script_path(options, folder))


STYLES: dict[str, ListedStyle] = {
    "valid": ListedStyle("replies drawn from the seed that satisfy the schema", lambda *_: Drawn()),
    "constant": ListedStyle("the same plain reply each time", lambda *_: Constant()),
    "scripted": ListedStyle("replies from a file, by agent and round", _script, ("replies",), verbatim=True),
    "nash": ListedStyle("plays the one-shot equilibrium of its market", lambda *_: Ruled("nash")),
    "best-response": ListedStyle("answers what the others did last", lambda *_: Ruled("best-response")),
    "colluder": ListedStyle("plays its part of the joint optimum", lambda *_: Ruled("colluder")),
    "noisy": ListedStyle(
        "plays a rule with noise on its numbers", lambda options, _: Noisy(options.around, options.sd), ("around", "sd")
    ),
    "slow": ListedStyle("valid replies after a second, as a server would", lambda *_: Drawn(), delay_ms=1000.0),
    "malformed": ListedStyle("replies that break off", lambda *_: Drawn(), ("rate",), failure="invalid"),
    "failing": ListedStyle("calls that fail", lambda *_: Drawn(), ("rate", "failure"), failure="error"),
}


def find_style(name: str) -> ListedStyle:
    """The style of this name; raises `UsageError` with the nearest one."""
    if name not in STYLES:
        raise unknown_name("model", f"mock/{name}", [f"mock/{style}" for style in STYLES])
    return STYLES[name]


def check_options(name: str, options: MockOptions) -> None:
    """Raise `UsageError` for an option that means nothing to the style `name`, or for one that it lacks."""
    allowed = (*ANY_STYLE, *find_style(name).options)
    for option in sorted(options.model_fields_set - set(allowed)):
        raise UsageError(f"mock/{name} has no option {option!r}", advice=nearest(option, allowed))
    if name == "scripted" and not options.replies:
        raise UsageError("mock/scripted needs a file of replies", advice="Write: mock/scripted?replies=FILE")
