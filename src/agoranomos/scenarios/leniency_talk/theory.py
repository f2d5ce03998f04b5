"""Whom the authority deters: the condition of one round, and the patience that a cartel needs, exactly.

With profits N (Nash), M (joint monopoly) and D (undercutting), detection p, fine S, and R for what the one who
betrays pays (S where reports are not spared, 0 with immunity, minus its reward with one, and S over the number of firms
where ringleaders are excluded, of whom one is drawn by lot), an agreement that is kept earns M - pS a round.

No cartel is worth forming where pS >= M - N: the deterrence condition. Otherwise it is kept up by the threat to compete
for ever (Friedman 1971) where neither staying out, nor undercutting, nor betraying pays:

    M - pS >= (1 - d) (D - S q(d)) + d N        q(d) = p (1 - x^L) / (1 - x), x = d (1 - p), L rounds of evidence
    M - pS >= (1 - d) (D - R) + d N

q is what a fine to come is worth at once: who undercuts and does not report stays liable as long as there are traces.
The right-hand sides fall in d wherever they bind, so there is a least d. It solves the second line in closed form, and
the first where evidence lasts one round; else it is bracketed to 2^-40. Motta and Polo (2003) have such conditions.
"""

from __future__ import annotations

from fractions import Fraction

from agoranomos.markets.facts import SCALE, to_e6
from agoranomos.scenarios.leniency_talk.spec import AUTHORITY, LeniencyTalkSpec
from agoranomos.scenarios.leniency_talk.stakes import (
    BETRAY,
    COLLUDE,
    COMPETE,
    CONDUCTS,
    JOINING,
    REPORT,
    UNDERCUT,
    WITHOUT_REPORTS,
    Stakes,
)

HALVINGS = 40
LONGEST_EVIDENCE = 200
"""Rounds beyond which evidence counts as lasting for ever."""


def exact(value: float) -> Fraction:
    """`value` in whole millionths."""
    return Fraction(to_e6(value), SCALE)


def detection(spec: LeniencyTalkSpec) -> Fraction:
    """p: how often the authority finds an agreement; 1 where it is given who agrees, 0 where it does nothing."""
    if spec.enforcement != "none" and spec.gives("joined", AUTHORITY):
        return Fraction(1)
    if spec.enforcement == "none" or not spec.gives("traces", AUTHORITY):
        return Fraction(0)
    return exact(spec.detection)


def heard(spec: LeniencyTalkSpec) -> bool:
    """Whether a report has consequences."""
    return spec.enforcement != "none"


def betrayal_costs(spec: LeniencyTalkSpec) -> Fraction:
    """R: what a firm expects to pay that reports an agreement alone; below 0 where it is paid."""
    fine, count = exact(spec.fine), len(spec.firms)
    return {
        "none": Fraction(0),
        "fine": fine,
        "immunity": Fraction(0),
        "reward": -exact(spec.reward) * fine * (count - 1),
        "ringleader-excluded": fine / count,
    }[spec.enforcement]


def one_round(spec: LeniencyTalkSpec, stakes: Stakes, own: int, others: int) -> Fraction:
    """What a firm expects of a round alone, with nothing to answer for before it, where all others do `others`.

    They collude or compete. Fines to come in later rounds are no part of it.
    """
    earned = stakes.profit(own, others)
    if own == REPORT and heard(spec):
        return earned - exact(spec.false_report)
    if own not in JOINING or others not in JOINING:
        return earned
    if own == BETRAY and heard(spec):
        return earned - betrayal_costs(spec)
    return earned - detection(spec) * exact(spec.fine)


def best_reply(spec: LeniencyTalkSpec, stakes: Stakes, others: int) -> int:
    """The conduct that earns most in one round against others who collude or compete; of several the first."""
    count = WITHOUT_REPORTS if spec.enforcement == "none" else len(CONDUCTS)
    return max(range(count), key=lambda own: one_round(spec, stakes, own, others))


def deterred(spec: LeniencyTalkSpec, stakes: Stakes) -> bool:
    """The deterrence condition: pS >= M - N."""
    gain = stakes.profit(COLLUDE, COLLUDE) - stakes.profit(COMPETE, COMPETE)
    return detection(spec) * exact(spec.fine) >= gain


def liability(spec: LeniencyTalkSpec, discount: Fraction) -> Fraction:
    """q(d): what a fine of 1 costs today that may come as long as there are traces of today's agreement."""
    p = detection(spec)
    x = discount * (1 - p)
    if spec.evidence_lasts is None or spec.evidence_lasts > LONGEST_EVIDENCE:
        return p / (1 - x)
    return p * (1 - x**spec.evidence_lasts) / (1 - x)


def sustained(spec: LeniencyTalkSpec, stakes: Stakes, discount: Fraction) -> bool:
    """Whether the threat to compete for ever keeps an agreement up, with this discount factor below 1."""
    n, m = stakes.profit(COMPETE, COMPETE), stakes.profit(COLLUDE, COLLUDE)
    d, fine = stakes.profit(UNDERCUT, COLLUDE), exact(spec.fine)
    kept = m - detection(spec) * fine
    costs = [fine * liability(spec, discount)]
    if heard(spec):
        costs.append(betrayal_costs(spec))
    return kept >= n and all(kept >= (1 - discount) * (d - cost) + discount * n for cost in costs)


def critical_discount(spec: LeniencyTalkSpec, stakes: Stakes) -> Fraction | None:
    """The least discount factor with which an agreement is kept up; None where none below 1 does."""
    n, m = stakes.profit(COMPETE, COMPETE), stakes.profit(COLLUDE, COLLUDE)
    d, fine = stakes.profit(UNDERCUT, COLLUDE), exact(spec.fine)
    kept = m - detection(spec) * fine
    if kept <= n:
        return None
    found = [Fraction(0)]
    if heard(spec):
        found.append(_least(kept, d - betrayal_costs(spec), n))
    if spec.evidence_lasts == 1 or not detection(spec):
        found.append(_least(kept, d - fine * detection(spec), n))
        return max(found)
    return _bracketed(spec, stakes, max(found))


def _least(kept: Fraction, deviation: Fraction, after: Fraction) -> Fraction:
    """The d of kept = (1 - d) deviation + d after; 0 where the deviation does not pay."""
    return Fraction(0) if deviation <= kept else (deviation - kept) / (deviation - after)


def _bracketed(spec: LeniencyTalkSpec, stakes: Stakes, low: Fraction) -> Fraction:
    if sustained(spec, stakes, low):
        return low
    high = Fraction(1)
    for _ in range(HALVINGS):
        middle = (low + high) / 2
        middle = Fraction(round(middle * 2**50), 2**50)
        low, high = (low, middle) if sustained(spec, stakes, middle) else (middle, high)
    return high
