"""A trained network as it is played: plain NumPy, so that playing needs no torch."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from agoranomos.policies.networks.choices import Menu, Range, Rows
from agoranomos.policies.networks.features import Features
from agoranomos.randomness import MAX_EXACT_INTEGER, Randomness


@dataclass(frozen=True, eq=False)
class Actor:
    """Layers `(weight [out, in], bias [out])` with tanh between them, over features standardised by `mean` and `scale`.

    `log_deviation` [F] is that of the draws of a `Range`; empty for a `Menu`.
    """

    features: Features
    choices: Menu | Range
    mean: Rows
    scale: Rows
    layers: tuple[tuple[Rows, Rows], ...]
    log_deviation: Rows

    def outputs(self, row: Rows) -> Rows:
        """What the network gives for the features [size]: logits [K], or means [F]."""
        values = np.clip((row - self.mean) / self.scale, -10.0, 10.0)
        for weight, bias in self.layers[:-1]:
            values = np.tanh(weight @ values + bias)
        weight, bias = self.layers[-1]
        return np.asarray(weight @ values + bias)

    def likeliest(self, row: Rows) -> Rows:
        """The action of greatest probability: the first such row of a menu, the mean of a range."""
        outputs = self.outputs(row)
        if isinstance(self.choices, Menu):
            return self.choices.action(int(np.argmax(outputs)))
        return self.choices.action(outputs)

    def drawn(self, row: Rows, randomness: Randomness) -> Rows:
        """An action drawn from the network's probabilities by the purpose `ppo`."""
        outputs = self.outputs(row)
        if isinstance(self.choices, Menu):
            weights = np.exp(outputs - outputs.max())
            point = randomness.integer("ppo") / (MAX_EXACT_INTEGER + 1) * weights.sum()
            chosen = int(np.searchsorted(np.cumsum(weights), point, side="right"))
            return self.choices.action(min(chosen, len(weights) - 1))
        return self.choices.action(outputs + np.exp(self.log_deviation) * randomness.normals("ppo", len(outputs)))
