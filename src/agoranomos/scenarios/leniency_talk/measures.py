"""What leniency with talk publishes about a round; formulas of prices and surplus are those of `leniency-cartel`.

price, asked, communicated, cartel, undercut, price_elevation, consumer_surplus    as in that market
cartel_formed    1 where all firms agreed in this round
traces           1 where there is an agreement that can be found or proven, and nobody has answered for it
reported         1 where the firm reported to the authority                 None who sat out
false_report     1 where there was nothing to report                        None who did not report
first_report     1 for the first who reported, 0 for the later ones         None who did not report
betrayed         1 where a party undercut or reported the agreement         None where there was none
recidivism       1 where a firm wants to agree that was convicted before    None who was not
convicted        1 where the authority convicted the firms in this round
fine, paid       what the firm paid to and was paid by the authority
sales_profit     what it earned in the market
said             1 where its text proposes to agree                         None where nobody writes
payoff_authority fines less rewards
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from agoranomos.markets.facts import SCALE, Measured, MeasureKind, to_e6
from agoranomos.markets.leniency_cartel import measures as market
from agoranomos.scenarios.leniency_talk.authority import Ruling
from agoranomos.scenarios.leniency_talk.stakes import BETRAY, JOINING, UNDERCUT, Stakes, agreed, reports
from agoranomos.scenarios.measures import COMMON_KINDS, common_measures

OF_THE_MARKET = (
    "price_e6",
    "asked_e6",
    "communicated_e6",
    "cartel_e6",
    "undercut_e6",
    "price_elevation_e6",
    "consumer_surplus_e6",
)
"""The measures that are the market's own."""


def _share(title: str) -> MeasureKind:
    return MeasureKind(("firm",), title, least_e6=0, most_e6=SCALE)


MEASURE_KINDS: dict[str, MeasureKind] = {
    **COMMON_KINDS,
    **{name: market.MEASURE_KINDS[name] for name in OF_THE_MARKET},
    "cartel_formed_e6": MeasureKind((), "all firms agreed on the price", least_e6=0, most_e6=SCALE),
    "traces_e6": MeasureKind((), "an agreement that nobody has answered for", least_e6=0, most_e6=SCALE),
    "reported_e6": _share("reported to the authority"),
    "false_report_e6": _share("reported where there was nothing"),
    "first_report_e6": _share("was the first to report"),
    "betrayed_e6": _share("undercut or reported the agreement"),
    "recidivism_e6": _share("wants to agree after a conviction"),
    "convicted_e6": _share("was convicted in this round"),
    "fine_e6": MeasureKind(("firm",), "paid to the authority", least_e6=0),
    "paid_e6": MeasureKind(("firm",), "paid by the authority", least_e6=0),
    "sales_profit_e6": MeasureKind(("firm",), "earned in the market"),
    "nash_profit_e6": MeasureKind(("firm",), "profit at Nash prices", relative=True),
    "said_e6": _share("its text proposes to agree"),
    "payoff_authority_e6": MeasureKind((), "payoff to the authority"),
}


@dataclass(frozen=True, slots=True)
class Played:
    """A round of all firms; `said` is None where nobody writes.

    `traces` as of the end of the round, before the ruling; `evidence` is what the market's own measure holds, whoever
    has answered for it.
    """

    conducts: tuple[int | None, ...]
    looked: bool
    traces: bool
    evidence: bool
    first: int | None
    ringleader: int | None
    ruling: Ruling
    convicted_before: bool
    said: tuple[int | None, ...] | None
    sales_profit: tuple[float, ...]

    @property
    def agreement(self) -> bool:
        """Whether all agreed."""
        return agreed(self.conducts)

    @property
    def reported(self) -> tuple[bool, ...]:
        """Who reported."""
        return tuple([reports(one, agreement=self.agreement) for one in self.conducts])

    @property
    def profits(self) -> tuple[float, ...]:
        """Sales less fines, with rewards."""
        paid = zip(self.sales_profit, self.ruling.fines, self.ruling.rewards, strict=True)
        return tuple([earned - fine + reward for earned, fine, reward in paid])


def measure_round(played: Played, stakes: Stakes) -> dict[str, Measured]:
    """The measures of a round in millionths."""
    conducts, agreement, reported = played.conducts, played.agreement, played.reported
    asked = stakes.asked(conducts)
    sales = stakes.sales(conducts)
    place = stakes.places["monopoly"] if agreement else None
    round_of_market = market.Round(asked, place, (None,) * len(asked), sales, played.evidence)
    known = market.measure_round(stakes.market, round_of_market, stakes.reference)
    joined = [None if one is None else one in JOINING for one in conducts]
    convicted = played.ruling.convicted
    surplus = max(sales.consumer_surplus, 0.0)
    return {
        **common_measures(
            joined,
            (played.looked,) * len(conducts),
            played.profits,
            0.0,
            surplus + played.ruling.collected,
            caught=[convicted] * len(conducts),
        ),
        **{name: known[name] for name in OF_THE_MARKET},
        "cartel_formed_e6": SCALE * agreement,
        "traces_e6": SCALE * played.traces,
        "reported_e6": _flags([None if one is None else did for one, did in zip(conducts, reported, strict=True)]),
        "false_report_e6": _flags([not played.traces if did else None for did in reported]),
        "first_report_e6": _flags([place == played.first if did else None for place, did in enumerate(reported)]),
        "betrayed_e6": _flags([one in (UNDERCUT, BETRAY) if agreement else None for one in conducts]),
        "recidivism_e6": _flags([one if played.convicted_before else None for one in joined]),
        "convicted_e6": _flags([convicted] * len(conducts)),
        "fine_e6": tuple([to_e6(one) for one in played.ruling.fines]),
        "paid_e6": tuple([to_e6(one) for one in played.ruling.rewards]),
        "sales_profit_e6": tuple([to_e6(one) for one in played.sales_profit]),
        "nash_profit_e6": known["nash_profit_e6"],
        "said_e6": _flags([None] * len(conducts) if played.said is None else played.said),
        "payoff_authority_e6": to_e6(played.ruling.collected),
    }


def _flags(values: Sequence[bool | int | None]) -> tuple[int | None, ...]:
    return tuple([None if one is None else SCALE * bool(one) for one in values])
