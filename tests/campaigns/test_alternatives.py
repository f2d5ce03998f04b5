"""What an option would have brought: held against runs in which the agent did just that."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

import msgspec
import numpy as np
import pytest

from agoranomos.campaigns.alternatives import Alternatives, Consequence
from agoranomos.documents import read_text
from agoranomos.errors import UsageError
from agoranomos.institutions import Governed, load_institution
from agoranomos.institutions.entries import Opened, Round, decode_entry
from agoranomos.logs import MemoryLog
from agoranomos.markets import load_market
from agoranomos.workspace import find_workspace, resolve

WORKSPACE = find_workspace(Path(__file__).parent)


def played(market: str, institution: str, plan: Sequence[Mapping[str, Sequence[float]]], seed: int = 5):
    """A run in which agents do as planned: its opening, its rounds, and every round's cases and sanctions by agent."""
    log = MemoryLog()
    law = load_institution(read_text(resolve("institutions", institution, WORKSPACE)))
    governed = Governed(load_market(market, WORKSPACE), law, log)
    governed.reset(seed)
    acts = []
    for actions in plan:
        if not governed.agents:
            break
        given = {agent: np.array(row, dtype=np.float64) for agent, row in actions.items()}
        pending = governed.clear_and_judge(given)
        governed.commit(pending)
        governed.apply(pending)
        assert pending.judgement is not None
        cases = {case.agent for case in pending.judgement.cases}
        sanctions = {sanction.agent for sanction in pending.judgement.sanctions}
        acts.append({agent: Consequence(agent in cases, agent in sanctions) for agent in given})
    bodies = [decode_entry(line).body for line in log.entries]
    opened = next(body for body in bodies if isinstance(body, Opened))
    return opened, [body for body in bodies if isinstance(body, Round)], acts


def e6(row: Sequence[float]) -> tuple[int, ...]:
    return tuple(round(value * 1_000_000) for value in row)


GAMES = {
    "prisoners-dilemma": ("dilemma-duty", [(0.0,), (1.0,)]),
    "cournot-duopoly": ("cournot-antitrust", [(60.0, 0.0), (0.0, 60.0), (46.0, 27.0), (25.0, 25.0)]),
    "cournot-duopoly-shocks": ("cournot-antitrust-hardened", [(60.0, 0.0), (0.0, 60.0), (46.0, 27.0)]),
    "commons-fishery": ("commons-ostrom", [(0.0,), (20.0,), (90.0,)]),
}


@pytest.mark.parametrize("market", GAMES)
@pytest.mark.parametrize("seed", range(3))
def test_an_option_brings_what_it_brings_where_it_is_taken(market: str, seed: int) -> None:
    institution, menu = GAMES[market]
    generator = np.random.default_rng(seed)
    agents = load_market(market, WORKSPACE).possible_agents
    rounds = 16
    # Mostly the first two options, so that institutions that look at windows have something to see.
    weights = np.array([0.5, 0.4, *[0.1 / max(len(menu) - 2, 1)] * (len(menu) - 2)])
    picks = generator.choice(len(menu), p=weights / weights.sum(), size=(rounds, len(agents)))
    plan = [{agent: menu[picks[t, k]] for k, agent in enumerate(agents)} for t in range(rounds)]
    opened, bodies, acts = played(market, institution, plan)
    alternatives = Alternatives.of(opened)
    assert alternatives is not None
    asked = {agent: [e6(row) for row in menu] for agent in agents}
    found = [alternatives.round(number, body, asked) for number, body in enumerate(bodies, 1)]
    for t, body in enumerate(bodies):
        for k, agent in enumerate(agents):
            assert found[t] is not None
            if body.actions[k] == e6(menu[picks[t, k]]):  # no suspension or cap stood in the way
                assert found[t][agent][picks[t, k]] == acts[t][agent]
    for t in {3, 9, 15} & set(range(len(bodies))):
        for agent in agents:
            for place, row in enumerate(menu):
                other = [*plan[:t], {**plan[t], agent: row}]
                _, _, then = played(market, institution, other)
                assert found[t][agent][place] == then[t][agent]
    flat = [one for each in found for rows in each.values() for one in rows]
    assert {one.accused for one in flat} == {True, False}


def test_a_run_without_an_institution_or_with_a_foreign_market_has_no_alternatives() -> None:
    opened, bodies, _ = played("prisoners-dilemma", "dilemma-duty", [{"row": (0.0,), "column": (1.0,)}])
    assert Alternatives.of(msgspec.structs.replace(opened, institution=None)) is None
    for market in ('{"type":"nothing"}', "{}", "[]", "{", '{"type":"matrix","rounds":"many"}', '{"type":"cournot"}'):
        assert Alternatives.of(msgspec.structs.replace(opened, market=market)) is None
    with pytest.raises(UsageError, match="no institution"):
        Alternatives(msgspec.structs.replace(opened, institution=None), load_market("prisoners-dilemma", WORKSPACE))
    assert bodies


def test_what_does_not_come_out_as_recorded_is_not_known() -> None:
    plan = [{"row": (1.0,), "column": (0.0,)}] * 3
    opened, bodies, _ = played("prisoners-dilemma", "dilemma-duty", plan)
    alternatives = Alternatives.of(opened)
    menus = {"row": [(0,), (1_000_000,)]}
    assert alternatives.round(1, bodies[0], menus) == {"row": (Consequence(False, False), Consequence(True, False))}
    measures = {**bodies[1].measures, "welfare_e6": 1}
    assert alternatives.round(2, msgspec.structs.replace(bodies[1], measures=measures), menus) is None
