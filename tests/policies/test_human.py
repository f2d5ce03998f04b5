"""A person in a seat: shown what an agent is shown, and recorded as a scripted policy is that does the same."""

from __future__ import annotations

import asyncio
import json
from typing import Any

import msgspec
import numpy as np
import pytest

from agoranomos.agents import RosterEntry
from agoranomos.campaigns.people import NOBODY, RecordedPerson, with_people
from agoranomos.campaigns.recorded import recording_of
from agoranomos.errors import UsageError
from agoranomos.institutions.notices import Notice
from agoranomos.markets import Market, load_market
from agoranomos.policies import Seat, find_policy
from agoranomos.policies.human import Human, Move, Situation, read_move
from agoranomos.randomness import Randomness
from policies.sitting import SEED, WORKSPACE, market_of, played, roster


class Script:
    """A person who does what is written, and keeps what was shown."""

    def __init__(self, *moves: Move) -> None:
        self._moves = list(moves)
        self.shown: list[Situation] = []

    async def decide(self, situation: Situation) -> Move:
        self.shown.append(situation)
        return self._moves.pop(0) if len(self._moves) > 1 else self._moves[0]


def bound(market: Market, told: str | None = None, **parameters: Any) -> Human:
    human = find_policy("human")
    policy = human.bind(human.parse(parameters), Seat(market.possible_agents[0], 0, market, SEED), told=told)
    assert isinstance(policy, Human)
    return policy


GAMES = {
    "a market of numbers, with warnings, fines and suspensions": (
        "cournot-duopoly",
        "cournot-antitrust",
        RosterEntry(policy="divider"),
        14,
    ),
    "a matrix game": ("prisoners-dilemma", "", RosterEntry(policy="win-stay-lose-shift"), 8),
    "a scenario with options": (
        "coordination",
        "",
        RosterEntry(policy="benchmark", parameters={"name": "violate"}),
        8,
    ),
    "talk": ("cournot-duopoly-talk", "cournot-antitrust", RosterEntry(policy="herald"), 8),
    "leniency": ("leniency-cartel", "leniency-programme", RosterEntry(policy="cartel-with-report"), 8),
}


@pytest.mark.parametrize("game", GAMES)
def test_its_entries_are_those_of_a_scripted_policy_with_the_same_actions(game: str) -> None:
    name, institution, entry, rounds = GAMES[game]
    agents = load_market(name, WORKSPACE).possible_agents
    scripted = roster(*([entry] * len(agents)))
    before = played(name, institution, scripted, rounds=rounds)
    person = RecordedPerson(NOBODY, recording_of(before, lambda _: b""))
    seated = with_people(scripted, agents, agents[:1], reports=True)
    after = played(name, institution, seated, person, rounds)
    assert after[1:] == before[1:]
    first, other = (json.loads(lines[0])["body"] for lines in (before, after))
    (old, *rest), (new, *others) = first.pop("roster"), other.pop("roster")
    assert (first, rest, old["agent"]) == (other, others, new["agent"])
    assert json.loads(new["policy"]) == {"policy": "human", "parameters": {"reports": True}}
    if game == "leniency":
        assert any(json.loads(line)["body"].get("reports") for line in after)
    if game == "talk":
        assert any(json.loads(line)["body"].get("messages") for line in after)


def test_a_person_is_shown_the_same_whatever_others_keep_to_themselves() -> None:
    """The situation is a function of the seat, the text that is told, the observation and the notice."""
    market, other = market_of("cournot-duopoly"), market_of("cournot-duopoly", 8)
    spec: Any = other.spec
    costs = [list(row) for row in spec.marginal_cost]
    costs[1] = [cost + 7 for cost in costs[1]]
    other = market_of("cournot-duopoly", 20, marginal_cost=costs)
    agent = market.possible_agents[0]
    observation = market.reset(seed=SEED)[0][agent]
    notice = Notice(agent, 1, "active", 0, "CLEAR", "Be good.")
    here, there = bound(market, "told"), bound(other, "told")
    shown = here.situation(observation, notice, here.start())
    assert shown == there.situation(observation, notice, there.start())
    text = msgspec.json.encode(shown).decode()
    for secret in ("active", "CLEAR", "benchmarks", "rounds", "firm_2"):
        assert secret not in text
    assert (shown.notice, shown.told, shown.new_notice) == ("Be good.", "told", True)
    assert [part.cost for part in shown.parts] == [40.0, 50.0]


