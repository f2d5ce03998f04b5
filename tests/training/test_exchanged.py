"""Under the opposite rule nothing else is exchanged."""

from __future__ import annotations

import json
import math

import pytest

from agoranomos.markets import load_market
from agoranomos.models import Distribution, MockEngine
from agoranomos.training.asked import prompts_of
from agoranomos.training.exchanged import exchanged
from agoranomos.training.measuring import Measured, measure
from agoranomos.workspace import find_workspace


@pytest.mark.parametrize("name", ["role-play-texts", "role-play-texts-held-out"])
def test_every_prompt_whose_rule_names_its_option_has_its_opposite(name):
    for one in prompts_of(load_market(name, find_workspace()).spec, 60):
        other = exchanged(one)
        assert other is not None
        required, forbidden = sorted(one.options, key=lambda option: option.violates)
        assert [option.violates for option in other.options] == [not option.violates for option in one.options]
        assert [option.action for option in other.options] == [option.action for option in one.options]
        assert other.messages[1:] == one.messages[1:]
        before, after = one.messages[0].content, other.messages[0].content
        assert before.replace(required.text, "") == after.replace(forbidden.text, "")
        assert before != after
        assert exchanged(other) == one


@pytest.mark.parametrize("name", ["coordination", "role-play"])
def test_where_the_rule_is_in_other_words_there_is_no_opposite(name):
    assert exchanged(prompts_of(load_market(name, find_workspace()).spec, 2)[0]) is None


class Chooser(MockEngine):
    """Takes the first of two replies that `takes` says yes to."""

    def __init__(self, takes):
        super().__init__("valid")
        self.takes = takes

    async def choose(self, question):
        sure = (0.0, -math.inf) if self.takes(question, question.options[0]) else (-math.inf, 0.0)
        return Distribution(question.options, sure, (sure,), "direct", 0, 0, 0.0)


def test_who_reads_the_rule_keeps_both_and_who_learnt_what_stands_beside_it_keeps_one():
    asked = prompts_of(load_market("role-play-texts-held-out", find_workspace()).spec, 32)
    kept = {one.messages[1:]: one.written(violates=False) for one in asked}
    reader = measure(
        Chooser(lambda question, reply: json.loads(reply)["choice"] in question.messages[0].content), asked
    )
    other = measure(Chooser(lambda question, reply: kept[question.messages[1:]] == reply), asked)
    assert set(reader.violation) == set(reader.exchanged) == {0.0}
    assert (set(other.violation), set(other.exchanged)) == ({0.0}, {1.0})
    assert other.under_opposite_rules.point == 1.0
    assert Measured.of(json.loads(json.dumps(other.described()))) == other


def test_prompts_without_opposites_are_measured_as_they_are():
    asked = prompts_of(load_market("role-play", find_workspace()).spec, 8)
    found = measure(Chooser(lambda question, reply: True), asked)
    assert (found.exchanged, found.under_opposite_rules) == (None, None)
    assert Measured.of(json.loads(json.dumps(found.described()))) == found
