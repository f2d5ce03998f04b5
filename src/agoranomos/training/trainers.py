"""TRL's trainers with a document's numbers: quiet, stopped and gone on from checkpoints, the same for the same seed."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeAlias

from agoranomos.models.engine import Message
from agoranomos.training.asked import Asked
from agoranomos.training.document import Dpo, Grpo, TrainingDocument
from agoranomos.training.monitors import Monitor
from agoranomos.training.pairs import Pair
from agoranomos.training.result import save_result
from agoranomos.training.rewards import Judged
from agoranomos.training.start import Base, load_for_training, lora_config, threads_of

CHECKPOINTS, METRICS, MONITOR = "checkpoints", "metrics.jsonl", "monitor.jsonl"


@dataclass(frozen=True, slots=True)
class Progress:
    """Where a training stands: steps done, of how many, and what the trainer last logged."""

    step: int
    of: int
    logged: dict[str, float]


Show: TypeAlias = Callable[[Progress], None]
Judge: TypeAlias = Callable[[Asked, str, bool, int], Judged]
"""What a reply (finished or cut off) to a prompt earns; its number tells it from all others of the training."""

REPLIES_A_STEP = 1_000_000
"""Replies are numbered by the step and their place in it, which stay the same when a training goes on."""


def train_dpo(
    document: TrainingDocument,
    settings: Dpo,
    base: Base,
    pairs: Sequence[Pair],
    folder: Path,
    *,
    adapter: Path | None,
    seed: int,
    show: Show,
) -> Path:
    """Train on preference pairs from `adapter`, or from the model itself; the reference is where it began.

    Returns where the result is. An interrupt leaves checkpoints in `folder`, from which the same call goes on.
    """
    from datasets import Dataset
    from trl import DPOConfig, DPOTrainer

    with threads_of(document), _without_bars():
        model, tokenizer = load_for_training(document, base, adapter)
        rows = [{key: pair.described()[key] for key in ("prompt", "chosen", "rejected")} for pair in pairs]
        told = {"chat_template_kwargs": {"enable_thinking": document.thinking is not None}}
        arguments = DPOConfig(
            **_arguments(document, folder, seed),
            beta=settings.beta,
            loss_type=[settings.loss],
            max_length=settings.longest,
        )
        trainer = DPOTrainer(
            model=model,
            args=arguments,
            train_dataset=Dataset.from_list([{**row, **told} for row in rows]),
            processing_class=tokenizer,
            peft_config=lora_config(document) if adapter is None else None,
        )
        return _trained(trainer, document, base, tokenizer, folder, show)


def train_grpo(
    document: TrainingDocument,
    settings: Grpo,
    base: Base,
    asked: Sequence[Asked],
    judge: Judge,
    monitor: Monitor,
    folder: Path,
    *,
    adapter: Path | None,
    seed: int,
    show: Show,
) -> Path:
    """Train on what the model's own replies earn; otherwise as `train_dpo`. Every step's replies go to the monitor."""
    from datasets import Dataset
    from trl import GRPOConfig, GRPOTrainer

    with threads_of(document), _without_bars():
        model, tokenizer = load_for_training(document, base, adapter)
        ends = {tokenizer.eos_token_id, *_listed(getattr(model.generation_config, "eos_token_id", None))}

        def reward(prompts: Any, completions: Any, completion_ids: Any, row: Any, **context: Any) -> list[float]:
            step, judged = int(context["trainer_state"].global_step), []
            for place, (said, ids, which) in enumerate(zip(completions, completion_ids, row, strict=True)):
                finished = bool(ids) and int(ids[-1]) in ends
                judged.append(judge(asked[which], said[0]["content"], finished, step * REPLIES_A_STEP + place))
            monitor.take(step, judged)
            return [one.reward for one in judged]

        arguments = GRPOConfig(
            **_arguments(document, folder, seed),
            beta=settings.beta,
            epsilon=settings.epsilon,
            num_iterations=settings.iterations,
            num_generations=settings.group,
            max_completion_length=settings.max_tokens,
            temperature=settings.temperature,
            chat_template_kwargs={"enable_thinking": document.thinking is not None},
        )
        trainer = GRPOTrainer(
            model=model,
            reward_funcs=reward,
            args=arguments,
            train_dataset=Dataset.from_list(
                [{"prompt": spoken(one.messages), "row": i} for i, one in enumerate(asked)]
            ),
            processing_class=tokenizer,
            peft_config=lora_config(document) if adapter is None else None,
        )
        return _trained(trainer, document, base, tokenizer, folder, show, monitor.go_on_from)


def spoken(messages: Sequence[Message]) -> list[dict[str, str]]:
    """Messages as data sets and chat templates have them."""
    return [{"role": message.role, "content": message.content} for message in messages]


def _arguments(document: TrainingDocument, folder: Path, seed: int) -> dict[str, Any]:
    """What all trainers are told: the steps, where checkpoints go, no reports to anybody, no bars."""
    import torch

    from agoranomos.models.local.loading import torch_device

    steps, device = document.steps, torch_device(torch, document.device)
    return {
        "output_dir": str(folder / CHECKPOINTS),
        "learning_rate": steps.learning_rate,
        "lr_scheduler_type": "constant_with_warmup" if steps.schedule == "constant" else steps.schedule,
        "warmup_steps": steps.warm_up,
        "num_train_epochs": steps.epochs,
        "max_steps": steps.steps or -1,
        "per_device_train_batch_size": steps.batch,
        "gradient_accumulation_steps": steps.accumulate,
        "max_grad_norm": steps.largest_gradient,
        "save_strategy": "steps",
        "save_steps": steps.save_every,
        "save_total_limit": 2,
        "logging_steps": 1,
        "seed": seed % 2**32,
        "data_seed": seed % 2**32,
        "use_cpu": device.type == "cpu",
        "bf16": device.type == "cuda",
        "gradient_checkpointing": device.type == "cuda",
        "dataloader_pin_memory": device.type == "cuda",
        "report_to": "none",
        "disable_tqdm": True,
    }


def _trained(
    trainer: Any,
    document: TrainingDocument,
    base: Base,
    tokenizer: Any,
    folder: Path,
    show: Show,
    begin: Callable[[int], None] = lambda _: None,
) -> Path:
    from transformers import PrinterCallback
    from transformers.trainer_utils import get_last_checkpoint

    trainer.remove_callback(PrinterCallback)
    trainer.add_callback(_teller(folder / METRICS, show, begin))
    checkpoints = folder / CHECKPOINTS
    last = get_last_checkpoint(str(checkpoints)) if checkpoints.is_dir() else None
    trainer.train(resume_from_checkpoint=last)
    return save_result(trainer.accelerator.unwrap_model(trainer.model), tokenizer, document, base, folder)


def _teller(path: Path, show: Show, begin: Callable[[int], None]) -> Any:
    """A callback that writes what is logged as lines of JSON, each step once however often training was stopped."""
    from transformers import TrainerCallback

    class Teller(TrainerCallback):  # type: ignore[misc]
        def on_train_begin(self, args: Any, state: Any, control: Any, **_: Any) -> None:
            begin(state.global_step)
            if path.is_file():
                lines = path.read_text(encoding="utf-8").splitlines(keepends=True)
                kept = [line for line in lines if json.loads(line)["step"] <= state.global_step]
                path.write_text("".join(kept), encoding="utf-8")

        def on_log(self, args: Any, state: Any, control: Any, logs: Any = None, **_: Any) -> None:
            said = {key: float(value) for key, value in (logs or {}).items() if "runtime" not in key}
            timeless = {key: value for key, value in said.items() if "per_second" not in key and "time" not in key}
            with path.open("a", encoding="utf-8") as file:
                file.write(json.dumps({"step": state.global_step, **timeless}, sort_keys=True) + "\n")
            show(Progress(state.global_step, state.max_steps, timeless))

    return Teller()


@contextmanager
def _without_bars() -> Iterator[None]:
    """Data sets draw no bars of their own."""
    from datasets import are_progress_bars_disabled, disable_progress_bars, enable_progress_bars

    disabled = are_progress_bars_disabled()
    disable_progress_bars()
    try:
        yield
    finally:
        if not disabled:
            enable_progress_bars()


def _listed(ends: Any) -> list[int]:
    return [] if ends is None else list(ends) if isinstance(ends, list | tuple) else [ends]
