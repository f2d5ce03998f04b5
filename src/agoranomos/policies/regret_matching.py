"""Regret matching."""

from __future__ import annotations

from agoranomos.policies.facts import Facts
from agoranomos.policies.hindsight import HindsightParameters, InHindsight, Tally
from agoranomos.policies.on_menu import drawn
from agoranomos.randomness import Randomness


class RegretMatching(InHindsight[HindsightParameters]):
    """Plays each action in proportion to how much it regrets not having always played it.

    `P(k) ~ max(R_k, 0)`, with R_k the mean gain from having played k in every round; without regret it repeats what
    it did. Its mean regrets go to zero whatever the others do, and where all play it, the joint frequencies go to the
    coarse correlated equilibria. Source: Hart and Mas-Colell (2000), A Simple Adaptive Procedure Leading to Correlated
    Equilibrium, section 4(c), Theorem B (unconditional regrets).
    """

    name = "regret-matching"
    parameters_type = HindsightParameters
    facts = Facts("learning", memory=None, stochastic=True, needs=("play", "game", "seen"), reads_fines=True)

    def choose(self, tally: Tally, last: int, randomness: Randomness) -> int:
        """A draw in proportion to positive regrets."""
        regrets = [max(regret, 0.0) for regret in tally.regrets()]
        return drawn(randomness, "choose", regrets) if any(regrets) else last
