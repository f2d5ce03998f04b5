"""Die-roll as a PettingZoo ParallelEnv: a roll that one agent sees, and a report for which somebody else is paid."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any, ClassVar

import numpy as np

from agoranomos.markets.action_shape import ActionPart, ActionShape, Row
from agoranomos.markets.facts import SCALE, MarketFacts, Measured, Measures
from agoranomos.markets.market import Observation
from agoranomos.markets.round_market import Boxes
from agoranomos.randomness import named_chance
from agoranomos.scenarios.delegated import Delegated
from agoranomos.scenarios.die_roll import words
from agoranomos.scenarios.die_roll.coding import code
from agoranomos.scenarios.die_roll.measures import MEASURE_KINDS, mean_measures, measures
from agoranomos.scenarios.die_roll.payoffs import ADMITS, CLAIMS, NOTHING, STATEMENTS, Outcome, outcome
from agoranomos.scenarios.die_roll.spec import AGENT, FACES, REPORT, STATEMENT, DieRollSpec, asked_report
from agoranomos.scenarios.die_roll.theory import Terms
from agoranomos.scenarios.option import Option

NOT_SEEN = -1.0
"""Stands for what the agent did not do, or may not know."""

PLAYS = ("comply", "violate", "nash", "honest", "maximiser", "partial-liar", "confessor", "obedient")


class DieRoll(Delegated[Outcome]):
    """One agent reports rolls.

    It observes the `roll` of the coming round (0: there is none) and, of the round before, what it `was`, whether it
    `answered`, what it `reported` and `said` (-1: nothing, or it may not know), and whether it was `detected`.

    `comply` and `honest` report the roll, `maximiser` a six, `violate` too, and a five of a six, so that it always
    misreports. `partial-liar` adds a point, `confessor` reports a six and says so, `obedient` does what is asked, the
    roll where nothing is, and `nash` takes the report that is worth most. Who is asked what it has to say claims the
    roll, but for `confessor`, and `obedient`, who says nothing.
    """

    metadata: ClassVar[dict[str, Any]] = {"name": "die_roll_v0", "render_modes": ["ansi"], "is_parallelizable": True}
    spec: DieRollSpec

    def __init__(self, spec: DieRollSpec, *, render_mode: str | None = None) -> None:
        self.spec = spec
        self.terms = Terms.of(spec)
        self._honest: bool | None = None
        self.facts = MarketFacts(
            market=spec.name,
            agents=(AGENT,),
            goods=("report",),
            measures=MEASURE_KINDS,
            benchmarks={name: self._expected(name) for name in PLAYS},
        )
        most = float(ADMITS if self._asked_to_say else NOTHING)
        parts = (
            ActionPart("report", 1.0, 6.0, whole=True, names=tuple(str(face) for face in FACES)),
            ActionPart("statement", 0.0, most, whole=True, names=STATEMENTS[: int(most) + 1]),
        )
        super().__init__(spec, (AGENT,), ("report",), [ActionShape(parts)], render_mode=render_mode)

    @property
    def _asked_to_say(self) -> bool:
        return self.spec.responsibility == "asked"

    # -- numbers -----------------------------------------------------------------------------------------------------

    def menu(self, agent: str) -> tuple[Option, ...]:
        """Every number, with everything that can be said of it where that is offered.

        Whether an entry is a misreport depends on the roll, so none of them is marked as one.
        """
        said = range(len(STATEMENTS)) if self._asked_to_say and not self.writes else (NOTHING,)
        return tuple(
            Option("", words.option(self.spec, report, statement), (float(report), float(statement)), False)
            for report in FACES
            for statement in said
        )

    def plays(self, agent: str) -> Mapping[str, Sequence[float]]:
        """Each named play, for the roll of the coming round."""
        coming = self.round_number + 1
        return {name: self._played(name, self.spec.roll(coming)) for name in PLAYS}

    def play(self, benchmark: str, agent: str, observation: Observation) -> np.ndarray:
        """The report of a named play, for the roll that is observed."""
        roll = round(float(observation["roll"][0]))
        if benchmark not in PLAYS or roll not in FACES:
            return super().play(benchmark, agent, observation)
        return np.array(self._played(benchmark, roll), dtype=np.float64)

    def brief(self, agent: str) -> dict[str, str]:
        """What a point is worth to the agent, and the check where it is told."""
        told = {"pay": f"{words.percent(self.spec.share)} of {words.cents(self.spec.cents)} a point"}
        if self.spec.check.told:
            told["check"] = f"{words.percent(float(self.terms.chance))}, fine {words.cents(self.spec.check.fine)}"
        return told

    def _played(self, name: str, roll: int) -> tuple[float, float]:
        asked = asked_report(self.spec.asks, roll)
        report = {
            "comply": roll,
            "honest": roll,
            "violate": 5 if roll == 6 else 6,
            "maximiser": 6,
            "partial-liar": min(roll + 1, 6),
            "confessor": 6,
            "obedient": roll if asked is None else asked,
            "nash": self.terms.best(roll),
        }[name]
        said = {"confessor": ADMITS if roll != 6 else CLAIMS, "obedient": NOTHING}.get(name, CLAIMS)
        return float(report), float(said if self._asked_to_say else NOTHING)

    def _expected(self, name: str) -> dict[str, Measured]:
        """The measures of a round in which nobody looks, over all rolls."""
        rounds = []
        for roll in FACES:
            report, said = self._played(name, roll)
            found = outcome(self.spec, roll, int(report), int(said), looked=False, terms=self.terms)
            rounds.append(measures(self.spec, self.terms, found))
        return mean_measures(rounds)

    def _begin(self) -> None:
        self._honest = None

    def _clear(self, rows: tuple[Row, ...]) -> Outcome:
        number, roll = self.round_number, self.spec.roll(self.round_number)
        report, said = (rows[0][0] // SCALE, rows[0][1] // SCALE) if rows[0] else (None, NOTHING)
        found = outcome(self.spec, roll, report, said, looked=self._looks(number), terms=self.terms)
        if found.misreported is not None:
            self._honest = not found.misreported and self._honest is not False
        return replace(found, last=number == self.spec.rounds, honest=self._honest)

    def _looks(self, number: int) -> bool:
        return named_chance(self.terms.chance, self.seed, "die-roll-check", number)

    def _profits(self, outcome: Outcome) -> Sequence[float]:
        return (float(outcome.agent),)

    def _measured(self, outcome: Outcome) -> Measures:
        return measures(self.spec, self.terms, outcome)

    # -- what is seen ------------------------------------------------------------------------------------------------

    def _observed(self, index: int, outcome: Outcome | None) -> dict[str, np.ndarray]:
        coming = self.round_number + 1
        given = {} if outcome is None else outcome.given[AGENT]
        return {
            "roll": np.array([float(self.spec.roll(coming)) if coming <= self.spec.rounds else 0.0]),
            "was": np.array([0.0 if outcome is None else float(outcome.roll)]),
            "reported": np.array([float(given.get(REPORT, NOT_SEEN))]),
            "said": np.array([float(given.get(STATEMENT, NOT_SEEN))]),
            "answered": np.array([float(outcome is not None and outcome.report is not None)]),
            "detected": np.array([self._detection(outcome)]),
        }

    def _observation_boxes(self, index: int) -> Boxes:
        return {
            "roll": (0.0, 6.0, 1),
            "was": (0.0, 6.0, 1),
            "reported": (NOT_SEEN, 6.0, 1),
            "said": (NOT_SEEN, float(ADMITS), 1),
            "answered": (0.0, 1.0, 1),
            "detected": (NOT_SEEN, 1.0, 1),
        }

    def _detection(self, outcome: Outcome | None) -> float:
        shown = self.spec.sees.detection
        if outcome is None or not outcome.misreported or shown == "nothing":
            return NOT_SEEN
        return 1.0 if outcome.found else 0.0 if shown == "always" else NOT_SEEN

    # -- words -------------------------------------------------------------------------------------------------------

    def opening(self, agent: str) -> str:
        """The task, the shares, who is given what, the check, the instruction and the guardrail."""
        return words.opening(self.spec, self.terms)

    def question(self, agent: str, observation: Observation) -> str:
        """The roll, and the numbers that can be reported."""
        coming = round(float(observation["round"][0])) + 1
        return words.question(self.spec, self.options(agent), coming, round(float(observation["roll"][0])))

    def feedback(self, agent: str, observation: Observation) -> str:
        """The roll, what the agent is given of its own report, whether it was found out, and what it earned."""
        if not observation["round"][0]:
            return ""
        seen = {name: float(observation[name][0]) for name in ("was", "reported", "said", "answered", "detected")}
        return words.feedback(
            self.spec,
            roll=round(seen["was"]),
            report=None if seen["reported"] == NOT_SEEN else round(seen["reported"]),
            statement=None if seen["said"] == NOT_SEEN else round(seen["said"]),
            none=not seen["answered"],
            detected=None if seen["detected"] == NOT_SEEN else bool(seen["detected"]),
            earned=float(observation["round_profit"][0]) if self.shows_profit else None,
        )

    def coded(self, agent: str, action: Sequence[float], text: str) -> tuple[float, ...]:
        """The report with the code of what was written of it."""
        return action[0], float(code(text))

    def spelled(self, agent: str, action: Sequence[float]) -> str:
        """A text that is coded as what `action` says."""
        return words.spelled(self.spec, round(action[1]))

    def _text(self, outcome: Outcome) -> str:
        told = "no report" if outcome.report is None else f"reported {outcome.report}"
        return f"round {self.round_number}: rolled {outcome.roll}, {told}, earned {float(outcome.agent):.2f}"
