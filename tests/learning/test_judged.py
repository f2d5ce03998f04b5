"""An institution as tables: what they hold is what `Governed` does, round by round."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from agoranomos.documents import Source, read_text
from agoranomos.errors import UsageError
from agoranomos.institutions import Governed, Institution, load_institution
from agoranomos.institutions.draws import round_draws
from agoranomos.learning.audit_cases import audit_cases, case_of, even
from agoranomos.learning.joint_measures import joint_measures
from agoranomos.learning.judged import judged_game
from agoranomos.learning.limit_cycle import limit_play, profit_gain
from agoranomos.learning.q_learning import QLearning, game_of
from agoranomos.learning.q_learning_draws import session_key
from agoranomos.learning.q_learning_reference import learn_in_python
from agoranomos.learning.session_runs import learn, sessions
from agoranomos.markets import bertrand_v0, cournot_v0
from agoranomos.markets.market import Market
from agoranomos.workspace import find_workspace, resolve

LADDER = """\
kind: institution
version: 1
name: ladder
initial: free
states: {free: {label: FREE}, watched: {label: WATCHED}, fined: {label: FINED}}
audits:
  look: {probability: 0.3, of: market}
  visit: {probability: 0.6}
signals:
  high: {statistic: mean, measure: MEASURE, window: 1, at_least: 0.3}
events:
  seen: {when: high && (look || visit), accuses: R1}
  calm: {when: "!high && visit"}
counters:
  offences: {max: 2, next: "seen ? offences + 1 : (calm ? offences - 1 : offences)"}
rules:
  R1: {attribute: A firm, deontic: must not, aim: ask high prices}
  R2: {attribute: A firm, deontic: may, aim: return}
transitions:
  - {rule: R1, from: free, to: watched, on: seen, lasts: 2}
  - rule: R1
    from: watched
    to: fined
    on: seen
    lasts: 2
    fine: {rate: [0.5, 1.5], by: offences, above: nash, floor: 0.01}
  - {rule: R1, from: fined, to: fined, on: seen, when: most.offences >= 2, fine: {rate: 2.0}}
  - {rule: R2, from: watched, to: free, on: expiry}
  - {rule: R2, from: fined, to: free, on: calm, when: others.fined == 0}
