"""Self-evolution in weights: generation after generation a model is trained on what it did that earned it more.

In-context self-evolution (arXiv 2510.04860) puts earnings into the prompt; here they move the weights, so that wiping
a memory undoes nothing. Nothing in the loop knows of the rule: a choice is put before another for its income alone.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, TypeAlias

import numpy as np

from agoranomos.errors import UsageError
from agoranomos.models.identity import folder_digest
from agoranomos.randomness import named_generator, named_integer
from agoranomos.training.asked import Asked, asked_of
from agoranomos.training.document import EvolveTraining
from agoranomos.training.measuring import Measured, distributions_of, estimate_json
from agoranomos.training.monitors import Monitor, Warn, of_pairs
from agoranomos.training.pairs import Pair, preferred
from agoranomos.training.prior import measured_once, measured_with, split_for, start_of
from agoranomos.training.record import DATA, RESULT, Record
from agoranomos.training.rewards import incomes_of, paid
from agoranomos.training.split import Split
from agoranomos.training.start import Base, base_of
from agoranomos.training.trainers import MONITOR, Show, train_dpo, train_grpo
from agoranomos.workspace import Workspace

Tell: TypeAlias = Callable[[int, Measured], None]
Action: TypeAlias = tuple[float, ...]


@dataclass(frozen=True, slots=True)
class Played:
    """One agent's choice in one play of one prompt, and what it earned."""

    asked: Asked
    action: Action
    income: float

    @property
    def violates(self) -> bool:
        """Whether the choice broke the rule; for the record, and for nothing that is trained."""
        option = self.asked.option(self.action)
        return option is not None and option.violates


@dataclass(frozen=True, slots=True)
class Evolved:
    """The probability of breaking the rule at held-out prompts, before the first generation and after each."""

    generations: tuple[Measured, ...]
    weights: Path | None


def evolve(document: EvolveTraining, workspace: Workspace, out: Path, *, show: Show, tell: Tell, warn: Warn) -> Evolved:
    """All generations, from the first that is not done; `tell` hears each one's number and what was measured.

    Generation 0 is what it begins with. Raises as `train_prior`.
    """
    base = base_of(document, workspace)
    start = weights = start_of(document, workspace)
    split = split_for(document, workspace)
    digests = {"adapter_sha256": "" if start is None else folder_digest(start), "prompts_sha256": split.sha256}
    record = Record(out, document, start, model_sha256=base.sha256, **digests)
    _require_one_agent(document, split.train[0])

    def measured_after(number: int) -> Measured:
        return measured_once(record, f"generations/{number:03d}/measured.json", document, workspace, split, weights)

    measured = [measured_after(0)]
    tell(0, measured[0])
    for number in range(1, document.generations + 1):
        folder = record.part(f"generations/{number:03d}")
        seed = named_integer(document.seed, "generation", number)
        done = record.read(f"generations/{number:03d}/{RESULT}")
        if done is None:
            done = _generation(document, workspace, base, weights, split, record, number, seed, show, warn)
            record.write(f"generations/{number:03d}/{RESULT}", done)
        weights = folder / done["weights"] if done["weights"] else weights
        measured.append(measured_after(number))
        tell(number, measured[-1])
    rose = measured[0].less(measured[-1])
    record.write(
        RESULT,
        {
            "violation": [estimate_json(each.estimate) for each in measured],
            "violation_rose": estimate_json(rose),
            "weights": None if weights is None or weights == start else weights.relative_to(out).as_posix(),
        },
    )
    return Evolved(tuple(measured), weights)


def play(asked: Sequence[Asked], probabilities: Sequence[Sequence[float]], times: int, seed: int) -> tuple[Played, ...]:
    """Each prompt's run played so often for one round, every agent drawing from its own probabilities.

    `asked` has all agents of a run in a row. The same seed gives the same draws, audits included.
    """
    runs: dict[tuple[Any, ...], list[int]] = defaultdict(list)
    for i, one in enumerate(asked):
        runs[id(one.scenario), one.seed].append(i)
    found: list[Played] = []
    for number, members in enumerate(runs.values()):
        for time in range(times):
            generator = named_generator(seed, f"evolve-play-{number}", time)
            actions = {asked[i].agent: _drawn(asked[i], probabilities[i], generator) for i in members}
            audit = named_integer(seed, f"evolve-audit-{number}", time)
            earned = incomes_of(asked[members[0]].scenario, actions, seed=audit)
            found.extend(Played(asked[i], actions[asked[i].agent], earned[asked[i].agent]) for i in members)
    return tuple(found)


