"""A workspace with a tiny model of random weights, and documents that train it in seconds."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from agoranomos.training.document import DpoTraining, EvolveTraining, GrpoTraining
from agoranomos.workspace import Workspace
from models.local.tiny_model import tiny_llama, tiny_tokenizer

ONE_SETTING = "kind: scenario\nversion: 1\ntype: role-play\nname: {name}\nsettings: [{settings}]\nwording: 0\n"


def tiny_workspace(root: Path) -> Workspace:
    """A model `hf/tiny`, a scenario `home` of two settings, and one, `away`, of two others."""
    tokenizer = tiny_tokenizer()
    tokenizer.save_pretrained(root / "tiny")
    tiny_llama(tokenizer, context=2048).save_pretrained(root / "tiny")
    (root / "scenarios").mkdir()
    for name, settings in (("home", "taxi, baker"), ("away", "ferry, tutor")):
        (root / "scenarios" / f"{name}.yaml").write_text(ONE_SETTING.format(name=name, settings=settings))
    return Workspace(root, "lab")


_COMMON: dict[str, Any] = {
    "kind": "training",
    "version": 1,
    "model": "hf/tiny",
    "scenario": "home",
    "prompts": 8,
    "held_out": {"scenario": "away", "prompts": 4},
    "lora": {"rank": 4, "alpha": 8},
    "steps": {"learning_rate": 0.01, "steps": 4, "batch": 2, "save_every": 2, "schedule": "constant"},
    "device": "cpu",
    "threads": 1,
}


def dpo(**changed: Any) -> DpoTraining:
    return DpoTraining(**_keys({"type": "dpo", "name": "tiny-dpo", **changed}))


def grpo(**changed: Any) -> GrpoTraining:
    few = {"group": 2, "max_tokens": 8}
    return GrpoTraining(**_keys({"type": "grpo", "name": "tiny-grpo", "grpo": few, **changed}))


def evolving(**changed: Any) -> EvolveTraining:
    few = {"generations": 2, "plays": 6}
    return EvolveTraining(**_keys({"type": "evolve", "name": "tiny-evolve", **few, **changed}))


def _keys(given: dict[str, Any]) -> dict[str, Any]:
    """The common keys and these; an adapter to begin with brings its own rank."""
    return {key: value for key, value in _COMMON.items() if key != "lora" or "adapter" not in given} | given
