"""`judge`: the one function behind running, replaying, checking and attacking an institution."""

from __future__ import annotations

import msgspec

from agoranomos.institutions.bind import Bound
from agoranomos.institutions.controller import Decided, control
from agoranomos.institutions.judgement import CaseRecord, Judgement, NoticeIssued, Observed, Standing, StandingRecord
from agoranomos.institutions.notices import Notice
from agoranomos.institutions.oracle import Detected, detect
from agoranomos.institutions.perception import perceive
from agoranomos.markets.facts import SCALE


def judge(bound: Bound, standings: tuple[Standing, ...], observed: Observed) -> Judgement:
    """What the institution decides about one round: pure, deterministic, integers only.

    `standings` are those before the round, one per agent of the market, in its order.
    """
    observed = perceive(bound.errors, observed)
    detected = detect(bound, standings, observed)
    decided = control(bound, standings, detected, observed)
    after = tuple([one.standing for one in decided])
    notices, issued = _notices(bound, after, detected, decided, observed.round + 1)
    if issued:
        held = {notice.agent: notice.text for notice in notices}
        after = tuple(
            msgspec.structs.replace(standing, notice=held[agent])
            for standing, agent in zip(after, bound.facts.agents, strict=True)
        )
    return Judgement(
        standings=after,
        cases=tuple([case for one in detected for case in one.cases.values()]),
        transitions=tuple([request for one in decided for request in one.transitions]),
        sanctions=tuple([sanction for one in decided for sanction in one.sanctions]),
        issued=issued,
        notices=notices,
    )


def initial_standings(bound: Bound) -> tuple[Standing, ...]:
    """Where agents stand before the first round; nobody holds a notice yet."""
    counters = tuple(counter.initial for counter in bound.institution.manifest.counters.values())
    return tuple(Standing(bound.institution.manifest.initial, counters) for _ in bound.facts.agents)


def first_notices(bound: Bound, standings: tuple[Standing, ...]) -> Judgement:
    """The notices for round 1, as a judgement in which nothing else happened."""
    silent = tuple(Detected((), (), {}, {}, False) for _ in standings)
    resting = tuple(Decided(standing, (), ()) for standing in standings)
    notices, issued = _notices(bound, standings, silent, resting, 1)
    after = tuple(
        msgspec.structs.replace(standing, notice=notice.text)
        for standing, notice in zip(standings, notices, strict=True)
    )
    return Judgement(after, (), (), (), issued, notices)


def record_of(standing: Standing) -> StandingRecord:
    """The standing as the log shows it."""
    return StandingRecord(standing.state, standing.counters, standing.timer, standing.limit_e6, standing.reported)


def _notices(
    bound: Bound,
    standings: tuple[Standing, ...],
    detected: tuple[Detected, ...],
    decided: tuple[Decided, ...],
    effective_round: int,
) -> tuple[tuple[Notice, ...], tuple[NoticeIssued, ...]]:
    institution = bound.institution
    states = institution.manifest.states
    notices, issued = [], []
    for firm, (agent, standing) in enumerate(zip(bound.facts.agents, standings, strict=True)):
        fine = sum([sanction.amount_e6 for sanction in decided[firm].sanctions])
        text = ""
        if institution.notice is not None:
            text = _render(bound, standings, firm, detected[firm], fine, effective_round)
            if text != standing.notice:
                issued.append(NoticeIssued(agent, effective_round, standing.state, text))
        index = institution.states.index(standing.state)
        label = states[standing.state].label
        notices.append(Notice(agent, effective_round, standing.state, index, label, text, fine))
    return tuple(notices), tuple(issued)


def _render(
    bound: Bound, standings: tuple[Standing, ...], firm: int, detected: Detected, fine_e6: int, effective_round: int
) -> str:
    institution = bound.institution
    assert institution.notice is not None
    standing, cases = standings[firm], detected.cases.values()
    evidence = "; ".join(map(_evidence, cases)) or "none"
    rule = ", ".join(case.rule for case in cases) or "none"

    def values() -> dict[str, object]:
        states = institution.manifest.states
        others = [
            f"{agent} {states[other.state].label}"
            for index, (agent, other) in enumerate(zip(bound.facts.agents, standings, strict=True))
            if index != firm
        ]
        return {
            **institution.manifest.parameters,
            **dict(zip(institution.manifest.counters, standing.counters, strict=True)),
            "agent": bound.facts.agents[firm],
            "round": effective_round,
            "status": states[standing.state].label,
            "guidance": states[standing.state].guidance,
            "others": ", ".join(others) or "none",
            "rounds_left": standing.timer,
            "fine": _decimal(fine_e6),
            "evidence": evidence,
            "rule": rule,
            "institution": institution.name,
            "digest": institution.semantic_sha256[:12],
        }

    everywhere = tuple([other.state for other in standings])
    told_round = effective_round if bound.told_round else 0
    counters = tuple([standing.counters[index] for index in bound.told_counters])
    agents = bound.facts.agents
    key = (agents, firm, everywhere, counters, standing.timer, fine_e6, evidence, rule, told_round)
    return institution.notice.text(key, values)


def _evidence(case: CaseRecord) -> str:
    return "; ".join(f"{signal.signal}{' on ' + signal.good if signal.good else ''}" for signal in case.signals)


def _decimal(amount_e6: int) -> str:
    """The amount with two decimals, rounded down: exact integer arithmetic, the same text everywhere."""
    cents = amount_e6 // (SCALE // 100)
    return f"{cents // 100}.{cents % 100:02d}"
