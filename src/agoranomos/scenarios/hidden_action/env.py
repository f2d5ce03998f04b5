"""Hidden action as a PettingZoo ParallelEnv: a contract, effort that nobody may see, and pay by what is known of it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import cache, cached_property
from typing import Any, ClassVar

import numpy as np
from numpy.typing import NDArray

from agoranomos.errors import UsageError
from agoranomos.markets.action_shape import ActionPart, ActionShape, Row
from agoranomos.markets.facts import SCALE, MarketFacts, Measured, Measures
from agoranomos.markets.market import Observation
from agoranomos.markets.round_market import Boxes
from agoranomos.markets.stage_game import StageGame
from agoranomos.markets.told import number
from agoranomos.randomness import named_chance, named_integer
from agoranomos.scenarios.hidden_action import theory, words
from agoranomos.scenarios.hidden_action.contract import expected_pay
from agoranomos.scenarios.hidden_action.outcome import MEASURE_KINDS, Outcome, expected_measures, measures_of
from agoranomos.scenarios.hidden_action.paying import paid
from agoranomos.scenarios.hidden_action.records import Done, carried_out, checking_order, document
from agoranomos.scenarios.hidden_action.spec import PRINCIPAL, HiddenActionSpec
from agoranomos.scenarios.hidden_action.telling import DECLINE, DECLINED, IDLE, NOT_SEEN, NOTHING, HiddenActionInWords
from agoranomos.scenarios.parties import delivered

TOLD = ("effort", "output", "report", "inspection", "pay")
"""The items that are observed of others, each under `others_` and its name where a route gives it."""

FOUND, IN_ORDER, NOT_INSPECTED = 2.0, 1.0, 0.0
"""What is observed of an inspection: too little effort, enough, none."""


class HiddenAction(HiddenActionInWords):
    """Workers accept a contract or do not, give effort, and report it; the principal pays by what it is given.

    A worker's action is 0 (it declines) or 1 + its level of effort, and then what it reports: 0 for nothing, or 1 + the
    level. A principal with a seat chooses the place of a contract in the menu, which holds in the next round.

    A worker observes the `contract` of the coming round (its place among `HiddenActionSpec.offers`), what it `chose`
    in the last one (-2 nothing, -1 it declined, else its level) and what it `said` (-1 nothing), its `output` (1 or 0;
    -1 where it had none or is not given it), the `inspection` of its own work (-1 not told, 0 none, 1 in order, 2 too
    little effort), and of all others what the routes give it. A principal observes who `accepted` (-1: did neither).
    """

    metadata: ClassVar[dict[str, Any]] = {
        "name": "hidden_action_v0",
        "render_modes": ["ansi"],
        "is_parallelizable": True,
    }
    spec: HiddenActionSpec

    def __init__(self, spec: HiddenActionSpec, *, render_mode: str | None = None) -> None:
        self.spec = spec
        agents = spec.workers if spec.principal == "simulated" else (*spec.workers, PRINCIPAL)
        top = float(len(spec.means.levels))
        levels = [level.name for level in spec.means.levels]
        self._coming = 0
        self.facts = MarketFacts(
            market=spec.name, agents=agents, goods=("work",), measures=MEASURE_KINDS, benchmarks=self._benchmarks()
        )
        does = ActionPart("does", 0.0, top, whole=True, names=("decline", *levels))
        says = ActionPart("says", 0.0, top, whole=True, names=("nothing", *levels))
        shapes = [ActionShape((does, says)) for _ in spec.workers]
        if spec.principal == "seat":
            shapes.append(ActionShape((ActionPart("offers", 0.0, float(len(spec.menu) - 1), whole=True),)))
        super().__init__(spec, agents, ("work",), shapes, render_mode=render_mode)

    # -- numbers -----------------------------------------------------------------------------------------------------

    def play(self, benchmark: str, agent: str, observation: Observation) -> NDArray[np.float64]:
        """The action of a named play under the contract that is offered; `random` takes each entry of the menu."""
        plays = self.plays_under(agent, self.offered(observation))
        if benchmark not in plays:
            return super().play(benchmark, agent, observation)
        return np.array(plays[benchmark], dtype=np.float64)

    def brief(self, agent: str) -> dict[str, str]:
        """What effort costs and brings, and what the first contract is."""
        if agent == PRINCIPAL:
            return {str(place): words.offered(self.spec, one) for place, one in enumerate(self.spec.menu)}
        levels = [
            f"{place + 1} is {level.name} effort (cost {number(level.cost)}, success {number(100 * level.success)}%)"
            for place, level in enumerate(self.spec.means.levels)
        ]
        return {"does": f"0 declines, {', '.join(levels)}", "contract": words.terms(self.spec, self.spec.contract)}

    def game(self) -> StageGame:
        """One round under the first contract, its rewards expected over outputs, inspections and the prize.

        Raises `UsageError` where a principal with a seat decides what a round pays.
        """
        if self.spec.principal == "seat":
            raise UsageError(
                f"what a round of {self.facts.market} pays follows from the last round's offer; this policy needs one "
                "that depends on its own actions alone",
                advice="It plays where the scenario says `principal: simulated`.",
            )
        return self._game

    def seen(self, agent: str, observation: Observation) -> NDArray[np.float64] | None:
        """Everybody's last actions where routes give them, and nobody sat out."""
        if not observation["round"][0] or agent == PRINCIPAL:
            return None
        own = (float(observation["chose"][0]), float(observation["said"][0]))
        others = [name for name in self.possible_agents if name != agent]
        rows = {agent: own}
        if others:
            if "others_effort" not in observation or "others_report" not in observation:
                return None
            pairs = zip(observation["others_effort"].tolist(), observation["others_report"].tolist(), strict=True)
            rows |= dict(zip(others, pairs, strict=True))
        if any(chose == IDLE for chose, _ in rows.values()):
            return None
        return np.array([[chose + 1.0, said + 1.0] for chose, said in (rows[name] for name in self.possible_agents)])

    @cached_property
    def _game(self) -> StageGame:
        spec, binding = self.spec, theory.enforced(self.spec, self.spec.contract)
        levels = spec.means.levels

        @cache
        def earns(does: float, says: float, others: tuple[int, ...]) -> float:
            if does == DECLINE:
                return spec.means.outside_option
            level, said = int(does) - 1, None if says == NOTHING else int(says) - 1
            terms = binding
            if theory.admits(spec, said) and spec.admission == "forfeits":
                terms = binding.model_copy(update={"wage": 0.0})
            return expected_pay(terms, spec.means, level, wanted=spec.asked, others=others) - levels[level].cost

        def payoffs(actions: NDArray[np.float64]) -> NDArray[np.float64]:
            rows = np.asarray(actions, dtype=np.float64).reshape(-1, len(spec.workers), 2)
            result = np.empty(rows.shape[:2])
            for place, row in enumerate(rows.round().tolist()):
                taken = [int(does) - 1 for does, _ in row]
                for index, (does, says) in enumerate(row):
                    others = [level for k, level in enumerate(taken) if k != index and level >= 0]
                    result[place, index] = earns(does, says, tuple(sorted(others)))
            return result.reshape(np.shape(actions)[:-1])

        menus = tuple(np.array([option.action for option in self.menu(worker)]) for worker in spec.workers)
        return StageGame(spec.workers, menus, payoffs)

    # -- a round -----------------------------------------------------------------------------------------------------

    def _begin(self) -> None:
        self._coming = 0

    def _counted(self, agent: str, action: Any) -> tuple[Row, bool]:
        """The action in millionths; who declines, or cannot report, reports nothing."""
        row, changed = super()._counted(agent, action)
        if agent == PRINCIPAL or not row or not row[1] or (row[0] and self.spec.reporting):
            return row, changed
        return (row[0], 0), True

    def _clear(self, rows: tuple[Row, ...]) -> Outcome:
        spec, offered = self.spec, self._coming
        contract, workers = spec.offers[offered], spec.workers
        acts = [[value // SCALE for value in row] for row in rows[: len(workers)]]
        took = tuple([bool(act[0]) if act else None for act in acts])
        level = tuple([act[0] - 1 if act and act[0] else None for act in acts])
        said = tuple([act[1] - 1 if act and act[1] else None for act in acts])
        work = [self._worked(worker, each) for worker, each in zip(workers, level, strict=True)]
        success = tuple([done for done, _ in work])
        inspected = tuple(
            [
                each is not None and self._happens("hidden-action-inspection", worker, contract.inspection)
                for worker, each in zip(workers, level, strict=True)
            ]
        )
        winner = self._winner(success) if contract.prize else None
        pay, known = [], []
        for place, each in enumerate(level):
            if each is None:
                pay.append(0.0)
                known.append(False)
                continue
            items = {
                "effort": each,
                "output": int(success[place]),
                "report": said[place],
                "inspection": int(each < spec.asked) if inspected[place] else None,
            }
            given = delivered(spec.all_routes(), items, (PRINCIPAL,))[PRINCIPAL]
            due = paid(spec, contract, given, won=place == winner)
            pay.append(due.pay)
            known.append(due.known)
        profit = tuple([self._profit(took[i], level[i], pay[i]) for i in range(len(workers))])
        value = spec.means.value * sum(success) - sum(pay) - spec.means.inspection_cost * sum(inspected)
        if spec.principal == "seat" and rows[-1]:
            self._coming = 1 + rows[-1][0] // SCALE
        return Outcome(
            offered=offered,
            coming=self._coming,
            took=took,
            level=level,
            said=said,
            success=success,
            inspected=inspected,
            known=tuple(known),
            pay=tuple(pay),
            profit=profit,
            principal=value,
            checked=tuple([self._checked(each) for each in level]),
            found=tuple([None if done is None else done.found for _, done in work]),
        )

    def _worked(self, worker: str, level: int | None) -> tuple[bool, Done | None]:
        """Whether the work was a success, and what the checks came to where it was done."""
        spec = self.spec
        if level is None:
            return False, None
        if spec.work == "drawn":
            return self._happens("hidden-action-success", worker, spec.means.levels[level].success), None
        records = document(spec.checks, self.seed, self.round_number, worker)
        order = checking_order(spec.checks, self.seed, self.round_number, worker)
        done = carried_out(records, order, spec.checks.counts[level])
        return done.left == 0, done

    def _checked(self, level: int | None) -> int | None:
        return None if level is None or self.spec.work == "drawn" else self.spec.checks.counts[level]

    def _happens(self, purpose: str, worker: str, chance: float) -> bool:
        return named_chance(chance, self.seed, purpose, self.round_number, worker)

    def _winner(self, success: Sequence[bool]) -> int | None:
        """The place of the worker that wins the prize; None where nobody succeeded."""
        best = [place for place, succeeded in enumerate(success) if succeeded]
        drawn = named_integer(self.seed, "hidden-action-prize", self.round_number)
        return best[drawn % len(best)] if best else None

    def _profit(self, took: bool | None, level: int | None, pay: float) -> float:
        if took is None:
            return 0.0
        return self.spec.means.outside_option if level is None else pay - self.spec.means.levels[level].cost

    def _profits(self, outcome: Outcome) -> Sequence[float]:
        return (*outcome.profit, outcome.principal) if self.spec.principal == "seat" else outcome.profit

    def _measured(self, outcome: Outcome) -> Measures:
        return measures_of(self.spec, outcome)

    def _benchmarks(self) -> dict[str, dict[str, Measured]]:
        found: dict[str, dict[str, Measured]] = {}
        for name, (does, says) in self.plays_under(self.spec.workers[0], 0).items():
            level = None if does == DECLINE else int(does) - 1
            found[name] = expected_measures(self.spec, level, None if says == NOTHING else int(says) - 1)
        return found

    # -- what is seen ------------------------------------------------------------------------------------------------

    def _observed(self, index: int, outcome: Outcome | None) -> dict[str, np.ndarray]:
        agent, spec = self.possible_agents[index], self.spec
        coming = 0 if outcome is None else outcome.coming
        others = [place for place, worker in enumerate(spec.workers) if worker != agent]
        seen = {"contract": np.array([float(coming)])}
        if agent == PRINCIPAL:
            took = (None,) * len(spec.workers) if outcome is None else outcome.took
            seen["accepted"] = np.array([NOT_SEEN if one is None else float(one) for one in took])
        else:
            seen["chose"] = np.array([_chose(outcome, index)])
            seen["said"] = np.array([_said(outcome, index)])
            seen["output"] = np.array([_output(outcome, index) if spec.gives("output", agent) else NOT_SEEN])
            seen["inspection"] = np.array([self._told_of_inspection(outcome, index)])
        read: dict[str, Callable[[Outcome | None, int], float]] = {
            "effort": _chose,
            "output": _output,
            "report": _said,
            "inspection": self._finding,
            "pay": _pay,
        }
        for item in TOLD:
            if others and spec.gives(item, agent):
                seen[f"others_{item}"] = np.array([read[item](outcome, place) for place in others])
        return seen

    def _observation_boxes(self, index: int) -> Boxes:
        agent, spec = self.possible_agents[index], self.spec
        top, most = float(len(spec.means.levels) - 1), float(len(spec.menu))
        count = len([worker for worker in spec.workers if worker != agent])
        boxes: dict[str, tuple[float, float, int]] = {"contract": (0.0, most, 1)}
        if agent == PRINCIPAL:
            boxes["accepted"] = (NOT_SEEN, 1.0, count)
        else:
            boxes |= {
                "chose": (IDLE, top, 1),
                "said": (NOT_SEEN, top, 1),
                "output": (NOT_SEEN, 1.0, 1),
                "inspection": (NOT_SEEN, FOUND, 1),
            }
        highest = max(one.wage + one.bonus + one.prize for one in spec.offers)
        bounds = {
            "effort": (IDLE, top),
            "output": (NOT_SEEN, 1.0),
            "report": (NOT_SEEN, top),
            "inspection": (NOT_SEEN, FOUND),
            "pay": (-spec.means.liability, highest),
        }
        for item in TOLD:
            if count and spec.gives(item, agent):
                boxes[f"others_{item}"] = (*bounds[item], count)
        return boxes

    def _finding(self, outcome: Outcome | None, place: int) -> float:
        """What an inspection found; nothing is known of who has no contract."""
        if outcome is None or outcome.level[place] is None:
            return NOT_SEEN
        if not outcome.inspected[place]:
            return NOT_INSPECTED
        level = outcome.level[place]
        return FOUND if level is not None and level < self.spec.asked else IN_ORDER

    def _told_of_inspection(self, outcome: Outcome | None, index: int) -> float:
        """What a worker is told of the inspection of its own work, as `sees.detection` says."""
        found, told = self._finding(outcome, index), self.spec.sees.detection
        return found if told == "always" or (told == "caught" and found == FOUND) else NOT_SEEN

    def _text(self, outcome: Outcome) -> str:
        lines = [
            f"  {worker}: {words.did(self.spec, level, outcome.took[i])}, paid {number(outcome.pay[i])}"
            for i, (worker, level) in enumerate(zip(self.spec.workers, outcome.level, strict=True))
        ]
        return "\n".join([f"round {self.round_number}", *lines])


def _chose(outcome: Outcome | None, place: int) -> float:
    if outcome is None or outcome.took[place] is None:
        return IDLE
    level = outcome.level[place]
    return DECLINED if level is None else float(level)


def _said(outcome: Outcome | None, place: int) -> float:
    said = None if outcome is None else outcome.said[place]
    return NOT_SEEN if said is None else float(said)


def _output(outcome: Outcome | None, place: int) -> float:
    if outcome is None or outcome.level[place] is None:
        return NOT_SEEN
    return float(outcome.success[place])


def _pay(outcome: Outcome | None, place: int) -> float:
    return 0.0 if outcome is None else outcome.pay[place]
