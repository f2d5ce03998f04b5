"""The conformance tests themselves: each planted fault must be found, in a plug-in installed as users install one."""

import sys

import pytest

from agoranomos.policies import find_policy
from agoranomos.workspace import plug_ins
from conformance.policy import MARKETS, STANDINGS, PolicyConformance

PLUG_IN = '''
"""Policies with one fault each, beside one without."""

import dataclasses

import numpy as np

from agoranomos.policies import Decision, PolicyType
from agoranomos.policies.equilibrium import Nash
from agoranomos.policies.facts import Facts
from agoranomos.policies.scripted import NoParameters


def nash(policy):
    return policy.benchmark("nash", {})


class Sound(Nash):
    """Plays Nash."""

    name = "sound"


class Overreaching(Nash):
    """Asks for more than it can make."""

    name = "overreaching"

    def act(self, observation, notice, memory, randomness):
        return Decision(nash(self) * 3.0, None)


class Meddling(Nash):
    """Writes into what it was shown."""

    name = "meddling"

    def act(self, observation, notice, memory, randomness):
        observation["price"][:] = 0.0
        return Decision(nash(self), None)


class Counting(Nash):
    """Keeps state in the instance."""

    name = "counting"
    count = 0

    def act(self, observation, notice, memory, randomness):
        self.count += 1
        return Decision(nash(self) / self.count, None)


class Hashing(Nash):
    """Depends on how Python hashes text in this process."""

    name = "hashing"

    def act(self, observation, notice, memory, randomness):
        return Decision(nash(self) * (hash(randomness.agent) % 1000 / 1000.0), None)


class Reading(Nash):
    """Reads its notice and does not say so."""

    name = "reading"

    def act(self, observation, notice, memory, randomness):
        obeys = notice is not None and "review" in notice.text
        return Decision(nash(self) * (0.5 if obeys else 1.0), None)


class Floating(Nash):
    """Describes itself with a float."""

    name = "floating"

    def describe(self):
        return {"policy": "floating", "speed": 0.5}


class Wordy(Nash):
    """Has no summary that ends"""

    name = "wordy"


class Prying(Nash):
    """Writes into what it is shown while it sits out."""

    name = "prying"

    def missed(self, observation, notice, memory):
        observation["price"][:] = 0.0


class Fickle(Nash):
    """Claims that it leaves nothing to chance."""

    name = "fickle"

    def act(self, observation, notice, memory, randomness):
        return Decision(nash(self) * (randomness.integer("fickle") % 2), None)


class Remembering(Nash):
    """Claims that nothing which has been matters."""

    name = "remembering"

    def act(self, observation, notice, memory, randomness):
        return Decision(nash(self) * (0.5 if observation["price"][0] > 50 else 1.0), None)


class Mercenary(Nash):
    """Claims that profits do not matter."""

    name = "mercenary"

    def act(self, observation, notice, memory, randomness):
        return Decision(nash(self) * (0.5 if observation["round_profit"][0] > 1000 else 1.0), None)


class Cowed(Nash):
    """Claims that fines do not matter."""

    name = "cowed"

    def act(self, observation, notice, memory, randomness):
        return Decision(nash(self) * (0.5 if notice is not None and notice.fine_e6 else 1.0), None)


class Obedient(Nash):
    """Claims that its standing does not matter."""

    name = "obedient"

    def act(self, observation, notice, memory, randomness):
        return Decision(nash(self) * (0.5 if notice is not None and notice.state_index else 1.0), None)


class Steady(Nash):
    """Claims a memory and a chance that it does not use."""

    name = "steady"
    facts = Facts("benchmark", memory=1, stochastic=True, needs=("play", "seen"), reads_fines=True)


class Lasting:
    """Acts and describes itself, but was never suspended while it was tried out."""

    def __init__(self, parameters, seat):
        nash = Nash(parameters, seat)
        self.start, self.act, self.describe = nash.start, nash.act, nash.describe


POLICIES = {kind.name: PolicyType.scripted(kind) for kind in Nash.__subclasses__()}
POLICIES["lasting"] = PolicyType("lasting", NoParameters, lambda parameters, seat, **rest: Lasting(parameters, seat))
globals().update({f"P_{name}": kind for name, kind in POLICIES.items()})
'''
NAMES = (
    "sound",
    "overreaching",
    "meddling",
    "counting",
    "hashing",
    "reading",
    "floating",
    "wordy",
    "prying",
    "lasting",
)
NAMES += ("fickle", "remembering", "mercenary", "cowed", "obedient", "steady")

