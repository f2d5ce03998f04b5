"""Random plays of the model against the real `judge`: same states, same fines, in every round."""

import numpy as np
import pytest

from agoranomos.deterrence.best_plan import Path, _trace
from agoranomos.deterrence.play import PlanSet, named_actions
from agoranomos.institutions.trace_play import play_trace
from agoranomos.institutions.traces import TraceRound, of_agent

from .solving import duopoly, institution, model_of, shipped

PATCHWORK = """\
kind: institution
version: 1
name: patchwork
initial: free
states: {free: {label: FREE}, watched: {label: WATCHED}, capped: {label: CAPPED}, out: {label: OUT}}
audits: {inspected: {probability: 0.4, of: market}}
observation: {lag: 1}
signals:
  dear: {statistic: mean, measure: price_elevation, window: 2, at_least: 0.5, goods: mean}
events: {offence: {when: dear && inspected, accuses: R}}
counters: {seen: {max: 900, next: "offence ? seen + 1 : seen"}}
rules: {R: {attribute: A firm, deontic: must not, aim: raise prices}}
transitions:
  - {rule: R, from: free, to: watched, on: offence, lasts: 3, cooldown: 2}
  - {rule: R, from: watched, to: capped, on: offence, when: seen % 3 == 2, lasts: 2, cap: 0.5,
     fine: {rate: 0.5, over: evidence, above: nash, floor: 30}, fresh_evidence: true}
  - {rule: R, from: watched, to: out, on: offence, lasts: 2, suspend: true, fine: {rate: 0.1, floor: 7}}
  - {rule: R, from: watched, to: free, on: expiry}
  - {rule: R, from: capped, to: free, on: expiry}
  - {rule: R, from: out, to: free, on: expiry, fresh_evidence: true}
"""


def _plans(names):
    known = named_actions(duopoly().spec)
    # One firm holds back and the other does not, so that they come to stand apart.
    known["one-sided"] = np.array([[20_000_000, 5_000_000], [26_666_667, 46_666_667]])
    return PlanSet(tuple(names), np.stack([known[name] for name in names]), "")


def _random_path(model, rng, rounds):
    states, actions, taken = [0], [], []
    for _ in range(rounds):
        open_actions = np.flatnonzero(model.played[states[-1]] >= 0)
        actions.append(int(rng.choice(open_actions)))
        taken.append(int(rng.integers(len(model.chance))))
        states.append(int(model.successor[states[-1], actions[-1], taken[-1]]))
    return states, actions, taken


@pytest.mark.parametrize(
    ("governing", "names"),
    [
        ("cournot-antitrust", ["nash", "division", "nash-shares"]),
        ("cournot-antitrust-hardened", ["nash", "division"]),
        ("cournot-antitrust-hardened", ["nash", "one-sided"]),
        (PATCHWORK, ["nash", "division", "one-sided"]),
    ],
)
def test_random_plays_replay_through_the_real_judge(governing, names):
    read = institution(governing) if "\n" in governing else shipped(governing)
    model = model_of(read, _plans(names))
    rng = np.random.default_rng(7)
    for _ in range(3):
        states, actions, taken = _random_path(model, rng, 120)
        trace = _trace(model, Path(tuple(states[:-1]), tuple(actions), len(actions)), "random", None)
        rounds = [
            one.model_copy(update={"audits": {"all": tuple(read.manifest.audits) if chance else ()}})
            for one, chance in zip(_written_out(trace), taken, strict=True)
        ]
        played = play_trace(read, trace.model_copy(update={"rounds": tuple(rounds)}), duopoly())
        for number, one in enumerate(played):
            after = model.ladder.states[model.standing[states[number + 1]]]
            assert tuple(standing.state for standing in one.judgement.standings) == after
            fines = [one.judgement.fine_of(agent) for agent in model.agents]
            assert fines == model.fine_e6[states[number], actions[number], taken[number]].tolist()


def _written_out(trace):
    return [one.model_copy(update={"repeat": 1}) for one in trace.rounds for _ in range(one.repeat)]


def test_the_trace_gives_every_agent_its_quantities():
    model = model_of(shipped("cournot-antitrust"), _plans(["division"]))
    trace = _trace(model, Path((0,), (0,), 0), "one round", None)
    assert isinstance(trace.rounds[0], TraceRound)
    assert of_agent(trace.rounds[0].quantities, "firm_2") == (0.0, 60.0)
