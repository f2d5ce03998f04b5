"""What an assistant is told and asked: sentences of `policies/words/tin-men.yaml`, chosen by the specification.

Who reads what is read off the routes, so that a sentence promises what is done. Whatever `case` the prose is in, labels
and the form of the answer stay as they are.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from agoranomos.markets.told import number
from agoranomos.scenarios.option import Option
from agoranomos.scenarios.replies import written_choice
from agoranomos.scenarios.stated import written_stated
from agoranomos.scenarios.tin_men.spec import (
    AUDITOR,
    CHOICE,
    COMPANY,
    CUSTOMER,
    OPINION,
    PAYOFF,
    REASON,
    TinMenSpec,
)
from agoranomos.scenarios.tin_men.statements import (
    CLAIMS,
    DISCLOSES,
    ELSEWHERE,
    FABRICATES,
    NOTHING,
    OFFERED,
)
from agoranomos.scenarios.wording import wording

STORIES_TOLD = ("vehicle", "film")
"""Domains whose products are described, and whose company's interest is told as a story."""

MOST_SHOWN = 4
"""How many answers are written out; of more that have letters the first and the last are."""

BESIDES = ("harmless", "environmental", "safety", "third-party")
"""Domains of which it is said who else is concerned."""


def opening(spec: TinMenSpec, agent: str) -> str:
    """The system message; empty where everything stands in the question."""
    return "" if spec.standing == "question" else in_case(spec, " ".join(standing(spec, agent)))


def question(spec: TinMenSpec, agent: str, options: Sequence[Option], *, dismissed: bool) -> str:
    """The question of a round: what the customer wishes, the menu, and what can be answered."""
    prose = [" ".join(standing(spec, agent))] if spec.standing == "question" else []
    prose += [" ".join(wish(spec)), *menu_lines(spec)]
    if dismissed:
        prose.append(_said(spec, "dismissed"))
    prose.append(_said(spec, "ask"))
    listed = [f"{option.label}: {option.text}" for option in options] if spec.options == "letters" else []
    return "\n".join([in_case(spec, "\n".join(prose)), *listed, _answer(spec, options)])


def standing(spec: TinMenSpec, agent: str) -> list[str]:
    """What holds in every round: the role, the duties, the pay, who sees what, and what may come of it."""
    said = [_said(spec, "role", goods=_said(spec, f"goods-{spec.story.name}"))]
    if spec.persona != "none":
        said.append(_said(spec, f"persona-{spec.persona}"))
    said += [_said(spec, f"duty-{duty}") for duty in spec.duties]
    said += commission(spec)
    said += competition(spec, agent)
    said += [visibility(spec, CHOICE, agent), visibility(spec, REASON, agent), visibility(spec, PAYOFF, agent)]
    if spec.audit is not None and spec.audit.announced:
        name = "audit" if spec.gives(REASON, AUDITOR) else "audit-silent"
        said.append(_said(spec, name, chance=number(spec.audit.probability), fine=number(spec.audit.fine)))
    if spec.awareness != "nothing":
        said.append(_said(spec, spec.awareness))
    if spec.dismissal is not None:
        said.append(_said(spec, "dismissal", rounds=str(spec.rounds), after=str(spec.dismissal.after)))
    return [sentence for sentence in said if sentence]


def commission(spec: TinMenSpec) -> list[str]:
    """What a purchase earns the assistant, where that is stated."""
    terms = spec.commission
    if not terms.stated:
        return []
    said = [_said(spec, "commission-flat", flat=number(terms.flat))]
    if terms.company:
        name = "commission-rebated" if terms.rebated else "commission-company"
        said.append(_said(spec, name, share=f"{number(100 * terms.company)}%", counted=_counted(spec, COMPANY)))
    if terms.customer:
        share = f"{number(100 * terms.customer)}%"
        said.append(_said(spec, "commission-customer", share=share, counted=_counted(spec, CUSTOMER)))
    return said


def _counted(spec: TinMenSpec, party: str) -> str:
    """On which scale stands what a purchase is worth to a party, so that a share of it can be worked out."""
    if not spec.listed[0].direct:
        return _said(spec, f"counted-{party}")
    best = party == COMPANY and max(spec.utilities.company) == 1.0
    return _said(spec, f"counted-{party}-{'best' if best else 'written'}")


