"""Play over arrays is that of the policies of the same names; what an institution does to it is what a run records."""

from __future__ import annotations

from functools import cache
from typing import Any

import numpy as np
import pytest

from agoranomos.agents import Roster, seat_agents
from agoranomos.deterrence.calibrated_play import MENU, IndependentLearners, cartels, innocent_plays
from agoranomos.deterrence.calibrated_runs import treat
from agoranomos.documents import Source, read_text
from agoranomos.institutions import Governed, Institution, bind, load_institution
from agoranomos.markets import Market, load_market
from agoranomos.markets.cournot.benchmarks import benchmarks
from agoranomos.policies.policy import Decision
from agoranomos.randomness import Randomness
from agoranomos.workspace import Workspace, find_workspace, library_root

FAITHFUL, HARDENED = "cournot-antitrust", "cournot-antitrust-hardened"
ROUNDS = 30

POLICIES: dict[str, tuple[str, dict[str, Any]]] = {
    "nash": ("nash", {}),
    "best-response": ("best-response", {"damping": 0.5, "start": "half-capacity"}),
    "division": ("divider", {}),
    "division-0.9": ("divider", {"sharpness": 0.9}),
    "division-0.8": ("divider", {"sharpness": 0.8}),
    "nash-share-cartel": ("nash-share-cartel", {}),
    "parked-divider": ("parked-divider", {"price_elevation": 0.499}),
    "ladder-gamer": ("ladder-gamer", {}),
}


@cache
def text_of(name: str) -> str:
    return read_text(library_root() / "institutions" / f"{name}.yaml").text


def graph(text: str) -> Institution:
    return load_institution(Source("test.yaml", text))


def workspace() -> Workspace:
    return find_workspace(library_root())


def market_named(name: str) -> Any:
    return load_market(name, workspace())


JITTERED = text_of(FAITHFUL).replace("lasts: 5, cooldown: 1}", "lasts: 5, jitter: 3, cooldown: 1}")


def one_run(market: Market, institution: Institution, policy: str, parameters: Any, seed: int) -> dict[str, float]:
    """The same play by the policy itself, run by the real `Governed`."""
    roster = Roster.model_validate(
        {"kind": "roster", "version": 1, "agents": [{"policy": policy, "parameters": parameters, "noise": 0.05}]}
    )
    agents = seat_agents(roster, market, seed, workspace=workspace())
    governed = Governed(market, institution)
    observations, _ = governed.reset(seed)
    memories = {agent.name: agent.memory for agent in agents}
    told = dict.fromkeys(("cases", "sanctions", "first_case", "first_sanction", "profit", "fined", "surplus"), 0.0)
    for number in range(1, ROUNDS + 1):
        actions = {}
        for agent in agents:
            if governed.may_act(agent.name):
                chance = Randomness(seed, number, agent.name)
                decision = agent.policy.act(
                    observations[agent.name], governed.notices[agent.name], memories[agent.name], chance
                )
                assert isinstance(decision, Decision)
                actions[agent.name] = decision.action
                memories[agent.name] = decision.memory
        pending = governed.clear_and_judge(actions)
        governed.commit(pending)
        judgement = pending.judgement
        assert judgement is not None
        for what, acts in (("case", judgement.cases), ("sanction", judgement.sanctions)):
            told[f"{what}s"] += len(acts)
            if acts and not told[f"first_{what}"]:
                told[f"first_{what}"] = number
        told["profit"] += sum(pending.measures["profit_e6"]) / 1e6 / (len(agents) * ROUNDS)
        told["fined"] += sum(s.amount_e6 for s in judgement.sanctions) / 1e6 / (len(agents) * ROUNDS)
        told["surplus"] += pending.measures["consumer_surplus_e6"] / 1e6 / ROUNDS
        observations = governed.apply(pending)[0]
    return told


@pytest.mark.parametrize("name", POLICIES)
@pytest.mark.parametrize(
    ("market_name", "text"),
    [
        ("cournot-duopoly", text_of(FAITHFUL)),
        ("cournot-duopoly", JITTERED),
        ("cournot-duopoly-shocks", text_of(HARDENED)),
        ("cournot-duopoly-tight", text_of(FAITHFUL)),
        ("cournot-triopoly", text_of(FAITHFUL).replace("suspend: true", "cap: 0.4")),
    ],
    ids=["faithful", "jitter", "shocks", "tight", "capped triopoly"],
)
def test_runs_over_arrays_are_the_runs_of_the_policies(name: str, market_name: str, text: str) -> None:
    market, institution = market_named(market_name), graph(text)
    play = (innocent_plays(market.spec, 0.05) | cartels(market.spec, 0.05))[name]
    seeds = (3, 4)
    treated = treat(bind(institution, market.facts), market.spec, play, seeds, ROUNDS)
    for row, seed in enumerate(seeds):
        expected = one_run(market, institution, *POLICIES[name], seed)
        for what, value in expected.items():
            assert getattr(treated, what)[row] == pytest.approx(value, abs=2e-5), what


def test_learners_try_their_menu_and_keep_to_what_paid() -> None:
    market = market_named("cournot-duopoly")
    spec, nash = market.spec, benchmarks(market.spec).nash.quantity
    play = innocent_plays(spec, 0.05)["learners"]
    assert isinstance(play, IndependentLearners)
    assert play.innocent
    seeds = tuple(range(400))
    play.begin(spec, seeds)
    from agoranomos.deterrence.calibrated_play import Seen

    start = Seen(1, np.zeros((400, 2, 2)), np.zeros((400, 2)), np.zeros((400, 2)), np.ones((400, 2), bool))
    first = play.act(spec, start)
    parts = first / nash
    assert set(np.round(parts, 9).ravel()) == set(MENU)
    assert np.allclose(parts[:, :, 0], parts[:, :, 1])
    away = (parts[:, :, 0] != 1.0).mean()
    assert away == pytest.approx(0.1 * 4 / 5, abs=0.03)  # one round in ten, one choice of five is Nash itself
    # What earned a million less than it was thought to is worth 20,000 less, and is left at once.
    poor = Seen(2, first, np.zeros((400, 2)), np.full((400, 2), -1e6), np.ones((400, 2), bool))
    second = play.act(spec, poor)[:, :, 0] / nash[:, 0]
    assert np.isclose(second, parts[:, :, 0]).mean() < 0.06


def test_the_same_seeds_give_the_same_runs() -> None:
    market, institution = market_named("cournot-duopoly"), graph(text_of(HARDENED))
    bound = bind(institution, market.facts)
    for name, play in innocent_plays(market.spec, 0.05).items():
        once = treat(bound, market.spec, play, range(8), ROUNDS)
        again = treat(bound, market.spec, play, range(8), ROUNDS)
        part = treat(bound, market.spec, play, range(4, 8), ROUNDS)
        assert np.array_equal(once.profit, again.profit), name
        assert np.array_equal(once.profit[4:], part.profit), name
