"""How a written text is coded: whether it proposes to agree on prices.

The rule: a sentence that speaks of agreeing (`agree`, `join`, `together`, `keep`, `hold`, `stick to`, `raise`) and of
a price or an agreement (`price`, `agreement`, `deal`, `cartel`, `high`), and holds no `not`, `never`, `no`, `n't`,
`refuse`. What it misses and what it mistakes is the rule's; the texts stay in the log for another one.
"""

from __future__ import annotations

import re

from agoranomos.scenarios.asserted import asserts

NOTHING, PROPOSES = 0, 1
SPELLED = {NOTHING: "I have nothing to say.", PROPOSES: "Let us agree on the price and keep it."}
"""By code, what a scripted firm writes."""

_AGREES = re.compile(r"\b(?:agree(?!ment)|join|together|keep|hold|stick to|raise)")
_PRICES = re.compile(r"\bprice|\bagreement|\bdeal\b|\bcartel|\bhigh")


def code(text: str) -> int:
    """The code of a text."""
    return PROPOSES if asserts(text, _AGREES, _PRICES) else NOTHING