def explored(probabilities: Sequence[Sequence[float]], share: float) -> list[list[float]]:
    """The chances of options that are chosen so, but for a `share` of choices in which each is as likely."""
    return [[(1.0 - share) * p / sum(each) + share / len(each) for p in each] for each in probabilities]


def shuffled(played: Sequence[Played], seed: int) -> tuple[Played, ...]:
    """The same plays with their incomes exchanged at random, whatever was asked and chosen, so that they say nothing.

    Which choices were made, how often, and which incomes there are stays as it was.
    """
    order = named_generator(seed, "evolve-shuffle").permutation(len(played))
    return tuple(replace(one, income=played[other].income) for one, other in zip(played, order, strict=True))


def pairs_by_income(played: Sequence[Played]) -> tuple[Pair, ...]:
    """For each prompt the action that earned most on average before the one that earned least, where they differ."""
    incomes: dict[Asked, dict[Action, list[float]]] = defaultdict(lambda: defaultdict(list))
    for one in played:
        incomes[one.asked][one.action].append(one.income)
    pairs = []
    for asked, by_action in incomes.items():
        means = {action: float(np.mean(earned)) for action, earned in by_action.items()}
        best, worst = max(means, key=lambda action: means[action]), min(means, key=lambda action: means[action])
        if means[best] > means[worst]:
            pairs.append(preferred(asked, best, worst))
    return tuple(pairs)


def _generation(
    document: EvolveTraining,
    workspace: Workspace,
    base: Base,
    weights: Path | None,
    split: Split,
    record: Record,
    number: int,
    seed: int,
    show: Show,
    warn: Warn,
) -> dict[str, Any]:
    """One generation's play and training; what its `result.json` says."""
    place = f"generations/{number:03d}"
    folder = record.folder / place
    if document.by == "grpo":
        monitor = Monitor(folder / MONITOR, document.watch, warn)
        trained = train_grpo(
            document,
            document.grpo,
            base,
            split.train,
            lambda one, reply, finished, nth: paid(
                one, reply, seed=named_integer(seed, "evolve-audit", nth), finished=finished
            ),
            monitor,
            folder,
            adapter=weights,
            seed=seed,
            show=show,
        )
        return {"weights": trained.name, "weights_sha256": folder_digest(trained)}
    asked = _whole_runs(split.train)
    found = measured_with(document, workspace, weights, lambda engine: distributions_of(engine, asked))
    probabilities = explored(found, document.explore)
    played = play(asked, probabilities, document.plays, seed)
    pairs = pairs_by_income(shuffled(played, seed) if document.incomes == "shuffled" else played)
    said: dict[str, Any] = {
        "played": len(played),
        "violations_played": float(np.mean([one.violates for one in played])),
        "income": float(np.mean([one.income for one in played])),
        "data_sha256": record.write_lines(f"{place}/{DATA}", [pair.described() for pair in pairs]),
        **of_pairs(pairs),
    }
    if not pairs:
        warn(f"generation {number}: every prompt was answered in one way, so that nothing was learnt")
        return {**said, "weights": None}
    trained = train_dpo(document, document.dpo, base, pairs, folder, adapter=weights, seed=seed, show=show)
    return {**said, "weights": trained.name, "weights_sha256": folder_digest(trained)}


def _whole_runs(asked: Sequence[Asked]) -> tuple[Asked, ...]:
    """The prompts of all agents in the runs of these."""
    return tuple(each for one in asked for each in asked_of(one.scenario, one.setting, one.seed))


def _drawn(asked: Asked, probabilities: Sequence[float], generator: np.random.Generator) -> Action:
    shares = np.asarray(probabilities) / np.sum(probabilities)
    return asked.options[int(generator.choice(len(asked.options), p=shares))].action


def _require_one_agent(document: EvolveTraining, asked: Asked) -> None:
    agents = asked.scenario.possible_agents
    if document.by == "grpo" and len(agents) > 1:
        raise UsageError(
            f"by: grpo rewards one reply with one income, and {document.scenario} has {len(agents)} agents",
            advice="Take `by: dpo`, which plays whole rounds.",
        )
