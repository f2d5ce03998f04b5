import pytest

from agoranomos.errors import UsageError
from agoranomos.markets import cournot_v0
from conformance.policy import PolicyConformance, Trace, seated

DIVISION = ((60, 0), (0, 60))


class TestBenchmark(PolicyConformance):
    policy = "benchmark"
    traces = (
        Trace(actions=(DIVISION, DIVISION), parameters={"name": "division"}),
        Trace(actions=(((140 / 3, 80 / 3), (80 / 3, 140 / 3)),), parameters={"name": "nash"}, states=("fined",)),
    )


class TestCompetition(PolicyConformance):
    policy = "benchmark"
    parameters = {"name": "competitive"}


def test_a_benchmark_that_the_market_does_not_know_is_refused_when_the_agent_is_seated():
    with pytest.raises(UsageError, match="Did you mean 'division'"):
        seated("benchmark", {"name": "divison"}, cournot_v0.parallel_env(), 0)
