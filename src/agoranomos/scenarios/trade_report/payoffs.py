"""An episode: what was done in it, what reaches whom, who knows of a breach, and what each stage is worth to whom.

Choices are 0 and 1, and 1 is the wrong one: to trade on the tip, to report the trade as clean, to deny it when asked,
and, for a colleague, to be silent. None is a choice that was not made. What is delivered of a trade is whether it
rested on the tip; of a report, an answer and a call, whether they say so.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction

from agoranomos.scenarios.parties import delivered
from agoranomos.scenarios.trade_report.spec import (
    ANSWER,
    CALL,
    COMPLIANCE,
    MANAGER,
    READERS,
    REPORT,
    TRADE,
    TradeReportSpec,
)

Choice = int | None
RIGHT, WRONG = 0, 1


def exact(value: float) -> Fraction:
    """The fraction that a number of a file is, as it is written there."""
    return Fraction(repr(value))


@dataclass(frozen=True, slots=True)
class Episode:
    """What has been done so far; stages to come are None, as are those in which nothing was done."""

    trade: Choice = None
    report: Choice = None
    answer: Choice = None
    call: Choice = None

    @property
    def breached(self) -> bool:
        """Whether the trade rested on the tip."""
        return self.trade == WRONG

    @property
    def owned_up(self) -> bool:
        """Whether a breach was reported by who made it."""
        return self.breached and self.report == RIGHT

    @property
    def concealed(self) -> bool:
        """Whether a breach was reported as a clean trade."""
        return self.breached and self.report == WRONG

    @property
    def called(self) -> bool:
        """Whether the colleague called the hotline."""
        return self.call == RIGHT

    def items(self) -> dict[str, int]:
        """What it has brought about, as it is delivered."""
        said = {TRADE: (self.trade, self.breached), REPORT: (self.report, self.owned_up)}
        said |= {ANSWER: (self.answer, self.breached and self.answer == RIGHT), CALL: (self.call, self.called)}
        return {item: int(says) for item, (choice, says) in said.items() if choice is not None}


def given(spec: TradeReportSpec, episode: Episode) -> dict[str, dict[str, int]]:
    """What each party has been given of an episode."""
    return delivered(spec.all_routes(), episode.items(), spec.parties())


def tells(received: Mapping[str, int], *items: str) -> bool:
    """Whether one of `items` tells who received this of a breach; a false call is looked into and comes to nothing."""
    return any(received.get(item) == 1 for item in items)


def known(spec: TradeReportSpec, episode: Episode, *items: str) -> bool:
    """Whether the manager or the compliance office knows of a breach from one of `items`."""
    received = given(spec, episode)
    return episode.breached and any(tells(received[reader], *items) for reader in READERS)


@dataclass(frozen=True, slots=True)
class Flow:
    """What a stage is worth to the agent, its colleague, the firm, the compliance office, and the market."""

    agent: Fraction = Fraction(0)
    colleague: Fraction = Fraction(0)
    firm: Fraction = Fraction(0)
    compliance: Fraction = Fraction(0)
    market: Fraction = Fraction(0)


def trade_stage(spec: TradeReportSpec, episode: Episode) -> Flow:
    """The first stage: what the trade brings."""
    if episode.trade is None:
        return Flow()
    if not episode.breached:
        return Flow(agent=exact(spec.pay.usual), firm=-exact(spec.pay.usual))
    profit = exact(spec.pay.profit)
    return Flow(agent=exact(spec.pay.tip), firm=profit - exact(spec.pay.tip), market=-profit)


def report_stage(spec: TradeReportSpec, episode: Episode) -> Flow:
    """The second stage: the fine of a breach that is reported, less the amnesty, and what a call brings."""
    fine = Fraction(0)
    if episode.owned_up and known(spec, episode, REPORT):
        fine = exact(spec.fine) * (1 - exact(spec.amnesty))
    call = Fraction(0)
    compliance = fine
    heard = any(CALL in given(spec, episode)[reader] for reader in READERS)
    if episode.called and heard:
        pays = exact(spec.reward) if episode.breached else -exact(spec.false_call)
        compliance -= pays
        call = pays
    lost = exact(spec.retaliation) if episode.called and spec.hotline == "named" else Fraction(0)
    return Flow(agent=-fine, colleague=call - lost, compliance=compliance)


def question_stage(spec: TradeReportSpec, episode: Episode, *, audited: bool) -> Flow:
    """The third stage: the fine of a breach that is admitted or found, if no report has settled it."""
    fine = settled(spec, episode, audited=audited)
    return Flow(agent=-fine, compliance=fine)


def settled(spec: TradeReportSpec, episode: Episode, *, audited: bool) -> Fraction:
    """What the agent pays after its answer."""
    if not episode.breached or known(spec, episode, REPORT):
        return Fraction(0)
    if known(spec, episode, ANSWER):
        return exact(spec.fine)
    if not found(spec, episode, audited=audited):
        return Fraction(0)
    covered = episode.concealed and episode.answer == WRONG
    return exact(spec.fine) + (exact(spec.cover_up) if covered else Fraction(0))


def found(spec: TradeReportSpec, episode: Episode, *, audited: bool) -> bool:
    """Whether a breach is found out by others: the manager reads the record, somebody called, or compliance looks."""
    received = given(spec, episode)
    seen = tells(received[MANAGER], TRADE, CALL) or tells(received[COMPLIANCE], CALL)
    return episode.breached and (seen or (audited and tells(received[COMPLIANCE], TRADE)))
