"""How friendly a comment is, from -1 to 1: friendly words against unfriendly ones. A few words, and no model.

    sentiment = (friendly - unfriendly) / (friendly + unfriendly)

0 where it has neither. A word after a negation counts for the other side. It is a coarse measure, and meant as one:
what is fed back of comments in group bargaining is a clipped number, so that it carries little and can be recomputed.
"""

from __future__ import annotations

import re
from collections.abc import Sequence


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


FRIENDLY = _words(
    "accept agree agreed appreciate approve balanced constructive cooperate cooperative excellent fair generous glad "
    "good great happy helpful kind like nice pleased positive progress reasonable respect right sensible support thank "
    "thanks trust welcome well willing wise wonderful"
)
UNFRIENDLY = _words(
    "against angry awful bad betray dishonest disagree disappointed disappointing greedy hostile mistake negative "
    "object oppose poor reckless refuse reject selfish stubborn terrible unacceptable unfair unhappy unreasonable "
    "unwilling useless worse wrong"
)
NEGATIONS = _words("cannot hardly never no nor not without")
"""Besides all words that end in n't."""

FILLERS = _words("a an at all be been being is so that the this to very")
"""Words over which a negation reaches."""

_WORD = re.compile(r"[a-z']+")


def sentiment(comment: str) -> float:
    """The sentiment of one comment, from -1 to 1."""
    friendly = unfriendly = 0
    negated = False
    for word in _WORD.findall(comment.lower().replace("\u2019", "'")):
        if word in NEGATIONS or word.endswith("n't"):
            negated = True
            continue
        friendly += (word in UNFRIENDLY) if negated else (word in FRIENDLY)
        unfriendly += (word in FRIENDLY) if negated else (word in UNFRIENDLY)
        negated = negated and word in FILLERS
    return (friendly - unfriendly) / (friendly + unfriendly) if friendly + unfriendly else 0.0


def mean_sentiment(comments: Sequence[str]) -> float | None:
    """The mean over the comments that say something; None where none does."""
    said = [sentiment(comment) for comment in comments if comment.strip()]
    return sum(said) / len(said) if said else None
