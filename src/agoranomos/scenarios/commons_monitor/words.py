"""What a fisher is told and asked. What is promised of who hears what is read off the routes."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from agoranomos.markets.told import number
from agoranomos.scenarios.asking import put
from agoranomos.scenarios.commons_monitor.payoffs import SILENT, Choice
from agoranomos.scenarios.commons_monitor.spec import COMMUNITY, MONITOR, QUOTA, CommonsMonitorSpec
from agoranomos.scenarios.option import Option
from agoranomos.scenarios.wording import wording

NOT_SEEN = -1
PROMISED = ("catch", "report", "alarm", "audit")
"""The items of which an opening says who is told."""


@dataclass(frozen=True, slots=True)
class Told:
    """What a fisher may be told of a round: places of multiples, by fisher; None where it is not told."""

    choice: Choice | None
    earned: float | None
    caught: bool | None
    watched: bool
    silence_found: bool | None
    reports: Mapping[str, int] | None
    catches: Mapping[str, int] | None
    alarms: Sequence[str] | None
    stock: float | None


def opening(spec: CommonsMonitorSpec, agent: str) -> str:
    """The system message: the lake, the duty, who hears what, the watch, the fines, the goal."""
    others = [fisher for fisher in spec.fishers if fisher != agent]
    said = [
        _said(spec, "role", others=_listed(others), count=str(len(spec.fishers))),
        _said(spec, "duty"),
        _said(spec, "report"),
        _said(spec, f"monitor_{spec.monitor}", term=_rounds(spec)),
        *[_promise(spec, item, agent) for item in _brought_about(spec)],
        *(_office(spec) if spec.watched_over else ()),
        *_fines(spec),
    ]
    if spec.universalise:
        said.append(_said(spec, "universalise"))
    if spec.goal:
        said.append(_said(spec, "goal"))
    return " ".join(said)


def question(
    spec: CommonsMonitorSpec,
    options: Sequence[Option],
    *,
    stock: float | None,
    quota: float | None,
    office: str | None,
    watching: bool,
) -> str:
    """What is asked for a round; `stock`, `quota` and `office` are None where they are not told."""
    said = [_said(spec, "begins")]
    if stock is not None and quota is not None:
        gone = quota <= 0.0
        said.append(_said(spec, "stock_gone") if gone else _said(spec, "stock", stock=_fish(stock), quota=_fish(quota)))
    if spec.watched_over:
        if watching:
            said.append(_said(spec, "office_you"))
        elif office is not None:
            said.append(_said(spec, "office_other", who=office))
        else:
            said.append(_said(spec, "office_not_you"))
    said.append(_said(spec, "ask" if spec.watched_over else "ask_unwatched"))
    return "\n".join([" ".join(said), *put(options, lettered=spec.options == "letters")])


def feedback(spec: CommonsMonitorSpec, told: Told) -> str:
    """What is told of the round just played."""
    if told.choice is None:
        said = [_said(spec, "no_answer")]
    else:
        take, report = named(spec, told.choice.take), named(spec, told.choice.report)
        true = told.choice.take == told.choice.report
        said = [_said(spec, "did_true", take=take) if true else _said(spec, "did", take=take, report=report)]
    if told.caught is not None:
        said.append(_said(spec, "caught" if told.caught else "not_caught"))
    if told.watched:
        said.append(_said(spec, "kept_watch"))
    if told.silence_found is not None:
        said.append(_said(spec, "silence_found" if told.silence_found else "silence_not_found"))
    if told.earned is not None:
        said.append(_said(spec, "earned", earned=_fish(told.earned)))
    for name, by_fisher in (("took_all", told.catches), ("reported_all", told.reports)):
        if by_fisher:
            each = [f"{fisher} {named(spec, place)}" for fisher, place in by_fisher.items()]
            said.append(_said(spec, name, list=", ".join(each)))
    if told.alarms is not None:
        found = bool(told.alarms)
        said.append(_said(spec, "alarm", list=_listed(told.alarms)) if found else _said(spec, "alarm_none"))
    if told.stock is not None:
        said.append(_said(spec, "left", stock=_fish(told.stock)))
    return " ".join(said)


def text(spec: CommonsMonitorSpec, choice: Choice) -> str:
    """What a fisher can do, in words."""
    take, report = named(spec, choice.take), named(spec, choice.report)
    true = choice.take == choice.report
    said = _said(spec, "option_true", take=take) if true else _said(spec, "option", take=take, report=report)
    if not spec.watched_over:
        return said
    return said + _said(spec, "option_silent" if choice.watch == SILENT else "option_tell")


def named(spec: CommonsMonitorSpec, place: int) -> str:
    """The multiple at a place, in words."""
    multiple = spec.multiples[place]
    if multiple == QUOTA:
        return _said(spec, "quota")
    return _said(spec, "multiple", times=number(multiple)) if multiple else _said(spec, "none")


def _said(spec: CommonsMonitorSpec, sentence: str, **values: str) -> str:
    return wording("commons-monitor").said(sentence, spec.paraphrase, **values)


def _brought_about(spec: CommonsMonitorSpec) -> list[str]:
    """The items of `PROMISED` that rounds can have."""
    absent = {"alarm"} if not spec.watched_over else set()
    return [item for item in PROMISED if item not in absent | (set() if spec.check.probability else {"audit"})]


def _promise(spec: CommonsMonitorSpec, item: str, agent: str) -> str:
    """To whom an item goes, by the routes."""
    given = [party for party in spec.parties() if spec.gives(item, party)]
    fishers = [party for party in given if party in spec.fishers]
    whom = ["you" if party == agent else party for party in fishers]
    if len(fishers) == len(spec.fishers):
        whom = [_said(spec, "party_fishers")]
    elif MONITOR in given:
        whom.append(_said(spec, "party_monitor"))
    if COMMUNITY in given:
        whom.append(_said(spec, "party_community"))
    what = _said(spec, f"item_{item}")
    if not whom:
        return _capital(_said(spec, "told_to_nobody", what=what))
    sentence = _said(spec, "told_to", what=what, whom=_listed(whom))
    return sentence if any(sentence.startswith(fisher) for fisher in fishers) else _capital(sentence)


def _office(spec: CommonsMonitorSpec) -> list[str]:
    said = [_said(spec, "watch")]
    if spec.sight < 1.0:
        said.append(_said(spec, "unsure", chance=number(100.0 * spec.sight)))
    said.append(_said(spec, "pay", pay=_worth(spec, spec.pay)))
    if spec.effort:
        said.append(_said(spec, "effort", effort=_worth(spec, spec.effort)))
    if spec.bribe:
        said.append(_said(spec, "bribe", bribe=_worth(spec, spec.bribe)))
    return said


def _fines(spec: CommonsMonitorSpec) -> list[str]:
    rules, check = spec.sanction, spec.check
    said = []
    if any(rules.steps):
        first, *more = [number(step) for step in rules.steps]
        if more:
            steps = [
                _said(spec, "step_first", step=first),
                *[_said(spec, "step_again", step=step) for step in more[:-1]],
                _said(spec, "step_last", step=more[-1]),
            ]
        else:
            steps = [_said(spec, "step_only", step=first)]
        said.append(_said(spec, "sanction", steps=", ".join(steps)))
        said.append(_said(spec, "admitted", part=number(100.0 * rules.admitted)))
    if rules.false_report:
        said.append(_said(spec, "false_report", fine=_worth(spec, rules.false_report)))
    if check.probability:
        said.append(_said(spec, "check", chance=number(100.0 * check.probability)))
        if spec.watched_over:
            more_lost = _said_raw(spec, "check_penalty", penalty=_worth(spec, check.penalty)) if check.penalty else ""
            more_lost += _said_raw(spec, "check_dismissed") if check.dismisses else ""
            said.append(_said(spec, "check_watch", more=more_lost))
    return said


def _said_raw(spec: CommonsMonitorSpec, sentence: str, **values: str) -> str:
    """A part of a sentence, with the blank before it where it is no comma."""
    part = _said(spec, sentence, **values)
    return part if part.startswith(",") else f" {part}"


def _rounds(spec: CommonsMonitorSpec) -> str:
    return _said(spec, "one_round") if spec.term == 1 else _said(spec, "rounds", count=str(spec.term))


def _worth(spec: CommonsMonitorSpec, quotas: float) -> str:
    return _said(spec, "quota_worth") if quotas == QUOTA else _said(spec, "quotas", times=number(quotas))


def _fish(amount: float) -> str:
    return number(round(amount, 2) + 0.0)


def _listed(names: Sequence[str]) -> str:
    return names[0] if len(names) == 1 else f"{', '.join(names[:-1])} and {names[-1]}"


def _capital(sentence: str) -> str:
    return sentence[:1].upper() + sentence[1:]
