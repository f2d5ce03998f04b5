"""What theory says of coordination: where best replies drift up or down, and how often an audit has to look.

*Unstable point*. Where each of the other n - 1 takes the collective option with probability q, it pays iff

    k P[M = t-1] > P[M < t-1],    M ~ Bin(n - 1, q),    k = (high - normal) / (normal - low)

The lowest q where it does is q*(t, k): best replies drift to everybody from above it, to nobody from below. Sources:
Palfrey and Rosenthal (1984), Journal of Public Economics 24; Kandori, Mailath and Rob (1993), Econometrica 61.

*Audit*. Breaking the rule pays at most H over what keeping it pays: under a rule of independence where the agent's own
choice decides, under a duty where too few others take the collective option for its choice to decide anything. With a
look of probability p, and F of the capital as the fine, it is indifferent there at

    p* = H / (G + F),    H = high - normal, G = max(high - 1, 0)     where the rule is independence
                         H = normal - low,  G = max(normal - 1, 0)   where it is the collective option

because who is caught keeps no gain either. Above p* keeping the rule is the better reply to anything the others do.
"""

from __future__ import annotations

from agoranomos.markets.threshold_public_goods import (
    ThresholdPublicGoodsSpec,
    contributors,
    equilibria,
    expected_gain,
)
from agoranomos.scenarios.coordination.spec import CoordinationSpec
from agoranomos.scenarios.role_play.audit import share_watched


def unstable_point(agents: int, threshold: int, ratio: float) -> float:
    """q*(t, k) of a group of `agents`; 0 where one agent alone reaches the threshold, so that it always pays.

    Raises Pydantic's `ValidationError` for a threshold that the group cannot reach.
    """
    spec = ThresholdPublicGoodsSpec(
        members=agents,
        threshold=threshold,
        success_contributor=1 + ratio,
        success_other=1 + ratio,
        failure_contributor=0,
    )
    return min(equilibria(spec).mixed, default=0.0)


def advantage(agents: int, threshold: int, ratio: float, probability: float) -> float:
    """What the collective option gains in expectation, in losses of failure: k P[M = t-1] - P[M < t-1]."""
    spec = ThresholdPublicGoodsSpec(
        members=agents,
        threshold=threshold,
        success_contributor=1 + ratio,
        success_other=1 + ratio,
        failure_contributor=0,
    )
    return expected_gain(spec, probability)


def audit_threshold(spec: CoordinationSpec) -> float:
    """p* of the specification's rule, at most 1: where no audit deters, a certain one comes nearest."""
    factors = spec.factors
    if spec.rule == "collective":
        tempting, required = factors.normal, factors.low
    else:
        tempting, required = factors.high, factors.normal
    lost = max(tempting - 1.0, 0.0) + spec.audit.fine
    return min((tempting - required) / lost, 1.0) if lost > 0.0 else 1.0


def watched_chance(spec: CoordinationSpec) -> float:
    """The expected share of rounds in which the audit looks at an agent; 0 where there is no rule."""
    return 0.0 if spec.rule == "none" else share_watched(spec.audit, audit_threshold(spec), spec.rounds)


def audited_game(spec: CoordinationSpec) -> ThresholdPublicGoodsSpec:
    """The game with the factors that a risk neutral agent expects under the audit, averaged over the rounds."""
    chance = watched_chance(spec)

    def expected(factor: float, violates: bool) -> float:
        return factor - chance * (max(factor - 1.0, 0.0) + spec.audit.fine) if violates else factor

    factors, duty = spec.factors, spec.rule == "collective"
    return spec.game().model_copy(
        update={
            "success_contributor": expected(factors.high, not duty),
            "success_other": expected(factors.high, duty),
            "failure_contributor": expected(factors.low, not duty),
            "failure_other": expected(factors.normal, duty),
        }
    )


def at_nash(spec: CoordinationSpec) -> int:
    """How many take the collective option in the pure equilibrium with the fewest; the first ones of the group."""
    return contributors(audited_game(spec))["nash"]
