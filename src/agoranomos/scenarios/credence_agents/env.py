"""Credence goods with agents as a PettingZoo ParallelEnv."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, ClassVar

import numpy as np

from agoranomos.markets.action_shape import ActionPart, ActionShape, Row
from agoranomos.markets.credence_goods.theory import MAJOR, MINOR
from agoranomos.markets.facts import SCALE, MarketFacts, Measured, Measures
from agoranomos.markets.market import Observation
from agoranomos.markets.round_market import Boxes
from agoranomos.randomness import named_uniforms
from agoranomos.scenarios.credence_agents import words
from agoranomos.scenarios.credence_agents.measures import kinds, measure
from agoranomos.scenarios.credence_agents.rounds import (
    Outcome,
    expectations,
    fraudulent,
    of_choosers,
    of_experts,
    offer_of,
)
from agoranomos.scenarios.credence_agents.spec import CredenceAgentsSpec
from agoranomos.scenarios.credence_agents.theory import best_choice, best_fraud, equilibrium, place_of
from agoranomos.scenarios.delegated import Delegated
from agoranomos.scenarios.option import Option

NOT_SEEN = -1.0
"""Stands for what an agent did not do, or may not know."""

NO_NAME = -1000.0
"""Stands for an expert's name where it is not told; names can be below 0."""


