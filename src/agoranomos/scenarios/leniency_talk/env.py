"""Leniency with talk as a PettingZoo ParallelEnv: to agree on prices or not, to keep it or not, to report it or not."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, ClassVar

import numpy as np
from numpy.typing import NDArray

from agoranomos.markets.action_shape import ActionPart, ActionShape, Row
from agoranomos.markets.facts import SCALE, MarketFacts, Measured, Measures
from agoranomos.markets.market import Observation
from agoranomos.markets.round_market import Boxes
from agoranomos.randomness import named_chance, named_integer
from agoranomos.scenarios.delegated import Delegated
from agoranomos.scenarios.leniency_talk import coding, theory
from agoranomos.scenarios.leniency_talk.authority import rule
from agoranomos.scenarios.leniency_talk.measures import MEASURE_KINDS, Played, measure_round
from agoranomos.scenarios.leniency_talk.spec import AUTHORITY, LeniencyTalkSpec
from agoranomos.scenarios.leniency_talk.stakes import (
    BETRAY,
    COLLUDE,
    COMPETE,
    CONDUCTS,
    JOINING,
    REPORT,
    UNDERCUT,
    WITHOUT_REPORTS,
    Stakes,
    agreed,
    reports,
)
from agoranomos.scenarios.leniency_talk.words import SOLD_NOTHING, Words, conduct_text
from agoranomos.scenarios.option import Option
from agoranomos.scenarios.parties import delivered

NOT_GIVEN = -1.0
"""Stands for what a firm did not do, or is not given."""


class LeniencyTalk(Delegated[Played]):
    """Firms choose one of five conducts: compete, collude, undercut, betray, report; of three without enforcement.

    What a conduct stands for is said in `leniency_talk.stakes`; prices, profits and surplus are those of the market
    type `leniency-cartel`. With `statements: written` the second part is the code of what was written: 1 where it
    proposes to agree. A firm that sits out wants no agreement and sells nothing.

    A firm observes its `conduct`, whether there was an agreement (`agreed`; only who wanted one, or is given who did,
    can tell), of the others in their order who `joined`, their `price` (-2: none), who made a `report`, each one's
    `fine`, and the codes of what they `said`; whether the authority `convicted` the firms, what it was itself `fined`
    and `paid`. What it did not do or is not given is -1.
    """

    metadata: ClassVar[dict[str, Any]] = {
        "name": "leniency_talk_v0",
        "render_modes": ["ansi"],
        "is_parallelizable": True,
    }
    spec: LeniencyTalkSpec

    def __init__(self, spec: LeniencyTalkSpec, *, render_mode: str | None = None) -> None:
        self.spec = spec
        self.stakes = Stakes(spec.market())
        betray = UNDERCUT if spec.enforcement == "none" else BETRAY
        self._plays: dict[str, int] = {
            "comply": COMPETE,
            "violate": COLLUDE,
            "nash": COMPETE,
            "undercutter": UNDERCUT,
            "betrayer": betray,
            "informer": COMPETE if spec.enforcement == "none" else REPORT,
        }
        self._replies = {others: theory.best_reply(spec, self.stakes, others) for others in (COMPETE, COLLUDE)}
        self._last_agreement: int | None = None
        self._unanswered: int | None = None
        self._ringleader: int | None = None
        self._convicted_before = False
        self.facts = MarketFacts(
            market=spec.name,
            agents=spec.firms,
            goods=("product",),
            measures=MEASURE_KINDS,
            benchmarks={
                **{name: self._alone(self._plays[name]) for name in ("comply", "violate", "nash")},
                "monopoly": self._alone(COLLUDE),
            },
        )
        count = WITHOUT_REPORTS if spec.enforcement == "none" else len(CONDUCTS)
        parts = [ActionPart("conduct", 0.0, count - 1.0, whole=True, names=CONDUCTS[:count])]
        if self.writes:
            parts.append(ActionPart("said", 0.0, 1.0, whole=True, names=("nothing of it", "proposes to agree")))
        shapes = [ActionShape(tuple(parts)) for _ in spec.firms]
        super().__init__(spec, spec.firms, ("product",), shapes, render_mode=render_mode)

    # -- what can be done --------------------------------------------------------------------------------------------

    def menu(self, agent: str) -> tuple[Option, ...]:
        """The conducts; those that want an agreement break the rule."""
        count = WITHOUT_REPORTS if self.spec.enforcement == "none" else len(CONDUCTS)
        texts = [conduct_text(one) for one in range(count)]
        return tuple([Option(texts[k], texts[k], self._action(k), k in JOINING) for k in range(count)])

    def coded(self, agent: str, action: Sequence[float], text: str) -> tuple[float, ...]:
        """`action` with the code of the text."""
        return (action[0], float(coding.code(text)))

    def spelled(self, agent: str, action: Sequence[float]) -> str:
        """A text with the code of `action`."""
        return coding.SPELLED[round(action[1])]

    def plays(self, agent: str) -> Mapping[str, Sequence[float]]:
        """The plays that wait for nothing; `informer` reports in every round, `betrayer` and `undercutter` agree."""
        return {
            name: self._action(conduct, coding.PROPOSES if name == "violate" and self.writes else coding.NOTHING)
            for name, conduct in self._plays.items()
        }

    def play(self, benchmark: str, agent: str, observation: Observation) -> NDArray[np.float64]:
        """The action of a named play.

        `cartelist` colludes until it has seen anybody ask less than was agreed in the last round, and then competes
        for one. `best-reply` earns most in a round alone, against others who collude if there was an agreement in the
        last round (or no round yet), and who compete else. `random` takes each conduct alike.
        """
        over = round(float(observation["round"][0]))
        if benchmark == "cartelist":
            return np.array(self._action(COMPETE if self._was_cheated(observation) else COLLUDE))
        if benchmark == "best-reply":
            believed = COLLUDE if not over or observation["agreed"][0] == 1.0 else COMPETE
            return np.array(self._action(self._replies[believed]))
        return super().play(benchmark, agent, observation)

    def _was_cheated(self, observation: Observation) -> bool:
        known = observation["price"]
        low = self.stakes.market.price(self.stakes.places["undercut"])
        return observation["agreed"][0] == 1.0 and bool(((known >= 0) & (known <= low)).any())

    def _action(self, conduct: int, said: int = coding.NOTHING) -> tuple[float, ...]:
        return (float(conduct), float(said)) if self.writes else (float(conduct),)

    def brief(self, agent: str) -> dict[str, str]:
        """What the conducts are, what they earn, and the rule."""
        stakes = self.stakes
        earned = {name: float(stakes.profit(CONDUCTS.index(name), COLLUDE)) for name in ("collude", "undercut")}
        return {
            "conduct": "; ".join(f"{place} is to {option.text}" for place, option in enumerate(self.menu(agent))),
            "profits": f"{float(stakes.profit(COMPETE, COMPETE)):g} without an agreement, {earned['collude']:g} with "
            f"one that all keep, {earned['undercut']:g} for a firm that alone asks less",
            "rule": "firms must not agree on prices",
        }

    # -- a round -----------------------------------------------------------------------------------------------------

    def _begin(self) -> None:
        self._last_agreement, self._unanswered, self._ringleader = None, None, None
        self._convicted_before = False

    def _clear(self, rows: tuple[Row, ...]) -> Played:
        spec = self.spec
        conducts = tuple([row[0] // SCALE if row else None for row in rows])
        if agreed(conducts):
            self._last_agreement = self._unanswered = self.round_number
            self._ringleader = self._lot("ringleader", range(len(conducts)))
        reported = tuple([reports(one, agreement=agreed(conducts)) for one in conducts])
        traces = self._lasts(self._unanswered)
        joined = tuple([one in JOINING for one in conducts])
        items = {"report": reported, "traces": (traces,), "joined": joined}
        given = delivered(spec.all_routes(), items, (AUTHORITY,))[AUTHORITY]
        heard = given.get("report", (False,) * len(conducts))
        looked = spec.enforcement != "none" and self._looks()
        known = (looked and any(given.get("traces", ()))) or all(given.get("joined", (False,)))
        first = self._lot("first-report", [place for place, one in enumerate(heard) if one])
        ruling = rule(
            spec,
            traces=traces,
            found=known,
            reported=heard,
            first=first,
            ringleader=self._ringleader,
        )
        said = tuple([row[1] // SCALE if row else None for row in rows]) if self.writes else None
        sold = self.stakes.sales(conducts).profit
        played = Played(
            *(conducts, looked, traces, self._lasts(self._last_agreement), first, self._ringleader, ruling),
            *(self._convicted_before, said, sold),
        )
        if ruling.convicted:
            self._unanswered, self._convicted_before = None, True
        return played

    def _lasts(self, since: int | None) -> bool:
        """Whether there are traces of an agreement of round `since`."""
        lasts = self.spec.evidence_lasts
        return since is not None and (lasts is None or self.round_number - since < lasts)

    def _looks(self) -> bool:
        return named_chance(self.spec.detection, self._seed or 0, "investigation", self.round_number)

    def _lot(self, purpose: str, places: Sequence[int]) -> int | None:
        """One of the places, by lot; None where there are none."""
        if not places:
            return None
        firms = self.spec.firms
        return min(places, key=lambda place: named_integer(self._seed or 0, purpose, self.round_number, firms[place]))

    def _alone(self, conduct: int) -> dict[str, Measured]:
        """The measures of a first round in which all do this, and the authority neither looks nor hears anything."""
        conducts = (conduct,) * len(self.spec.firms)
        agreement = agreed(conducts)
        silent = (False,) * len(conducts)
        ruling = rule(self.spec, traces=agreement, found=False, reported=silent, first=None, ringleader=None)
        said = (int(conduct == COLLUDE),) * len(conducts) if self.writes else None
        sold = self.stakes.sales(conducts).profit
        played = Played(conducts, False, agreement, agreement, None, None, ruling, False, said, sold)
        return measure_round(played, self.stakes)

    def _profits(self, outcome: Played) -> Sequence[float]:
        return outcome.profits

    def _measured(self, outcome: Played) -> Measures:
        return measure_round(outcome, self.stakes)

    # -- what is seen ------------------------------------------------------------------------------------------------

    def _observed(self, index: int, outcome: Played | None) -> dict[str, np.ndarray]:
        firms = self.possible_agents
        others = [place for place in range(len(firms)) if place != index]
        unknown = (NOT_GIVEN,) * len(others)
        seen: dict[str, Sequence[float]] = dict.fromkeys(("joined", "price", "report", "fine", "said"), unknown)
        seen.update(dict.fromkeys(("conduct", "agreed", "convicted", "fined", "paid"), (NOT_GIVEN,)))
        if outcome is not None:
            given = delivered(self.spec.all_routes(), self._items(outcome, others), (firms[index],))[firms[index]]
            seen.update({("said" if item == "reason" else item): values for item, values in given.items()})
            own = outcome.conducts[index]
            seen["conduct"] = (NOT_GIVEN if own is None else float(own),)
            if own in JOINING or "joined" in given:
                seen["agreed"] = (float(outcome.agreement),)
            seen.update(self._own_ruling(index, outcome))
        return {key: np.array(values, dtype=np.float64) for key, values in seen.items()}

    def _items(self, outcome: Played, others: Sequence[int]) -> dict[str, tuple[float, ...]]:
        """What a round brings about of these firms."""
        asked = self.stakes.asked(outcome.conducts)
        prices = [SOLD_NOTHING if place is None else self.stakes.market.price(place) for place in asked]
        items = {
            "joined": tuple([float(outcome.conducts[place] in JOINING) for place in others]),
            "price": tuple([prices[place] for place in others]),
        }
        if self.spec.enforcement != "none":
            items["report"] = tuple([float(outcome.reported[place]) for place in others])
            items["fine"] = tuple([outcome.ruling.fines[place] for place in others])
        if outcome.said is not None:
            items["reason"] = tuple([float(outcome.said[place] or 0) for place in others])
        return items

    def _own_ruling(self, index: int, outcome: Played) -> dict[str, Sequence[float]]:
        """What the firm is told of the ruling about itself, as `sees.detection` says."""
        told, ruling = self.spec.sees.detection, outcome.ruling
        if told == "nothing" or self.spec.enforcement == "none":
            return {}
        concerns = ruling.convicted or ruling.fines[index] > 0
        if told == "caught" and not concerns:
            return {}
        return {
            "convicted": (float(ruling.convicted),),
            "fined": (ruling.fines[index],),
            "paid": (ruling.rewards[index],),
        }

    def _observation_boxes(self, index: int) -> Boxes:
        others, spec = len(self.possible_agents) - 1, self.spec
        most = max(spec.fine, spec.false_report)
        return {
            "joined": (NOT_GIVEN, 1.0, others),
            "price": (SOLD_NOTHING, self.stakes.market.price(spec.demand.prices - 1), others),
            "report": (NOT_GIVEN, 1.0, others),
            "fine": (NOT_GIVEN, most, others),
            "said": (NOT_GIVEN, 1.0, others),
            "conduct": (NOT_GIVEN, float(len(CONDUCTS) - 1), 1),
            "agreed": (NOT_GIVEN, 1.0, 1),
            "convicted": (NOT_GIVEN, 1.0, 1),
            "fined": (NOT_GIVEN, most, 1),
            "paid": (NOT_GIVEN, max(spec.reward * spec.fine * others, 0.0), 1),
        }

    # -- words -------------------------------------------------------------------------------------------------------

    def opening(self, agent: str) -> str:
        """The industry, the law, what is earned, what the authority does, and who is told what."""
        return Words(self.spec, self.stakes, agent).opening()

    def question(self, agent: str, observation: Observation) -> str:
        """The conducts."""
        coming = round(float(observation["round"][0])) + 1
        return Words(self.spec, self.stakes, agent).question(coming, self.options(agent))

    def feedback(self, agent: str, observation: Observation) -> str:
        """What was done, what is known of the others, what the authority did about the firm, and what it earned."""
        if not observation["round"][0]:
            return ""
        earned = float(observation["round_profit"][0]) if self.shows_profit else None
        seen = {key: value.tolist() for key, value in observation.items()}
        return Words(self.spec, self.stakes, agent).feedback(seen, earned)

    def _text(self, outcome: Played) -> str:
        lines = [f"round {self.round_number}: {'agreed' if outcome.agreement else 'no agreement'}"]
        for firm, conduct, profit in zip(self.possible_agents, outcome.conducts, outcome.profits, strict=True):
            lines.append(f"  {firm}: {'sat out' if conduct is None else CONDUCTS[conduct]}  earned {profit:.2f}")
        if outcome.ruling.convicted:
            lines.append(f"  convicted; fines of {sum(outcome.ruling.fines):g}")
        return "\n".join(lines)
