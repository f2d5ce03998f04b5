"""Whether the compiled and the interpreted `judge` decide alike: random institutions, markets and rounds.

python tests/institutions/compiled/agreement.py --rounds 1000000 --out docs/measurements/compiled_judge.json
"""

from __future__ import annotations

import argparse
import json
import random
import sys
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np

if __name__ == "__main__":
    sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from agoranomos.institutions import Judgement, Observed, Standing, bind, judge
from agoranomos.institutions.bind import Bound
from agoranomos.institutions.compiled import CompiledJudge, Judged, compile_judge, rounds_from, standings_from
from agoranomos.institutions.judge import initial_standings
from agoranomos.institutions.oracle import detect
from agoranomos.institutions.perception import perceive
from agoranomos.markets.facts import MarketFacts
from institutions.compiled.random_institutions import random_institution, random_measure

RUNS, ROUNDS = 20, 25


@dataclass
class Tally:
    """What was compared."""

    institutions: int = 0
    rounds: int = 0
    firm_rounds: int = 0
    seen: Counter[str] = field(default_factory=Counter)


class Conduct:
    """The random conduct of one run: rounds that repeat now and then, so that windows hold the same again."""

    def __init__(self, seed: str, facts: MarketFacts, agents: tuple[str, ...]) -> None:
        self.chance = random.Random(seed)
        self.facts = facts
        self.agents = agents
        self.undefined = self.chance.choice([0.0, 0.1, 0.5])
        self.huge = self.chance.choice([0.0, 0.0, 0.1])
        self.run_draw = self.chance.getrandbits(53)
        self.measures: dict[str, Any] = {}

    def observed(self, number: int) -> Observed:
        chance, facts = self.chance, self.facts
        firms, goods = len(facts.agents), len(facts.goods)
        for name in facts.measures:
            if name not in self.measures or chance.random() < 0.4:
                self.measures[name] = random_measure(chance, name, firms, goods, self.undefined, self.huge)
        return Observed(
            number,
            dict(self.measures),
            tuple(chance.getrandbits(53) for _ in self.agents),
            disturbed=chance.random() < 0.03,
            reports=tuple(agent for agent in self.agents if chance.random() < 0.15),
            run_draw=self.run_draw,
        )


def compare(seed: int, tally: Tally, runs: int = RUNS, rounds: int = ROUNDS) -> None:
    """Judge random rounds of one random institution in both forms; raises `AssertionError` where they differ."""
    _, institution, facts = random_institution(seed)
    bound = bind(institution, facts)
    compiled = compile_judge(bound, citing=True)
    lean = compile_judge(bound)
    conduct = [Conduct(f"{seed} {k}", facts, facts.agents) for k in range(runs)]
    interpreted = [initial_standings(bound) for _ in range(runs)]
    arrays, lean_arrays = compiled.start(runs), lean.start(runs)
    for number in range(1, rounds + 1):
        observed = [one.observed(number) for one in conduct]
        seen = rounds_from(compiled, observed)
        judged = compiled.judge(arrays, seen)
        lean_judged = lean.judge(lean_arrays, seen)
        judgements = [judge(bound, standings, own) for standings, own in zip(interpreted, observed, strict=True)]
        where = f"institution {seed}, round {number}"
        _same_detection(bound, interpreted, observed, judged, where)
        _same_judgements(bound, compiled, judgements, judged, where, tally)
        _same_without_citing(compiled, judged, lean_judged, where)
        interpreted = [own.standings for own in judgements]
        assert_standings(compiled, interpreted, judged, where)
        arrays, lean_arrays = judged.standings, lean_judged.standings
    tally.institutions += 1
    tally.rounds += runs * rounds
    tally.firm_rounds += runs * rounds * len(facts.agents)


def assert_standings(
    compiled: CompiledJudge, interpreted: Sequence[tuple[Standing, ...]], judged: Judged, where: str
) -> None:
    """Standings are equal, windows of evidence included."""
    expected = standings_from(compiled, interpreted)
    for name in ("state", "counters", "rounds_in_state", "timer", "limit_e6", "crossed", "reported", "evidence"):
        found = getattr(judged.standings, name)
        np.testing.assert_array_equal(found, getattr(expected, name), f"{where}: {name}")
    np.testing.assert_array_equal(judged.standings.packed(), expected.packed(), f"{where}: evidence")


def _same_detection(
    bound: Bound, before: Sequence[tuple[Standing, ...]], observed: Sequence[Observed], judged: Judged, where: str
) -> None:
    for r, (standings, own) in enumerate(zip(before, observed, strict=True)):
        for i, detected in enumerate(detect(bound, standings, perceive(bound.errors, own))):
            for k, name in enumerate(bound.signals):
                if name not in bound.supporting:
                    assert judged.fired[r, i, k] == detected.names[name], f"{where}, run {r}, firm {i}: signal {name}"
            for k, (name, _) in enumerate(bound.institution.events):
                assert judged.events[r, i, k] == detected.names[name], f"{where}, run {r}, firm {i}: event {name}"


