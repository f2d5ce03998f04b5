"""No reply that keeps to its schema is unparsed, in any shipped market with any shipped template.

With the mock in every check; with SmolLM2 a hundred calls where it is pulled, and two thousand in the long tests.
"""

from __future__ import annotations

import asyncio
from dataclasses import replace

import pytest

from agoranomos.models import KNOWN_WEIGHTS, MockEngine, open_engine
from agoranomos.models.local.options import missing_local_modules
from agoranomos.models.weights import is_pulled
from models.constrained import asked_in, outcomes, pairs, sample, spoilt, templates, unparsed


def test_every_template_and_every_type_of_market_is_asked_for() -> None:
    found = list(pairs())
    assert {template for template, _ in found} == set(templates())
    assert len({market for _, market in found}) > 40
    silent = {pair for pair in found if not asked_in(*pair, 1)}
    assert {market for _, market in silent} == {"cournot-green-porter"}, "the only market that hides what others made"
    assert len({template for template, _ in set(found) - silent}) == len(templates())


def test_mocks_keep_to_every_schema() -> None:
    asked = sample(0, least=4)
    counts = outcomes(MockEngine(), asked)
    assert len({(template, market) for template, market, _ in counts}) > 80
    assert unparsed(counts) == {}


def test_a_bad_schema_is_found_out() -> None:
    asked = [spoilt(each) for each in asked_in("market-any", "bertrand-logit", 1)]
    counts = outcomes(MockEngine(), asked)
    assert unparsed(counts) == {("market-any", "bertrand-logit", "invalid"): len(asked)}


@pytest.fixture(scope="module")
def smollm2():
    if missing_local_modules() or not is_pulled(KNOWN_WEIGHTS["smollm2"]):
        pytest.skip("needs the [local] extra and `agora models pull smollm2`")
    engine = open_engine("smollm2")
    yield engine
    asyncio.run(engine.close())


@pytest.mark.model
def test_smollm2_keeps_to_every_schema_in_a_hundred_calls(smollm2) -> None:
    """The template of the paper, with replies of up to 3,600 tokens, is left to the long test."""
    asked = [each for each in sample(0, least=2) if each.template != "cournot-faithful"]
    asked = asked[:: max(1, len(asked) // 100)][:100]
    counts = outcomes(smollm2, asked)
    assert sum(counts.values()) == 100
    assert unparsed(counts) == {}


@pytest.mark.model
def test_smollm2_begins_the_long_replies_of_the_paper(smollm2) -> None:
    """Their texts of a thousand characters are what grammars have failed on."""
    asked = asked_in("cournot-faithful", "cournot-duopoly", 1)[:2]
    short = [replace(each, request=replace(each.request, max_tokens=16)) for each in asked]
    assert outcomes(smollm2, short) == {("cournot-faithful", "cournot-duopoly", "truncated"): 2}


@pytest.mark.model
def test_smollm2_fails_on_a_bad_schema(smollm2) -> None:
    asked = [spoilt(each) for each in asked_in("market-any", "bertrand-logit", 1)]
    assert unparsed(outcomes(smollm2, asked)) == {("market-any", "bertrand-logit", "invalid"): len(asked)}


@pytest.mark.model
@pytest.mark.long
def test_smollm2_keeps_to_every_schema_in_two_thousand_calls(smollm2) -> None:
    long_replies = [each for each in sample(0, least=2) if each.template == "cournot-faithful"]
    asked = [each for each in sample(4000) if each.template != "cournot-faithful"][: 2000 - len(long_replies)]
    counts = outcomes(smollm2, long_replies + asked)
    assert sum(counts.values()) == 2000
    assert unparsed(counts) == {}
    feasible = sum(count for (_, _, outcome), count in counts.items() if not outcome)
    print(f"2,000 calls: none unparsed, {feasible} are moves, {2000 - feasible} exceed a capacity")
