"""Trade-report as a PettingZoo ParallelEnv: episodes of three rounds, in which one thing leads to another."""

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
from agoranomos.scenarios.asking import LETTERS
from agoranomos.scenarios.delegated import Delegated
from agoranomos.scenarios.option import Option
from agoranomos.scenarios.trade_report import payoffs, theory, words
from agoranomos.scenarios.trade_report.measures import MEASURE_KINDS, Outcome, measures
from agoranomos.scenarios.trade_report.payoffs import RIGHT, WRONG, Episode
from agoranomos.scenarios.trade_report.spec import AGENT, CALL, COLLEAGUE, STAGES, TRADE, TradeReportSpec

NOT_SEEN = -1.0
"""Stands for what has not happened, or may not be known."""

RULES: dict[str, tuple[int, int, int]] = {
    "comply": (RIGHT, RIGHT, RIGHT),
    "clean": (RIGHT, RIGHT, RIGHT),
    "breach-and-confess": (WRONG, RIGHT, RIGHT),
    "breach-and-conceal": (WRONG, WRONG, RIGHT),
    "doubler-down": (WRONG, WRONG, WRONG),
    "violate": (WRONG, WRONG, WRONG),
}
"""What scripted agents do in the three stages. A colleague calls where it knows of a breach, but for `violate`."""

NASH = "nash"


