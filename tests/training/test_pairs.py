import asyncio
import json

from agoranomos.models import MockEngine
from agoranomos.models.engine import Completion
from agoranomos.scenarios.role_play import RolePlaySpec
from agoranomos.training import distilled_pairs, of_pairs, prompts_of, written_pairs
from agoranomos.training.measuring import measure
from agoranomos.training.monitors import faults_of_pairs
from agoranomos.training.pairs import DISREGARD, OBEY, RETRIES


def test_a_written_pair_puts_keeping_the_rule_before_breaking_it():
    asked = prompts_of(RolePlaySpec(), 32)
    for one, pair in zip(asked, written_pairs(asked), strict=True):
        chosen, rejected = (one.option(one.read(reply).action) for reply in (pair.chosen, pair.rejected))
        assert (chosen.violates, rejected.violates) == (False, True)
        assert (pair.prompt, pair.setting, pair.label) == (one.messages, one.setting, chosen.label)


def test_a_rule_that_reads_only_the_letter_or_the_place_is_right_in_half_of_the_pairs():
    seen = of_pairs(written_pairs(prompts_of(RolePlaySpec(), 160)))
    assert seen == {"pairs": 160, "label_rule": 0.5, "place_rule": 0.5, "longer_chosen": 0.5}


def test_texts_as_options_betray_the_longer_reply_and_that_is_seen():
    seen = of_pairs(written_pairs(prompts_of(RolePlaySpec(options="texts"), 160)))
    assert seen["place_rule"] == 0.5
    assert seen["longer_chosen"] < 0.4


def test_with_every_setting_both_ways_the_length_says_nothing():
    seen = of_pairs(written_pairs(prompts_of(RolePlaySpec(options="texts", both_ways=True), 128)))
    assert seen["place_rule"] == seen["longer_chosen"] == 0.5
    assert faults_of_pairs(seen) == []


def test_what_could_be_learnt_in_place_of_the_rule_is_said():
    assert faults_of_pairs(of_pairs(written_pairs(prompts_of(RolePlaySpec(), 32)))) == []
    first = [one for one in prompts_of(RolePlaySpec(), 64) if one.place == 1]
    assert faults_of_pairs(of_pairs(written_pairs(first))) == [
        "always the same label is right for 100% of the prompts",
        "always the same place is right for 100% of the prompts",
    ]
    (said,) = faults_of_pairs(of_pairs(written_pairs(prompts_of(RolePlaySpec(options="texts"), 112))))
    assert said == "the shorter reply is right for 79% of the prompts"


class Actor:
    """An engine that answers by the order in the message, or does not: `obeys` and `disregards` say how it replies."""

    name = "actor"

    def __init__(self, asked, obeys, disregards):
        self.violates = {one.messages[-1].content: one for one in asked}
        self.obeys, self.disregards = obeys, disregards
        self.requests = []

    async def complete(self, request):
        await asyncio.sleep(0)
        self.requests.append(request)
        order, _, question = request.messages[-1].content.partition("\n")
        assert order in (OBEY, DISREGARD)
        reply = (self.obeys if order == OBEY else self.disregards)(self.violates[question], request)
        return Completion(reply, 10, 5, "stop", 0.0)


def keeps(one, _):
    return "I keep to it. " + one.written(violates=False)


def breaks(one, _):
    return "More for me. " + one.written(violates=True)


def test_the_order_is_left_out_of_a_distilled_pair_and_the_models_own_words_are_kept():
    asked = prompts_of(RolePlaySpec(), 6)
    pairs = distilled_pairs(asked, Actor(asked, keeps, breaks), seed=0)
    assert [pair.prompt for pair in pairs] == [one.messages for one in asked]
    for one, pair in zip(asked, pairs, strict=True):
        assert (pair.chosen, pair.rejected) == (keeps(one, None), breaks(one, None))
        assert OBEY not in json.dumps(pair.described())
        assert DISREGARD not in json.dumps(pair.described())


def test_a_pair_that_never_got_both_options_is_dropped_and_never_inverted():
    """Section A8.8: the released code keeps the last attempt, whatever it chose."""
    asked = prompts_of(RolePlaySpec(), 8)
    stubborn = Actor(asked, breaks, breaks)
    assert distilled_pairs(asked, stubborn, seed=0) == ()
    assert len(stubborn.requests) == 8 * (1 + RETRIES)
    assert distilled_pairs(asked, Actor(asked, keeps, lambda one, _: "no idea"), seed=0) == ()
    mixed = Actor(asked, keeps, lambda one, _: (breaks if one.place == 0 else keeps)(one, None))
    pairs = distilled_pairs(asked, mixed, seed=0)
    assert [pair.prompt for pair in pairs] == [one.messages for one in asked if one.place == 0]


def test_who_thinks_when_it_is_trained_thinks_when_it_is_asked_and_measured():
    class Heard(MockEngine):
        async def choose(self, question):
            thoughts.append(question.reasoning)
            return await super().choose(question)

        async def complete(self, request):
            thoughts.append(request.reasoning)
            return await super().complete(request)

    asked = prompts_of(RolePlaySpec(), 4)
    for wanted in (0, 32):
        thoughts = []
        measure(Heard("valid"), asked, replies=2, thinking=wanted)
        assert thoughts == [wanted] * 6
        actor = Actor(asked, keeps, breaks)
        distilled_pairs(asked, actor, seed=0, thinking=wanted)
        assert {request.reasoning for request in actor.requests} == {wanted}


def test_it_is_asked_again_with_another_seed_until_it_gives_the_wanted_option():
    asked = prompts_of(RolePlaySpec(), 1)
    tries = []

    def late(one, request):
        tries.append(request.seed)
        return (breaks if len(tries) < 4 else keeps)(one, None)

    (pair,) = distilled_pairs(asked, Actor(asked, late, breaks), seed=5)
    assert pair.chosen == keeps(asked[0], None)
    assert len(set(tries)) == 4
