"""What an agent is told about its standing, rendered from the institution's template."""

from __future__ import annotations

import re
from collections.abc import Callable, Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass

from agoranomos.randomness import named_uniforms

_REMEMBERED = 4096
_WORD = re.compile(r"\{([a-z_][a-z0-9_]*)\}")

FIXED_NAMES = (
    "agent",
    "round",
    "status",
    "guidance",
    "others",
    "rounds_left",
    "fine",
    "evidence",
    "rule",
    "institution",
    "digest",
)
"""Names that every notice template may use: the agent, the round from which the notice holds, the state's label and
guidance, the other agents with their labels, rounds until the state expires, the last round's fine, the signals that
the round's cases cite (each with its good, where it is of one), the rules they are under, and the institution's name
and digest (12 hex characters)."""


@dataclass(frozen=True, slots=True)
class Notice:
    """The notice an agent holds when it decides: from which round on, its own state, and the text it reads.

    `state_index` counts the institution's states in the order of the file, for policies that cannot read. `fine_e6` is
    what the last round's fines took, in millionths, and `announced` whether anybody told the agent so. Of a notice
    without content the state and its label are those that everybody begins with, whatever the agent's own are.
    """

    agent: str
    effective_round: int
    state: str
    state_index: int
    label: str
    text: str
    fine_e6: int = 0
    announced: bool = True


def template_names(counters: Iterable[str], parameters: Iterable[str]) -> tuple[str, ...]:
    """All names that a notice template may use."""
    return (*FIXED_NAMES, *counters, *parameters)


class NoticeTemplate:
    """A text with names in braces; nothing but these names is replaced, and no value is ever read as a template."""

    __slots__ = ("_known", "_parts")

    def __init__(self, template: str) -> None:
        self._parts = _WORD.split(template.strip("\n"))
        self._known: dict[Hashable, str] = {}

    def __repr__(self) -> str:
        return f"NoticeTemplate({self._parts!r})"

    @property
    def names(self) -> frozenset[str]:
        """The names that the text uses: nothing else can change it."""
        return frozenset(self._parts[1::2])

    @staticmethod
    def words(template: str) -> list[str]:
        """The names that the template uses, in order."""
        return _WORD.findall(template)

    def text(self, key: Hashable, values: Callable[[], Mapping[str, object]]) -> str:
        """The text for `values()`, which `key` determines: most rounds say what was said before."""
        known = self._known.get(key)
        if known is None:
            if len(self._known) >= _REMEMBERED:
                self._known.clear()
            known = self._known[key] = self.render(values())
        return known

    def render(self, values: Mapping[str, object]) -> str:
        """The text with each name replaced by its value."""
        return "".join(str(values[part]) if odd % 2 else part for odd, part in enumerate(self._parts))


@dataclass(frozen=True, slots=True)
class Wording:
    """One way to word a notice: its name, the template, and the guidance of every state."""

    name: str
    template: NoticeTemplate
    guidance: Mapping[str, str]


OWN_WORDING = "template"
"""The name of the wording that every manifest has: its template, with the guidance that stands with its states."""


def wording_of(wordings: Sequence[Wording], seed: int) -> Wording:
    """The wording of the run with this seed: the same place among as many, whatever the institution."""
    if len(wordings) == 1:
        return wordings[0]
    return wordings[int(named_uniforms(seed, "notice wording", 0, 1)[0] * len(wordings))]
