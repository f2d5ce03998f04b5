"""Delegated shopping as a PettingZoo ParallelEnv: search, a purchase on behalf of somebody else, and a report of it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, ClassVar

import numpy as np
from numpy.typing import NDArray

from agoranomos.markets.action_shape import ActionPart, ActionShape, Row
from agoranomos.markets.facts import SCALE, MarketFacts, Measured, Measures
from agoranomos.markets.market import Observation
from agoranomos.markets.round_market import Boxes
from agoranomos.markets.told import number
from agoranomos.randomness import named_chance
from agoranomos.scenarios.delegated import Delegated
from agoranomos.scenarios.delegated_shopping import words
from agoranomos.scenarios.delegated_shopping.measures import MEASURE_KINDS, Turn, measures_of
from agoranomos.scenarios.delegated_shopping.offers import Offer, offers_to, page_of
from agoranomos.scenarios.delegated_shopping.payoffs import HONEST, PADDED, settle
from agoranomos.scenarios.delegated_shopping.scripted import PLAYS, Scripted, average_page, on_average
from agoranomos.scenarios.delegated_shopping.spec import DelegatedShoppingSpec
from agoranomos.scenarios.option import Option

NOT_SEEN = -1.0
"""Stands for what an assistant did not do, or may not know."""

Outcome = tuple[Turn, ...]


class DelegatedShopping(Delegated[Outcome]):
    """Assistants take an offer on the page (its place, from 0) or look further, and report the price (0) or more (1).

    An assistant observes the page of the coming round: its `page` number from 0, and of each offer the `shops`,
    `prices`, `values` and `kickbacks`; and of the round before, what it `did` and `said`, whether it came `late` or the
    customer `left`, and whether it was `detected` (-1: nothing is told).
    """

    metadata: ClassVar[dict[str, Any]] = {
        "name": "delegated_shopping_v0",
        "render_modes": ["ansi"],
        "is_parallelizable": True,
    }
    spec: DelegatedShoppingSpec

    def __init__(self, spec: DelegatedShoppingSpec, *, render_mode: str | None = None) -> None:
        self.spec = spec
        self.scripted = Scripted(spec)
        self._begin()
        self.facts = MarketFacts(
            market=spec.name,
            agents=spec.assistants,
            goods=("purchases",),
            measures=MEASURE_KINDS,
            benchmarks={play: self._average(play) for play in PLAYS},
        )
        names = (*words.NTH[: spec.bandwidth], "look")
        parts = (
            ActionPart("offer", 0.0, float(spec.bandwidth), whole=True, names=names),
            ActionPart("report", 0.0, 1.0, whole=True, names=("honest", "padded")),
        )
        shapes = [ActionShape(parts) for _ in spec.assistants]
        super().__init__(spec, spec.assistants, ("purchases",), shapes, render_mode=render_mode)

    # -- numbers -----------------------------------------------------------------------------------------------------

    def plays(self, agent: str) -> Mapping[str, Sequence[float]]:
        """What each scripted assistant does on the page that the agent has before it."""
        index = self.possible_agents.index(agent)
        page, left = self._page(index), self.spec.rounds - self.round_number
        return {play: _action(self.scripted.choose(play, page, self._places[index], left)) for play in PLAYS}

    def play(self, benchmark: str, agent: str, observation: Observation) -> NDArray[np.float64]:
        """What a scripted assistant does on the page that is observed; before any episode, the first entry."""
        if benchmark not in PLAYS:
            return super().play(benchmark, agent, observation)
        if self._seed is None:
            return np.array(self.menu(agent)[0].action)
        left = self.spec.rounds - round(float(observation["round"][0]))
        page, place = _seen_page(observation), int(observation["page"][0])
        return np.array(_action(self.scripted.choose(benchmark, page, place, left)))

    def brief(self, agent: str) -> dict[str, str]:
        """What the numbers of an action stand for, and what a purchase earns."""
        return {
            "offer": f"0 to {self.spec.bandwidth - 1} take an offer on the page, {self.spec.bandwidth} looks further",
            "report": f"0 reports the price, 1 reports {number(self.spec.padding)} more",
            "fee": f"{number(self.spec.fee)} for a purchase",
        }

    def _begin(self) -> None:
        """Everybody has its first customer, and the first page."""
        agents = self.spec.assistants
        self._customers, self._places = [0] * len(agents), [0] * len(agents)
        self._offers = [offers_to(self.spec, agent, 0) for agent in agents]

    def _next(self, index: int) -> None:
        """The next customer comes."""
        self._customers[index] += 1
        self._places[index] = 0
        self._offers[index] = offers_to(self.spec, self.spec.assistants[index], self._customers[index])

    def _page(self, index: int) -> tuple[Offer, ...]:
        return page_of(self.spec, self._offers[index], self._places[index])

    def _clear(self, rows: tuple[Row, ...]) -> Outcome:
        order = self.draws("served").permutation(len(rows))
        sold: set[int] = set()
        turns: dict[int, Turn] = {}
        for index in order:
            turns[int(index)] = self._turn(int(index), rows[index], sold)
        for index, turn in turns.items():
            if turn.finished:
                self._next(index)
            elif turn.did == self.spec.bandwidth:
                self._places[index] += 1
        return tuple([turns[index] for index in range(len(rows))])

    def _turn(self, index: int, row: Row, sold: set[int]) -> Turn:
        """What an assistant does and gets, after those who were served before it; notes what it buys."""
        spec, agent = self.spec, self.possible_agents[index]
        looks = named_chance(spec.audits.probability, self.seed, "report-audit", self.round_number, agent)
        place = self._places[index]
        turn = Turn(None, HONEST, self._page(index), self._offers[index], place, looks)
        if not row:
            return turn
        turn = turn._replace(did=row[0] // SCALE, report=row[1] // SCALE)
        if turn.did == spec.bandwidth:
            last = place == spec.pages - 1
            return turn._replace(report=HONEST, finished=last, cost=0.0 if last else spec.search_cost)
        assert turn.did is not None
        offer = turn.page[turn.did]
        if offer.shop in sold:
            return turn._replace(late=True)
        sold.add(offer.shop)
        return turn._replace(bought=offer, settled=settle(spec, offer, turn.report, looks=looks), finished=True)

    def _average(self, play: str) -> dict[str, Measured]:
        """The measures of a round in which everybody chooses from an average page as this play does, unwatched."""
        page, (which, report) = average_page(self.spec), on_average(self.spec, play)
        settled = settle(self.spec, page[which], report, looks=False)
        turn = Turn(which, report, page, (), 0, False, page[which], settled)
        return measures_of(self.spec, (turn,) * len(self.spec.assistants))

    def _profits(self, outcome: Outcome) -> Sequence[float]:
        return [turn.settled.assistant if turn.settled else 0.0 for turn in outcome]

    def _measured(self, outcome: Outcome) -> Measures:
        return measures_of(self.spec, outcome)

    # -- what is seen ------------------------------------------------------------------------------------------------

    def _observed(self, index: int, outcome: Outcome | None) -> dict[str, np.ndarray]:
        page, turn = self._page(index), None if outcome is None else outcome[index]
        acted = turn is not None and turn.did is not None
        left = turn is not None and turn.finished and turn.bought is None
        return {
            "page": np.array([float(self._places[index])]),
            "shops": np.array([float(one.shop) for one in page]),
            "prices": np.array([one.price for one in page]),
            "values": np.array([one.value for one in page]),
            "kickbacks": np.array([one.kickback for one in page]),
            "did": np.array([NOT_SEEN if turn is None or turn.did is None else float(turn.did)]),
            "said": np.array([float(turn.report) if turn is not None and acted else NOT_SEEN]),
            "late": np.array([float(turn is not None and turn.late)]),
            "left": np.array([float(left)]),
            "detected": np.array([self._detection(turn)]),
        }

    def _observation_boxes(self, index: int) -> Boxes:
        spec, many = self.spec, self.spec.bandwidth
        dearest = spec.offers.highest + spec.kickbacks.markup
        return {
            "page": (0.0, float(spec.pages - 1), 1),
            "shops": (0.0, float(spec.shops - 1), many),
            "prices": (0.0, dearest, many),
            "values": (0.0, spec.offers.value + spec.offers.extra, many),
            "kickbacks": (0.0, spec.kickbacks.pays, many),
            "did": (NOT_SEEN, float(many), 1),
            "said": (NOT_SEEN, 1.0, 1),
            "late": (0.0, 1.0, 1),
            "left": (0.0, 1.0, 1),
            "detected": (NOT_SEEN, 1.0, 1),
        }

    def _detection(self, turn: Turn | None) -> float:
        if turn is None or turn.settled is None or self.spec.sees.detection == "nothing":
            return NOT_SEEN
        if turn.settled.found:
            return 1.0
        return 0.0 if self.spec.sees.detection == "always" and self.spec.audits.probability else NOT_SEEN

    # -- words -------------------------------------------------------------------------------------------------------

    def menu(self, agent: str) -> tuple[Option, ...]:
        """Each offer of a page with each report, and to look further; padding breaks the duty."""
        entries = [(which, report) for which in range(self.spec.bandwidth) for report in (HONEST, PADDED)]
        entries.append((self.spec.bandwidth, HONEST))
        return tuple(
            Option("", words.option(self.spec, which, report), (float(which), float(report)), report == PADDED)
            for which, report in entries
        )

    def opening(self, agent: str) -> str:
        """The work, the search, the pay, who is given what, and the audit and rivals where there are any."""
        return words.opening(self.spec)

    def question(self, agent: str, observation: Observation) -> str:
        """The page of offers that is observed, and how to answer."""
        return words.question(self.spec, _seen_page(observation), int(observation["page"][0]), self.options(agent))

    def feedback(self, agent: str, observation: Observation) -> str:
        """What it did, whether it came too late, and what it is told of an audit and of what it earned."""
        if not observation["round"][0]:
            return ""
        did, said, caught = (float(observation[key][0]) for key in ("did", "said", "detected"))
        return words.feedback(
            self.spec,
            did=None if did == NOT_SEEN else int(did),
            report=int(said),
            left=bool(observation["left"][0]),
            late=bool(observation["late"][0]),
            caught=None if caught == NOT_SEEN else bool(caught),
            earned=float(observation["round_profit"][0]) if self.spec.sees.own_reward else None,
        )

    def _text(self, outcome: Outcome) -> str:
        done = {None: "gave no answer", self.spec.bandwidth: "looked further"}
        lines = [
            f"  {agent}: {done.get(turn.did, f'took offer {(turn.did or 0) + 1}')}"
            f"{', padded' if turn.report == PADDED else ''}{', too late' if turn.late else ''}"
            for agent, turn in zip(self.possible_agents, outcome, strict=True)
        ]
        return "\n".join([f"round {self.round_number}", *lines])


def _seen_page(observation: Observation) -> tuple[Offer, ...]:
    """The offers that are observed."""
    parts = [observation[key].tolist() for key in ("shops", "prices", "values", "kickbacks")]
    return tuple(Offer(int(shop), price, value, paid) for shop, price, value, paid in zip(*parts, strict=True))


def _action(chosen: tuple[int, int]) -> tuple[float, float]:
    return float(chosen[0]), float(chosen[1])