def test_what_breaks_the_rule_is_not_said_of_an_option() -> None:
    market = market_of("coordination")
    policy = bound(market)
    shown = policy.situation(market.reset(seed=SEED)[0][market.possible_agents[0]], None, policy.start())
    assert [one.text for one in shown.choices]
    assert "violates" not in msgspec.json.encode(shown).decode()
    assert shown.opening == market.opening(market.possible_agents[0])
    assert shown.rules == ""
    assert shown.facts == ()


def test_past_rounds_are_those_that_were_observed_and_a_notice_is_new_once() -> None:
    person = Script(Move((60.0, 0.0)))
    agents = with_people(roster(RosterEntry(policy="nash")), ["firm_1", "firm_2"], ["firm_1"], reports=False)
    entries = played("cournot-duopoly", "cournot-antitrust", agents, person, 7)
    rounds = [json.loads(line)["body"] for line in entries if b'"kind":"round"' in line]
    last = person.shown[-1]
    assert [past.round for past in last.history] == list(range(1, last.round))
    for past, body in zip(last.history, rounds, strict=False):
        prices = next(seen.values for seen in past.seen if seen.name == "price")
        assert [round(price * 1e6) for price in prices] == body["measures"]["price_e6"]
        assert past.profit is not None
        assert round(past.profit * 1e6) == body["measures"]["profit_e6"][0]
    texts = [one.notice for one in person.shown]
    assert [one.new_notice for one in person.shown] == [
        bool(text) and (place == 0 or text != texts[place - 1]) for place, text in enumerate(texts)
    ]


def test_a_scenario_is_told_in_its_own_words() -> None:
    market = market_of("coordination")
    listed = bound(market).situation(market.reset(seed=SEED)[0]["player_1"], None, bound(market).start()).choices
    person = Script(Move(listed[0].numbers))
    agents = with_people(roster(RosterEntry(policy="random")), market.possible_agents, ["player_1"], reports=False)
    played("coordination", "", agents, person, 4)
    (*_, last) = person.shown
    assert [told.answer for told in last.conversation] == [listed[0].text] * 3
    assert all(told.feedback and told.question for told in last.conversation)
    assert last.history == ()


def test_a_move_that_cannot_be_carried_out_is_asked_for_again() -> None:
    market = market_of("cournot-duopoly")
    wrong = [Move((1.0,)), Move((-1.0, 0.0)), Move((60.0, 60.0))]
    person = Script(*wrong, Move((10.0, 5.0)))
    policy = bound(market).with_person(person)
    observation = market.reset(seed=SEED)[0]["firm_1"]
    decision = asyncio.run(policy.act(observation, None, policy.start(), Randomness(SEED, 1, "firm_1")))
    assert decision.action is not None
    assert decision.action.tolist() == [10.0, 5.0]
    assert decision.account is None
    assert [one.refused for one in person.shown] == [
        "",
        "2 numbers were expected, and 1 were given",
        '"A" must be a number from 0 to 100',
        "the numbers sum to 120, which is more than your capacity of 100",
    ]


FIRM = bound(market_of("cournot-duopoly"))
FREE = FIRM.situation(market_of("cournot-duopoly").reset(seed=SEED)[0]["firm_1"], None, FIRM.start())


@pytest.mark.parametrize(
    ("given", "words"),
    [
        ({}, "numbers: an object with a number for each of 'A', 'B'"),
        ({"numbers": {"A": 1}}, '"B" needs a number'),
        ({"numbers": {"A": 1, "B": "2"}}, '"B" must be a number'),
        ({"numbers": {"A": True, "B": 2}}, '"A" must be a number'),
        ({"numbers": {"A": float("nan"), "B": 2}}, '"A" must be a finite number'),
        ({"numbers": {"A": 10**400, "B": 2}}, '"A" must be a finite number'),
        ({"numbers": {"A": 1, "B": 2, "C": 3}}, "'C' is not asked for"),
        ({"numbers": {"A": 99, "B": 2}}, "the numbers sum to 101, which is more than your capacity of 100"),
        ({"numbers": {"A": 1, "B": 2}, "report": True}, "nobody listens to reports here"),
        ({"numbers": {"A": 1, "B": 2}, "message": "hello"}, "nobody can talk here"),
        ({"numbers": {"A": 1, "B": 2}, "mesage": ""}, "'mesage' is not asked for"),
        ({"choice": "A"}, "numbers are asked for"),
    ],
)
def test_an_answer_that_is_no_move_is_refused_in_words(given: dict[str, Any], words: str) -> None:
    with pytest.raises(UsageError) as refused:
        read_move(given, FREE)
    assert words in refused.value.message


