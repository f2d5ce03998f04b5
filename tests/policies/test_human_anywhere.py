"""People in every seat of every type of market: nothing of theirs is projected, and a run can be gone on with."""

from __future__ import annotations

import json
import re
from collections import defaultdict

import pytest

from agoranomos.agents import RosterEntry
from agoranomos.campaigns.people import NOBODY, RecordedPerson, with_people
from agoranomos.campaigns.recorded import recording_of
from agoranomos.markets import load_market, market_types
from agoranomos.policies.human import Move, Situation
from policies.sitting import WORKSPACE, played, roster

ROUNDS = 6
"""Scenarios have episodes of two or three rounds."""


class Awkward:
    """People who ask for too much, for fractions, and for what they cannot pay; refused, they take what is named."""

    def __init__(self) -> None:
        self.refused: list[str] = []
        self._next: dict[tuple[str, int], int] = defaultdict(int)
        self._last: dict[str, tuple[float, ...]] = {}

    async def decide(self, situation: Situation) -> Move:
        seat = situation.agent, situation.round
        if situation.refused:
            self.refused.append(situation.refused)
        if "nearest" in situation.refused and not situation.choices:
            named = {name: float(value) for name, value in re.findall(r'"([^"]+)" at (-?[0-9.]+)', situation.refused)}
            assert named
            pairs = zip(situation.parts, self._last[situation.agent], strict=True)
            numbers = tuple(named.get(part.name, value) for part, value in pairs)
        else:
            wishes = self._wishes(situation)
            numbers = wishes[self._next[seat]]
            self._next[seat] += 1
        self._last[situation.agent] = numbers
        return Move(numbers)

    def _wishes(self, situation: Situation) -> list[tuple[float, ...]]:
        if situation.choices:
            turned = (situation.round + len(situation.agent)) % len(situation.choices)
            return [one.numbers for one in (*situation.choices[turned:], *situation.choices[:turned])]
        parts = situation.parts
        between = tuple(
            part.high if part.whole else round(part.low + (part.high - part.low) / (2 + situation.round), 6)
            for part in parts
        )
        return [
            tuple(part.high + 1 for part in parts),
            tuple(part.low + 0.5 for part in parts) if any(part.whole for part in parts) else between,
            between,
            tuple(part.high for part in parts),
            tuple(part.low for part in parts),
        ]


def _a_file_of_each_type() -> dict[str, str]:
    """A market of each type, by its file's name; of scenarios one whose agents need not write."""
    found: dict[str, str] = {}
    for path in sorted([*(WORKSPACE.root / "markets").glob("*.yaml"), *(WORKSPACE.root / "scenarios").glob("*.yaml")]):
        market = load_market(path.stem, WORKSPACE)
        if not getattr(market, "writes", False):
            found.setdefault(market.spec.type, path.stem)
    return found


FILES = _a_file_of_each_type()
MORE = (
    "bertrand-sequential",
    "commons-monitor-newcomer",
    "coordination-seeded",
    "cournot-entry",
    "public-goods-punishment",
)


@pytest.mark.parametrize("name", [*(FILES[of] for of in market_types()), *MORE])
def test_no_move_of_a_person_is_ever_projected_and_every_run_can_be_gone_on_with(name: str) -> None:
    agents = load_market(name, WORKSPACE).possible_agents
    seated = with_people(roster(*([RosterEntry(policy="nash")] * len(agents))), agents, agents, reports=False)
    whole = played(name, "", seated, Awkward(), ROUNDS)
    rounds = [json.loads(line)["body"] for line in whole if b'"kind":"round"' in line]
    assert rounds
    assert not any(body.get("projected") for body in rounds)
    assert played(name, "", seated, RecordedPerson(NOBODY, recording_of(whole, lambda _: b"")), ROUNDS) == whole
    left = recording_of(whole[: 1 + len(rounds) // 2], lambda _: b"")
    assert left.rounds == len(rounds) // 2
    assert played(name, "", seated, RecordedPerson(Awkward(), left), ROUNDS) == whole
