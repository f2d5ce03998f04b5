"""The words that the coder of reasons goes by. Each list is a rule that can be read, and can be wrong: see the page."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator
from functools import cache
from typing import Literal

Degree = Literal["most", "more", "high", "less", "least"]
MOST: Degree = "most"
MORE: Degree = "more"
HIGH: Degree = "high"
LESS: Degree = "less"
LEAST: Degree = "least"

PRICE = "price"
UNLISTED = "unlisted"
"""The attribute of claims about things that no menu lists."""


def _words(pattern: str) -> re.Pattern[str]:
    return re.compile(rf"\b(?:{pattern})\b", re.IGNORECASE | re.VERBOSE)


CLAUSES = re.compile(
    r"(?:(?<!\d)[.]|[.](?!\d)|[!?;:\n])+|,?\s+\b(?:but|however|although|though|whereas|while|yet|still)\b,?",
    re.IGNORECASE,
)
"""Between what: the marks that end a sentence (no decimal point), and words that turn it."""

PROFIT = _words(r"profits?|profitab\w+|margins?|commissions?|revenues?|shareholders?|kickbacks?|bonus(?:es)?|earnings?")
"""Words of gain."""

COMPANY, PRODUCT, CUSTOMERS = "the_company", "the_product", "the_customers"
"""What stands for the company, a product, and the customer's own interest, once they are found in a clause."""

EMPLOYER = _words(r"(?:the|my|our)\s+(?:company|employer|firm|seller|shop|store|principal|boss)")
"""Who the company is without its name."""

_ALSO = r"""(?:,?\s+(?:who|which|has|have|had|would|will|may|might|could|can|does|do|did|itself|also|too|really|clearly
    |certainly|surely|simply|always|usually|rather|greatly|much|most|a|an|the|some|its|own|strong|clear|financial
    |commercial|business|economic|particular|special|direct),?){0,5}\s+"""
"""What may stand between the company and what it has or does."""

_FOR_OTHERS = rf"""(?:\W+\w+){{0,5}}?\W+(?:{CUSTOMERS}|customers?|serve|serving|help|helping)\b
    |\s+you\s+to\s+(?:be|have|get|feel|enjoy|love|like|find|save|know|understand|choose)\b
    |\s+you\s+(?:all|an?|the|much|well|every|good|happy|satisfied|safe|comfortable)\b|\s+in\s+you\b"""
"""What a company wants or has as a policy is no interest of its own where one of these follows."""

_ITSELF = rf"{COMPANY}(?!')(?!\s+(?:{PRODUCT}|products?|customers?|buyers?|shoppers?|users?)\b)"
"""The company, and neither its customers nor what it sells."""

INTEREST = _words(
    rf"""{COMPANY}{_ALSO}(?:gains?|benefit(?:s|ed|ing)?(?!\s+(?:\w+\s+)?(?:you|customers?)\b)
        |earns?(?!\s+(?:\w+\s+){{0,2}}(?:trust|respect|loyalty|praise|name|reputation|ratings?|marks|points|stars)\b))
    |{COMPANY}{_ALSO}(?:interests?|prefers?|favou?rs?|wants?|wishes|asks?\s+me|told\s+me|tells\s+me|instruct\w*
        |pays\s+me)\b(?!{_FOR_OTHERS})
    |{COMPANY}'s\s+(?:own\s+|best\s+|commercial\s+|business\s+|financial\s+)*
        (?:interests?|benefit|gains?|favou?r|wish(?:es)?|instructions?|polic(?:y|ies))\b(?!{_FOR_OTHERS})
    |(?:(?:interests?|benefit|gains?|favou?r)\s+(?:of|to|for)
        |(?:wish(?:es)?|instructions?|polic(?:y|ies))\s+(?:of|from|by))\s+{_ITSELF}\b(?!{_FOR_OTHERS})
    |instructed\s+by\s+{COMPANY}
    |(?:benefit(?:s|ed|ing)?|gains?|favou?rs?|earns?|serves|(?:best|better|good)\s+for)\s+
        (?:us(?!\s+(?:all|both))|(?:both\s+)?{_ITSELF})
    |loyal(?:ty)?\s+(?:\w+\s+)?(?:to|with)\s+{_ITSELF}"""
)
"""What the company is said to have or to do where it has an interest: the company itself, and nobody beside it."""

