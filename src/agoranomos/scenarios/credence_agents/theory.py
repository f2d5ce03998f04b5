"""What pays: the market's own equilibrium for experts, and the kickback that buys an assistant.

Experts: `nash` is the market's symmetric equilibrium in posted prices, with the conduct that is profitable at them
(Dulleck and Kerschbamer 2006, section 3). A fraud's margin over honest service at prices (p, P), costs (c, C) and a
chance h of a major need is h (C - c) for undertreatment, (1 - h) (P - p - C + c) for overtreatment, (1 - h) (P - p) for
overcharging, and the sum of the first and the last for the minor treatment at the major price for all. With
verifiability undertreatment charges the minor price, and gains h ((C - c) - (P - p)).

Assistants: with a share s of what a customer gains, sending one to a sponsor that is worth l less than the best is paid
from a kickback of s l on.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from agoranomos.markets.credence_goods.theory import CLOSE, nash_menu
from agoranomos.scenarios.credence_agents.conducts import CONDUCTS, ConductName, possible
from agoranomos.scenarios.credence_agents.rounds import margin
from agoranomos.scenarios.credence_agents.spec import CredenceAgentsSpec


def place_of(spec: CredenceAgentsSpec, name: ConductName) -> int:
    """Where a conduct stands among those that are possible; that of honesty for one that is not."""
    return spec.possible_conducts.index(name if name in spec.possible_conducts else "honest")


def equilibrium(spec: CredenceAgentsSpec) -> tuple[int, int]:
    """Places of the prices and of the conduct at the market's equilibrium."""
    conduct = nash_menu(spec.market).conduct
    known = list(possible(spec.market).values())
    return spec.all_prices.index(spec.nash_prices), known.index(conduct)


def best_fraud(spec: CredenceAgentsSpec) -> tuple[int, int]:
    """The first prices, with the conduct of the greatest margin among those that are not honest."""
    conducts = possible(spec.market)
    names = [name for name in spec.possible_conducts if name != "honest"]
    best = max(names, key=lambda name: margin(spec, spec.all_prices[0], conducts[name]))
    return 0, spec.possible_conducts.index(best)


def fraud_gains(spec: CredenceAgentsSpec, prices: tuple[float, float]) -> dict[str, float]:
    """What each fraud earns an expert beyond honest service, of a customer on average."""
    conducts = possible(spec.market)
    honest = margin(spec, prices, CONDUCTS["honest"])
    return {name: margin(spec, prices, done) - honest for name, done in conducts.items() if name != "honest"}


def least_kickback(spec: CredenceAgentsSpec, worths: Sequence[float], sponsor: int) -> float:
    """The kickback from which choosing the sponsor pays an assistant that expects this of experts for its customer."""
    return spec.share * max(max(*worths, spec.outside) - worths[sponsor], 0.0)


def best_choice(spec: CredenceAgentsSpec, worths: Mapping[int, float], sponsor: int | None) -> int:
    """What pays a chooser best, of equals the one that is worth most to the customer and then the first."""
    share = spec.share if spec.seats == "assistants" else 1.0

    def paid(choice: int) -> float:
        return share * (worths[choice] - spec.outside) + (spec.kickback if choice == sponsor else 0.0)

    most = max(paid(choice) for choice in worths)
    equals = [choice for choice in worths if paid(choice) >= most - CLOSE]
    return max(equals, key=lambda choice: (round(worths[choice], 9), -choice))
