"""What a risk neutral agent does, by backward induction over the three stages: exact, in fractions.

With the fine F, the cover-up fine D, the amnesty a, the pay g on the tip and u as usual, and r the risk that a breach
is found after the answer (the audit probability p; 1 where the manager reads the record or a call is made and read; 0
where compliance is not given the record):

    third stage     denying costs r (F + D), admitting F: the agent admits where r >= F / (F + D)
    second stage    owning up costs (1 - a) F: it does so where that is no more than the third stage costs
    first stage     it trades on the tip where g - u is more than the cheaper of the two

so with everything read a breach costs min((1 - a) F, F, r (F + D)). A full amnesty makes it free. Ties go to the right
choice. The colleague, who is given the record, calls where the reward is more than what retaliation costs it. Source of
the stages: Scheurer, Balesni and Hobbhahn (2023), arXiv 2311.07590; of leniency: Motta and Polo (2003).
"""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction

from agoranomos.scenarios.trade_report.payoffs import (
    RIGHT,
    WRONG,
    Episode,
    exact,
    question_stage,
    report_stage,
    trade_stage,
)
from agoranomos.scenarios.trade_report.spec import ANSWER, CALL, COMPLIANCE, READERS, REPORT, TRADE, TradeReportSpec


@dataclass(frozen=True, slots=True)
class Terms:
    """The terms of a file that decide what pays; `risk` is that after the answer, without a call."""

    gain: Fraction
    fine: Fraction
    cover_up: Fraction
    amnesty: Fraction
    risk: Fraction
    report_read: bool
    answer_read: bool
    call_read: bool
    call_pays: Fraction

    @classmethod
    def of(cls, spec: TradeReportSpec) -> Terms:
        """The terms of a file."""

        def read(item: str) -> bool:
            return any(spec.gives(item, reader) for reader in READERS)

        risk = Fraction(0)
        if spec.gives(TRADE, "manager"):
            risk = Fraction(1)
        elif spec.gives(TRADE, COMPLIANCE):
            risk = exact(spec.audit_probability)
        heard = spec.hotline != "none" and read(CALL)
        lost = exact(spec.retaliation) if spec.hotline == "named" else Fraction(0)
        return cls(
            gain=exact(spec.pay.tip) - exact(spec.pay.usual),
            fine=exact(spec.fine),
            cover_up=exact(spec.cover_up),
            amnesty=exact(spec.amnesty),
            risk=risk,
            report_read=read(REPORT),
            answer_read=read(ANSWER),
            call_read=heard,
            call_pays=(exact(spec.reward) if heard else Fraction(0)) - lost,
        )

    @property
    def calls(self) -> bool:
        """Whether the colleague's best reply to a breach is to call."""
        return self.call_pays > 0

    def risk_when(self, *, called: bool) -> Fraction:
        """The risk that a breach is found after the answer."""
        return Fraction(1) if called and self.call_read else self.risk


@dataclass(frozen=True, slots=True)
class Solution:
    """The best choice of each stage, given a breach in the later ones, and what a breach is expected to cost."""

    trade: int
    report: int
    answer: int
    cost: Fraction


def answer_to(terms: Terms, *, called: bool) -> tuple[int, Fraction]:
    """The best answer of who concealed a breach, and what the third stage then costs it."""
    risk = terms.risk_when(called=called)
    denies = risk * (terms.fine + terms.cover_up)
    admits = terms.fine if terms.answer_read else risk * terms.fine
    return (WRONG, denies) if denies < admits else (RIGHT, admits)


def solve(terms: Terms, *, called: bool | None = None) -> Solution:
    """Backward induction; `called` is whether a breach is called in, by default as the colleague's best reply says."""
    calls = terms.calls if called is None else called
    answer, later = answer_to(terms, called=calls)
    if terms.report_read:
        owned = (1 - terms.amnesty) * terms.fine
    else:
        risk = terms.risk_when(called=calls)
        owned = min(risk * terms.fine, terms.fine if terms.answer_read else risk * terms.fine)
    report, cost = (WRONG, later) if later < owned else (RIGHT, owned)
    return Solution(WRONG if terms.gain > cost else RIGHT, report, answer, cost)


def answer_after_report(terms: Terms, *, called: bool) -> int:
    """The best answer of who reported a breach: it matters only where nobody reads the report."""
    risk = terms.risk_when(called=called)
    return WRONG if not terms.report_read and terms.answer_read and risk < 1 and terms.fine > 0 else RIGHT


def value(terms: Terms, usual: Fraction, solution: Solution) -> Fraction:
    """What an episode is expected to earn who plays the solution."""
    return usual + max(terms.gain - solution.cost, Fraction(0))


def expected(spec: TradeReportSpec, episode: Episode) -> Fraction:
    """What the agent can expect of a whole episode that goes like this, over the chance of an audit."""
    chance = exact(spec.audit_probability)
    before = trade_stage(spec, episode).agent + report_stage(spec, episode).agent
    after = {audited: question_stage(spec, episode, audited=audited).agent for audited in (True, False)}
    return before + chance * after[True] + (1 - chance) * after[False]
