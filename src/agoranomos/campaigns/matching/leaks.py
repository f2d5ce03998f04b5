"""What a regime's text gives away: facts that the agent's own prompt does not hold, a rival's cost above all."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache

from agoranomos.campaigns.matching.facts import Fact
from agoranomos.campaigns.matching.numbers import Number, numbers_in

_SENTENCE = re.compile(r"(?<=[.;!?])\s+|\n+")
_RIVALS = re.compile(
    r"\b(?:rivals?|competitors?|opponents?|others?|another|(?:each|every|all|both|any) (?:firms?|sellers?|agents?)"
    r"|two firms|second firm|first firm)\b",
    re.IGNORECASE,
)
_MANY_DIGITS = 10.0
"""From here on, or with decimals, a number is particular enough to be taken for the fact that it equals."""


@dataclass(frozen=True, slots=True)
class Mention:
    """A number in a sentence of a regime's text that equals a fact; `kind` says which text, such as `told`."""

    kind: str
    sentence: str
    number: Number
    fact: Fact


def mentions(texts: Mapping[str, str], facts: Sequence[Fact]) -> tuple[Mention, ...]:
    """Every number of the `texts` (by what they are) with every fact that it equals."""
    by_value: dict[float, list[Fact]] = {}
    for fact in facts:
        by_value.setdefault(round(fact.value, 2), []).append(fact)
    return tuple(
        Mention(kind, sentence, number, fact)
        for kind, text in texts.items()
        for sentence in _SENTENCE.split(text)
        for number in numbers_in(sentence)
        for fact in by_value.get(round(number.value, 2), ())
    )


def given_away(agent: str, found: Sequence[Mention], prompt: str) -> tuple[str, ...]:
    """What these mentions tell `agent` that its `prompt`, which is without the texts, does not.

    A rival's number is given away where words for what it is stand in the same sentence, and also, where it is ten or
    more or has decimals, in any sentence about rivals and wherever the agent's own prompt does not hold it. A
    percentage or a number of rounds is none. A number of the market's own (demand, the last round, a benchmark) is
    given away where words for it stand in the same sentence and the prompt does not hold it. Of one owner and one
    number in one sentence the first fact is told.
    """
    if not found:
        return ()
    held = {number.value for number in numbers_in(prompt)}
    told: dict[tuple[str, str, str, float], str] = {}
    for one in found:
        fact = one.fact
        if fact.owner == agent:
            continue
        tells = _tells_of_a_rival(one, held) if fact.owner else _tells_of_the_market(one, held)
        if tells:
            whose = f"{fact.owner}'s" if fact.owner else "the market's"
            words = f"{one.kind}: {whose} {fact.name}, {fact.value:.10g}: {one.sentence.strip()}"
            told.setdefault((one.kind, one.sentence, fact.owner, fact.value), words)
    return tuple(told.values())


def _tells_of_a_rival(one: Mention, held: set[float]) -> bool:
    number, sentence = one.number, one.sentence
    if number.unit:
        return False
    if _speaks(one.fact, sentence):
        return True
    particular = number.value >= _MANY_DIGITS or number.value != round(number.value)
    if not particular:
        return False
    about_rivals = _RIVALS.search(sentence) or _name_pattern(one.fact.owner).search(sentence)
    return number.value not in held or about_rivals is not None


def _tells_of_the_market(one: Mention, held: set[float]) -> bool:
    return one.number.value not in held and one.number.unit != "per cent" and _speaks(one.fact, one.sentence)


def _speaks(fact: Fact, sentence: str) -> bool:
    return any(re.search(rf"\b{words}\b", sentence, re.IGNORECASE) for words in fact.words)


@lru_cache(maxsize=1024)
def _name_pattern(agent: str) -> re.Pattern[str]:
    return re.compile(rf"\b{'[-_ ]?'.join(map(re.escape, re.split(r'[-_ ]', agent)))}\b", re.IGNORECASE)
