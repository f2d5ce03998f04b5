"""A round of credence goods with agents: who goes where, what is done to them, and the name that an expert gets.

Everything that is bought and sold is computed by the market `credence-goods`: `serve` for what happens at an expert's,
`remembered` for names, `profitable` and `terms` for what is expected of prices. Added are the routes (customers who are
not given prices compare names alone), and assistants, who choose for one customer each.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from agoranomos.markets.credence_goods.theory import Conduct, profitable, terms
from agoranomos.markets.credence_goods.visits import Offer, Practice, Round, promised, remembered, serve
from agoranomos.scenarios.credence_agents.conducts import is_fraud, possible
from agoranomos.scenarios.credence_agents.spec import PUBLIC, CredenceAgentsSpec
from agoranomos.scenarios.parties import delivered


@dataclass(frozen=True, slots=True)
class Outcome:
    """A round in own units; `profit` is of the seats."""

    round: Round
    places: tuple[tuple[int, int] | None, ...]
    """Of each expert's prices and conduct."""
    chosen: tuple[int | None, ...] | None
    """What choosers chose: an expert, the number of experts for nobody; None where no answer was given, or no seats."""
    best: tuple[float, ...]
    """What each chooser could have expected at most for its customer."""
    expected: tuple[float | None, ...]
    """What it chose to expect."""
    reputation: tuple[float, ...]
    """Names after the round."""
    profit: tuple[float, ...]
    surplus: float
    """Of customers, before shares."""
    sales: float
    """Of experts, before kickbacks."""
    kickbacks: tuple[float, ...]


def offer_of(spec: CredenceAgentsSpec, place: tuple[int, int] | None) -> Offer | None:
    """The offer at these places of prices and conduct; None where there is none."""
    if place is None:
        return None
    prices = spec.all_prices[place[0]]
    conduct = possible(spec.market)[spec.possible_conducts[place[1]]]
    return Offer(prices, conduct, worth(spec, prices))


def worth(spec: CredenceAgentsSpec, prices: tuple[float, float]) -> float:
    """What customers believe a visit at these prices to be worth, of an expert without a name."""
    if spec.beliefs == "trust":
        return promised(spec.market, prices)
    return terms(spec.market, prices, profitable(spec.market, prices)).utility


def expectations(
    spec: CredenceAgentsSpec, offers: Sequence[Offer | None], reputation: Sequence[float], party: str
) -> list[float | None]:
    """What `party` expects of a visit to each expert, from what it is given; None of who sits out."""
    items: dict[str, Any] = {
        "prices": tuple([None if offer is None else offer.prices for offer in offers]),
        "result" if party == PUBLIC else "reputation": tuple(reputation),
    }
    given = delivered(spec.all_routes(), items, (party,))[party]
    usual = sum(worth(spec, prices) for prices in spec.all_prices) / len(spec.all_prices)
    names = given.get("result", given.get("reputation", (0.0,) * len(offers)))
    shown = given.get("prices", (None,) * len(offers))
    return [
        None if offer is None else (usual if prices is None else worth(spec, prices)) + name
        for offer, prices, name in zip(offers, shown, names, strict=True)
    ]


def of_experts(
    spec: CredenceAgentsSpec,
    places: Sequence[tuple[int, int] | None],
    reputation: Sequence[float],
    needs: Sequence[int],
    draws: Sequence[float],
) -> Outcome:
    """The round in which experts do this and simulated customers go where they expect most."""
    offers = [offer_of(spec, place) for place in places]
    played = serve(spec.market, offers, expectations(spec, offers, reputation, PUBLIC), needs, draws)
    profit = tuple([own.profit for own in played.practices])
    return Outcome(
        round=played,
        places=tuple(places),
        chosen=None,
        best=(),
        expected=(),
        reputation=names_after(spec, reputation, played),
        profit=profit,
        surplus=_surplus(spec, played),
        sales=sum(profit),
        kickbacks=(0.0,) * len(profit),
    )