def visibility(spec: TinMenSpec, item: str, agent: str) -> str:
    """Who is given an item of the agent's; empty of payoffs that nobody is told, and where only a secret reader is."""
    if item == CHOICE and agent != spec.assistants[0]:
        item = OPINION
    readers, secret = _readers(spec, item, agent)
    if item == PAYOFF:
        readers += ["you"] if spec.gives(item, agent) else []
    name = CHOICE if item == OPINION else item
    among = "-among" if name == CHOICE and len(spec.assistants) > 1 else ""  # Another's choice may be carried out.
    if not readers:
        return "" if secret or item == PAYOFF else _said(spec, f"{name}-hidden{among}")
    alone = "" if secret else ", and nobody else"
    return _said(spec, f"{name}-shown{among}", readers=_listed(readers) + alone)


def competition(spec: TinMenSpec, agent: str) -> list[str]:
    """Who else is asked, what of them the agent is given, and whose choice is bought."""
    others = [name for name in spec.assistants if name != agent]
    if not others:
        return []
    first = spec.assistants[0]
    said = [_said(spec, "others", others=_listed(others))]
    for item, whose in ((CHOICE, [first]), (OPINION, list(spec.assistants[1:]))):
        seen = [name for name in whose if name != agent]
        readers, _ = _readers(spec, item, agent)
        readers += ["you"] if spec.gives(item, agent) else []
        if seen and readers:
            said.append(_said(spec, "opinion-shown", others=_listed(seen), readers=_listed(readers)))
    compares = spec.gives(CHOICE, CUSTOMER) and spec.gives(OPINION, CUSTOMER)
    first_told = "you" if first == agent else first
    return [*said, _said(spec, "compared") if compares else _said(spec, "first-bought", first=first_told)]


def wish(spec: TinMenSpec) -> list[str]:
    """What the customer can pay and cares about, and who else is concerned."""
    budget, name = number(spec.budget), spec.story.name
    if name in STORIES_TOLD:
        return [_said(spec, f"wish-{name}", budget=budget)]
    weights = _listed([f"{rating} ({number(100 * weight)}%)" for rating, weight in spec.weights.items()])
    told = _said(spec, "wish", budget=budget, weights=weights) if weights else _said(spec, "wish-own", budget=budget)
    return [told, _said(spec, f"stake-{name}")] if name in BESIDES else [told]


def menu_lines(spec: TinMenSpec) -> list[str]:
    """The products, one a line; from the end of the list where it is `reversed`."""
    lines = []
    for product in spec.listed:
        told = spec.story.name in STORIES_TOLD
        worth = ""
        if product.margin is not None:
            worth = _said(spec, "line-margin", margin=number(product.margin))
        elif not told:
            worth = _said(
                spec, "line-direct", customer=number(product.customer or 0.0), of_company=number(product.company or 0.0)
            )
        ratings = ", ".join(f"{rating} {value} of 10" for rating, value in product.ratings.items())
        name = f"product-{spec.story.name}-{product.name}"
        known = told and name in wording(spec.type).sentences
        lines.append(
            _said(
                spec,
                "line",
                product=_said(spec, name) if known else product.name,
                price=number(product.price),
                ratings=f"; {ratings}" if ratings else "",
                worth=worth,
            )
        )
    return lines[::-1] if spec.reversed else lines


def entry(spec: TinMenSpec, choice: int, reason: int) -> str:
    """A choice with a reason, as it is offered."""
    product = spec.listed[choice].name
    return _said(spec, f"entry-{OFFERED[reason]}", product=product, untruth=untruth(spec, choice))


def untruth(spec: TinMenSpec, choice: int) -> str:
    """Something in favour of a product that the menu does not bear out: of its ratings, its price, or an award."""
    product, others = spec.listed[choice], spec.listed
    for rating, value in product.ratings.items():
        if value < max(other.ratings.get(rating, 0) for other in others):
            return _said(spec, "untruth-rating", product=product.name, rating=rating)
    cheapest = product.price <= min(other.price for other in others)
    return _said(spec, "untruth-award" if cheapest else "untruth-price", product=product.name)


def spelled(spec: TinMenSpec, choice: int, reason: int) -> str:
    """A reason with this number in words."""
    product = spec.listed[choice].name
    other = spec.listed[(choice + 1) % len(spec.listed)].name
    said = [
        _said(spec, "said-discloses") if reason & DISCLOSES else "",
        _said(spec, "said-claims", product=product) if reason & CLAIMS else "",
        f"{untruth(spec, choice)}." if reason & FABRICATES else "",
        _said(spec, "said-elsewhere", other=other) if reason & ELSEWHERE else "",
    ]
    return " ".join(one for one in said if one) or _said(spec, "said-nothing")


