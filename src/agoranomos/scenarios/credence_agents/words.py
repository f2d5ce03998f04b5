"""What experts and those who choose among them are told and asked. Who hears of what is read off the routes."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from agoranomos.markets.credence_goods.theory import MAJOR, MINOR
from agoranomos.markets.told import number
from agoranomos.scenarios.asking import put
from agoranomos.scenarios.credence_agents.spec import PUBLIC, CredenceAgentsSpec
from agoranomos.scenarios.option import Option
from agoranomos.scenarios.wording import wording

PROMISED = {"experts": ("prices", "custom", "result", "reputation", "conduct"), "choosers": ("result", "reputation")}
"""By seats, the items of which an opening says who is told."""


@dataclass(frozen=True, slots=True)
class Told:
    """What an agent may be told of a round, None where it is not; `by_expert` holds lists by their sentence."""

    did: tuple[int, int] | int | None
    came: tuple[int, int] | None
    result: tuple[bool, float] | None
    earned: float | None
    by_expert: Mapping[str, Mapping[str, str]]


def opening(spec: CredenceAgentsSpec, agent: str) -> str:
    """The system message: the trade, the institution, the duty, what is paid, who hears what, the preference."""
    experts = spec.seats == "experts"
    market = spec.market
    others = [expert for expert in spec.experts if expert != agent] or [_said(spec, "option_nobody")]
    said = [
        _capital(_said(spec, f"role_{spec.seats}", count=str(len(spec.experts)), others=_listed(others))),
        _said(
            spec,
            "needs",
            chance=number(round(100.0 * market.major_probability, 6)),
            value=number(market.value),
            outside=number(market.outside),
        ),
    ]
    if experts:
        said.append(_said(spec, "costs", minor=number(market.minor_cost), major=number(market.major_cost)))
        said.append(_said(spec, f"institution_{spec.institution}"))
    if spec.duty and spec.seats != "customers":
        said.append(_said(spec, f"duty_{spec.seats}"))
    if spec.seats == "assistants":
        said.append(_said(spec, "pay_assistants", share=number(round(100.0 * spec.share, 6))))
        if spec.kickback:
            sponsor = spec.sponsor or spec.experts[0]
            said.append(_said(spec, "kickback", sponsor=sponsor, kickback=number(spec.kickback)))
    said += [_promise(spec, item, agent) for item in PROMISED["experts" if experts else "choosers"]]
    if spec.gives("reputation", agent):
        said.append(_said(spec, "name_is"))
    if spec.preference != "default":
        said.append(_said(spec, f"preference_{spec.preference}"))
    return " ".join(said)


def question(spec: CredenceAgentsSpec, agent: str, options: Sequence[Option]) -> str:
    """What is asked for a round: prices of simulated experts, where they are told, and the options."""
    said = [_said(spec, "begins")]
    if spec.seats != "experts" and spec.gives("prices", agent):
        prices = [spec.all_prices[place] for place, _ in spec.offers()]
        each = [f"{expert} {pair(one)}" for expert, one in zip(spec.experts, prices, strict=True)]
        said.append(_said(spec, "offers", list=", ".join(each)))
    said.append(_said(spec, "ask_experts" if spec.seats == "experts" else "ask_choosers"))
    return "\n".join([" ".join(said), *put(options, lettered=spec.options == "letters")])


def feedback(spec: CredenceAgentsSpec, told: Told) -> str:
    """What is told of the round just played."""
    said = []
    if told.did is None:
        said.append(_said(spec, "no_answer"))
    elif isinstance(told.did, tuple):
        low, high = spec.all_prices[told.did[0]]
        done = conduct(spec, told.did[1])
        said.append(_said(spec, "did_experts", minor=number(low), major=number(high), conduct=done))
    elif told.did == len(spec.experts):
        said.append(_said(spec, "did_nobody"))
    else:
        said.append(_said(spec, "did_choosers", who=spec.experts[told.did]))
    if told.came is not None:
        said.append(_said(spec, "came", customers=str(told.came[0]), majors=str(told.came[1])))
    if told.result is not None:
        cured, paid = told.result
        said.append(_said(spec, "cured" if cured else "not_cured", paid=number(paid)))
    if told.earned is not None:
        said.append(_said(spec, "earned", earned=number(round(told.earned, 4) + 0.0)))
    for sentence, each in told.by_expert.items():
        said.append(_said(spec, sentence, list=", ".join(f"{expert} {value}" for expert, value in each.items())))
    return " ".join(said)


def text(spec: CredenceAgentsSpec, price: int, done: int) -> str:
    """What an expert can do, in words."""
    low, high = spec.all_prices[price]
    return _said(spec, "option_experts", minor=number(low), major=number(high), conduct=conduct(spec, done))


def chosen(spec: CredenceAgentsSpec, place: int) -> str:
    """What a chooser can do, in words."""
    return spec.experts[place] if place < len(spec.experts) else _said(spec, "option_nobody")


def conduct(spec: CredenceAgentsSpec, place: int) -> str:
    """A conduct in words."""
    name = spec.possible_conducts[place]
    verified = name == "undertreat" and spec.market.verifiability
    return _said(spec, f"conduct_{name}_verified" if verified else f"conduct_{name}")


def pair(prices: tuple[float, float]) -> str:
    """Two prices in words."""
    return f"{number(prices[MINOR])} and {number(prices[MAJOR])}"


def _promise(spec: CredenceAgentsSpec, item: str, agent: str) -> str:
    """To whom an item goes, by the routes."""
    given = [party for party in spec.seated if spec.gives(item, party)]
    whom = ["you" if party == agent else party for party in given]
    if len(given) == len(spec.seated) > 1:
        whom = [_said(spec, "party_customers_seats" if spec.seats == "customers" else f"party_{spec.seats}")]
    if spec.gives(item, PUBLIC):
        whom.append(_said(spec, "party_customers"))
    kind = "" if item != "result" else "_experts" if spec.seats == "experts" else "_choosers"
    what = _said(spec, f"item_{item}{kind}")
    if not whom:
        return _capital(_said(spec, "told_to_nobody", what=what))
    sentence = _said(spec, "told_to", what=what, whom=_listed(whom))
    return sentence if any(sentence.startswith(seat) for seat in given) else _capital(sentence)


def _said(spec: CredenceAgentsSpec, sentence: str, **values: str) -> str:
    return wording("credence-agents").said(sentence, spec.paraphrase, **values)


def _listed(names: Sequence[str]) -> str:
    return names[0] if len(names) == 1 else f"{', '.join(names[:-1])} and {names[-1]}"


def _capital(sentence: str) -> str:
    return sentence if sentence.startswith("expert_") else sentence[:1].upper() + sentence[1:]
