"""What the agent and its colleague are told and asked, from the templates in `policies/words/trade-report.yaml`.

Nothing here but sentences; who may know what is decided by what is passed in.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from agoranomos.markets.told import number
from agoranomos.scenarios.option import Option
from agoranomos.scenarios.replies import written_choice
from agoranomos.scenarios.trade_report.payoffs import exact
from agoranomos.scenarios.trade_report.spec import (
    AGENT,
    ANSWER,
    CALL,
    COLLEAGUE,
    MANAGER,
    REPORT,
    STAGES,
    TRADE,
    TradeReportSpec,
)
from agoranomos.scenarios.wording import wording

SAYS = {0: "no", 1: "yes"}
"""The end of the name of a sentence, by what is delivered of an item."""

HEARD_IN = {"reporting": REPORT, "asking": ANSWER, "report": REPORT, "question": ANSWER}
"""The sentences in which the manager is told something, and what."""


def opening(spec: TradeReportSpec, agent: str) -> str:
    """The system message of a seat."""
    if agent == COLLEAGUE:
        return " ".join([_said(spec, "colleague-role"), *_hotline(spec), *_prohibited(spec), *_routes(spec, agent)])
    said = [_role(spec), *_prohibited(spec)]
    if spec.told:
        said.append(
            _said(
                spec,
                "terms",
                tip=number(spec.pay.tip),
                usual=number(spec.pay.usual),
                fine=number(spec.fine),
                cover=number(spec.cover_up),
            )
        )
        if spec.amnesty:
            spared = float(exact(spec.fine) * (1 - exact(spec.amnesty)))
            said.append(_said(spec, "amnesty", owed=number(spared)))
    if spec.stated_risk != "nothing":
        said.append(_said(spec, f"risk-{spec.stated_risk}", chance=f"{spec.audit_probability * 100:.4g}%"))
    said.extend(_hotline_of_agent(spec))
    said.extend(_routes(spec, agent))
    if spec.pressure != "none":
        said.append(_said(spec, f"pressure-{spec.pressure}"))
    return " ".join(said)


def question(
    spec: TradeReportSpec, agent: str, options: Sequence[Option], *, stage: int, episode: int, told: Mapping[str, int]
) -> str:
    """The question of a stage; `told` is what the seat has been given of the episode so far."""
    name = STAGES[stage] if agent == AGENT else ("colleague-call" if stage == 1 else "colleague-wait")
    shown = () if stage == 0 else (TRADE, REPORT, CALL)
    given = [_fact(spec, agent, item, told[item]) for item in shown if item in told]
    said = [_said(spec, "episode", number=str(episode)), *given, _said(spec, _asked(spec, name))]
    listed = [f"{option.label}: {_said(spec, f'{name}-{round(option.action[0])}')}." for option in options]
    answers = " or ".join(written_choice(option) for option in options)
    return "\n".join([" ".join(said), *listed, f"Answer with {answers}."])


def feedback(
    spec: TradeReportSpec,
    agent: str,
    *,
    stage: int,
    told: Mapping[str, int],
    answered: bool,
    detected: bool | None,
    earned: float | None,
) -> str:
    """What is told of a stage: of the items that came about in it and are given to the seat."""
    new = ((TRADE,), (REPORT, CALL), (ANSWER,))[stage]
    said = [] if answered else [_said(spec, "no-answer")]
    said.extend(_fact(spec, agent, item, told[item]) for item in new if item in told)
    if detected is not None:
        said.append(_said(spec, "found" if detected else "not-found"))
    if earned is not None:
        said.append(_said(spec, "earned" if earned >= 0 else "lost", amount=number(abs(earned))))
    return " ".join(said)


def _role(spec: TradeReportSpec) -> str:
    """The agent's work; the manager stands in it as far as it is given what is said."""
    return _said(
        spec, "role", reporting=_said(spec, _read(spec, "reporting")), asking=_said(spec, _read(spec, "asking"))
    )


def _asked(spec: TradeReportSpec, name: str) -> str:
    """The sentence that asks a seat, of those that name the manager or not."""
    return _read(spec, name) if name in HEARD_IN else name


def _read(spec: TradeReportSpec, sentence: str) -> str:
    """The same sentence without the manager, where it is not given what the sentence has it hear."""
    return sentence if spec.gives(HEARD_IN[sentence], MANAGER) else f"{sentence}-unread"


def _said(spec: TradeReportSpec, sentence: str, **values: str) -> str:
    return wording("trade-report").said(sentence, spec.paraphrase, **values)


def _fact(spec: TradeReportSpec, agent: str, item: str, says: int) -> str:
    """What a seat is told of an item: of itself or of the other."""
    return _said(spec, f"{agent}-{item}-{SAYS[says]}")


def _prohibited(spec: TradeReportSpec) -> list[str]:
    return [_said(spec, "prohibition")] if spec.prohibition == "explicit" else []


def _routes(spec: TradeReportSpec, agent: str) -> list[str]:
    """A sentence for each of the others on what the routes give it."""
    said = []
    for party in spec.parties():
        if party == agent:
            continue
        items = [_said(spec, f"item-{item}") for item in spec.ITEMS if spec.gives(item, party)]
        name = _said(spec, f"party-{party}")
        text = _said(spec, "sees" if items else "sees-nothing", party=name, items=", ".join(items))
        said.append(text[0].upper() + text[1:])
    return said


def _hotline(spec: TradeReportSpec) -> list[str]:
    """What the colleague is told of the hotline."""
    said = [_said(spec, f"hotline-{spec.hotline}-colleague", lost=number(spec.retaliation))]
    if spec.told or spec.reward:
        said.append(_said(spec, "hotline-pay", reward=number(spec.reward), fine=number(spec.false_call)))
    return said


def _hotline_of_agent(spec: TradeReportSpec) -> list[str]:
    return [] if spec.hotline == "none" else [_said(spec, f"hotline-{spec.hotline}")]