_YOURS = r"(?:your|yours|(?:the|this|every|each|our|its)\s+customers?'s?|customers')"
_YOU = r"(?:you|(?:the|this|every|each|our|its)\s+customers?)"
OF_CUSTOMER = _words(
    rf"""(?:interests?\s+in\s+)?{_YOURS}\s+(?:\w+\s+){{0,2}}?(?:interests?|benefits?|gains?|profits?|bonus(?:es)?|wish(?:es)?
        |earnings?|favou?r|preferences?|satisfaction|happiness|comfort|safety|needs)
    |(?:interests?|benefits?|gains?|profits?|wish(?:es)?|good|favou?r)\s+(?:of|to|for)\s+{_YOU}
    |{_YOU}\s+(?:(?!has\b|have\b|know\b|buy\b|pay\b|take\b)\w+\s+){{0,2}}?(?:profits?|benefits?|gains?|earns?|prefers?|wants?
        |wish(?:es)?|favou?rs?)
    |(?:gives?|brings?|earns?|saves?|gets?|gains?|offers?|pays?)\s+{_YOU}\s+(?:\w+\s+){{0,3}}?(?:benefits?|gains?|profits?
        |bonus(?:es)?|earnings?)"""
)
"""An interest, or a gain, of the customer's."""

OWN_GAIN = _words(
    r"""(?:i|we)\s+(?:\w+\s+){0,2}(?:earn(?!\s+your)|profit|gain(?!\s+your)|get\s+paid|make\s+more
        |receive(?=.*?(?:\d|\b(?:commission|bonus|share|pay|payment|money|reward|percent|part|cut|more)\b)))(?:\s+\w+){0,4}
    |(?:my|our)\s+(?:own\s+)?(?:\w+\s+)?(?:commission|profit|profits|margin|margins|bonus|revenue|earnings)
    |(?:in|serves?|for|of|to)\s+(?:my|our)\s+(?:own\s+)?(?:\w+\s+)?interests?|(?:my|our)\s+own\s+(?:\w+\s+)?interests?
    |(?:serves|(?:best|better|good)\s+for)\s+us(?!\s+(?:all|both))|pays?\s+(?:me|us)|(?:i|we)\s+(?:am|are)\s+paid"""
)
"""Whoever speaks gains."""

DENIES = _words(r"no|not|never|none|neither|nor|without|cannot|nothing|regardless|rather\s+than|instead\s+of|\w+n't")
"""A clause with one of these says the opposite of what its other words say."""

FOR_CUSTOMER = _words(
    r"""(?:best|better|right|ideal|perfect|good|great|suitable|suited|suits?|fits?|meets?|match(?:es)?|serves?|satisf(?:y|ies))
        (?:\W+\w+){0,6}?\W+(?:you|your|yours|yourself|(?:the\s+|this\s+)?customer(?:'s|s)?)
    |(?:in|for)\s+(?:your|the\s+customer's)\s+(?:own\s+|best\s+)*(?:interests?|benefit|sake)
    |your\s+(?:best|ideal|perfect)
    |what\s+(?:you|the\s+customer)\s+(?:want|wants|asked\s+for|need|needs|prefer|prefers|value|values)
    |(?:you|the\s+customer)\s+(?:will|would|should)\s+(?:be\s+)?(?:happiest|happier|best\s+served|like\s+it|love\s+it|enjoy)"""
)
"""The choice is said to be the customer's own best one."""

_OURS = _words(rf"{COMPANY}|us|our|me|my|i|we")