class CredenceAgents(Delegated[Outcome]):
    """Experts choose prices and a conduct, or those who have a customer choose an expert.

    An expert's action is the place of its prices and of its conduct. It observes what it `chose` (-1: nothing), how
    many `customers` it had and how many of them with a major need (`majors`), and, as far as it is given them,
    everybody's `posted` prices, `custom`, `names` and `conducts`. A chooser's action is an expert's place, or the
    number of experts for nobody. It observes what it `chose`, whether its customer was `cured` and what was `paid`,
    and `names`.
    """

    metadata: ClassVar[dict[str, Any]] = {
        "name": "credence_agents_v0",
        "render_modes": ["ansi"],
        "is_parallelizable": True,
    }
    spec: CredenceAgentsSpec

    def __init__(self, spec: CredenceAgentsSpec, *, render_mode: str | None = None) -> None:
        self.spec = spec
        self.of_experts = spec.seats == "experts"
        self._names = (0.0,) * len(spec.experts)
        self.facts = MarketFacts(
            market=spec.name,
            agents=spec.seated,
            goods=spec.market.treatments,
            measures=kinds(spec),
            benchmarks={name: self._at(name) for name in self.plays(spec.seated[0])},
        )
        if self.of_experts:
            priced = tuple(words.pair(one) for one in spec.all_prices)
            done = tuple(words.conduct(spec, place) for place in range(len(spec.possible_conducts)))
            parts: tuple[ActionPart, ...] = (
                ActionPart("prices", 0.0, len(priced) - 1.0, whole=True, names=priced),
                ActionPart("conduct", 0.0, len(done) - 1.0, whole=True, names=done),
            )
        else:
            names = tuple(words.chosen(spec, place) for place in range(len(spec.experts) + 1))
            parts = (ActionPart("expert", 0.0, float(len(spec.experts)), whole=True, names=names),)
        shapes = [ActionShape(parts) for _ in spec.seated]
        super().__init__(spec, spec.seated, spec.market.treatments, shapes, render_mode=render_mode)

    # -- what can be done --------------------------------------------------------------------------------------------

    def menu(self, agent: str) -> tuple[Option, ...]:
        """All prices with all conducts, or all experts and nobody, where those who are worth less by prices violate."""
        spec = self.spec
        if not self.of_experts:
            worths = self._worths(agent, (0.0,) * len(spec.experts))
            best = max(worths.values())
            return tuple(
                Option("", words.chosen(spec, place), (float(place),), worths[place] < best - 1e-9) for place in worths
            )
        return tuple(
            Option("", words.text(spec, price, done), (float(price), float(done)), fraudulent(spec, (price, done)))
            for price in range(len(spec.all_prices))
            for done in range(len(spec.possible_conducts))
        )

    def plays(self, agent: str) -> Mapping[str, Sequence[float]]:
        """The named plays; a fraud that the institution does not allow is honest. Choosers go by what they are told."""
        spec = self.spec
        if self.of_experts:
            places = {
                "comply": (0, place_of(spec, "honest")),
                "violate": best_fraud(spec),
                "nash": equilibrium(spec),
                "undertreater": (0, place_of(spec, "undertreat")),
                "overtreater": (0, place_of(spec, "overtreat")),
                "overcharger": (0, place_of(spec, "overcharge")),
            }
            return {name: (float(price), float(done)) for name, (price, done) in places.items()}
        worths, sponsor = self._worths(agent, self._names), None
        if spec.sponsor is not None:
            sponsor = spec.experts.index(spec.sponsor)
        choices = {
            "comply": max(worths, key=lambda place: (round(worths[place], 9), -place)),
            "violate": min(worths, key=lambda place: (round(worths[place], 9), place)),
            "nash": best_choice(spec, worths, sponsor),
            "cheapest": self._cheapest(agent, worths),
        }
        choices["sponsored"] = choices["comply"] if sponsor is None else sponsor
        return {name: (float(place),) for name, place in choices.items()}

    def brief(self, agent: str) -> dict[str, str]:
        """What the numbers of an action stand for."""
        if not self.of_experts:
            return {
                "expert": "; ".join(f"{k} is {words.chosen(self.spec, k)}" for k in range(len(self.spec.experts) + 1))
            }
        priced = "; ".join(f"{k} is {words.pair(one)}" for k, one in enumerate(self.spec.all_prices))
        done = "; ".join(f"{k} is to {words.conduct(self.spec, k)}" for k in range(len(self.spec.possible_conducts)))
        return {"prices": priced, "conduct": done}

    def _worths(self, agent: str, names: Sequence[float]) -> dict[int, float]:
        """What a chooser can expect of each choice for its customer, where experts have these names."""
        offers = [offer_of(self.spec, place) for place in self.spec.offers()]
        hopes = expectations(self.spec, offers, names, agent)
        return {**{place: one or 0.0 for place, one in enumerate(hopes)}, len(offers): self.spec.outside}

    def _cheapest(self, agent: str, worths: Mapping[int, float]) -> int:
        """Whoever charges least on average over needs, where prices are told: what looks at prices alone chooses."""
        if not self.spec.gives("prices", agent):
            return max(worths, key=lambda place: (round(worths[place], 9), -place))
        chance = self.spec.major_probability
        prices = [self.spec.all_prices[place] for place, _ in self.spec.offers()]
        return min(range(len(prices)), key=lambda k: ((1 - chance) * prices[k][MINOR] + chance * prices[k][MAJOR], k))

    # -- rounds ------------------------------------------------------------------------------------------------------

    def _begin(self) -> None:
        self._names = (0.0,) * len(self.spec.experts)

    def _clear(self, rows: tuple[Row, ...]) -> Outcome:
        drawn = named_uniforms(self.seed, "needs", self.round_number, 2 * self.spec.customers).tolist()
        needs = [int(one < self.spec.major_probability) for one in drawn[: self.spec.customers]]
        outcome = self._settled(
            [tuple(part // SCALE for part in row) for row in rows], needs, drawn[self.spec.customers :]
        )
        self._names = outcome.reputation
        return outcome

    def _settled(self, rows: Sequence[tuple[int, ...]], needs: Sequence[int], draws: Sequence[float]) -> Outcome:
        if self.of_experts:
            places = [(row[0], row[1]) if row else None for row in rows]
            return of_experts(self.spec, places, self._names, needs, draws)
        return of_choosers(self.spec, [row[0] if row else None for row in rows], self._names, needs)

    def _profits(self, outcome: Outcome) -> Sequence[float]:
        return outcome.profit

    def _measured(self, outcome: Outcome) -> Measures:
        return measure(self.spec, outcome)

    def _at(self, name: str) -> dict[str, Measured]:
        """The measures of a first round in which all play so: needs and custom as even as they can be."""
        count = self.spec.customers
        majors = round(self.spec.major_probability * count)
        needs = [1] * majors + [0] * (count - majors)
        draws = [((2 * place + 1) % count) / count for place in range(count)]
        rows = [tuple(round(part) for part in self.plays(agent)[name]) for agent in self.spec.seated]
        return measure(self.spec, self._settled(rows, needs, draws))

    # -- what is seen ------------------------------------------------------------------------------------------------

    def _observed(self, index: int, outcome: Outcome | None) -> dict[str, np.ndarray]:
        seen = self._of_expert(index, outcome) if self.of_experts else self._of_chooser(index, outcome)
        return {key: np.array(values, dtype=np.float64) for key, values in seen.items()}

    def _of_expert(self, index: int, outcome: Outcome | None) -> dict[str, Sequence[float]]:
        spec, agent, count = self.spec, self.spec.seated[index], len(self.spec.experts)

        def given(item: str) -> bool:
            return outcome is not None and spec.gives(item, agent)

        own = None if outcome is None else outcome.places[index]
        came = None if outcome is None else outcome.round.practices[index]
        posted, custom, done = [NOT_SEEN] * (2 * count), [NOT_SEEN] * count, [NOT_SEEN] * count
        for k in range(count if outcome is not None else 0):
            assert outcome is not None
            offer, place = outcome.round.offers[k], outcome.places[k]
            if given("prices") and offer is not None:
                posted[2 * k : 2 * k + 2] = list(offer.prices)
            if given("custom"):
                custom[k] = float(outcome.round.practices[k].customers)
            if given("conduct") and place is not None:
                done[k] = float(place[1])
        return {
            "chose": [NOT_SEEN, NOT_SEEN] if own is None else [float(own[0]), float(own[1])],
            "customers": [0.0 if came is None else float(came.customers)],
            "majors": [0.0 if came is None else float(came.majors)],
            "posted": posted,
            "custom": custom,
            "conducts": done,
            "names": self._told_names(agent, outcome),
        }

    def _of_chooser(self, index: int, outcome: Outcome | None) -> dict[str, Sequence[float]]:
        agent = self.spec.seated[index]
        own = None if outcome is None or outcome.chosen is None else outcome.chosen[index]
        cured, paid = NOT_SEEN, NOT_SEEN
        if (
            outcome is not None
            and own is not None
            and own < len(self.spec.experts)
            and self.spec.gives("result", agent)
        ):
            offer, need = outcome.round.offers[own], outcome.round.needs[index]
            assert offer is not None
            cured = float(offer.conduct.treats[need] >= need)
            paid = offer.prices[offer.conduct.charges[need]]
        return {
            "chose": [NOT_SEEN if own is None else float(own)],
            "cured": [cured],
            "paid": [paid],
            "names": self._told_names(agent, outcome),
        }

    def _told_names(self, agent: str, outcome: Outcome | None) -> Sequence[float]:
        told = outcome is not None and self.spec.gives("reputation", agent)
        return outcome.reputation if told and outcome is not None else (NO_NAME,) * len(self.spec.experts)

    def _observation_boxes(self, index: int) -> Boxes:
        spec, count = self.spec, len(self.spec.experts)
        dearest = max(high for _, high in spec.all_prices)
        names = {"names": (NO_NAME, np.inf, count)}
        if not self.of_experts:
            return {
                "chose": (NOT_SEEN, float(count), 1),
                "cured": (NOT_SEEN, 1.0, 1),
                "paid": (NOT_SEEN, dearest, 1),
                **names,
            }
        places = float(max(len(spec.all_prices), len(spec.possible_conducts)) - 1)
        return {
            "chose": (NOT_SEEN, places, 2),
            "customers": (0.0, float(spec.customers), 1),
            "majors": (0.0, float(spec.customers), 1),
            "posted": (NOT_SEEN, dearest, 2 * count),
            "custom": (NOT_SEEN, float(spec.customers), count),
            "conducts": (NOT_SEEN, places, count),
            **names,
        }

    # -- words -------------------------------------------------------------------------------------------------------

    def opening(self, agent: str) -> str:
        """The trade, the institution, the duty, what is paid, who hears what, the preference."""
        return words.opening(self.spec, agent)

    def question(self, agent: str, observation: Observation) -> str:
        """Prices of simulated experts, where they are told, and the options."""
        return words.question(self.spec, agent, self.options(agent))

    def feedback(self, agent: str, observation: Observation) -> str:
        """What it did, what came of it, what it earned, and what it is given of others."""
        if not observation["round"][0]:
            return ""
        chose = [int(part) for part in observation["chose"]]
        nothing = chose[0] == NOT_SEEN
        earned = float(observation["round_profit"][0]) if self.spec.sees.own_reward else None
        lists = self._lists(observation)
        if self.of_experts:
            came = int(observation["customers"][0]), int(observation["majors"][0])
            return words.feedback(
                self.spec, words.Told(None if nothing else (chose[0], chose[1]), came, None, earned, lists)
            )
        cured, paid = float(observation["cured"][0]), float(observation["paid"][0])
        result = None if cured == NOT_SEEN else (bool(cured), paid)
        return words.feedback(self.spec, words.Told(None if nothing else chose[0], None, result, earned, lists))

    def _lists(self, observation: Observation) -> dict[str, dict[str, str]]:
        """What is told by expert, sentence by sentence; nothing of lists that are not told."""
        experts, lists = self.spec.experts, dict[str, dict[str, str]]()
        if "posted" in observation and (observation["posted"] != NOT_SEEN).any():
            pairs = observation["posted"].reshape(-1, 2)
            lists["posted"] = {
                expert: words.pair((float(one[0]), float(one[1])))
                for expert, one in zip(experts, pairs, strict=True)
                if one[0] != NOT_SEEN
            }
        if "custom" in observation and (observation["custom"] != NOT_SEEN).any():
            lists["custom"] = {
                expert: str(int(one)) for expert, one in zip(experts, observation["custom"], strict=True)
            }
        if "conducts" in observation and (observation["conducts"] != NOT_SEEN).any():
            lists["conducts"] = {
                expert: words.conduct(self.spec, int(one))
                for expert, one in zip(experts, observation["conducts"], strict=True)
                if one != NOT_SEEN
            }
        names = observation["names"]
        if (names != NO_NAME).any():
            lists["reputation"] = {expert: f"{one + 0.0:.2f}" for expert, one in zip(experts, names, strict=True)}
        return lists

    def _text(self, outcome: Outcome) -> str:
        lines = [f"round {self.round_number}: {sum(outcome.round.needs)} of {self.spec.customers} with a major need"]
        for place, (expert, own) in enumerate(zip(self.spec.experts, outcome.round.practices, strict=True)):
            at = outcome.places[place]
            did = "sat out" if at is None else words.text(self.spec, *at)
            lines.append(f"  {expert}: {did}; {own.customers} customers, profit {own.profit:.2f}")
        return "\n".join(lines)
