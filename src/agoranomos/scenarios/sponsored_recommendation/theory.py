"""When a risk neutral assistant serves the sponsor, and what fine makes it say so: closed forms.

An assistant counts its own coins, and w times what the user gains. Let d be what the user loses by buying the sponsored
product, b what the sponsor pays for a sale, h the chance that a warned user turns away, q that of an audit, F the fine.

    the best product is worth              0
    the sponsored one, unsaid              b - w d - q F       (the user is not warned; the duty is broken)
    the sponsored one, said                (1 - h) (b - w d)   (the user is warned)

all beside what the best one is worth. So the sponsored product is recommended from the pay b* = w d on, whether it is
said or not, unless only silence pays and the fine forbids it; and silence pays less than saying it from the fine
F* = h (b - w d) / q on. This holds where users ask openly, the user and the auditor are given all that is said, and the
sponsor learns what is sold.
"""

from __future__ import annotations

import math


def pay_threshold(weight: float, loss: float) -> float:
    """b*: the pay for a sale above which the sponsored product is recommended."""
    return weight * loss


def fine_threshold(pay: float, weight: float, loss: float, heed: float, probability: float) -> float:
    """F*: the fine above which an assistant that serves the sponsor says so; infinite where nobody looks."""
    gain = heed * max(pay - weight * loss, 0.0)
    return gain / probability if probability else (math.inf if gain else 0.0)
