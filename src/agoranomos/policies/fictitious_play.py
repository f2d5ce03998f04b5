"""Fictitious play, plain and smooth."""

from __future__ import annotations

import math
from typing import Annotated

from pydantic import Field

from agoranomos.documents import Finite
from agoranomos.policies.facts import Facts
from agoranomos.policies.hindsight import HindsightParameters, InHindsight, Tally
from agoranomos.policies.on_menu import best, drawn
from agoranomos.randomness import Randomness


class FictitiousPlay(InHindsight[HindsightParameters]):
    """Plays what would have earned it most against everything that the others have done so far.

    With two players that is the best reply to the other's frequencies; with more, to the frequencies of what the
    others did together. Source: Brown (1951), Iterative Solution of Games by Fictitious Play; Fudenberg and Levine
    (1998), The Theory of Learning in Games, chapter 2.
    """

    name = "fictitious-play"
    parameters_type = HindsightParameters
    facts = Facts("learning", memory=None, needs=("play", "game", "seen"), reads_fines=True)

    def choose(self, tally: Tally, last: int, randomness: Randomness) -> int:
        """The best in the average round; of several, the first."""
        return best(tally.net())


class SmoothFictitiousPlayParameters(HindsightParameters):
    """`temperature`: in units of what separates the best entry of the menu from the worst in the average round."""

    temperature: Annotated[Finite, Field(gt=0, le=100)] = 0.1


class SmoothFictitiousPlay(InHindsight[SmoothFictitiousPlayParameters]):
    """Plays each action with a logit probability in what it would have earned against all that others have done.

    `P(k) ~ exp(v_k / (temperature (max v - min v)))`. Source: Fudenberg and Kreps (1993), Learning Mixed Equilibria;
    Fudenberg and Levine (1998), The Theory of Learning in Games, section 4.2.
    """

    name = "smooth-fictitious-play"
    parameters_type = SmoothFictitiousPlayParameters
    facts = Facts("learning", memory=None, stochastic=True, needs=("play", "game", "seen"), reads_fines=True)

    def choose(self, tally: Tally, last: int, randomness: Randomness) -> int:
        """A logit draw."""
        values = tally.net()
        most = max(values)
        unit = self.parameters.temperature * (most - min(values))
        weights = [math.exp((value - most) / unit) if unit > 0.0 else 1.0 for value in values]
        return drawn(randomness, "choose", weights)