@pytest.mark.parametrize(
    ("name", "asked", "words", "taken"),
    [
        ("bertrand-investment", (30.0, 30.0, 1.0, 1.0), '"invest_A" at 0 and "invest_B" at 0', (30.0, 30.0, 0.0, 0.0)),
        ("credence-goods", (4.3333, 2.5, 0.0, 1.0, 0.0, 1.0), '"minor price" at 4 and "major price" at 4', None),
    ],
)
def test_what_a_market_would_project_is_asked_for_again_with_the_nearest_named(
    name: str, asked: tuple[float, ...], words: str, taken: tuple[float, ...] | None
) -> None:
    market = market_of(name)
    agent = market.possible_agents[0]
    nearest = taken or (4.0, 4.0, *asked[2:])
    person = Script(Move(asked), Move(nearest))
    policy = bound(market).with_person(person)
    observation = market.reset(seed=SEED)[0][agent]
    decision = asyncio.run(policy.act(observation, None, policy.start(), Randomness(SEED, 1, agent)))
    assert decision.action is not None
    assert tuple(decision.action.tolist()) == nearest
    refused = "that cannot be done as it stands; the nearest that can be has "
    assert [one.refused for one in person.shown] == ["", refused + words]


def test_an_answer_is_counted_in_millionths_and_options_go_by_their_labels() -> None:
    assert read_move({"numbers": {"A": 1.00000049, "B": 2}}, FREE) == Move((1.0, 2.0))
    talking = msgspec.structs.replace(FREE, talks=5, reports=True)
    assert read_move({"numbers": {"A": 1, "B": 2}, "message": "hello", "report": True}, talking).message == "hello"
    with pytest.raises(UsageError, match="6 characters, and 5 are allowed"):
        read_move({"numbers": {"A": 1, "B": 2}, "message": "hello!"}, talking)
    market = market_of("coordination")
    policy = bound(market)
    listed = policy.situation(market.reset(seed=SEED)[0]["player_1"], None, policy.start())
    first = listed.choices[0]
    assert read_move({"choice": first.label}, listed).numbers == first.numbers
    for given, words in (
        ({}, "choose one"),
        ({"choice": "Z"}, "no choice is 'Z'"),
        ({"numbers": {}}, "one of the choices"),
    ):
        with pytest.raises(UsageError, match=words):
            read_move(given, listed)


def test_nobody_in_the_seat_is_one_clear_error() -> None:
    policies = roster(RosterEntry(policy="human"), RosterEntry(policy="nash"))
    with pytest.raises(UsageError, match=r"firm_1 is played by a person .*nobody sits there\n.*agora view --play"):
        played("cournot-duopoly", "", policies)


def test_a_scenario_whose_agents_write_has_no_seat_for_a_person() -> None:
    with pytest.raises(UsageError, match=r"write what they say in their own words"):
        bound(market_of("tin-men-written"))


@pytest.mark.parametrize(
    "name",
    ["bertrand-logit", "credence-goods", "double-auction-continuous", "group-bargaining", "leniency-talk", "stag-hunt"],
)
def test_a_person_can_sit_in_any_kind_of_market(name: str) -> None:
    market = market_of(name)
    policy = bound(market)
    observation = market.reset(seed=SEED)[0][market.possible_agents[0]]
    shown = policy.situation(observation, None, policy.start())
    given: dict[str, Any] = (
        {"choice": shown.choices[0].label}
        if shown.choices
        else {"numbers": {part.name: part.low for part in shown.parts}}
    )
    move = read_move(given, shown)
    row, changed = market.action_shape(shown.agent).counted(shown.agent, np.array(move.numbers))
    assert len(row) == len(move.numbers)
    assert not changed
    assert policy.describe() == {"policy": "human", "parameters": {"reports": False}}
