"""`judge`: the one function behind running, replaying, checking and attacking an institution."""

from __future__ import annotations

import msgspec

from agoranomos.institutions.bind import Bound
from agoranomos.institutions.controller import Decided, control
from agoranomos.institutions.filler import filler
from agoranomos.institutions.judgement import (
    Announced,
    CaseRecord,
    Judgement,
    NoticeIssued,
    Observed,
    Sanction,
    Standing,
    StandingRecord,
)
from agoranomos.institutions.notices import Notice, Wording
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
        announced=_announced(bound, decided),
    )


def initial_standings(bound: Bound) -> tuple[Standing, ...]:
    """Where agents stand before the first round; nobody holds a notice yet."""
    counters = tuple(counter.initial for counter in bound.institution.manifest.counters.values())
    return tuple(Standing(bound.institution.manifest.initial, counters) for _ in bound.facts.agents)


def first_notices(bound: Bound, standings: tuple[Standing, ...], first_round: int = 1) -> Judgement:
    """The notices for the institution's first round, as a judgement in which nothing else happened."""
    silent = tuple(Detected((), (), {}, {}, False) for _ in standings)
    resting = tuple(Decided(standing, (), ()) for standing in standings)
    notices, issued = _notices(bound, standings, silent, resting, first_round)
    after = tuple(
        msgspec.structs.replace(standing, notice=notice.text)
        for standing, notice in zip(standings, notices, strict=True)
    )
    return Judgement(after, (), (), (), issued, notices)


def record_of(standing: Standing) -> StandingRecord:
    """The standing as the log shows it."""
    return StandingRecord(standing.state, standing.counters, standing.timer, standing.limit_e6, standing.reported)


def _announced(bound: Bound, decided: tuple[Decided, ...]) -> tuple[Announced, ...]:
    """The sanctions that agents are told of and that are not carried out."""
    manifest = bound.institution.manifest
    if manifest.applies or not manifest.announces or manifest.notices is None or manifest.notices.shown == "filler":
        return ()
    return tuple(
        Announced(*(getattr(sanction, name) for name in Sanction.__struct_fields__))
        for one in decided
        for sanction in one.spoken
    )


def _notices(
    bound: Bound,
    standings: tuple[Standing, ...],
    detected: tuple[Detected, ...],
    decided: tuple[Decided, ...],
    effective_round: int,
) -> tuple[tuple[Notice, ...], tuple[NoticeIssued, ...]]:
    institution = bound.institution
    manifest = institution.manifest
    hidden = manifest.notices is not None and manifest.notices.shown == "filler"
    notices, issued = [], []
    for firm, (agent, standing) in enumerate(zip(bound.facts.agents, standings, strict=True)):
        fine = sum([sanction.amount_e6 for sanction in decided[firm].sanctions])
        text = ""
        if bound.wording is not None:
            spoken = sum([sanction.amount_e6 for sanction in decided[firm].spoken])
            text = _render(bound, bound.wording, standings, firm, detected[firm], fine + spoken, effective_round)
            text = filler(text) if hidden else text
            if text != standing.notice:
                issued.append(NoticeIssued(agent, effective_round, standing.state, text))
        state = manifest.initial if hidden else standing.state
        index, label = institution.states.index(state), manifest.states[state].label
        notices.append(Notice(agent, effective_round, state, index, label, text, fine, manifest.announces))
    return tuple(notices), tuple(issued)


def _render(
    bound: Bound,
    wording: Wording,
    standings: tuple[Standing, ...],
    firm: int,
    detected: Detected,
    fine_e6: int,
    effective_round: int,
) -> str:
    institution = bound.institution
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
            "guidance": wording.guidance[standing.state],
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
    return wording.template.text(key, values)


def _evidence(case: CaseRecord) -> str:
    fired = (f"{signal.signal}{' on ' + signal.good if signal.good else ''}" for signal in case.signals)
    return "; ".join((*fired, *case.pretext))


def _decimal(amount_e6: int) -> str:
    """The amount with two decimals, rounded down: exact integer arithmetic, the same text everywhere."""
    cents = amount_e6 // (SCALE // 100)
    return f"{cents // 100}.{cents % 100:02d}"
