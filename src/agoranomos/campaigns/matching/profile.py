"""An arm as it is rendered: everything that another arm could differ from it in, each part as a text."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from agoranomos.agents import RosterEntry
from agoranomos.campaigns.arm import Arm, Seated, describe, set_up
from agoranomos.campaigns.matching.giving_away import leak_parts, notice_names
from agoranomos.campaigns.matching.planted import Rendered, rendered
from agoranomos.campaigns.matching.reader import Part, moves_of, reader_parts
from agoranomos.institutions import Governed
from agoranomos.logs import MemoryLog
from agoranomos.markets import build_market
from agoranomos.models import Message, UnopenedEngine

SEATS_OBSERVED = 8
"""So many agents' observations are written out; all others' follow from the market's specification."""


@dataclass(frozen=True, slots=True)
class Figures:
    """What one arm's agents are asked, for people; sizes are characters, means over the agents that read.

    `first`, `later` are of whole prompts for a move at the first and at the last planted round; `told`, `notice` are
    what the regime put into the first. `calls` is of a decision in which every reply is usable, at the last round.
    `observes` is what agents observe, `notice_holds` what notices are filled with where anybody reads them.
    """

    readers: int
    first: float
    later: float
    told: float
    notice: float
    calls: float
    observes: tuple[str, ...]
    notice_holds: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Profile:
    """The parts of an arm, in the order in which differences are told, what sits in each seat, and its figures."""

    arm: Arm
    parts: Mapping[Part, str]
    seats: tuple[str, ...]
    figures: Figures


def profile(arm: Arm, seed: int) -> Profile:
    """The arm as rendered in its run with this seed, less the texts that its regime declares; no model is asked."""
    seen = {one.agent: one for one in rendered(arm, seed)}
    told = arm.told(seed) or ""
    entries = arm.roster.entries(len(arm.agents))
    described = _described(arm, seed) if any(not seated.model for seated in arm.agents) else {}
    parts = dict(_of_the_arm(arm, seed))
    for seated, entry in zip(arm.agents, entries, strict=True):
        if seated.model:
            parts.update(reader_parts(arm, seated, entry, seen[seated.agent], told))
        else:
            parts["policies", seated.agent, ""] = _pretty(_unregimed(described[seated.agent]))
    parts.update(leak_parts(arm, seed, seen, told))
    seats = tuple(_sits(entry, seated) for seated, entry in zip(arm.agents, entries, strict=True))
    return Profile(arm, parts, seats, _figures(arm, tuple(seen.values()), told))


def _described(arm: Arm, seed: int) -> dict[str, dict[str, Any]]:
    """Every agent's policy as entry 0 would hold it; an institution has no part in it, and takes time to bind."""
    _, agents = set_up(
        replace(arm, institution=None, switches=()),
        seed,
        MemoryLog(),
        {name: UnopenedEngine(name) for name in arm.models},
    )
    return {agent.name: json.loads(describe(agent)) for agent in agents}


def _of_the_arm(arm: Arm, seed: int) -> Iterator[tuple[Part, str]]:
    described = arm.market.described()
    stop = {key: described.pop(key, None) for key in ("rounds", "continuation")}
    described.pop("name", None)
    yield ("order", "", ""), "\n".join(seated.agent for seated in arm.agents)
    chance = stop["continuation"]
    goes_on = "" if chance is None else f", each followed by another with probability {chance}"
    yield ("rounds", "", ""), f"{stop['rounds']} rounds{goes_on}"
    yield ("market", "", ""), _pretty(described)
    governed = Governed(build_market(arm.market.drawn(seed)))
    for agent in governed.possible_agents[:SEATS_OBSERVED]:
        space = governed.observation_space(agent)
        shown = getattr(space, "spaces", {"": space})
        yield ("information.observation", agent, ""), "\n".join(f"{key}: {part}" for key, part in shown.items())


def _sits(entry: RosterEntry, seated: Seated) -> str:
    """Who sits in a seat, whichever seat it is."""
    said = {key: value for key, value in entry.model_dump(mode="json").items() if key != "count"}
    return _one_line({**said, "script": seated.script_sha256} if seated.script_sha256 else said)


def _figures(arm: Arm, seen: Sequence[Rendered], told: str) -> Figures:
    def mean(sizes: Sequence[float]) -> float:
        return sum(sizes) / len(sizes) if sizes else float("nan")

    moves = [[_content(asked.messages) for asked in moves_of(one).values()] for one in seen]
    asked = [texts for texts in moves if texts]
    head = told.strip().split("\n")[0]
    space = Governed(build_market(arm.market)).observation_space(arm.agents[0].agent)
    return Figures(
        readers=len(seen),
        first=mean([len(texts[0]) for texts in asked]),
        later=mean([len(texts[-1]) for texts in asked]),
        told=mean([len(told.strip()) if head and head in texts[0] else 0 for texts in asked]),
        notice=mean([len(one.notices[0]) for one in seen]),
        calls=mean([len(one.probe("usable", first=False).asked) for one in seen]),
        observes=tuple(getattr(space, "spaces", ())),
        notice_holds=notice_names(arm) if seen else (),
    )


def _content(messages: Sequence[Message]) -> str:
    return "\n\n".join(message.content for message in messages)


def _unregimed(description: dict[str, Any]) -> dict[str, Any]:
    """A policy's description without what it is told."""
    kept = {key: value for key, value in description.items() if key != "told"}
    if isinstance(kept.get("inner"), dict):
        kept["inner"] = _unregimed(kept["inner"])
    return kept


def _pretty(value: Any) -> str:
    return json.dumps(value, indent=1, sort_keys=True, ensure_ascii=False)


def _one_line(value: Any) -> str:
    return json.dumps(value, sort_keys=True, ensure_ascii=False)
