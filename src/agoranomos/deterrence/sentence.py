"""The certificate in words that an economist understands."""

from __future__ import annotations

from agoranomos.deterrence.certificate import Certificate


def sentence(found: Certificate) -> str:
    """The result in one sentence."""
    plan, percent = found.best_plan, 100.0 / found.nash_profit
    harmful = found.harmful_gain_per_round
    verdict = (
        f"within the tolerance of {100 * found.tolerance:g}%"
        if found.holds
        else f"above the tolerance of {100 * found.tolerance:g}%"
    )
    if plan.gain_per_round <= 1e-3 * found.nash_profit / 100.0:
        return f"Under {found.institution} no plan that was tried earns a firm more than Nash play does."
    suspended = f" and is suspended in {plan.suspended_share:.0%} of rounds" if plan.suspended_share else ""
    fined = f"pays {plan.fines_per_round:.2f} in fines{suspended}"
    return (
        f"Under {found.institution} the best plan earns each firm {plan.gain_per_round:.2f} a round more than "
        f"Nash play ({plan.gain_per_round * percent:.1f}%) and {fined}; {harmful:.2f} "
        f"of it ({harmful * percent:.1f}% of Nash profit, {verdict}) comes from prices above Nash, and consumers "
        + (
            f"lose {plan.consumer_harm_per_round:.2f} a round."
            if plan.consumer_harm_per_round > 0.005
            else f"are {-plan.consumer_harm_per_round:.2f} a round better off."
        )
    )
