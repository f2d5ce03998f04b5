"""What a firm is told and asked; who may know what is decided by the routes and by what is observed."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from agoranomos.markets.told import number
from agoranomos.scenarios.asking import put
from agoranomos.scenarios.leniency_talk.spec import AUTHORITY, LeniencyTalkSpec
from agoranomos.scenarios.leniency_talk.stakes import COLLUDE, COMPETE, UNDERCUT, Stakes
from agoranomos.scenarios.option import Option
from agoranomos.scenarios.wording import wording

Seen = Mapping[str, Sequence[float]]
"""An observation; -1 is what the firm is not given."""


def conduct_text(conduct: int) -> str:
    """What a conduct is in words."""
    return wording("leniency-talk").said(f"conduct_{conduct}")


@dataclass(frozen=True, slots=True)
class Words:
    """The sentences of one firm in one run."""

    spec: LeniencyTalkSpec
    stakes: Stakes
    agent: str

    @property
    def others(self) -> tuple[str, ...]:
        """Its rivals, in the order of the firms."""
        return tuple([firm for firm in self.spec.firms if firm != self.agent])

    def said(self, name: str, **values: str) -> str:
        """A sentence in the run's wording."""
        return wording(self.spec.type).said(name, self.spec.paraphrase, **values)

    def opening(self) -> str:
        """The system message: the industry, the law, what is earned, what the authority does, who is told what."""
        spec, stakes = self.spec, self.stakes
        others, story = ", ".join(self.others), self.said(f"story_{spec.story}")
        high, normal, low = (
            number(stakes.market.price(stakes.places[name])) for name in ("monopoly", "nash", "undercut")
        )
        cheated = stakes.sales((UNDERCUT, *(COLLUDE,) * (len(spec.firms) - 1))).profit[1]
        lines = [
            self.said("role", agent=self.agent, others=others, story=story),
            self.said("duty"),
            self.said("game", high=high, normal=normal, low=low),
            self.said(
                "profits",
                low=low,
                nash=_money(float(stakes.profit(COMPETE, COMPETE))),
                monopoly=_money(float(stakes.profit(COLLUDE, COLLUDE))),
                undercut=_money(float(stakes.profit(UNDERCUT, COLLUDE))),
                cheated=_money(cheated),
            ),
            *self._enforcement(),
            *self._visibility(),
        ]
        if spec.statements == "written":
            lines.append(self.said("writes"))
        if spec.goal:
            lines.append(self.said("goal"))
        return " ".join(lines)

    def question(self, coming: int, options: Sequence[Option]) -> str:
        """The question of round `coming`."""
        lines = [self.said("ask", round=str(coming)), *put(options, lettered=self.spec.options == "letters")]
        if self.spec.statements == "written":
            lines.append(self.said("written_answer"))
        return "\n".join(lines)

    def feedback(self, seen: Seen, earned: float | None) -> str:
        """What is told of a round, when this is observed after it."""
        own = round(seen["conduct"][0])
        lines = [self.said("did_nothing") if own < 0 else self.said("did", conduct=conduct_text(own))]
        if seen["agreed"][0] >= 0:
            lines.append(self.said("agreement" if seen["agreed"][0] else "no_agreement"))
        for place, other in enumerate(self.others):
            lines.extend(self._of_other(seen, place, other))
        if seen["convicted"][0] >= 0:
            lines.append(self.said("convicted" if seen["convicted"][0] else "not_convicted"))
        if seen["fined"][0] > 0:
            name = "false_fined" if seen["convicted"][0] < 1 else "fined"
            lines.append(self.said(name, fine=_money(seen["fined"][0])))
        if seen["paid"][0] > 0:
            lines.append(self.said("paid", paid=_money(seen["paid"][0])))
        if earned is not None:
            lines.append(self.said("earned", earned=_money(earned)))
        return " ".join(lines)

    def _of_other(self, seen: Seen, place: int, other: str) -> list[str]:
        lines = []
        if seen["joined"][place] >= 0:
            lines.append(self.said("other_joined" if seen["joined"][place] else "other_stayed_out", other=other))
        price = seen["price"][place]
        if price == SOLD_NOTHING:
            lines.append(self.said("other_sold_nothing", other=other))
        elif price >= 0:
            lines.append(self.said("other_price", other=other, price=number(price)))
        if seen["report"][place] >= 0:
            name = "other_reported" if seen["report"][place] else "other_reported_nothing"
            lines.append(self.said(name, other=other))
        fine = seen["fine"][place]
        if fine >= 0:
            lines.append(self.said("other_fined" if fine else "other_not_fined", other=other, fine=_money(fine)))
        return lines

    def _enforcement(self) -> list[str]:
        """What the authority does, as far as it is told."""
        spec = self.spec
        if not spec.told:
            return []
        values = {"fine": number(spec.fine), "percent": number(100.0 * spec.reward)}
        lines = [self.said(f"enforcement_{spec.enforcement}", **values)]
        if spec.enforcement == "none":
            return lines
        if spec.gives("traces", AUTHORITY):
            lines.append(self.said("detection", percent=number(100.0 * spec.detection)))
        lasts = spec.evidence_lasts
        lines.append(self.said("traces_forever") if lasts is None else self.said("traces", lasts=str(lasts)))
        if spec.false_report:
            lines.append(self.said("false_report", false=number(spec.false_report)))
        return lines

    def _visibility(self) -> list[str]:
        """Who is told what, read off the routes: the firm itself, each of the others, the authority."""
        spec = self.spec
        enforced = spec.enforcement != "none"
        there = [
            item
            for item in spec.ITEMS
            if (enforced or item not in ("report", "fine", "traces"))
            and (spec.statements == "written" or item != "reason")
        ]
        parties = [("to_you", self.agent), *(("to_rivals", other) for other in self.others)]
        if enforced and spec.told:
            parties.append(("to_rivals", AUTHORITY))
        lines = []
        for name, party in parties:
            items = [
                self.said(f"item_{item}")
                for item in there
                if spec.gives(item, party) and (item != "traces" or party == AUTHORITY)
            ]
            who = self.said("the_authority") if party == AUTHORITY else party
            lines.append(_begun(self.said(name, party=who, items=", ".join(items) or self.said("nothing"))))
        return lines


SOLD_NOTHING = -2.0
"""Stands for the price of a firm that is known to have asked none."""


def _money(value: float) -> str:
    """An amount to two decimals at most."""
    return number(round(value, 2))


def _begun(sentence: str) -> str:
    return sentence[:1].upper() + sentence[1:] if sentence.startswith("the ") else sentence
