"""A commons with a monitor as a PettingZoo ParallelEnv."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, ClassVar

import numpy as np

from agoranomos.markets.action_shape import ActionPart, ActionShape, Row
from agoranomos.markets.facts import SCALE, MarketFacts, Measured, Measures
from agoranomos.markets.market import Observation
from agoranomos.markets.round_market import Boxes
from agoranomos.randomness import named_chance
from agoranomos.scenarios.commons_monitor import words
from agoranomos.scenarios.commons_monitor.measures import MEASURE_KINDS, measure
from agoranomos.scenarios.commons_monitor.office import Office, eligible
from agoranomos.scenarios.commons_monitor.payoffs import SILENT, TELL, Choice, Circumstances, Outcome, quota_of, settle
from agoranomos.scenarios.commons_monitor.spec import MONITOR, QUOTA, CommonsMonitorSpec
from agoranomos.scenarios.commons_monitor.theory import best_choice, choices, equilibrium_watch
from agoranomos.scenarios.delegated import Delegated
from agoranomos.scenarios.option import Option

NOT_SEEN = -1.0
"""Stands for what an agent did not do, or may not know."""

PLAYS = ("comply", "violate", "nash", "greedy", "liar", "captured-monitor")
"""The quota and the truth, with an honest watch; the most, hidden; the best reply; the most, reported; somewhat more,
hidden; the quota and the truth, with a silent watch."""


class CommonsMonitor(Delegated[Outcome]):
    """Fishers take, report, and say what they would do with the watch.

    An action is the place of the multiple that is taken, the place of the one that is reported, and, where there is a
    watch, 0 (tell) or 1 (keep silent). A fisher observes the `stock` of the coming round, whether it will be
    `watching` and who is (`office`); and of the round before what it `chose`, whether it `watched`, whether its
    over-use was `detected` and its silence `exposed`, and everybody's `catches`, `reports` and `alarms` (-1: not given
    to it, or nothing).
    """

    metadata: ClassVar[dict[str, Any]] = {
        "name": "commons_monitor_v0",
        "render_modes": ["ansi"],
        "is_parallelizable": True,
    }
    spec: CommonsMonitorSpec

    def __init__(self, spec: CommonsMonitorSpec, *, render_mode: str | None = None) -> None:
        self.spec = spec
        self.seeded = frozenset(spec.fishers[-1:] if spec.newcomer is not None else ())
        self._office = Office.first(spec)
        self._stock = spec.lake.initial_stock
        self._found = (0,) * len(spec.fishers)
        self.facts = MarketFacts(
            market=spec.name,
            agents=spec.fishers,
            goods=(spec.lake.good,),
            measures=MEASURE_KINDS,
            benchmarks={name: self._at(name) for name in self.plays(spec.fishers[0])},
        )
        names = tuple(words.named(spec, place) for place in range(len(spec.multiples)))
        top = len(names) - 1.0
        parts = [ActionPart(part, 0.0, top, whole=True, names=names) for part in ("take", "report")]
        if spec.watched_over:
            parts.append(ActionPart("watch", 0.0, 1.0, whole=True, names=("tell", "keep silent")))
        shapes = [ActionShape(tuple(parts)) for _ in spec.fishers]
        super().__init__(spec, spec.fishers, (spec.lake.good,), shapes, render_mode=render_mode)

    # -- what can be done --------------------------------------------------------------------------------------------

    def menu(self, agent: str) -> tuple[Option, ...]:
        """What is taken, reported, and done on watch; in a seat that the scenario plays only what it does there."""
        every = choices(self.spec) if agent not in self.seeded else (self._intruding(),)
        return tuple(
            Option("", words.text(self.spec, one), self._row(one), self.spec.multiples[one.take] > QUOTA)
            for one in every
        )

    def plays(self, agent: str) -> Mapping[str, Sequence[float]]:
        """The named plays. `nash` is the best reply of one round to the watch of the equilibrium, with its record."""
        if agent in self.seeded:
            row = self._row(self._intruding())
            return dict.fromkeys(PLAYS, row)
        quota, top = self.spec.quota_place, len(self.spec.multiples) - 1
        watch, seat = equilibrium_watch(self.spec), self.spec.fishers.index(agent)
        best = best_choice(self.spec, watch, is_monitor=seat == self._office.monitor, found=self._found[seat])
        done = (
            Choice(quota, quota, TELL),
            Choice(top, quota, SILENT),
            best,
            Choice(top, top, SILENT),
            Choice(quota + 1, quota, SILENT),
            Choice(quota, quota, SILENT),
        )
        return {name: self._row(one) for name, one in zip(PLAYS, done, strict=True)}

    def brief(self, agent: str) -> dict[str, str]:
        """What the numbers of an action stand for."""
        places = "; ".join(f"{place} is {words.named(self.spec, place)}" for place in range(len(self.spec.multiples)))
        told = {"take": places, "report": "the same list, from the quota to what is taken"}
        return {**told, "watch": "0 tells of hidden over-use, 1 keeps silent"} if self.spec.watched_over else told

    def _intruding(self) -> Choice:
        return Choice(len(self.spec.multiples) - 1, self.spec.quota_place, SILENT if self.spec.watched_over else TELL)

    def _row(self, choice: Choice) -> tuple[float, ...]:
        row = (float(choice.take), float(choice.report), float(choice.watch))
        return row if self.spec.watched_over else row[:2]

    def _counted(self, agent: str, action: Any) -> tuple[Row, bool]:
        """A report lies between the quota and the truth; the scenario's own seat does as it does."""
        if agent in self.seeded:
            if self.spec.fishers.index(agent) not in eligible(self.spec, self.round_number + 1):
                return (), False
            own = tuple(round(part) * SCALE for part in self._row(self._intruding()))
            row, _ = super()._counted(agent, action)
            return own, bool(row) and row != own
        row, changed = super()._counted(agent, action)
        if not row:
            return row, changed
        take, report = row[0] // SCALE, row[1] // SCALE
        put = max(min(report, take), min(take, self.spec.quota_place))
        return (row[0], put * SCALE, *row[2:]), changed or put != report

    # -- rounds ------------------------------------------------------------------------------------------------------

    def _begin(self) -> None:
        self._office = Office.first(self.spec)
        self._stock = self.spec.lake.initial_stock
        self._found = (0,) * len(self.spec.fishers)

    def _clear(self, rows: tuple[Row, ...]) -> Outcome:
        done = [Choice(*[part // SCALE for part in row]) if row else None for row in rows]
        met = Circumstances(
            self._stock,
            self._office.monitor,
            self._found,
            tuple([self._drawn("monitor-sight", self.spec.sight, fisher) for fisher in self.spec.fishers]),
            self._drawn("community-check", self.spec.check.probability, ""),
        )
        outcome = settle(self.spec, done, met)
        self._stock = outcome.round.next_stock
        self._found = tuple([count + one for count, one in zip(self._found, outcome.found, strict=True)])
        self._office = self._office.after(self.spec, outcome, self.round_number + 1)
        return outcome

    def _drawn(self, purpose: str, chance: float, agent: str) -> bool:
        return named_chance(chance, self.seed, purpose, self.round_number, agent)

    def _continuation_ends(self) -> bool:
        """With `after_collapse: ends` the episode is over with the lake, too."""
        gone = self.spec.after_collapse == "ends" and self._stock <= 0.0
        return gone or super()._continuation_ends()

    def _profits(self, outcome: Outcome) -> Sequence[float]:
        return outcome.profit

    def _measured(self, outcome: Outcome) -> Measures:
        return measure(self.spec, outcome, tuple([fisher not in self.seeded for fisher in self.spec.fishers]))

    def _at(self, name: str) -> dict[str, Measured]:
        """The measures of a first round in which all play so, nothing is weighed and the monitor sees all."""
        rows = [self.plays(fisher)[name] for fisher in self.spec.fishers]
        done = [Choice(*[round(part) for part in row]) for row in rows]
        here = eligible(self.spec, 1)
        seats = len(done)
        met = Circumstances(self._stock, self._office.monitor, self._found, (True,) * seats, False)
        taking = [one if place in here else None for place, one in enumerate(done)]
        return dict(self._measured(settle(self.spec, taking, met)))

    # -- what is seen ------------------------------------------------------------------------------------------------

    def _observed(self, index: int, outcome: Outcome | None) -> dict[str, np.ndarray]:
        spec, agent = self.spec, self.spec.fishers[index]
        count, office = len(spec.fishers), self._office.monitor
        stock = self._stock if outcome is None else outcome.round.next_stock
        nothing = (NOT_SEEN,) * count
        seen = {
            "stock": [stock if spec.gives("stock", agent) else NOT_SEEN],
            "watching": [float(office == index)],
            "office": [float(office) if office is not None and spec.gives("office", agent) else NOT_SEEN],
            "chose": [NOT_SEEN] * len(self._row(Choice(0, 0))),
            "watched": [0.0],
            "detected": [NOT_SEEN],
            "exposed": [NOT_SEEN],
            "catches": nothing,
            "reports": nothing,
            "alarms": nothing,
        }
        if outcome is not None:
            own = outcome.choices[index]
            seen["chose"] = seen["chose"] if own is None else list(self._row(own))
            seen["watched"] = [float(outcome.monitor == index)]
            seen |= {"detected": [self._detection(index, outcome)], "exposed": [self._exposure(index, outcome)]}
            seen |= self._delivered(index, outcome)
        return {key: np.array(values) for key, values in seen.items()}

    def _delivered(self, index: int, outcome: Outcome) -> dict[str, Sequence[float]]:
        """The items of a round that are given to this fisher, one number a fisher."""
        on_watch = outcome.monitor == index
        agent = self.spec.fishers[index]

        def given(item: str) -> bool:
            return self.spec.gives(item, agent) or (on_watch and self.spec.gives(item, MONITOR))

        seats = range(len(self.spec.fishers))
        weighed = outcome.weighed and given("audit")
        took = [NOT_SEEN if one is None else float(one.take) for one in outcome.choices]
        said = [NOT_SEEN if one is None else float(one.report) for one in outcome.choices]
        sees = [weighed or (given("catch") and outcome.in_sight[k]) for k in seats]
        present = outcome.monitor is not None
        return {
            "catches": [took[k] if sees[k] and k != index else NOT_SEEN for k in seats],
            "reports": [said[k] if given("report") and k != index else NOT_SEEN for k in seats],
            "alarms": [float(k in outcome.told) if present and given("alarm") else NOT_SEEN for k in seats],
        }

    def _detection(self, index: int, outcome: Outcome) -> float:
        own = outcome.choices[index]
        if own is None or self.spec.multiples[own.take] <= QUOTA or outcome.quota <= 0.0:
            return NOT_SEEN
        return self._said_of(outcome.found[index])

    def _exposure(self, index: int, outcome: Outcome) -> float:
        own = outcome.choices[index]
        if outcome.monitor != index or own is None or own.watch != SILENT or not outcome.hidden:
            return NOT_SEEN
        return self._said_of(outcome.silence_found)

    def _said_of(self, found: bool) -> float:
        detection = self.spec.sees.detection
        if detection == "nothing" or not (found or detection == "always"):
            return NOT_SEEN
        return float(found)

    def _observation_boxes(self, index: int) -> Boxes:
        count, top = len(self.spec.fishers), len(self.spec.multiples) - 1.0
        return {
            "stock": (NOT_SEEN, self.spec.capacity, 1),
            "watching": (0.0, 1.0, 1),
            "office": (NOT_SEEN, count - 1.0, 1),
            "chose": (NOT_SEEN, max(top, 1.0), 3 if self.spec.watched_over else 2),
            "watched": (0.0, 1.0, 1),
            "detected": (NOT_SEEN, 1.0, 1),
            "exposed": (NOT_SEEN, 1.0, 1),
            "catches": (NOT_SEEN, top, count),
            "reports": (NOT_SEEN, top, count),
            "alarms": (NOT_SEEN, 1.0, count),
        }

    # -- words -------------------------------------------------------------------------------------------------------

    def opening(self, agent: str) -> str:
        """The lake, the duty, who is told what, the watch, the fines, the goal."""
        return words.opening(self.spec, agent)

    def question(self, agent: str, observation: Observation) -> str:
        """What is in the lake and who keeps the watch, where that is told, and the options."""
        stock, office = float(observation["stock"][0]), int(observation["office"][0])
        return words.question(
            self.spec,
            self.options(agent),
            stock=None if stock == NOT_SEEN else stock,
            quota=None if stock == NOT_SEEN else quota_of(self.spec, stock),
            office=None if office == NOT_SEEN else self.spec.fishers[office],
            watching=bool(observation["watching"][0]),
        )

    def feedback(self, agent: str, observation: Observation) -> str:
        """What it did, whether that is known, what it earned, and what it is given of what others did."""
        if not observation["round"][0]:
            return ""
        chose = [int(part) for part in observation["chose"]]
        alarms = observation["alarms"]
        stock, fishers = float(observation["stock"][0]), self.spec.fishers
        told = words.Told(
            choice=None if chose[0] == NOT_SEEN else Choice(*chose),
            earned=float(observation["round_profit"][0]) if self.spec.sees.own_reward else None,
            caught=_or_none(observation["detected"]),
            watched=bool(observation["watched"][0]),
            silence_found=_or_none(observation["exposed"]),
            reports=_places(fishers, observation["reports"]),
            catches=_places(fishers, observation["catches"]),
            alarms=None
            if (alarms == NOT_SEEN).all()
            else [who for who, one in zip(fishers, alarms, strict=True) if one > 0],
            stock=None if stock == NOT_SEEN else stock,
        )
        return words.feedback(self.spec, told)

    def _text(self, outcome: Outcome) -> str:
        lines = [f"round {self.round_number}: fish {outcome.round.stock:.2f}, then {outcome.round.next_stock:.2f}"]
        for place, (fisher, one, paid) in enumerate(
            zip(self.possible_agents, outcome.choices, outcome.profit, strict=True)
        ):
            did = "sat out" if one is None else words.text(self.spec, one)
            office = " (on watch)" if place == outcome.monitor else ""
            lines.append(f"  {fisher}{office}: {did}, earned {paid:.2f}")
        return "\n".join(lines)


def _places(fishers: Sequence[str], row: np.ndarray) -> dict[str, int] | None:
    return {fisher: int(place) for fisher, place in zip(fishers, row, strict=True) if place != NOT_SEEN} or None


def _or_none(row: np.ndarray) -> bool | None:
    return None if row[0] == NOT_SEEN else bool(row[0])
