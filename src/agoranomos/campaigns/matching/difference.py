"""What two arms differ in beside their regimes, line by line."""

from __future__ import annotations

import difflib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace

from agoranomos.campaigns.aspect import ASPECTS, Aspect
from agoranomos.campaigns.matching.profile import Profile

_LAST = "prompts.template"
"""What was rendered of a template says more than the file."""

_ORDER = {aspect: place for place, aspect in enumerate(sorted(ASPECTS, key=_LAST.__eq__))}
_OF_NO_SEAT = ("information.leak",)
"""Parts of agents that do not follow from who sits in their seat."""


@dataclass(frozen=True, slots=True)
class Difference:
    """One aspect of some agents (none: of the arm) that is otherwise in the second arm.

    `lines` is a unified diff without its head, `-` for the first arm and `+` for the second; `where` says where it was
    seen first, and `more` in how many later places besides. Agents of whom the same is to be told are told of together.
    """

    aspect: Aspect
    agents: tuple[str, ...]
    where: str
    lines: tuple[str, ...]
    more: int = 0

    @property
    def place(self) -> str:
        """The aspect, the agents and where it was seen, for people."""
        of = f" of {', '.join(self.agents)}" if self.agents else ""
        where = f", {self.where}" if self.where else ""
        more = f" (and in {self.more} more places)" if self.more else ""
        return f"{self.aspect}{of}{where}{more}"


def differences(first: Profile, second: Profile) -> tuple[Difference, ...]:
    """Everything that the two arms differ in, in the order of `ASPECTS`, agent by agent.

    Where the same agents sit in other seats, that is the one difference told of them: the rest follows from it.
    """
    swapped = first.seats != second.seats and sorted(first.seats) == sorted(second.seats)
    found: dict[tuple[Aspect, str], Difference] = {}
    for part in dict.fromkeys((*first.parts, *second.parts)):
        aspect, agent, where = part
        if swapped and agent and aspect not in _OF_NO_SEAT:
            continue
        one, other = first.parts.get(part), second.parts.get(part)
        if one == other or (aspect == "prompts.later" and (one is None or other is None)):
            continue  # A shorter run has no later prompts: the rounds tell.
        known = found.get((aspect, agent))
        if known is None:
            found[aspect, agent] = Difference(aspect, (agent,) if agent else (), where, _diff(one, other))
        else:
            found[aspect, agent] = replace(known, more=known.more + 1)
    every = list(found.values())
    if swapped:
        lines = _diff("\n".join(first.seats), "\n".join(second.seats))
        every.append(Difference("order", (), "who sits in them", lines))
    return tuple(sorted(_together(every), key=lambda one: _ORDER[one.aspect]))


def _together(found: Iterable[Difference]) -> Iterator[Difference]:
    """Those of whom the same is to be told as one."""
    agents: dict[Difference, list[str]] = {}
    for one in found:
        agents.setdefault(replace(one, agents=()), []).extend(one.agents)
    for one, named in agents.items():
        yield replace(one, agents=tuple(named))


def _diff(first: str | None, second: str | None) -> tuple[str, ...]:
    """A unified diff with one line around each change, its head left out."""
    one, other = ((text or "").split("\n") if text else [] for text in (first, second))
    return tuple(list(difflib.unified_diff(one, other, lineterm="", n=1))[2:])


def aspects_of(found: Iterable[Difference]) -> list[Aspect]:
    """The aspects of these differences, each once, in order."""
    return sorted({one.aspect for one in found}, key=_ORDER.__getitem__)
