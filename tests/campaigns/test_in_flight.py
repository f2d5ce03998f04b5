from __future__ import annotations

import resource

import pytest
from hypothesis import given
from hypothesis import strategies as st

from agoranomos.campaigns.in_flight import HEADROOM, SCRIPTED_RUNS, file_handles, runs_that_fill, runs_with_handles
from agoranomos.campaigns.plan import PlannedRun
from campaigns.laboratory import MOCK, SCRIPTED, Lab

MIXED = MOCK.replace("rosters: [mock-duopoly]", "rosters: [mock-duopoly, nash-noisy]")


def at_once(runs: list[PlannedRun], model: str) -> int:
    return sum(agent.model == model for run in runs for agent in run.arm.agents)


@pytest.mark.parametrize(("width", "runs"), [(1, 1), (2, 2), (32, 20), (512, 320)])
def test_runs_of_two_agents_fill_an_engine_and_a_quarter_more(lab: Lab, width: int, runs: int) -> None:
    planned = lab.plan(MOCK, "seeds=500").runs()
    assert runs_that_fill(planned, {"mock/valid": width}) == runs
    assert at_once(planned[:runs], "mock/valid") >= HEADROOM * width > at_once(planned[: runs - 1], "mock/valid")


@given(width=st.integers(1, 200), seeds=st.integers(1, 60))
def test_no_fewer_runs_would_fill_the_engine_and_more_than_there_are_is_never_said(
    lab_of_module: Lab, width: int, seeds: int
) -> None:
    planned = lab_of_module.plan(MIXED, f"seeds={seeds}").runs()
    taken = runs_that_fill(planned, {"mock/valid": width})
    assert 1 <= taken <= len(planned)
    assert at_once(planned[: taken - 1], "mock/valid") < HEADROOM * width
    assert taken == len(planned) or at_once(planned[:taken], "mock/valid") >= HEADROOM * width


def test_all_engines_of_a_mixed_campaign_are_filled(lab: Lab) -> None:
    planned = lab.plan(MOCK, "seeds=500").runs()
    # One of the two models is asked by no run: no number of runs fills it.
    assert runs_that_fill(planned, {"mock/valid": 8, "mock/other": 8}) == len(planned)


def test_without_models_only_commits_are_waited_for(lab: Lab) -> None:
    planned = lab.plan(SCRIPTED, "seeds=50", "durable=round").runs()
    assert runs_that_fill(planned, {}) == SCRIPTED_RUNS
    assert runs_that_fill(planned[:3], {}) == 3


@pytest.fixture(scope="module")
def lab_of_module(tmp_path_factory: pytest.TempPathFactory) -> Lab:
    from campaigns.laboratory import make_lab

    return make_lab(tmp_path_factory.mktemp("lab"))


@pytest.fixture
def limits(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """Soft and hard limit of a system that is not this one."""
    held = [256, 1024]
    monkeypatch.setattr(resource, "getrlimit", lambda _: tuple(held))
    monkeypatch.setattr(resource, "setrlimit", lambda _, given: held.__setitem__(slice(None), given))
    return held


def test_the_soft_limit_is_raised_as_far_as_needed_and_allowed(limits: list[int]) -> None:
    assert file_handles(200) == 200
    assert limits == [256, 1024]
    assert file_handles(500) == 500
    assert limits == [500, 1024]
    assert file_handles(5000) == 1024
    assert limits == [1024, 1024]


@pytest.mark.parametrize(("runs", "allowed"), [(1, 1), (100, 100), (112, 112), (500, 112)])
def test_no_more_runs_than_there_are_handles_for(limits: list[int], runs: int, allowed: int) -> None:
    assert runs_with_handles(runs) == allowed


def test_a_system_that_refuses_keeps_its_limit(limits: list[int], monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(_: int, __: tuple[int, int]) -> None:
        raise ValueError("not allowed to raise maximum limit")

    monkeypatch.setattr(resource, "setrlimit", refuse)
    assert runs_with_handles(100) == 16


def test_one_run_is_played_however_few_handles_there_are(limits: list[int]) -> None:
    limits[:] = [64, 64]
    assert runs_with_handles(10) == 1


def test_an_unlimited_system_gives_what_is_asked(limits: list[int]) -> None:
    limits[:] = [256, resource.RLIM_INFINITY]
    assert file_handles(10_000) == 10_000
    limits[:] = [resource.RLIM_INFINITY, resource.RLIM_INFINITY]
    assert file_handles(10_000) == 10_000
