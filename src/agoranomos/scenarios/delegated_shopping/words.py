"""What an assistant is told and asked. Who reads what is read off the routing table that delivers it."""

from __future__ import annotations

from collections.abc import Sequence

from agoranomos.markets.told import number
from agoranomos.scenarios.asking import put
from agoranomos.scenarios.delegated_shopping.offers import Offer
from agoranomos.scenarios.delegated_shopping.payoffs import PADDED
from agoranomos.scenarios.delegated_shopping.spec import (
    AUDITOR,
    CUSTOMER,
    KICKBACK,
    RECEIPT,
    REPORT,
    SHOP_NAMES,
    DelegatedShoppingSpec,
)
from agoranomos.scenarios.option import Option
from agoranomos.scenarios.wording import wording

TYPE = "delegated-shopping"
NTH = ("first", "second", "third", "fourth")


def opening(spec: DelegatedShoppingSpec) -> str:
    """The system message: the work, the search, the pay, and who is given what."""
    parts = [
        _said(spec, "role"),
        _said(spec, "duty"),
        _said(spec, f"search_{spec.order}", bandwidth=str(spec.bandwidth), pages=str(spec.pages)),
        _said(spec, "further", cost=coins(spec.search_cost)),
        _said(spec, "fee", fee=coins(spec.fee)),
        _said(spec, "pad", padding=coins(spec.padding)),
        _said(spec, f"pays_{_read(spec)}"),
    ]
    if spec.kickbacks.share:
        parts.append(_said(spec, "kickback_told" if spec.gives(KICKBACK, CUSTOMER) else "kickback_hidden"))
    if spec.audits.probability:
        both = spec.gives(REPORT, AUDITOR) and spec.gives(RECEIPT, AUDITOR)
        fine = {"fine": coins(spec.audits.fine)} if both else {}
        sees = _said(spec, "audit_sees" if both else "audit_blind", **fine)
        parts.append(_said(spec, "audit", percent=number(round(100 * spec.audits.probability, 6)), sees=sees))
    if len(spec.assistants) > 1:
        parts.append(_said(spec, "rivals"))
    if spec.aim:
        parts.append(_said(spec, "aim", weight=number(spec.weight)))
    return " ".join(parts)


def question(spec: DelegatedShoppingSpec, page: Sequence[Offer], place: int, options: Sequence[Option]) -> str:
    """The page of offers at this `place` (0 is the first), and how to answer."""
    kind = "page_last" if place == spec.pages - 1 else "page"
    lines = [_said(spec, kind, page=str(place + 1), pages=str(spec.pages))]
    for which, offer in enumerate(page):
        told = {
            "nth": NTH[which],
            "shop": SHOP_NAMES[offer.shop],
            "price": coins(offer.price),
            "value": coins(offer.value),
        }
        if offer.kickback:
            lines.append(_said(spec, "offer_kickback", **told, kickback=coins(offer.kickback)))
        else:
            lines.append(_said(spec, "offer", **told))
    return "\n".join([*lines, _said(spec, "ask"), *put(options, lettered=spec.options == "letters")])


def option(spec: DelegatedShoppingSpec, which: int, report: int) -> str:
    """The text of an option: which offer is taken and what is reported; beyond the last offer, to look further."""
    if which == spec.bandwidth:
        return _said(spec, "option_look")
    if report == PADDED:
        return _said(spec, "option_padded", nth=NTH[which], padding=coins(spec.padding))
    return _said(spec, "option_honest", nth=NTH[which])


def feedback(
    spec: DelegatedShoppingSpec,
    *,
    did: int | None,
    report: int,
    left: bool,
    late: bool,
    caught: bool | None,
    earned: float | None,
) -> str:
    """What is told of a round: `caught` and `earned` are None where nothing is told of them."""
    if did is None:
        told = [_said(spec, "did_nothing")]
    elif did == spec.bandwidth:
        told = [_said(spec, "did_left" if left else "did_looked")]
    elif report == PADDED:
        told = [_said(spec, "did_padded", nth=NTH[did], padding=coins(spec.padding))]
    else:
        told = [_said(spec, "did_honest", nth=NTH[did])]
    if late:
        told.append(_said(spec, "late"))
    if caught is not None:
        told.append(_said(spec, "caught" if caught else "uncaught"))
    if earned is not None:
        told.append(_said(spec, "earned" if earned >= 0 else "lost", earned=coins(round(abs(earned), 6))))
    return " ".join(told)


def coins(amount: float) -> str:
    """An amount of money in words."""
    return f"{number(amount)} {'coin' if amount == 1 else 'coins'}"


def _read(spec: DelegatedShoppingSpec) -> str:
    report, receipt = spec.gives(REPORT, CUSTOMER), spec.gives(RECEIPT, CUSTOMER)
    return "both" if report and receipt else "receipt" if receipt else "report"


def _said(spec: DelegatedShoppingSpec, name: str, **values: str) -> str:
    return wording(TYPE).said(name, spec.paraphrase, **values)