FACTS = (
    "test_it_leaves_to_chance_what_it_says",
    "test_its_memory_is_as_long_as_it_says",
    "test_it_reads_profits_fines_and_standings_if_it_says_so",
    "test_it_asks_of_its_market_what_it_says",
)
CHANCE, MEMORY, READS, NEEDS = FACTS


@pytest.fixture
def installed(tmp_path, monkeypatch):
    (tmp_path / "planted_policies.py").write_text(PLUG_IN, encoding="utf-8")
    metadata = tmp_path / "planted_policies-1.0.dist-info"
    metadata.mkdir()
    (metadata / "METADATA").write_text(
        "Metadata-Version: 2.1\nName: planted-policies\nVersion: 1.0\n", encoding="utf-8"
    )
    lines = [f"{name} = planted_policies:P_{name}" for name in NAMES]
    (metadata / "entry_points.txt").write_text("\n".join(["[agoranomos.policies]", *lines, ""]), encoding="utf-8")
    monkeypatch.syspath_prepend(tmp_path)
    monkeypatch.setenv("PYTHONPATH", str(tmp_path))
    plug_ins._entries.cache_clear()
    yield
    sys.modules.pop("planted_policies", None)
    plug_ins._entries.cache_clear()


def conformance(name):
    return type("TestPlanted", (PolicyConformance,), {"policy": name, "rounds": 4})()


def test_a_sound_plug_in_passes(installed):
    suite = conformance("sound")
    assert find_policy("sound").summary == "Plays Nash."
    for market in MARKETS:
        suite.test_every_action_is_feasible_as_it_is(market, STANDINGS)
    suite.test_acting_is_pure()
    suite.test_it_can_sit_out_a_round_and_noting_that_is_pure()
    suite.test_the_same_seed_gives_the_same_episode_in_every_process()
    suite.test_it_describes_itself_as_plain_values_without_floats()
    suite.test_it_perceives_text_only_if_it_says_so()
    suite.test_it_is_summed_up_in_one_sentence()
    for test in FACTS:
        getattr(suite, test)(find_policy("sound").facts)


@pytest.mark.parametrize(
    ("name", "test"),
    [
        ("fickle", CHANCE),
        ("remembering", MEMORY),
        ("mercenary", READS),
        ("cowed", READS),
        ("obedient", READS),
        *[("steady", test) for test in (CHANCE, MEMORY, READS, NEEDS)],
    ],
)
def test_a_claim_that_does_not_hold_is_found(installed, name, test):
    with pytest.raises(AssertionError):
        getattr(conformance(name), test)(find_policy(name).facts)


@pytest.mark.parametrize(
    ("name", "test"),
    [
        ("meddling", "test_acting_is_pure"),
        ("counting", "test_acting_is_pure"),
        ("prying", "test_it_can_sit_out_a_round_and_noting_that_is_pure"),
        ("lasting", "test_it_can_sit_out_a_round_and_noting_that_is_pure"),
        ("hashing", "test_the_same_seed_gives_the_same_episode_in_every_process"),
        ("reading", "test_it_perceives_text_only_if_it_says_so"),
        ("floating", "test_it_describes_itself_as_plain_values_without_floats"),
        ("wordy", "test_it_is_summed_up_in_one_sentence"),
    ],
)
def test_a_planted_fault_is_found(installed, name, test):
    with pytest.raises(AssertionError):
        getattr(conformance(name), test)()


def test_an_infeasible_action_is_found(installed):
    with pytest.raises(AssertionError, match="asks for"):
        conformance("overreaching").test_every_action_is_feasible_as_it_is("the papers' duopoly", ())