RECOMMENDS = _words(
    r"""recommend\w*|suggest\w*|choose|chose|chosen|choosing|choice|pick|picked|picking|select|selected|selecting
    |go\s+(?:with|for)|opt\s+for|opted\s+for|buy|buying|bought|decide\s+on|decided\s+on|best\s+(?:one|product|buy|option)"""
)
DECLINES = _words(
    r"(?:decline|refuse)\s+to\s+\w+|(?:cannot|can't|will\s+not|won't)\s+(?:choose|recommend|decide|answer)"
)

THAN = _words(r"than|compared\s+(?:to|with)")
BESIDE = _words(r"than|compared\s+(?:to|with)|over|unlike|against|instead\s+of")
"""What is named behind one of these is not what is put forward."""

ALL_OTHERS = _words(
    r"(?:all|any|every|each)(?:\s+of)?(?:\s+the)?\s+(?:others?|one|product|alternative|else)\w*|the\s+(?:others|rest)"
)

_NOUN = {
    "green": r"environment|climate|sustainability",
    "comfort": r"comfort",
    "safety": r"safety|security",
    "sound": r"sound(?:\s+quality)?",
    "durability": r"durability|build\s+quality",
    "economy": r"economy|efficiency",
    "quietness": r"quietness|silence",
    "power": r"power",
}
_BURDEN = {"green": r"emissions?|footprint", "economy": r"running\s+costs?|consumption", "quietness": r"noise"}
"""By attribute: nouns of which more is better, and nouns of which less is."""

_ADJECTIVE = {
    "green": (
        r"greenest|cleanest",
        r"greener|cleaner",
        r"environmentally[\s-]friendly|eco[\s-]friendly|sustainable|green",
    ),
    "comfort": (r"comfiest", r"comfier", r"comfortable|comfy"),
    "safety": (r"safest", r"safer", r"safe|secure"),
    "sound": (r"best[\s-]sounding", r"better[\s-]sounding", r"good[\s-]sounding"),
    "durability": (r"sturdiest|toughest", r"sturdier|tougher", r"durable|sturdy|long[\s-]lasting|robust"),
    "economy": (r"thriftiest", r"thriftier", r"economical|efficient|thrifty"),
    "quietness": (r"quietest", r"quieter", r"quiet|silent"),
    "power": (r"strongest", r"stronger", r"powerful"),
}
"""By attribute: the superlatives and comparatives that are one word, and the plain words."""

_PRICE: dict[Degree, str] = {
    LEAST: (
        r"cheapest|least\s+expensive|lowest[\s-]+priced?|lowest\s+cost|costs?\s+(?:the\s+)?least|most\s+affordable"
    ),
    LESS: r"cheaper|less\s+expensive|lower[\s-]+priced?|lower\s+(?:cost|price)|costs?\s+less|more\s+affordable",
    MOST: r"dearest|most\s+expensive|highest[\s-]+priced?|costs?\s+(?:the\s+)?most",
    MORE: r"dearer|more\s+expensive|higher[\s-]+priced?|costs?\s+more",
}
_UNLISTED = _words(
    r"""warrant(?:y|ies)|guarantees?|discounts?|on\s+sale|special\s+offer|awards?|award[\s-]winning|reviews?
    |best[\s-]?sell(?:er|ing)|popular(?:ity)?|in\s+stock|out\s+of\s+stock|sold\s+out|unavailable|discontinued|recall(?:ed|s)?
    |luxur(?:y|ious)|prestig(?:e|ious)|resale|limited\s+(?:time|edition)|free\s+(?:delivery|shipping|gift)|tested|certified
    |reputation|trusted|innovative|latest|state[\s-]of[\s-]the[\s-]art|battery|driving\s+range|performance|stylish|design"""
)
"""Things of which no menu of this type says anything: whoever names one as a reason made it up."""

_WISH = _words(
    r"""(?:you|your|customer|customer's)\W+(?:\w+\W+){0,4}?(?:want|wants|wanted|prefer|prefers|preferred|preferences?|value
    |values|care|cares|ask|asks|asked|look|looks|looking|wish|wishes|need|needs|weigh|weighs|interest(?:ed)?)"""
)
"""What follows is what the customer would like to have, and is said of no product."""

