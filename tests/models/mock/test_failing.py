"""A mock fails in every way that a model can, and the prompted policy reads each as what it is."""

import asyncio

import pytest

from agoranomos.conformance.engine_asking import SCHEMA, ask, request
from agoranomos.errors import UsageError
from agoranomos.models import FAILURE_KINDS, Message, Question, open_engine
from agoranomos.models.mock.failing import out_of_range
from policies.prompted.asking import decide, firm, observation


@pytest.mark.parametrize("template", ["cournot-cached", "cournot-faithful", "market-any"])
@pytest.mark.parametrize("kind", FAILURE_KINDS)
def test_every_kind_of_failure_is_read_as_that_kind(kind, template):
    decision = decide(firm(open_engine(f"mock/failing?failure={kind}"), template=template), observation(0))
    assert {call.failure for call in decision.account.calls} == {kind}
    assert decision.account.repaired


@pytest.mark.parametrize("kind", FAILURE_KINDS)
def test_every_kind_of_failure_comes_to_questions_too(kind):
    asked = Question((Message("user", "a or b?"),), ("a", "b"))
    answer = asyncio.run(open_engine(f"mock/failing?failure={kind}").choose(asked))
    assert (answer.failure, answer.log_probabilities) == (kind, ())
    assert answer.error


def test_a_kind_that_is_none_is_refused():
    with pytest.raises(UsageError, match="failure"):
        open_engine("mock/failing?failure=nonsense")


def test_a_rate_leaves_the_other_calls_as_they_are():
    failing, valid = open_engine("mock/failing?failure=empty&rate=0.5"), open_engine("mock/valid")
    requests = [request("x", seed) for seed in range(60)]
    pairs = list(zip(ask(failing, requests), ask(valid, requests), strict=True))
    assert 15 <= sum(bad.text == "" for bad, _ in pairs) <= 45
    assert all(bad.text in ("", good.text) for bad, good in pairs)


def test_numbers_out_of_range_are_numbers_still():
    value = {"note": "12", "chosen": {"A": 3, "B": 4}}
    spoilt = out_of_range(value, SCHEMA)
    assert spoilt["chosen"] == {"A": 101, "B": 101}
    assert list(spoilt) == ["note", "chosen"]
