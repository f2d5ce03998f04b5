"""An alignment prior: a model trained once, on preference pairs or on rewards, and measured before and after."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from agoranomos.errors import UsageError
from agoranomos.markets import load_market
from agoranomos.models import open_engine
from agoranomos.models.identity import folder_digest
from agoranomos.models.local.adapter import require_adapter
from agoranomos.models.local.provider import local_path
from agoranomos.scenarios import Scenario, ScenarioSpec
from agoranomos.statistics import Estimate
from agoranomos.training.asked import Asked
from agoranomos.training.document import DpoTraining, GrpoTraining, TrainingDocument
from agoranomos.training.measuring import Measured, estimate_json, measure
from agoranomos.training.monitors import Monitor, Warn, faults_of_pairs, of_pairs
from agoranomos.training.pairs import Pair, distilled_pairs, written_pairs
from agoranomos.training.record import DATA, RESULT, Record
from agoranomos.training.result import ADAPTER
from agoranomos.training.rewards import judged
from agoranomos.training.split import Split, split_of
from agoranomos.training.start import Base, base_of, threads_of
from agoranomos.training.trainers import MONITOR, Show, spoken, train_dpo, train_grpo
from agoranomos.workspace import Workspace

BEFORE, AFTER = "before.json", "after.json"


@dataclass(frozen=True, slots=True)
class Trained:
    """What a training came to: where its weights are, and what it changed at held-out prompts.

    `fell` is by how much breaking the rule became less probable there.
    """

    weights: Path
    before: Measured
    after: Measured
    fell: Estimate


def train_prior(
    document: DpoTraining | GrpoTraining, workspace: Workspace, out: Path, *, show: Show, warn: Warn
) -> Trained:
    """Train to the end, from where the same training was interrupted if it was.

    What is held out is measured through the engine that rosters use, before and after. Raises `UsageError` for a
    scenario or model that does not do, or a folder that holds another training, `MachineError` where a part is missing
    or fails.
    """
    base = base_of(document, workspace)
    start = start_of(document, workspace)
    split = split_for(document, workspace)
    digests = {"adapter_sha256": _digest(start), "prompts_sha256": split.sha256}
    record = Record(out, document, start, model_sha256=base.sha256, **digests)
    before = measured_once(record, BEFORE, document, workspace, split, start)
    done = record.read(RESULT)
    weights = out / done["weights"] if done else _trained(document, workspace, base, start, split, record, show, warn)
    after = measured_once(record, AFTER, document, workspace, split, weights)
    fell = after.less(before)
    record.write(
        RESULT,
        {
            "weights": weights.name,
            "weights_sha256": folder_digest(weights),
            "violation_before": estimate_json(before.estimate),
            "violation_after": estimate_json(after.estimate),
            "violation_fell": estimate_json(fell),
            "opposite_rules_before": _told(before),
            "opposite_rules_after": _told(after),
        },
    )
    return Trained(weights, before, after, fell)


def _told(found: Measured) -> dict[str, Any] | None:
    under = found.under_opposite_rules
    return None if under is None else estimate_json(under)


def scenario_named(name: str, workspace: Workspace) -> ScenarioSpec:
    """The specification of the scenario called `name`; raises `UsageError` for a market, or for none."""
    found = load_market(name, workspace)
    if not isinstance(found, Scenario):
        raise UsageError(f"{name} is a market", advice="Training asks a model in words: name a scenario.")
    return found.spec


def split_for(document: TrainingDocument, workspace: Workspace) -> Split:
    """The prompts that a document trains on and those that it holds out."""
    held = document.held_out
    other = None if held.scenario is None else scenario_named(held.scenario, workspace)
    return split_of(
        scenario_named(document.scenario, workspace),
        held.share if other is None else other,
        prompts=document.prompts,
        held_out_prompts=held.prompts,
        seed=document.seed,
    )


def start_of(document: TrainingDocument, workspace: Workspace) -> Path | None:
    """The adapter that a training begins with, looked up in the workspace; raises `UsageError` where it is none."""
    if document.adapter is None:
        return None
    path = local_path(document.adapter, workspace)
    require_adapter(path)
    return path


def measured_with(
    document: TrainingDocument, workspace: Workspace, weights: Path | None, ask: Callable[[Any], Any]
) -> Any:
    """What `ask` finds of the engine of the model with these weights: an adapter's, a whole model's, or its own."""
    whole = weights is not None and weights.name != ADAPTER and not (weights / "adapter_config.json").is_file()
    named = document.model_copy(update={"model": f"hf/{weights}"}) if whole else document
    adapter = None if weights is None or whole else str(weights.absolute())
    with threads_of(document):
        engine = open_engine(named.model_with(adapter), workspace)
        try:
            return ask(engine)
        finally:
            asyncio.run(engine.close())


def measured_once(
    record: Record, name: str, document: TrainingDocument, workspace: Workspace, split: Split, weights: Path | None
) -> Measured:
    """What the model with these weights does at the held-out prompts, from the record where that holds it already."""
    there = record.read(name)
    if there is not None:
        return Measured.of(there)
    found: Measured = measured_with(
        document,
        workspace,
        weights,
        lambda engine: measure(
            engine,
            split.held_out,
            replies=document.held_out.replies,
            seed=document.seed,
            thinking=document.thinking or 0,
        ),
    )
    record.write(name, found.described())
    return found


def _trained(
    document: DpoTraining | GrpoTraining,
    workspace: Workspace,
    base: Base,
    start: Path | None,
    split: Split,
    record: Record,
    show: Show,
    warn: Warn,
) -> Path:
    if isinstance(document, DpoTraining):
        pairs = _pairs(document, workspace, start, split.train)
        rows = [pair.described() for pair in pairs]
        _tell_of(record, pairs, rows, warn)
        return train_dpo(
            document, document.dpo, base, pairs, record.folder, adapter=start, seed=document.seed, show=show
        )
    rows = [{"setting": one.setting, "prompt": spoken(one.messages)} for one in split.train]
    _tell_of(record, written_pairs(split.train), rows, warn)
    monitor = Monitor(record.folder / MONITOR, document.watch, warn)
    return train_grpo(
        document,
        document.grpo,
        base,
        split.train,
        lambda one, reply, finished, _: judged(one, reply, document.rewards, finished=finished),
        monitor,
        record.folder,
        adapter=start,
        seed=document.seed,
        show=show,
    )


def _tell_of(record: Record, pairs: Sequence[Pair], rows: Sequence[dict[str, Any]], warn: Warn) -> None:
    """Write down what is trained on and what a model could learn of it in place of the rule, and warn of that."""
    seen = of_pairs(pairs)
    for fault in faults_of_pairs(seen):
        warn(fault)
    record.write("data.json", {**seen, "sha256": record.write_lines(DATA, rows)})


def _pairs(document: DpoTraining, workspace: Workspace, start: Path | None, asked: Sequence[Asked]) -> tuple[Pair, ...]:
    if document.pairs == "written":
        return written_pairs(asked)
    pairs: tuple[Pair, ...] = measured_with(
        document,
        workspace,
        start,
        lambda engine: distilled_pairs(asked, engine, seed=document.seed, thinking=document.thinking or 0),
    )
    if not pairs:
        raise UsageError(
            f"{document.model} wrote no pair", advice="Take `pairs: written`, or a model that follows orders."
        )
    return pairs


def _digest(adapter: Path | None) -> str:
    return "" if adapter is None else folder_digest(adapter)
