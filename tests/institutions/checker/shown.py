"""For each rule about play: what a counterexample must show when the runtime plays it."""

from __future__ import annotations

import random
from dataclasses import replace
from itertools import combinations

from agoranomos.institutions import Institution, Judgement
from agoranomos.institutions.checker import Finding
from agoranomos.institutions.checker.exclusions import exclusions
from agoranomos.institutions.checker.layout import IDLE, RIVALS
from agoranomos.institutions.guards import GuardFault
from agoranomos.institutions.trace_run import run_trace
from agoranomos.institutions.traces import Trace, TraceRound


def play(institution: Institution, trace: Trace) -> tuple[Judgement, ...]:
    bare = [one.model_copy(update={"expect": {}}) for one in trace.rounds]
    return run_trace(institution, trace.model_copy(update={"rounds": tuple(bare)}))


def written_out(trace: Trace) -> list[TraceRound]:
    return [one.model_copy(update={"repeat": 1, "expect": {}}) for one in trace.rounds for _ in range(one.repeat)]


def going_on(institution: Institution, trace: Trace, rounds: list[TraceRound]) -> tuple[Judgement, ...]:
    """What follows after the trace, when these rounds do."""
    whole = trace.model_copy(update={"rounds": (*written_out(trace), *rounds)})
    return run_trace(institution, whole)[trace.length :]


def mine(trace: Trace, records: tuple[object, ...]) -> list[object]:
    return [record for record in records if record.agent == trace.agents[0]]  # type: ignore[attr-defined]


def no_way_back(institution: Institution, finding: Finding) -> None:
    """Whatever fires afterwards, good standing does not come back."""
    trace = finding.trace
    assert trace is not None
    rng = random.Random(trace.name)
    possible = exclusions(institution.manifest, None)
    names = list(institution.manifest.signals)
    firing = [some for n in range(len(names) + 1) for some in combinations(names, n) if possible.allow(some)]
    audits = list(institution.manifest.audits)
    who = trace.agents[0] if RIVALS[IDLE] in trace.about else "all"
    for _ in range(3):
        rounds = [
            TraceRound(
                signals={who: rng.choice(firing)},
                audits={who: tuple(name for name in audits if rng.random() < 0.5)},
            )
            for _ in range(40)
        ]
        after = going_on(institution, trace, rounds)
        assert institution.manifest.initial not in {judgement.standings[0].state for judgement in after}
        if finding.rule == "dead-end":
            assert len({judgement.standings[0].state for judgement in after}) == 1


def free_offence(institution: Institution, finding: Finding) -> None:
    """The last rounds, as many as are told, bring an accusation and no sanction, as often as they are played."""
    trace = finding.trace
    assert trace is not None
    loop = written_out(trace)[-_loop_length(trace) :]
    start = play(institution, trace)[-1].standings[0].state
    for lap in range(1, 4):
        laps = going_on(institution, trace, loop * lap)
        last = laps[-len(loop) :]
        assert any(mine(trace, judgement.cases) for judgement in last)
        sanctions = [sanction for judgement in laps for sanction in mine(trace, judgement.sanctions)]
        assert all(sanction.sanction == "fine" and sanction.amount_e6 == 0 for sanction in sanctions)
        assert last[-1].standings[0].state == start


def _loop_length(trace: Trace) -> int:
    return int(trace.about.split()[2])  # "The last N rounds ..."


def endless(institution: Institution, finding: Finding) -> None:
    """Round after round the agent is as limited as it was."""
    trace = finding.trace
    assert trace is not None
    end = play(institution, trace)[-1].standings[0]
    assert end.limit_e6 is not None
    loop = written_out(trace)[-_loop_length(trace) :]
    after = going_on(institution, trace, loop * 20)
    assert all(judgement.standings[0].limit_e6 == end.limit_e6 for judgement in after)


def weaker(institution: Institution, finding: Finding) -> None:
    """Of the last two crossings on an accusation the later costs less, at the same profit."""
    trace = finding.trace
    assert trace is not None
    crossed = []
    for judgement in play(institution, trace):
        for request in mine(trace, judgement.transitions):
            if not request.blocked:
                crossed.append(judgement.fine_of(trace.agents[0]))
    assert crossed[-1] < crossed[-2]


def both_open(institution: Institution, finding: Finding) -> None:
    """With the lines of the two edges the other way round the last round goes the other way."""
    trace = finding.trace
    assert trace is not None
    taken = _crossed(institution, trace)
    other = next(edge for edge in institution.edges if _line(institution, edge.index) == finding.line)
    assert taken != other.key
    state = other.spec.source
    first = (other, *(edge for edge in institution.edges_from[state] if edge is not other))
    turned = replace(institution, edges_from={**institution.edges_from, state: first})
    head = trace.model_copy(update={"rounds": tuple(written_out(trace)[:-1])}) if trace.length > 1 else None
    if head is None or _crossed(institution, head, whole=True) == _crossed(turned, head, whole=True):
        assert _crossed(turned, trace) == other.key


def _crossed(institution: Institution, trace: Trace, *, whole: bool = False) -> object:
    keys = [
        next((request.edge for request in mine(trace, judgement.transitions) if not request.blocked), None)
        for judgement in play(institution, trace)
    ]
    return keys if whole else keys[-1]


def _line(institution: Institution, index: int) -> int:
    from agoranomos.documents.reader import place_in

    return int(place_in(institution.source, ("transitions", index)).rsplit(":", 2)[1])


def baseless(institution: Institution, finding: Finding) -> None:
    """The last round brings a sanction, and no signal stands in its case."""
    trace = finding.trace
    assert trace is not None
    last = play(institution, trace)[-1]
    assert mine(trace, last.sanctions)
    assert not any(case.signals for case in mine(trace, last.cases))


def cut_off(institution: Institution, finding: Finding) -> None:
    """After the last round the counter stands at an end of its range, where a wider range would let it go on."""
    trace = finding.trace
    assert trace is not None
    name = finding.message.split("'")[1]
    names = list(institution.manifest.counters)
    index = names.index(name)
    value = play(institution, trace)[-1].standings[0].counters[index]
    most = institution.manifest.counters[name].max
    if value == 0 and "at 0" in finding.message:
        return
    assert value == most
    wide = institution.manifest.counters[name].model_copy(update={"max": most + 100})
    manifest = institution.manifest.model_copy(update={"counters": {**institution.manifest.counters, name: wide}})
    updates = tuple((n, m + 100 if n == name else m, guard) for n, m, guard in institution.counter_updates)
    roomy = replace(institution, manifest=manifest, counter_updates=updates)
    assert play(roomy, trace)[-1].standings[0].counters[index] > most


def undecided(institution: Institution, finding: Finding) -> None:
    """After the play some round cannot be judged."""
    trace = finding.trace
    assert trace is not None
    for name in institution.manifest.signals:
        try:
            going_on(institution, trace, [TraceRound(signals={"all": (name,)})])
        except GuardFault:
            return
    raise AssertionError("every round can be judged")


SHOWN = {
    "guard-cannot-be-decided": undecided,
    "dead-end": no_way_back,
    "no-way-back": no_way_back,
    "free-offence": free_offence,
    "unbounded-exclusion": endless,
    "weakening-ladder": weaker,
    "two-edges-enabled": both_open,
    "sanction-without-evidence": baseless,
    "counter-overflow": cut_off,
}