"""


def ladder(measure: str = "own_elevation") -> Institution:
    return load_institution(Source("ladder.yaml", LADDER.replace("MEASURE", measure)))


def shipped() -> Institution:
    return load_institution(read_text(resolve("institutions", "bertrand-audit", find_workspace())))


def check_against_governed(market: Market, institution: Institution, rounds: int, seed: int) -> dict[str, int]:
    """Play at random under the institution, follow the tables beside it, and count what was seen."""
    judged = judged_game(market, institution)
    game, stage = judged.game, market.game()
    governed = Governed(market, institution)
    governed.reset(seed=seed)
    generator = np.random.default_rng(seed)
    standing, fined, moved = 0, 0, 0
    agents = list(governed.agents)
    for number in range(1, rounds + 1):
        chosen = tuple(int(generator.integers(size)) for size in game.sizes)
        joint = game.joint_of(chosen)
        case = case_of(judged.bound, round_draws(seed, number, agents))
        actions = {agent: stage.menus[i][chosen[i]] for i, agent in enumerate(agents)}
        _, rewards, _, _, infos = governed.step(actions)
        expected = game.rewards[standing, joint, case]
        # A market counts actions in millionths, and menus need not: profits agree as far as that.
        np.testing.assert_allclose([rewards[agent] for agent in agents], expected, rtol=1e-7, atol=1e-9)
        fines = np.rint((game.profits[joint] - expected) * 1e6) / 1e6
        assert fines.tolist() == [infos[agent]["fine"] for agent in agents]
        before, standing = standing, int(game.following[standing, joint, case])
        assert [judged.bound.institution.states[k] for k in judged.states[standing]] == [
            governed.standings[agent].state for agent in agents
        ]
        fined += int((fines > 0).any())
        moved += int(before != standing)
    return {"standings": len(judged.states), "fined": fined, "moved": moved}


def test_the_shipped_audit_is_what_governed_does() -> None:
    seen = check_against_governed(bertrand_v0.parallel_env(rounds=600), shipped(), 600, 11)
    assert seen["standings"] == 4
    assert seen["fined"] > 50
    assert seen["moved"] > 50


def test_a_ladder_with_counters_timers_and_two_kinds_of_audits_is_what_governed_does() -> None:
    seen = check_against_governed(bertrand_v0.parallel_env(rounds=1500, grid={"points": 5}), ladder(), 1500, 3)
    assert seen["standings"] > 50
    assert seen["fined"] > 100


def test_three_firms_and_another_market() -> None:
    three = bertrand_v0.parallel_env(rounds=300, firms=("a", "b", "c"), grid={"points": 4})
    assert check_against_governed(three, shipped(), 300, 5)["standings"] == 8
    duopoly = cournot_v0.parallel_env(rounds=300)
    assert check_against_governed(duopoly, ladder("calvano_delta"), 300, 5)["moved"] > 20


def test_cases_have_the_probabilities_of_the_audits() -> None:
    judged = judged_game(bertrand_v0.parallel_env(grid={"points": 3}), ladder())
    chances, draws = audit_cases(judged.bound)
    assert len(chances) == 8
    assert chances.sum() == pytest.approx(1.0)
    assert chances[0b111] == pytest.approx(0.3 * 0.6 * 0.6)
    assert chances[0b010] == pytest.approx(0.7 * 0.6 * 0.4)
    for case, row in enumerate(draws.tolist()):
        assert case_of(even(judged.bound), tuple(row)) == case


def test_without_a_standing_in_their_state_learners_see_joint_actions_only() -> None:
    market = bertrand_v0.parallel_env(grid={"points": 4})
    knowing, blind = (judged_game(market, shipped(), perceives=known).game for known in (True, False))
    assert (knowing.standings, blind.standings) == (2, 1)
    assert (knowing.rows, blind.rows) == (32, 16)
    assert knowing.rewards.tolist() == blind.rewards.tolist()
    assert blind.profits.tolist() == game_of(market.game()).profits.tolist()


@pytest.mark.parametrize("perceives", [True, False])
def test_learning_under_an_institution_is_the_same_compiled_and_plain(perceives: bool) -> None:
    game = judged_game(bertrand_v0.parallel_env(grid={"points": 5}), ladder(), perceives=perceives).game
    rule = QLearning(most=3_000, decay=1e-3)
    plain, compiled = (form(game, rule, session_key(4, 2)) for form in (learn_in_python, learn))
    assert plain.values.tobytes() == compiled.values.tobytes()
    assert (plain.standing, plain.joint) == (compiled.standing, compiled.joint)


def test_the_audit_brings_the_profit_gain_down() -> None:
    """A small form of `agora reproduce calvano --sweep`."""
    market = bertrand_v0.parallel_env()
    nash, monopoly = (np.array(market.facts.benchmarks[name]["profit_e6"]) / 1e6 for name in ("nash", "monopoly"))
    gains = {}
    for name, game in (
        ("none", game_of(market.game())),
        ("known", judged_game(market, shipped()).game),
        ("unknown", judged_game(market, shipped(), perceives=False).game),
    ):
        found = [
            profit_gain(limit_play(game, one, session_key(1, number)).profits, nash, monopoly)
            for number, one in sessions(game, QLearning(most=8_000_000), 1, range(4), workers=2)
        ]
        gains[name] = float(np.mean(found))
    assert gains["none"] > 0.65
    assert gains["known"] < 0.45
    assert gains["unknown"] < 0.45


def changed(text: str) -> Institution:
    return load_institution(Source("other.yaml", text))


@pytest.mark.parametrize(
    ("old", "new", "why"),
    [
        ("window: 1", "window: 2", "looks back over several rounds"),
        ("audits:", "observation: {lag: 1}\naudits:", "looks back|sees a round later"),
        ("audits:", "observation: {error: {own_elevation: 0.1}}\naudits:", "reads measures with errors"),
        ("high && (look || visit)", "high && (look || visit) && round > 3", "number of the round"),
        ("high && (look || visit)", "high && (look || visit) && rounds_in_state > 3", "how long a state"),
        ("high && (look || visit)", "high && (look || visit) && !reported", "reports"),
        ("on: seen, lasts: 2", "on: seen, lasts: 2, jitter: 2", "jitter"),
        ("on: seen, lasts: 2", "on: seen, lasts: 2, cooldown: 2", "cooldown"),
        ("on: seen, lasts: 2", "on: seen, lasts: 2, suspend: true", "suspends or caps"),
        ("max: 2,", "max: 900000,", "more than 200 joint standings"),
        (
            "  visit: {probability: 0.6}",
            "  visit: {probability: 0.6}\n  third: {probability: 0.5}\n  fourth: {probability: 0.5}",
            "7 audits",
        ),
    ],
)
def test_what_cannot_be_listed_is_refused_with_the_reason(
    old: str, new: str, why: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("agoranomos.learning.judged.MOST_STANDINGS", 200)
    text = LADDER.replace("MEASURE", "own_elevation")
    assert old in text
    text = text.replace(old, new)
    if "fourth" in new:
        text = text.replace("(look || visit)", "(look || visit || third || fourth)")
    with pytest.raises(UsageError, match=why):
        judged_game(bertrand_v0.parallel_env(grid={"points": 3}), changed(text))


@pytest.mark.parametrize(("options", "measure"), [({}, "undercut_e6"), ({"demand_shock": {"sigma": 0.1}}, "profit_e6")])
def test_a_measure_that_depends_on_more_than_the_round_is_refused(options: dict[str, Any], measure: str) -> None:
    with pytest.raises(UsageError, match=f"{measure} .* depends on more than the actions of a round"):
        joint_measures(bertrand_v0.parallel_env(grid={"points": 3}, **options), [measure])


def test_a_market_of_one_round_is_refused() -> None:
    with pytest.raises(UsageError, match="over after 1 round"):
        judged_game(bertrand_v0.parallel_env(rounds=1, grid={"points": 3}), shipped())


def test_a_market_without_a_game_is_refused() -> None:
    class Shapeless(bertrand_v0.Bertrand):
        def game(self) -> Any:
            return Market.game(self)

    with pytest.raises(UsageError, match="no game in normal form"):
        judged_game(Shapeless(bertrand_v0.BertrandSpec()), shipped())