def told_reason(spec: TinMenSpec, reason: int) -> str:
    """What a reason of another assistant's said, by its number."""
    if reason == NOTHING:
        return _said(spec, "told-nothing")
    does = ((DISCLOSES, "discloses"), (CLAIMS, "claims"), (FABRICATES, "fabricates"), (ELSEWHERE, "elsewhere"))
    return " and ".join(_said(spec, f"told-{word}") for bit, word in does if reason & bit)


def feedback(spec: TinMenSpec, agent: str, seen: Mapping[str, Sequence[float]]) -> str:
    """What is told of a round, from what the agent observes of it; numbers below 0 stand for what it is not told."""
    (asked,), (chose,), (found,), (earned,) = seen["asked"], seen["chose"], seen["found"], seen["round_profit"]
    if not asked:
        return _said(spec, "fed-unasked")
    told = [_said(spec, "fed-own", product=_name(spec, chose)) if chose >= 0 else _said(spec, "fed-nothing")]
    if spec.sees.own_reward:
        name = "fed-earned" if earned >= 0 else "fed-lost"
        told.append(_said(spec, name, earned=number(round(abs(earned), 6))))
    if spec.gives(PAYOFF, agent):
        told.append(_payoff(spec, seen["customer"][0], seen["company"][0]))
    others = [name for name in spec.assistants if name != agent]
    for place, other in enumerate(others):
        told += _told_of(spec, agent, other, seen["others"][place], seen["others_reasons"][place])
    if found >= 0:
        told.append(_said(spec, "fed-found" if found else "fed-looked"))
    if not seen["employed"][0]:
        told.append(_said(spec, "fed-dismissed"))
    return " ".join(told)


def _payoff(spec: TinMenSpec, customer: float, company: float) -> str:
    if company < 0:
        return _said(spec, "fed-unsold")
    return _said(spec, "fed-payoff", customer=number(round(customer, 6)), of_company=number(round(company, 6)))


def _told_of(spec: TinMenSpec, agent: str, other: str, chose: float, reason: float) -> list[str]:
    """What the agent is given of another one: its choice, and the reason unless it reads that in full."""
    told = []
    if spec.gives(CHOICE if other == spec.assistants[0] else OPINION, agent):
        made = _said(spec, "fed-choice", other=other, product=_name(spec, chose)) if chose >= 0 else ""
        told.append(made or _said(spec, "fed-choice-none", other=other))
    if spec.statements == "offered" and reason >= 0:
        told.append(_said(spec, "fed-reason", other=other, told=told_reason(spec, round(reason))))
    return told


def _name(spec: TinMenSpec, choice: float) -> str:
    return spec.listed[round(choice)].name


def in_case(spec: TinMenSpec, prose: str) -> str:
    """The prose in the case of the run."""
    return {"standard": prose, "upper": prose.upper(), "lower": prose.lower()}[spec.case]


def _answer(spec: TinMenSpec, options: Sequence[Option]) -> str:
    if spec.statements == "written":
        shown = " or ".join(written_stated(option, REASON, "...") for option in options)
        return _said(spec, "answer-written", shown=shown, characters=str(spec.characters))
    if spec.options == "letters" and len(options) > MOST_SHOWN:
        return _said(spec, "answer-lettered", first=written_choice(options[0]), last=written_choice(options[-1]))
    return _said(spec, "answer-offered", shown=" or ".join(written_choice(option) for option in options))


def _readers(spec: TinMenSpec, item: str, agent: str) -> tuple[list[str], bool]:
    """Who beside the agent is given an item, in words, and whether somebody more is of whom nothing is said."""
    names = {CUSTOMER: "the customer", COMPANY: spec.company or "the company", AUDITOR: "the auditor"}
    given = [party for party in spec.parties() if party != agent and spec.gives(item, party)]
    secret = spec.audit is not None and not spec.audit.announced and AUDITOR in given
    return [names.get(party, party) for party in given if not (secret and party == AUDITOR)], secret


def _listed(parts: Sequence[str]) -> str:
    """`a`, `a and b`, or `a, b and c`."""
    return parts[0] if len(parts) == 1 else f"{', '.join(parts[:-1])} and {parts[-1]}" if parts else ""


def _said(spec: TinMenSpec, name: str, **values: str) -> str:
    given = {"company": spec.company or "the company", "currency": spec.currency or "coins", **values}
    return wording(spec.type).said(name, spec.paraphrase, **given)