def _same_judgements(
    bound: Bound,
    compiled: CompiledJudge,
    judgements: Sequence[Judgement],
    judged: Judged,
    where: str,
    tally: Tally,
) -> None:
    for r, judgement in enumerate(judgements):
        for i, agent in enumerate(bound.facts.agents):
            found = _words(bound, compiled, judged, r, i)
            expected = _expected(judgement, agent)
            assert found == expected, f"{where}, run {r}, {agent}: {found} where {expected} was expected"
            for kind, items in expected.items():
                tally.seen[kind] += len(items)
            tally.seen.update(sanction[0] for sanction in expected["sanctions"])
            tally.seen["blocked"] += sum(1 for request in expected["requests"] if request[1])
            tally.seen["spared"] += sum(
                1 for sanction in expected["sanctions"] if sanction[0] == "fine" and sanction[3]
            )


def _expected(judgement: Judgement, agent: str) -> dict[str, list[Any]]:
    return {
        "cases": [
            (case.rule, [signal.signal for signal in case.signals]) for case in judgement.cases if case.agent == agent
        ],
        "requests": [(t.edge, t.blocked, t.lasts) for t in judgement.transitions if t.agent == agent],
        "sanctions": [
            (s.sanction, s.rule, s.amount_e6, s.spared_e6, s.share_e6, s.rounds, s.counter, s.count)
            for s in judgement.sanctions
            if s.agent == agent
        ],
    }


def _words(bound: Bound, compiled: CompiledJudge, judged: Judged, r: int, i: int) -> dict[str, list[Any]]:
    """The compiled judgement of one agent in the words of the interpreted one."""
    institution = bound.institution
    signals = dict(zip(compiled.signals, judged.fired[r, i].tolist(), strict=True))
    cases = []
    for k, name in enumerate(compiled.events):
        rule = institution.manifest.events[name].accuses
        if rule is not None and judged.events[r, i, k]:
            cases.append((rule, [signal for signal in institution.evidence[name] if signals[signal]]))
    requests, sanctions = [], []
    crossed = int(judged.edge[r, i])
    for edge in institution.edges:
        reason = int(judged.blocked[r, i, edge.index])
        if reason:
            requests.append((edge.key, "cooldown" if reason == 1 else edge.requires[reason - 2][0], 0))
        if edge.index == crossed:
            spec, lasts = edge.spec, int(judged.lasts[r, i])
            requests.append((edge.key, "", lasts))
            if spec.fine is not None:
                amount, spared = int(judged.fine_e6[r, i]), int(judged.spared_e6[r, i])
                sanctions.append(("fine", spec.rule, amount, spared, 0, 0, "", 0))
            if spec.suspend or spec.cap is not None:
                limit = int(judged.standings.limit_e6[r, i])
                sanctions.append(("suspension" if spec.suspend else "cap", spec.rule, 0, 0, limit, lasts, "", 0))
            for (counter, _, _), taken in zip(
                institution.counter_updates, judged.forfeited[r, i].tolist(), strict=True
            ):
                if taken:
                    sanctions.append(("forfeiture", spec.rule, 0, 0, 0, 0, counter, taken))
    return {"cases": cases, "requests": requests, "sanctions": sanctions}


def _same_without_citing(compiled: CompiledJudge, judged: Judged, lean: Judged, where: str) -> None:
    deciding = [name not in compiled.bound.supporting for name in compiled.signals]
    np.testing.assert_array_equal(judged.fired & deciding, lean.fired, f"{where}: signals without citing")
    for name in ("events", "edge", "lasts", "blocked", "fine_e6", "spared_e6", "forfeited"):
        np.testing.assert_array_equal(getattr(judged, name), getattr(lean, name), f"{where}: {name} without citing")
    assert set(lean.standings.history) <= set(judged.standings.history)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rounds", type=int, default=20_000)
    parser.add_argument("--first", type=int, default=1_000_000, help="the first institution's seed")
    parser.add_argument("--out", type=Path)
    arguments = parser.parse_args()
    tally, seed = Tally(), arguments.first
    while tally.rounds < arguments.rounds:
        compare(seed, tally)
        seed += 1
        if tally.institutions % 100 == 0:
            print(f"{tally.rounds} rounds agree", file=sys.stderr)
    figures = {
        "institutions": tally.institutions,
        "rounds": tally.rounds,
        "firm_rounds": tally.firm_rounds,
        "disagreements": 0,
        "compared": dict(sorted(tally.seen.items())),
        "seeds": [arguments.first, seed - 1],
    }
    print(json.dumps(figures, indent=1))
    if arguments.out:
        arguments.out.write_text(json.dumps(figures, indent=1) + "\n")


if __name__ == "__main__":
    main()
