"""What a certificate and an attack both begin with, as JSON."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from agoranomos.deterrence.certificate import Certificate
    from agoranomos.deterrence.red_team import Attack


def verdict_json(found: Certificate | Attack, sentence: str) -> dict[str, Any]:
    """Which institution in which market, what was found in a sentence, and against what it is measured."""
    return {
        "institution": found.institution,
        "semantic_sha256": found.semantic_sha256,
        "market": found.market,
        "sentence": sentence,
        "holds": found.holds,
        "tolerance": found.tolerance,
        "nash_profit": found.nash_profit,
    }