class TradeReport(Delegated[Outcome]):
    """An agent trades, reports and is questioned; a colleague, if there is one, may call the hotline meanwhile.

    A seat observes what it is given of the episode under way (`trade`, `report`, `answer`, `call`: 1 where it says that
    there was a breach, 0 where it does not, -1 where it is not given or has not happened), whether it `answered` in the
    last round, and whether a breach of its own was `detected` (1 or 0; -1 where that is not told).
    """

    metadata: ClassVar[dict[str, Any]] = {
        "name": "trade_report_v0",
        "render_modes": ["ansi"],
        "is_parallelizable": True,
    }
    spec: TradeReportSpec

    def __init__(self, spec: TradeReportSpec, *, render_mode: str | None = None) -> None:
        self.spec = spec
        self.terms = theory.Terms.of(spec)
        self.solution = theory.solve(self.terms)
        self._episode = Episode()
        seats = spec.seats()
        self.facts = MarketFacts(
            market=spec.name,
            agents=seats,
            goods=("trade",),
            measures=MEASURE_KINDS,
            benchmarks={name: self._first_stage(name) for name in (*RULES, NASH)},
        )
        shapes = [ActionShape((ActionPart("choice", 0.0, 1.0, whole=True, names=("right", "wrong")),)) for _ in seats]
        super().__init__(spec, seats, ("trade",), shapes, render_mode=render_mode)

    # -- menus and plays ---------------------------------------------------------------------------------------------

    def menu(self, agent: str) -> tuple[Option, ...]:
        """The right choice and the wrong one; what they are is said by the question of each stage."""
        return Option("", "right", (float(RIGHT),), False), Option("", "wrong", (float(WRONG),), True)

    def options(self, agent: str) -> tuple[Option, ...]:
        """Two letters in the order of this run; a letter is all that an option is called."""
        order, menu = self._order(agent, 2), self.menu(agent)
        return tuple(
            Option(LETTERS[place], LETTERS[place], menu[which].action, menu[which].violates)
            for place, which in enumerate(order)
        )

    def plays(self, agent: str) -> Mapping[str, Sequence[float]]:
        """Each named play of a seat in the coming round, for what it observes."""
        return {name: self._played(name, agent, self.observation(agent)) for name in (*RULES, NASH)}

    def play(self, benchmark: str, agent: str, observation: Observation) -> np.ndarray:
        """The choice of a named play."""
        if benchmark in RULES or benchmark == NASH:
            return np.array(self._played(benchmark, agent, observation), dtype=np.float64)
        return super().play(benchmark, agent, observation)

    def brief(self, agent: str) -> dict[str, str]:
        """What the two choices of each stage stand for."""
        return {"choice": "0 is the right choice of a stage, 1 the wrong one"}

    def _played(self, name: str, agent: str, observation: Observation) -> tuple[float]:
        stage = round(float(observation["round"][0])) % len(STAGES)
        if agent == COLLEAGUE:
            knows = stage == 1 and float(observation[TRADE][0]) == 1
            wants = {"violate": False, NASH: self.terms.calls}.get(name, True)
            return (float(RIGHT if knows and wants else WRONG),)
        if name != NASH:
            return (float(RULES[name][stage]),)
        return (float(self._best(stage, observation)),)

    def _best(self, stage: int, observation: Observation) -> int:
        """The agent's best reply, given what it did before in the episode, and a call if it was told of one."""
        if stage == 0:
            return self.solution.trade
        if not self._episode.breached:
            return RIGHT
        if stage == 1:
            return self.solution.report
        told = float(observation[CALL][0]) if CALL in observation else NOT_SEEN
        called = self.terms.calls if told == NOT_SEEN else told == 1
        if self._episode.owned_up:
            return theory.answer_after_report(self.terms, called=called)
        return theory.answer_to(self.terms, called=called)[0]

    # -- numbers -----------------------------------------------------------------------------------------------------

    def _begin(self) -> None:
        self._episode = Episode()

    def _clear(self, rows: tuple[Row, ...]) -> Outcome:
        seats = self.spec.seats()
        acted = {seat: row[0] // SCALE if row else None for seat, row in zip(seats, rows, strict=True)}
        stage = (self.round_number - 1) % len(STAGES)
        if stage == 0:
            self._episode = Episode(trade=acted[AGENT])
        elif stage == 1:
            self._episode = replace(self._episode, report=acted[AGENT], call=acted.get(COLLEAGUE))
        else:
            self._episode = replace(self._episode, answer=acted[AGENT])
        return self._staged(stage, self._episode, acted, audited=stage == 2 and self._looks())

    def _staged(self, stage: int, episode: Episode, acted: dict[str, int | None], *, audited: bool) -> Outcome:
        found = False
        if stage == 0:
            flow = payoffs.trade_stage(self.spec, episode)
        elif stage == 1:
            flow = payoffs.report_stage(self.spec, episode)
        else:
            flow = payoffs.question_stage(self.spec, episode, audited=audited)
            found = payoffs.found(self.spec, episode, audited=audited)
        return Outcome(stage, episode, acted, flow, audited, found)

    def _looks(self) -> bool:
        chance = payoffs.exact(self.spec.audit_probability)
        return named_chance(chance, self.seed, "trade-report-audit", self.round_number)

    def _first_stage(self, name: str) -> dict[str, Measured]:
        """The measures of a trade at a benchmark: the stage on which the others depend."""
        trade = self.solution.trade if name == NASH else RULES[name][0]
        acted: dict[str, int | None] = {seat: trade if seat == AGENT else WRONG for seat in self.spec.seats()}
        return dict(self._measured(self._staged(0, Episode(trade=trade), acted, audited=False)))

    def _profits(self, outcome: Outcome) -> Sequence[float]:
        return tuple([float(getattr(outcome.flow, seat)) for seat in self.spec.seats()])

    def _measured(self, outcome: Outcome) -> Measures:
        return measures(self.spec, self.terms, self.solution, outcome)

    # -- what is seen ------------------------------------------------------------------------------------------------

    def _observed(self, index: int, outcome: Outcome | None) -> dict[str, np.ndarray]:
        seat = self.spec.seats()[index]
        told = {} if outcome is None else payoffs.given(self.spec, outcome.episode)[seat]
        answered = outcome is not None and outcome.acted[seat] is not None
        return {
            **{item: np.array([float(told.get(item, NOT_SEEN))]) for item in self._items},
            "answered": np.array([float(answered)]),
            "detected": np.array([self._detection(seat, outcome)]),
        }

    def _observation_boxes(self, index: int) -> Boxes:
        seen: dict[str, tuple[float, float, int]] = dict.fromkeys(self._items, (NOT_SEEN, 1.0, 1))
        return {**seen, "answered": (0.0, 1.0, 1), "detected": (NOT_SEEN, 1.0, 1)}

    @property
    def _items(self) -> tuple[str, ...]:
        """What can be given of an episode: no call where there is no hotline."""
        return tuple(item for item in self.spec.ITEMS if item != CALL or self.spec.hotline != "none")

    def _detection(self, seat: str, outcome: Outcome | None) -> float:
        shown = self.spec.sees.detection
        if outcome is None or seat != AGENT or outcome.stage != 2 or shown == "nothing":
            return NOT_SEEN
        if not outcome.episode.breached:
            return NOT_SEEN
        return 1.0 if outcome.found else 0.0 if shown == "always" else NOT_SEEN

    # -- words -------------------------------------------------------------------------------------------------------

    def opening(self, agent: str) -> str:
        """The work, the rule, the terms that are told, who is given what, and the pressure."""
        return words.opening(self.spec, agent)

    def question(self, agent: str, observation: Observation) -> str:
        """The stage, what the seat is given of the episode so far, and what each letter stands for."""
        over = round(float(observation["round"][0]))
        return words.question(
            self.spec,
            agent,
            self.options(agent),
            stage=over % len(STAGES),
            episode=over // len(STAGES) + 1,
            told=self._told(observation),
        )

    def feedback(self, agent: str, observation: Observation) -> str:
        """What the stage brought about, as far as it is given to the seat, what was found, and what it earned."""
        over = round(float(observation["round"][0]))
        if not over:
            return ""
        detected = float(observation["detected"][0])
        return words.feedback(
            self.spec,
            agent,
            stage=(over - 1) % len(STAGES),
            told=self._told(observation),
            answered=bool(observation["answered"][0]),
            detected=None if detected == NOT_SEEN else bool(detected),
            earned=float(observation["round_profit"][0]) if self.shows_profit else None,
        )

    def _told(self, observation: Observation) -> dict[str, int]:
        """What the seat is given of the episode, by item."""
        seen = {item: round(float(observation[item][0])) for item in self._items}
        return {item: says for item, says in seen.items() if says != NOT_SEEN}

    def _text(self, outcome: Outcome) -> str:
        did = {None: "nothing", RIGHT: "right", WRONG: "wrong"}
        told = ", ".join(f"{seat} {did[choice]}" for seat, choice in outcome.acted.items())
        return f"round {self.round_number}, {STAGES[outcome.stage]}: {told}"