def of_choosers(
    spec: CredenceAgentsSpec, chosen: Sequence[int | None], reputation: Sequence[float], needs: Sequence[int]
) -> Outcome:
    """The round in which choosers send their customers to these experts; the number of experts stands for nobody."""
    places = spec.offers()
    offers = [offer_of(spec, place) for place in places]
    count = len(offers)
    visits = [None if one is None or one == count else one for one in chosen]
    practices, utility = [Practice()] * count, [spec.outside] * len(chosen)
    for expert in range(count):
        sent = [place for place, where in enumerate(visits) if where == expert]
        alone = [spec.value if other == expert else None for other in range(count)]
        practices[expert] = _served(spec, offers, alone, [needs[place] for place in sent]).practices[expert]
        for place in sent:
            utility[place] = _served(spec, offers, alone, [needs[place]]).practices[expert].utility
    played = Round(tuple(offers), tuple(needs), tuple(visits), tuple(practices))
    sponsor = None if spec.sponsor is None or not spec.kickback else spec.experts.index(spec.sponsor)
    kickbacks = tuple([spec.kickback if where is not None and where == sponsor else 0.0 for where in visits])
    told = [_told(spec, offers, reputation, seat) for seat in spec.choosers]
    return Outcome(
        round=played,
        places=places,
        chosen=tuple(chosen),
        best=tuple([max(each) for each in told]),
        expected=tuple([None if one is None else each[one] for one, each in zip(chosen, told, strict=True)]),
        reputation=names_after(spec, reputation, played),
        profit=_earned(spec, utility, kickbacks),
        surplus=sum(utility),
        sales=sum(own.profit for own in practices),
        kickbacks=kickbacks,
    )


def _earned(spec: CredenceAgentsSpec, utility: Sequence[float], kickbacks: Sequence[float]) -> tuple[float, ...]:
    """What choosers have of their customers: all where they are these, else a share of the gain, and kickbacks."""
    if spec.seats == "customers":
        return tuple(utility)
    return tuple([spec.share * (had - spec.outside) + paid for had, paid in zip(utility, kickbacks, strict=True)])


def _told(
    spec: CredenceAgentsSpec, offers: Sequence[Offer | None], reputation: Sequence[float], seat: str
) -> tuple[float, ...]:
    """What a chooser can expect of each choice for its customer, staying out last."""
    return (*[one or 0.0 for one in expectations(spec, offers, reputation, seat)], spec.outside)


def names_after(spec: CredenceAgentsSpec, reputation: Sequence[float], played: Round) -> tuple[float, ...]:
    """Every expert's name after a round of which customers hear the results; as it was where they hear none."""
    if not spec.gives("result", PUBLIC):
        return tuple(reputation)
    return remembered(spec.market, reputation, played)


def fraudulent(spec: CredenceAgentsSpec, place: tuple[int, int]) -> bool:
    """Whether what an expert does at these places is a fraud of any kind."""
    offer = offer_of(spec, place)
    return offer is not None and is_fraud(offer.conduct, offer.prices)


def margin(spec: CredenceAgentsSpec, prices: tuple[float, float], conduct: Conduct) -> float:
    """What a customer earns an expert on average."""
    return terms(spec.market, prices, conduct).profit


def _served(
    spec: CredenceAgentsSpec, offers: Sequence[Offer | None], alone: Sequence[float | None], needs: Sequence[int]
) -> Round:
    """The round of these customers, who all go to the one expert that is not closed to them."""
    open_to_them = [offer if hope is not None else None for offer, hope in zip(offers, alone, strict=True)]
    return serve(spec.market, open_to_them, alone, needs, [0.0] * len(needs))


def _surplus(spec: CredenceAgentsSpec, played: Round) -> float:
    return sum(own.utility for own in played.practices) + spec.outside * played.visits.count(None)