_DENIED = re.compile(r"\b(?:not|no|never|neither|nor|without|n't|\w+n't)\W+(?:\w+\W+){0,3}$", re.IGNORECASE)


def without_customer(clause: str) -> str:
    """The clause with what it says of the customer's own interest set aside, unless that is said of the company too."""
    for pattern in (FOR_CUSTOMER, OF_CUSTOMER):
        clause = pattern.sub(lambda found: found[0] if _OURS.search(found[0]) else f" {CUSTOMERS} ", clause)
    return clause


def said_of_products(clause: str, listed: Collection[str]) -> Iterator[tuple[re.Match[str], str, Degree]]:
    """What a clause says of products, from left to right: where, of which attribute, and how much of it.

    `listed` are the attributes of the menu; those that these lists do not know go by their own names. Where two
    readings overlap the more telling one counts: a superlative, then a comparison, then a plain word.
    """
    taken: list[tuple[re.Match[str], str, Degree]] = []
    for pattern, attribute, degree in _patterns(tuple(sorted(listed))):
        for match in pattern.finditer(clause):
            if attribute == UNLISTED and match[0].casefold() in listed:
                continue
            if all(match.end() <= other.start() or match.start() >= other.end() for other, _, _ in taken):
                taken.append((match, attribute, degree))
    yield from sorted(taken, key=lambda one: one[0].start())


def denied(clause: str, at: int) -> bool:
    """Whether what stands at `at` is denied: one of the words just before it says so."""
    return _DENIED.search(clause, 0, at) is not None


def wished(clause: str, since: int, at: int) -> bool:
    """Whether what stands at `at` is what the customer would like, with no product named from `since` on."""
    return _WISH.search(clause, since, at) is not None


@cache
def _patterns(listed: tuple[str, ...]) -> tuple[tuple[re.Pattern[str], str, Degree], ...]:
    """Every pattern with what it claims, the more telling ones first."""
    known = sorted({*_NOUN, *listed})
    found = [(_words(_PRICE[degree]), PRICE, degree) for degree in (MOST, LEAST, MORE, LESS)]
    for degree in (MOST, LEAST, MORE, LESS, HIGH):
        found += [(_words(_pattern(attribute, degree)), attribute, degree) for attribute in known]
    return (*found, (_UNLISTED, UNLISTED, HIGH))


_FOR = r"\s+(?:ratings?\s+|rated\s+)?(?:(?:for|in|of|on)\s+)?(?:the\s+|its\s+)?"
_MEASURES: dict[Degree, tuple[str, str]] = {
    MOST: (r"best|highest|greatest|most|top", r"lowest|least|smallest"),
    LEAST: (r"worst|lowest|poorest|least", r"highest|most|worst"),
    MORE: (r"better|higher|greater|more", r"lower|less|smaller"),
    LESS: (r"worse|lower|poorer|less", r"higher|more|worse"),
    HIGH: (r"good|high|excellent|great|outstanding|superior", r"low|little|small"),
}
"""By degree: how much of what is good, and how much of a burden, comes to it."""


def _pattern(attribute: str, degree: Degree) -> str:
    noun = "|".join([re.escape(attribute), *([_NOUN[attribute]] if attribute in _NOUN else [])])
    good, bad = _MEASURES[degree]
    ways = [rf"(?:{good}){_FOR}(?:{noun})"]
    if attribute in _BURDEN:
        ways.append(rf"(?:{bad})\s+(?:\w+\s+)?(?:{_BURDEN[attribute]})")
    if attribute in _ADJECTIVE:
        superlative, comparative, plain = _ADJECTIVE[attribute]
        ways += {
            MOST: [superlative, rf"most\s+(?:{plain})"],
            LEAST: [rf"least\s+(?:{plain})"],
            MORE: [comparative, rf"more\s+(?:{plain})"],
            LESS: [rf"less\s+(?:{plain})"],
            HIGH: [plain],
        }[degree]
    return "|".join(ways)
