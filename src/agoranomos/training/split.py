"""Which settings train and which are held out: never one of them both, nor one prompt in both."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence
from dataclasses import dataclass

from agoranomos.errors import UsageError
from agoranomos.randomness import named_generator
from agoranomos.scenarios import ScenarioSpec
from agoranomos.training.asked import Asked, prompts_of, settings_of

PURPOSE = "training-split"


@dataclass(frozen=True, slots=True)
class Split:
    """Prompts to train on, and those of other settings, on which it is measured what training did."""

    train: tuple[Asked, ...]
    held_out: tuple[Asked, ...]

    def __post_init__(self) -> None:
        both = sorted({one.setting for one in self.train} & {one.setting for one in self.held_out})
        if both:
            raise UsageError(f"settings in training and held out: {', '.join(both)}")
        if {one.messages for one in self.train} & {one.messages for one in self.held_out}:
            raise UsageError("the same prompt is in training and held out")

    @property
    def sha256(self) -> str:
        """SHA-256, in hex, of all prompts, word for word: another scenario under the same name is another training."""
        parts = [[[m.role, m.content] for one in part for m in one.messages] for part in (self.train, self.held_out)]
        return hashlib.sha256(json.dumps(parts).encode()).hexdigest()


def split_of(
    spec: ScenarioSpec, held_out: ScenarioSpec | float, *, prompts: int, held_out_prompts: int, seed: int
) -> Split:
    """Prompts of `spec` to train on; held out are those of another scenario, or of a share of the settings of `spec`.

    A share is drawn from the settings by the seed, one setting at least on either side. Raises `UsageError` where
    settings or prompts overlap or do not suffice (section A8.9: the released code trains and tests on the same ones).
    """
    if isinstance(held_out, ScenarioSpec):
        return Split(prompts_of(spec, prompts), prompts_of(held_out, held_out_prompts))
    kept, out = _parted(settings_of(spec), held_out, seed)
    return Split(prompts_of(spec, prompts, settings=kept), prompts_of(spec, held_out_prompts, settings=out))


def _parted(settings: Sequence[str], share: float, seed: int) -> tuple[list[str], list[str]]:
    if len(settings) < 2:
        raise UsageError(
            f"a share of {len(settings)} setting cannot be held out",
            advice="Give `held_out` the name of a scenario with other settings.",
        )
    number = min(max(round(share * len(settings)), 1), len(settings) - 1)
    drawn = named_generator(seed, PURPOSE).permutation(len(settings))[:number]
    return [name for i, name in enumerate(settings) if i not in drawn], [settings[i] for i in sorted(drawn)]
