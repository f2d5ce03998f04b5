"""What a red team found, in words that an economist understands."""

from __future__ import annotations

from agoranomos.deterrence.red_team.attack import Attack


def sentence(found: Attack) -> str:
    """The result in one sentence."""
    tried = f"{sum(found.evaluations.values()):,} plans"
    best, percent = found.best, 100.0 / found.nash_profit
    if best.gain_per_round <= 1e-5 * found.nash_profit:
        return f"Under {found.institution} none of {tried} that were tried earns a firm more than Nash play does."
    harmful = found.harmful_gain_per_round
    verdict = "within" if found.holds else "more than"
    return (
        f"Of {tried} tried under {found.institution} the best earns each firm {best.gain_per_round:.2f} a round more "
        f"than Nash play ({best.gain_per_round * percent:.1f}%) after {best.fines_per_round:.2f} in fines; "
        f"{harmful:.2f} of it ({harmful * percent:.2f}% of Nash profit, {verdict} the tolerance of "
        f"{100 * found.tolerance:g}%) is more than the best plan found whose prices never exceed Nash."
    )
