"""A training run: batches of play, each followed by an update of every learner; it can stop and go on."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import torch

from agoranomos.errors import UsageError
from agoranomos.institutions import Institution
from agoranomos.learning.ppo.arena import Arena, Choose
from agoranomos.learning.ppo.checkpoint import Checkpoint, read_checkpoint, write_checkpoint
from agoranomos.learning.ppo.learner import Learner
from agoranomos.learning.ppo.settings import PpoSettings
from agoranomos.markets import MarketSpec
from agoranomos.policies.networks import Trained
from agoranomos.randomness import named_integer

LONGEST_HORIZON = 256
CHECKPOINT_EVERY = 10
"""Batches."""


@dataclass(frozen=True, slots=True)
class Progress:
    """Where a training stands after a batch: rounds played in all copies, and each agent's mean reward in the batch."""

    rounds: int
    of: int
    rewards: tuple[float, ...]


class Training:
    """Independent learners in one market, under an institution or none. Batch after batch by `advance`.

    What a market's file leaves to be drawn for each run is drawn once, for the whole training, from its seed.
    What comes out depends on the specification, the institution, the settings, `rounds` (in all copies together) and
    the seed alone, however often it was stopped. Raises `UsageError` for fewer rounds than one batch has.
    """

    def __init__(
        self, spec: MarketSpec, institution: Institution | None, settings: PpoSettings, *, rounds: int, seed: int
    ) -> None:
        spec = spec.drawn(seed)
        horizon = settings.horizon or min(spec.rounds, LONGEST_HORIZON)
        self.arena = Arena(spec, institution, settings.environments, menu=settings.menu, horizon=horizon)
        self.batches = rounds // (horizon * settings.environments)
        if not self.batches:
            raise UsageError(
                f"{rounds} rounds are less than one batch ({settings.environments} copies x {horizon} rounds)"
            )
        self.batch = 0
        self._seed = seed
        self.about: dict[str, Any] = {
            "algorithm": "ppo",
            "market": spec.name,
            "description": spec.described(),
            "institution": institution.name if institution is not None else None,
            "institution_sha256": institution.semantic_sha256 if institution is not None else None,
            "settings": settings.model_dump(mode="json"),
            "rounds": self.batches * horizon * settings.environments,
            "seed": seed,
        }
        self.learners = [
            Learner(features, choices, settings, named_integer(seed, "ppo-weights", 0, agent))
            for agent, features, choices in zip(self.arena.agents, self.arena.features, self.arena.choices, strict=True)
        ]

    def advance(self) -> Progress:
        """Play one batch and learn from it."""
        draws = torch.Generator().manual_seed(named_integer(self._seed, "ppo-batch", self.batch))
        played = self.arena.play(self._seed, self.batch, [_chooser(learner, draws) for learner in self.learners])
        left = 1.0 - self.batch / self.batches
        for learner, batch in zip(self.learners, played, strict=True):
            learner.learn(batch, left, draws)
        self.batch += 1
        size = played[0].rewards.size
        means = tuple(float(np.mean(batch.rewards)) for batch in played)
        return Progress(self.batch * size, self.batches * size, means)

    def trained(self) -> Trained:
        """The networks as they stand."""
        actors = {agent: one.actor() for agent, one in zip(self.arena.agents, self.learners, strict=True)}
        return Trained(actors, {**self.about, "batches": self.batch})

    def checkpoint(self) -> Checkpoint:
        """All that is needed to go on."""
        return Checkpoint(self.about, self.batch, [learner.state() for learner in self.learners])

    def restore(self, checkpoint: Checkpoint) -> None:
        """Go on from a checkpoint of a training like this one; raises `UsageError` for another training's."""
        if checkpoint.about != self.about:
            changed = sorted(key for key in self.about if checkpoint.about.get(key) != self.about[key])
            raise UsageError(
                f"the checkpoint is of another training: {', '.join(changed) or 'it'} differs",
                advice="Give another --out, or remove the checkpoint.",
            )
        for learner, state in zip(self.learners, checkpoint.learners, strict=True):
            learner.restore(state)
        self.batch = checkpoint.batch


def train(
    training: Training, checkpoint: Path | None = None, progress: Callable[[Progress], None] | None = None
) -> Trained:
    """Train to the end, from the checkpoint at that path where there is one, which is kept up to date.

    An interrupt leaves the checkpoint of the last whole batch and is raised again. One thread of torch is used: the
    networks are too small for more, and sums come out the same on every machine with as many.
    """
    threads = torch.get_num_threads()
    torch.set_num_threads(1)
    try:
        if checkpoint is not None and checkpoint.is_file():
            training.restore(read_checkpoint(checkpoint))
        done = training.checkpoint()
        try:
            while training.batch < training.batches:
                reached = training.advance()
                if checkpoint is not None:
                    done = training.checkpoint()
                    if training.batch % CHECKPOINT_EVERY == 0:
                        write_checkpoint(checkpoint, done)
                if progress is not None:
                    progress(reached)
        except KeyboardInterrupt:
            if checkpoint is not None:
                write_checkpoint(checkpoint, done)
            raise
    finally:
        torch.set_num_threads(threads)
    return training.trained()


def _chooser(learner: Learner, draws: torch.Generator) -> Choose:
    return lambda _, features: learner.choose(features, draws)
