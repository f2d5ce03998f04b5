"""The deviation probe tells collusion from merely high prices."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from agoranomos.agents import Agent, Roster, RosterEntry, seat_agents
from agoranomos.agents.roster import resolve_roster
from agoranomos.documents import read_text
from agoranomos.errors import MachineError, UsageError
from agoranomos.institutions import Governed, load_institution
from agoranomos.learning.deviation_probe import BEFORE, Horizon, Probe, probe, rounds_needed
from agoranomos.learning.probe_export import draw_probe, probe_as_json
from agoranomos.learning.probe_play import play_rounds
from agoranomos.learning.probe_verdict import verdict_of
from agoranomos.learning.q_learning import QLearning, game_of
from agoranomos.learning.session_runs import sessions
from agoranomos.markets import bertrand_v0, cournot_v0, leniency_cartel_v0, load_market
from agoranomos.markets.market import Market
from agoranomos.policies import Decision, Policy
from agoranomos.randomness import Randomness
from agoranomos.workspace import find_workspace, resolve
from institutions.playing import doors

WORKSPACE = find_workspace()
SHORT = Horizon(after=40)


def seating(market: Market, policy: str, parameters: dict[str, Any] | None = None, noise: float = 0.0) -> Any:
    entry = RosterEntry(policy=policy, parameters=parameters or {}, noise=noise)
    roster = resolve_roster(Roster(kind="roster", version=1, agents=(entry,)), WORKSPACE)
    return lambda seed: seat_agents(roster, market, seed, workspace=WORKSPACE)


def probed(market: Market, policy: str, parameters: dict[str, Any] | None = None, **options: Any) -> Probe:
    return probe(market, seating(market, policy, parameters), **{"horizon": SHORT, **options})


MARKETS: dict[str, Callable[..., Market]] = {
    "prices": partial(bertrand_v0.parallel_env, rounds=rounds_needed(SHORT)),
    "quantities": partial(cournot_v0.parallel_env, rounds=rounds_needed(SHORT)),
}


@pytest.mark.parametrize("market", MARKETS)
@pytest.mark.parametrize(
    ("policy", "word", "returned"),
    [
        ("nash", "competitive", 1.0),
        ("benchmark", "merely high", 1.0),
        ("grim-trigger", "collusive", 0.0),
        ("punish-and-return", "collusive", 1.0),
    ],
)
def test_scripted_play_is_told_apart(market: str, policy: str, word: str, returned: float) -> None:
    found = probed(MARKETS[market](), policy)
    assert found.verdict.word == word
    assert found.mean("returned") == returned
    assert found.mean("steady") == 1.0
    assert found.mean("reacted") == (1.0 if word == "collusive" else 0.0)
    assert len(found.deviations) == 2


def test_a_grim_triggers_loss_is_what_the_formula_says() -> None:
    market = MARKETS["prices"]()
    found = probed(market, "grim-trigger", deviators=["firm_2"]).deviations[0]
    stage = market.game()
    high, low = (
        np.stack([market.play(name, agent, {}) for agent in market.facts.agents]) for name in ("monopoly", "nash")
    )
    undercut = high.copy()
    undercut[1] = stage.menus[1][stage.best_reply(1, high)]
    own = [float(stage.payoffs(actions)[1]) for actions in (high, undercut, low)]
    assert found.agent == "firm_2"
    assert found.gain == pytest.approx(own[1] / own[0] - 1.0)
    weights = sum(0.95**k for k in range(1, SHORT.after + 1))
    assert found.loss == pytest.approx((1.0 - own[2] / own[0]) * weights)
    assert found.net == pytest.approx(found.gain - found.loss)
    assert found.own[:BEFORE].tolist() == pytest.approx([1.0] * BEFORE)
    assert found.own[BEFORE] == pytest.approx(1.0 + found.gain)
    assert found.price[BEFORE] < found.price[0] == 1.0
    assert found.price[-1] < found.price[BEFORE]


@dataclass(frozen=True)
class Trained(Policy[None]):
    """Plays the best known action of a trained learner."""

    market: Market
    agent: str
    index: int
    greedy: Any
    joint: int

    def start(self) -> None:
        return None

    def act(self, observation: Any, notice: Any, memory: None, randomness: Any) -> Decision[None]:
        stage = self.market.game()
        seen = self.market.seen(self.agent, observation)
        joint = self.joint
        if seen is not None:
            joint = 0
            for i, row in enumerate(seen):
                joint = joint * len(stage.menus[i]) + stage.nearest(i, row)
        return Decision(stage.menus[self.index][self.greedy[joint, self.index]], None)

    def describe(self) -> dict[str, Any]:
        return {"policy": "trained"}


def test_calvanos_learners_punish_and_return() -> None:
    market = MARKETS["prices"]()
    verdicts = []
    for _, learned in sessions(game_of(market.game()), QLearning(), 1, range(6), workers=2):
        seated = [
            Agent(name, Trained(market, name, i, learned.greedy, learned.joint), None)
            for i, name in enumerate(market.facts.agents)
        ]
        found = probe(market, lambda _, seated=seated: seated, horizon=SHORT)
        assert found.mean("steady") == 1.0
        verdicts.append((found.verdict.word, found.mean("returned")))
    assert verdicts.count(("collusive", 1.0)) >= 4


def test_noise_is_averaged_over_seeds_and_said_to_be_unsteady() -> None:
    market = cournot_v0.parallel_env(rounds=60)
    horizon = Horizon(at=12, after=20)
    found = probe(market, seating(market, "divider", noise=0.02), seeds=range(3), horizon=horizon)
    assert len(found.deviations) == 6
    assert found.mean("steady") == 0.0
    assert {one.round for one in found.deviations} == {12}
    assert found.verdict.word == "merely high"


def test_where_a_round_is_no_game_a_benchmark_is_played_instead() -> None:
    from agoranomos.markets import commons_v0

    market = commons_v0.parallel_env(rounds=40)
    horizon = Horizon(at=8, after=12)
    found = probe(market, seating(market, "nash"), horizon=horizon)
    assert found.verdict.word == "competitive"
    assert found.mean("gain") == pytest.approx(0.0, abs=1e-9)  # who plays Nash already does nothing else


def test_a_named_benchmark_is_played_instead_of_the_best_reply() -> None:
    market = MARKETS["quantities"]()
    horizon = Horizon(at=8, after=12)
    best, nash = (probed(market, "divider", horizon=horizon, instead=name) for name in (None, "nash"))
    assert best.mean("gain") > nash.mean("gain") > 0.0
    refused("benchmark", market, horizon=horizon, instead="kindness")


def test_runs_that_went_different_ways_are_counted_one_by_one() -> None:
    """A grim trigger whose hand trembles has broken down in some runs and not in others."""
    market = bertrand_v0.parallel_env(rounds=60)
    entry = RosterEntry(policy="grim-trigger", tremble=0.02)
    roster = resolve_roster(Roster(kind="roster", version=1, agents=(entry,)), WORKSPACE)
    found = probe(
        market,
        lambda seed: seat_agents(roster, market, seed, workspace=WORKSPACE),
        seeds=range(8),
        deviators=["firm_1"],
        horizon=Horizon(at=20, after=30),
    )
    assert sum(found.verdicts.values()) == 8
    assert {"competitive", "collusive"} <= set(found.verdicts)
    assert probe_as_json(found)["verdicts"] == found.verdicts


@pytest.mark.parametrize(
    "name",
    [
        "bertrand-calvano",
        "bertrand-investment",
        "commons-logistic",
        "cournot-duopoly-shocks",
        "cournot-entry",
        "procurement-second-price",
        "public-goods-punishment",
    ],
)
def test_nash_play_is_no_higher_than_nash_in_any_kind_of_round(name: str) -> None:
    """Where demand and costs are drawn, firms enter, a stock runs down, or every other stage earns nothing."""
    market = load_market(name, WORKSPACE)
    found = probe(market, seating(market, "nash"), deviators=market.facts.agents[:1], horizon=Horizon(at=12, after=8))
    assert found.mean("elevation") == pytest.approx(0.0, abs=1e-9)
    assert found.verdict.word == "competitive"


def test_cooperation_is_high_also_where_every_other_stage_earns_nothing() -> None:
    market = load_market("public-goods-punishment", WORKSPACE)
    found = probed(market, "benchmark", {"name": "efficient"}, deviators=["member_1"], horizon=Horizon(at=13, after=7))
    assert found.mean("elevation") == pytest.approx(1.0)
    assert found.verdict.word == "merely high"


class Cycling(Policy[int]):
    """Goes through its prices again and again, whatever the others do."""

    def __init__(self, prices: list[int]) -> None:
        self.prices = prices

    def start(self) -> int:
        return 0

    def act(self, observation: Any, notice: Any, memory: int, randomness: Any) -> Decision[int]:
        return Decision(np.array([float(self.prices[memory % len(self.prices)])]), memory + 1)

    def describe(self) -> dict[str, Any]:
        return {"policy": "cycling"}


@pytest.mark.parametrize("high", [5, 15])
def test_how_high_a_cycle_is_does_not_depend_on_where_in_it_the_deviation_comes(high: int) -> None:
    market = bertrand_v0.parallel_env(rounds=200)
    prices = [13] * high + [3] * high
    seated = [Agent(name, Cycling(prices), 0) for name in market.facts.agents]
    found = [
        probe(market, lambda _: seated, horizon=Horizon(at=at, after=60)).deviations[0]
        for at in range(4 * high + 1, 6 * high + 1, 3)
    ]
    assert all(one.steady and one.returned and not one.reacted for one in found)
    assert max(one.elevation for one in found) == pytest.approx(min(one.elevation for one in found))
    assert 0.2 < found[0].elevation < 0.8


def test_an_edgeworth_cycle_is_found_to_be_one() -> None:
    found = probed(MARKETS["prices"](), "edgeworth")
    assert found.mean("steady") == 1.0
    assert found.deviations[0].round < 60
    assert 0.4 < found.mean("elevation") < 0.7


def test_who_is_not_tempted_says_nothing_where_others_are() -> None:
    """In a rotation the one whose turn it is plays its best reply already; the other could take it all, unpunished."""
    market = MARKETS["prices"]()
    for deviators in (["firm_1", "firm_2"], ["firm_2", "firm_1"]):
        found = probed(market, "rotation", deviators=deviators)
        assert found.verdicts == {"untempted": 1, "merely high": 1}
        assert found.verdict.word == "merely high"
    assert probed(market, "rotation", deviators=["firm_1"]).verdict.word == "untempted"


def test_of_two_verdicts_as_common_the_milder_counts_whoever_deviates_first() -> None:
    """One firm punishes and the other does not, so that the one that punishes can undercut for nothing."""
    market = MARKETS["prices"]()
    entries = RosterEntry(policy="grim-trigger"), RosterEntry(policy="benchmark")
    roster = resolve_roster(Roster(kind="roster", version=1, agents=entries), WORKSPACE)

    def seat(seed: int) -> Any:
        return seat_agents(roster, market, seed, workspace=WORKSPACE)

    for deviators in (["firm_1", "firm_2"], ["firm_2", "firm_1"]):
        found = probe(market, seat, deviators=deviators, horizon=SHORT)
        assert set(found.verdicts) == {"merely high", "collusive"}
        assert found.verdict.word == "merely high"


def test_what_agents_say_is_heard() -> None:
    """Heralds are high while they hear each other; nobody punishes."""
    market = cournot_v0.parallel_env(rounds=60, talk={"characters": 200})
    found = probed(market, "herald", horizon=Horizon(at=20, after=10))
    assert found.mean("elevation") == pytest.approx(1.0)
    assert found.verdict.word == "merely high"


def test_who_comes_forward_is_heard() -> None:
    """What the probe plays is what a loop with reports plays."""
    institution = load_institution(read_text(resolve("institutions", "leniency-programme", WORKSPACE)))
    market = leniency_cartel_v0.parallel_env(rounds=40)
    agents = seating(market, "cartel-with-report")(1)
    played = play_rounds(market, agents, 1, 30, institution=institution)
    governed = Governed(market, institution, reporting=True)
    observations, _ = governed.reset(seed=1)
    reported, fined = 0, 0.0
    for t in range(30):
        chosen = {}
        for agent in agents:
            seen = observations[agent.name], governed.notices[agent.name], None
            decision = agent.policy.act(*seen, Randomness(1, t + 1, agent.name))
            chosen[agent.name] = {"action": decision.action, "report": int(decision.report)}
            reported += decision.report
        observations, rewards, _, _, infos = governed.step(chosen)
        fined += sum(infos[agent.name]["fine"] for agent in agents)
        assert [rewards[agent.name] for agent in agents] == played.rewards[t].tolist()
    assert reported
    assert fined


def test_play_that_never_repeats_is_probed_after_the_search() -> None:
    market = MARKETS["quantities"]()
    found = probe(market, seating(market, "nash", noise=0.01), deviators=["firm_1"], horizon=SHORT)
    assert found.deviations[0].round == 301
    assert not found.deviations[0].steady


def test_an_institution_can_take_what_a_cartel_earns() -> None:
    institution = load_institution(read_text(resolve("institutions", "bertrand-audit", WORKSPACE)))
    found = probed(MARKETS["prices"](), "benchmark", institution=institution)
    assert found.institution == "bertrand-audit"
    assert found.verdict.word == "merely high"
    own = probed(MARKETS["prices"](), "benchmark")
    assert found.mean("gain") != own.mean("gain")  # fines count


@pytest.mark.parametrize(
    ("values", "word"),
    [
        ({"elevation": 0.1}, "competitive"),
        ({"gain": 0.0}, "untempted"),
        ({"reacted": 0.4}, "merely high"),
        ({"loss": 0.0}, "merely high"),
        ({"loss": 0.1}, "punished too little"),
        ({}, "collusive"),
        ({"returned": 0.0}, "collusive"),
    ],
)
def test_the_verdict_by_cases(values: dict[str, float], word: str) -> None:
    known = {"elevation": 0.9, "gain": 0.2, "loss": 0.5, "reacted": 1.0, "returned": 1.0, **values}
    verdict = verdict_of(**known)
    assert verdict.word == word
    assert verdict.sentence.endswith(".")
    assert ("does not return" in verdict.sentence) == (known["returned"] == 0.0)


def refused(why: str, market: Market, agents: Any = None, **options: Any) -> None:
    with pytest.raises(UsageError, match=why):
        probe(market, agents or seating(market, "nash"), **{"horizon": SHORT, **options})


def test_what_cannot_be_probed_is_refused_with_the_reason() -> None:
    market = MARKETS["quantities"]()
    refused("firm_3", market, deviators=["firm_3"])
    refused("ended after 50 rounds", cournot_v0.parallel_env(rounds=50))
    refused("pays no more at the joint optimum", cournot_v0.parallel_env(marginal_cost=((40.0,),), rounds=400))
    with pytest.raises(UsageError, match="at least 5 rounds come before"):
        Horizon(at=5)
    with pytest.raises(UsageError, match="at least 5 were expected"):
        Horizon(after=4)
    with pytest.raises(UsageError, match="discount of 1"):
        Horizon(discount=1.0)

    class Bare(cournot_v0.Cournot):
        def __init__(self) -> None:
            super().__init__(cournot_v0.CournotSpec(name="bare"))
            self.facts.benchmarks.pop("nash")

    refused("no Nash benchmark", Bare(), lambda _: [])


def test_who_is_suspended_cannot_deviate() -> None:
    institution = doors(2)
    market = MARKETS["quantities"]()
    refused("suspended in round 8", market, institution=institution, horizon=Horizon(at=8, after=5))
    open_again = probed(market, "divider", institution=institution, horizon=Horizon(at=7, after=6))
    assert open_again.deviations[0].round == 7


def test_policies_that_must_be_waited_for_are() -> None:
    class Slow(Trained):
        async def act(self, *situation: Any) -> Decision[None]:  # type: ignore[override]
            return Trained.act(self, *situation)

    market = bertrand_v0.parallel_env(rounds=8)
    greedy = np.full((225, 2), 7)
    seated = [Agent(n, Slow(market, n, i, greedy, 0), None) for i, n in enumerate(market.facts.agents)]
    played = play_rounds(market, seated, 0, 8)
    assert played.actions[3] == (np.array([7.0]), np.array([7.0]))


def test_export(tmp_path: Path) -> None:
    found = probed(MARKETS["prices"](), "punish-and-return")
    told = probe_as_json(found)
    assert told["verdict"] == "collusive"
    assert told["share_unprofitable"] == 1.0
    assert len(told["paths"]["own"]) == len(told["rounds"]) == BEFORE + 1 + SHORT.after
    assert told["net"] == pytest.approx(told["gain_in_its_round"] - told["discounted_loss_after"])
    for kind in ("png", "svg"):
        draw_probe(found, tmp_path / "new" / f"probe.{kind}")
        first = (tmp_path / "new" / f"probe.{kind}").read_bytes()
        draw_probe(found, tmp_path / f"again.{kind}")
        assert (tmp_path / f"again.{kind}").read_bytes() == first
    (tmp_path / "file").write_text("")
    with pytest.raises(MachineError, match="cannot write"):
        draw_probe(found, tmp_path / "file" / "probe.png")
