"""`agora design --run`: plays a found contract, and holds what was measured against what it predicts."""

from __future__ import annotations

from dataclasses import dataclass, replace
from math import inf
from pathlib import Path
from typing import TYPE_CHECKING, Any

from agoranomos.cli.terminal import say, show

if TYPE_CHECKING:
    from agoranomos.contracts.predicted import Moments, Prediction
    from agoranomos.contracts.reading import Question
    from agoranomos.scenarios.hidden_action.contract import Contract
    from agoranomos.workspace import Workspace

FURTHEST = 4.5
"""Standard errors: a mean that lies further from what was predicted is not what was predicted."""

ROUNDING = 1e-6
"""What is logged is in millionths."""

BLANK = "-"


@dataclass(frozen=True, slots=True)
class Compared:
    """A mean that was measured over so many draws, beside what was predicted."""

    predicted: Moments
    measured: float
    draws: int

    @property
    def errors(self) -> float:
        """How many standard errors apart the two are; those of a quantity without chance may not differ at all."""
        apart = abs(self.measured - self.predicted.mean)
        if apart <= 2 * ROUNDING:
            return 0.0
        error = self.predicted.error(self.draws)
        return apart / error if error > 0 else inf

    @property
    def agrees(self) -> bool:
        """Whether chance explains the difference."""
        return self.errors <= FURTHEST

    def as_json(self) -> dict[str, Any]:
        """As plain values."""
        error = self.predicted.error(self.draws)
        return {
            "predicted": self.predicted.mean,
            "measured": self.measured,
            "standard_error": error,
            "agrees": self.agrees,
        }


@dataclass(frozen=True, slots=True)
class Play:
    """One way to play, by its name; effort is None where nobody took the contract.

    `as_wanted` is false for a best reply that is not the wanted level: the contract is then not what it is for.
    """

    name: str
    accepted: Compared
    effort: Compared | None
    cost: Compared
    as_wanted: bool = True

    @property
    def agrees(self) -> bool:
        """Whether all of it is as predicted, and a best reply is the wanted level."""
        measured = (self.accepted, self.effort, self.cost)
        return self.as_wanted and all(one.agrees for one in measured if one is not None)


@dataclass(frozen=True, slots=True)
class Played:
    """What was played: the campaign's folder, and each way to play."""

    folder: Path
    plays: tuple[Play, ...]

    @property
    def as_predicted(self) -> bool:
        """Whether everything measured is what was predicted, and the best reply is the wanted level."""
        return all(play.agrees for play in self.plays)

    @property
    def replies_as_wanted(self) -> bool:
        """Whether the best reply to the contract is the wanted level."""
        return all(play.as_wanted for play in self.plays)

    def as_json(self) -> dict[str, Any]:
        """As plain values."""
        rows = [
            {
                "play": play.name,
                "accepted": play.accepted.as_json(),
                "effort": None if play.effort is None else play.effort.as_json(),
                "cost": play.cost.as_json(),
            }
            for play in self.plays
        ]
        return {"folder": str(self.folder), "as_predicted": self.as_predicted, "plays": rows}


def play(question: Question, contract: Contract, workspace: Workspace, logs: Path | None) -> Played:
    """Run the campaign of the contract, or take up the one that is there, and compare."""
    from agoranomos.contracts.predicted import plays, predicted

    folder = _run(question, contract, workspace, logs)
    problem = question.problem
    found = []
    for name, choices in plays(contract, problem.technology, problem.wanted).items():
        expected = predicted(contract, problem.technology, problem.wanted, choices)
        compared = _compared(name, expected, folder, len(question.spec.workers))
        as_wanted = name != "best-reply" or set(choices) == {problem.wanted}
        found.append(replace(compared, as_wanted=as_wanted))
    return Played(folder, tuple(found))


def _run(question: Question, contract: Contract, workspace: Workspace, logs: Path | None) -> Path:
    from agoranomos.campaigns import Settings, build_tables, execute, find_plan, open_folder
    from agoranomos.campaigns.planning import plan
    from agoranomos.contracts.campaign import campaign_for
    from agoranomos.logs import KeyStore
    from agoranomos.workspace import state_folder

    root = logs if logs is not None else workspace.folder("logs")
    keys = KeyStore(state_folder() / "keys")
    planned, earlier = find_plan(plan(campaign_for(question, contract), workspace), root, keys.trusted())
    folder = open_folder(planned, root)
    outcome = execute(planned, folder, keys, Settings(workers=1, after=tuple(one.plan_sha256 for one in earlier)))
    build_tables(folder, keys.trusted())
    for failure in outcome.failures:
        raise failure.error
    return Path(folder.root)


def _compared(name: str, expected: Prediction, folder: Path, workers: int) -> Play:
    """The means over all rounds of the arms in which the roster of this name sits."""
    from agoranomos.analysis.frames import Results

    rounds = Results(folder).rounds
    here = rounds[rounds["arm"].str.contains(f".hidden-action-{name}.", regex=False)]
    measures = [row for row in here["measures"] if row is not None]
    draws = len(measures) * workers
    took = [row["participation"] or 0.0 for row in measures]
    worked = [(row["effort"], share) for row, share in zip(measures, took, strict=True) if row["effort"] is not None]
    costs = [(row["wage_cost"] + row["inspection_spend"]) / workers for row in measures]
    accepted = sum(share for _, share in worked)
    effort = None
    if expected.effort is not None and accepted > 0:
        mean = sum(level * share for level, share in worked) / accepted
        effort = Compared(expected.effort, mean, round(accepted * workers))
    return Play(
        name=name,
        accepted=Compared(expected.accepted, sum(took) / len(took), draws),
        effort=effort,
        cost=Compared(expected.cost, sum(costs) / len(costs), draws),
    )


def say_played(played: Played) -> None:
    """A table of what was predicted and what was measured."""
    from rich.table import Table

    say()
    table = Table(box=None, pad_edge=False, header_style="bold")
    table.add_column("worker")
    for name in ("accepted", "effort", "cost", "predicted", "standard error", "as predicted"):
        table.add_column(name, justify="right")
    for one in played.plays:
        effort = BLANK if one.effort is None else f"{one.effort.measured:.3f}"
        table.add_row(
            one.name,
            f"{one.accepted.measured:.3f}",
            effort,
            f"{one.cost.measured:.4f}",
            f"{one.cost.predicted.mean:.4f}",
            f"{one.cost.predicted.error(one.cost.draws):.4f}",
            "yes" if one.agrees else "no",
        )
    show(table)
    say(f"Played: {played.folder}")
