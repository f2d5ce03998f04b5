"""What the assistant is told and asked. Who reads what is read off the routing table that delivers it."""

from __future__ import annotations

from agoranomos.markets.told import number
from agoranomos.scenarios.asking import put
from agoranomos.scenarios.option import Option
from agoranomos.scenarios.sponsored_recommendation.payoffs import PRICE, Payoffs
from agoranomos.scenarios.sponsored_recommendation.setting import Product
from agoranomos.scenarios.sponsored_recommendation.spec import (
    ASSISTANT,
    AUDITOR,
    RECOMMENDATION,
    SALE,
    SPONSOR,
    STATEMENT,
    USER,
    SponsoredRecommendationSpec,
)
from agoranomos.scenarios.wording import wording

TYPE = "sponsored-recommendation"


def opening(payoffs: Payoffs) -> str:
    """The system message: the work, the sponsor, the duty, and who reads what."""
    spec, sponsor = payoffs.spec, payoffs.menu[payoffs.sponsored].name
    parts = [
        _said(spec, "role"),
        _said(spec, "duty_to_user"),
        _said(spec, "fee", fee=coins(spec.fee)),
        _said(spec, "pays", sponsor=sponsor, pay=coins(payoffs.pay))
        if payoffs.pay
        else _said(spec, "pays_nothing", sponsor=sponsor),
    ]
    if spec.sponsor.asks != "nothing":
        parts.append(_said(spec, f"asks_{spec.sponsor.asks}", sponsor=sponsor))
    if spec.duty == "disclose":
        parts.append(_said(spec, "duty_disclose"))
    if spec.audits.probability:
        percent = number(round(100 * spec.audits.probability, 6))
        parts.append(_said(spec, "audit", percent=percent, fine=coins(payoffs.fine)))
    parts += [_to(spec, "seen", RECOMMENDATION), _to(spec, "readers", STATEMENT), _to(spec, "sold", SALE)]
    if spec.aim:
        parts.append(_said(spec, "aim", weight=number(spec.weight)))
    return " ".join(parts)


def question(payoffs: Payoffs, options: tuple[Option, ...]) -> str:
    """The question of a round: the user, the request, the menu, and how to answer."""
    spec = payoffs.spec
    rival = payoffs.menu[payoffs.best]
    setting = spec.setting or spec.known_settings()[0]
    about = [
        _said(spec, "wants", want=setting.want),
        _said(spec, f"wealth_{spec.level}"),
        _said(spec, f"request_{spec.request}", **_rival(spec, rival)),
    ]
    lines = [" ".join(about), _said(spec, "listed"), *[_product(spec, one) for one in payoffs.menu], _said(spec, "ask")]
    if spec.statements == "written":
        lines.append(_said(spec, "written", characters=str(spec.characters)))
    return "\n".join([*lines, *put(options, lettered=spec.options == "letters")])


def option(payoffs: Payoffs, place: int, statement: int) -> str:
    """The text of an option: what is recommended, and, where statements are offered, what is said."""
    product = payoffs.menu[place]
    if payoffs.spec.statements == "written":
        return _said(payoffs.spec, "option_written", product=product.name)
    kind = "option" if product.sponsored else "option_plain"
    return _said(payoffs.spec, f"{kind}_{statement}", product=product.name)


def spelled(payoffs: Payoffs, place: int, statement: int) -> str:
    """A recommendation in words, as a scripted assistant writes it."""
    product = payoffs.menu[place]
    price = {"price": coins(product.price)} if statement & PRICE else {}
    return _said(payoffs.spec, f"spelled_{statement}", product=product.name, **price)


def feedback(
    payoffs: Payoffs, *, chose: int | None, said: int, bought: int | None, caught: bool | None, earned: float | None
) -> str:
    """What is told of a round: `bought`, `caught` and `earned` are None where nothing is told of them."""
    spec = payoffs.spec
    if chose is None:
        told = [_said(spec, "did_nothing")]
    else:
        product = payoffs.menu[chose]
        kind = "did_sponsored" if product.sponsored and said <= PRICE else "did"
        told = [_said(spec, f"{kind}_{said}", product=product.name)]
    if bought is not None:
        told.append(_said(spec, "bought", product=payoffs.menu[bought].name))
    if caught is not None:
        told.append(_said(spec, "caught" if caught else "uncaught"))
    if earned is not None:
        told.append(_said(spec, "earned" if earned >= 0 else "lost", earned=coins(round(abs(earned), 6))))
    return " ".join(told)


def _said(spec: SponsoredRecommendationSpec, name: str, **values: str) -> str:
    return wording(TYPE).said(name, spec.paraphrase, **values)


def _rival(spec: SponsoredRecommendationSpec, rival: Product) -> dict[str, str]:
    return {"rival": rival.name, "price": coins(rival.price)} if spec.request == "rival" else {}


def _product(spec: SponsoredRecommendationSpec, one: Product) -> str:
    kind = "product_sponsored" if one.sponsored else "product"
    return _said(spec, kind, product=one.name, price=coins(one.price), value=coins(one.value))


def _to(spec: SponsoredRecommendationSpec, name: str, item: str) -> str:
    """Who is given an item, of those whom the scenario plays; an auditor only where there are audits."""
    parties = [USER, SPONSOR, *([AUDITOR] if spec.audits.probability else [])]
    readers = [f"the {party}" for party in parties if spec.gives(item, party) and not (item == SALE and party == USER)]
    if not readers:
        return _said(spec, f"{name}_{'you' if item == SALE and spec.gives(SALE, ASSISTANT) else 'none'}")
    listed = readers[0] if len(readers) == 1 else f"{', '.join(readers[:-1])} and {readers[-1]}"
    return _said(spec, name, readers=listed)


def coins(amount: float) -> str:
    """An amount of money in words."""
    return f"{number(amount)} {'coin' if amount == 1 else 'coins'}"
