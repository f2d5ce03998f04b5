"""Conduct on record under other institutions: arrays decide as the interpreted `judge` does, and both as `replay`."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache
from typing import Any

import numpy as np
import pytest

from agoranomos.errors import UsageError
from agoranomos.institutions import Governed, bind, load_institution, replay
from agoranomos.institutions.counterfactual import WORTH_ARRAYS, Conducts, judged_alone
from agoranomos.institutions.fold import Conduct
from agoranomos.institutions.replay import replay_conduct
from agoranomos.logs import MemoryLog
from agoranomos.markets.bertrand_v0 import parallel_env as bertrand
from agoranomos.markets.cournot_v0 import parallel_env as cournot
from institutions.playing import DIVISION, FAITHFUL, HARDENED, NASH, shipped, text_of

COURNOT = (FAITHFUL, HARDENED, "cournot-antitrust-no-warning")


def run(seed: int, own: str | None, switches: dict[int, str | None], rounds: int = 26) -> list[bytes]:
    """A run in which firms divide, compete, or do anything at all, by a stream of its own."""
    log = MemoryLog()
    later = {number: shipped(name) if name else None for number, name in switches.items()}
    market = Governed(cournot(rounds=rounds), shipped(own) if own else None, log, switches=later, reporting=True)
    stream = np.random.default_rng(seed)
    market.reset(seed=seed)
    while market.agents:
        mood = stream.random()
        plan: Any = DIVISION if mood < 0.6 else NASH if mood < 0.8 else None
        market.step(
            {
                firm: {
                    "action": np.array(plan[firm]) if plan is not None else stream.uniform(0, 60, 2),
                    "report": int(stream.random() < 0.1),
                }
                for firm in market.agents
            }
        )
    market.close_run()
    return list(log.entries)


@cache
def recorded() -> tuple[list[bytes], ...]:
    """Ungoverned, governed (with suspensions, whose rounds are no evidence), and switched runs of two lengths."""
    found = [run(seed, None, {}) for seed in range(10)]
    found += [run(seed, FAITHFUL, {}) for seed in range(20, 30)]
    found += [run(seed, None, {9: FAITHFUL, 18: None}) for seed in range(40, 50)]
    return (*found, *(run(seed, HARDENED, {}, rounds=13) for seed in range(60, 63)))


def conducts() -> list[Conduct]:
    return [replay_conduct(lines)[1] for lines in recorded()]


@pytest.mark.parametrize("name", COURNOT)
def test_arrays_decide_as_the_interpreted_judge_and_as_replay(name: str) -> None:
    other = shipped(name)
    held = conducts()
    assert sum(one.disturbed for conduct in held for one in conduct.observed) > 20
    judged = Conducts(held).judged_by(other)
    assert judged == [judged_alone(conduct, bind(other, conduct.facts)) for conduct in held]
    for lines, one in zip(recorded(), judged, strict=True):
        found = replay(lines, other)
        assert (found.tallies, found.states, found.disturbed) == (one.tallies, one.states, one.disturbed)


def test_every_act_is_counted_somewhere() -> None:
    """The comparison above compares something: each kind of act occurs in it."""
    found: dict[str, int] = {}
    for name in COURNOT:
        for one in Conducts(conducts()).judged_by(shipped(name)):
            for tally in one.tallies.values():
                for act in (
                    "cases",
                    "transitions",
                    "blocked",
                    "fines",
                    "fines_e6",
                    "suspensions",
                    "caps",
                    "forfeitures",
                ):
                    found[act] = found.get(act, 0) + getattr(tally, act)
            found["sits_out"] = found.get("sits_out", 0) + sum(one.would_sit_out.values())
    assert all(found[act] > 0 for act in ("cases", "transitions", "blocked", "fines", "fines_e6", "suspensions"))
    assert found["sits_out"] > 0


def test_its_own_institution_judges_undisturbed_conduct_as_it_is_recorded() -> None:
    for lines in recorded()[20:30]:
        assert replay(lines) == replay_conduct(lines)[0]
    ungoverned = [replay_conduct(lines)[1] for lines in recorded()[:10]]
    assert all(not one.disturbed for conduct in ungoverned for one in conduct.observed)


def test_an_institution_that_draws_has_the_same_draws_in_both_forms() -> None:
    """Draws that the record does not hold come from the recorded seed."""
    drawing = load_institution(_drawing())
    held = conducts()
    assert bind(drawing, held[0].facts).draws
    assert Conducts(held).judged_by(drawing) == [judged_alone(one, bind(drawing, one.facts)) for one in held]


def _drawing() -> Any:
    from agoranomos.documents import Source

    text = text_of("cournot-antitrust").replace("name: cournot-antitrust", "name: drawing", 1)
    return Source("drawing.yaml", text + "\nobservation: {error: {cv: 0.3, hhi: 0.1}}\n")


def test_few_runs_are_judged_one_by_one_and_order_is_kept() -> None:
    held = conducts()
    few = held[: WORTH_ARRAYS - 1]
    assert Conducts(few).judged_by(shipped(FAITHFUL)) == Conducts(held).judged_by(shipped(FAITHFUL))[: len(few)]
    mixed = [held[-1], held[0], held[25], *held[1:9], held[-2]]
    assert Conducts(mixed).judged_by(shipped(HARDENED)) == [
        judged_alone(one, bind(shipped(HARDENED), one.facts)) for one in mixed
    ]


def test_runs_of_two_markets_are_judged_in_their_own() -> None:
    log = MemoryLog()
    market = Governed(bertrand(rounds=6), None, log)
    market.reset(seed=0)
    while market.agents:
        market.step({agent: market.action_space(agent).sample() for agent in market.agents})
    other = replay_conduct(log.entries)[1]
    with pytest.raises(UsageError, match="cannot govern market"):
        Conducts([*conducts()[:2], other]).judged_by(shipped(FAITHFUL))
    assert Conducts([other]).judged_by(shipped("bertrand-antitrust"))[0].disturbed == 0


def test_no_conduct_is_judged_to_nothing() -> None:
    empty: Sequence[Conduct] = ()
    assert Conducts(empty).judged_by(shipped(FAITHFUL)) == []
