"""One independent learner: an actor, a critic, and the update of proximal policy optimisation.

Advantages by GAE (Schulman et al., "High-Dimensional Continuous Control Using Generalized Advantage Estimation", arXiv
1506.02438, eq. 16), the clipped objective of "Proximal Policy Optimization Algorithms" (arXiv 1707.06347, eq. 7) and
its value loss and entropy bonus (eq. 9), for each agent on its own (de Witt et al., arXiv 2011.09533).
"""

from __future__ import annotations

import math
from itertools import pairwise
from typing import Any

import numpy as np
import torch
from torch import nn

from agoranomos.learning.ppo.arena import Batch, Rows
from agoranomos.learning.ppo.settings import PpoSettings
from agoranomos.policies.networks import Actor, Features, Menu, Range

SPREAD = (-4.0, 1.0)
"""Bounds of the log of the deviation of draws, in units of half the range."""

_LOG_ROOT = 0.5 * math.log(2.0 * math.pi)


class Learner:
    """Learns what one agent should do. All that it knows is in `state()`, from which `restore` goes on exactly."""

    def __init__(self, features: Features, choices: Menu | Range, settings: PpoSettings, seed: int) -> None:
        self.features, self.choices, self.settings = features, choices, settings
        draws = torch.Generator().manual_seed(seed)
        self._actor = _network(features.size, settings.hidden, choices.outputs, 0.01, draws)
        self._critic = _network(features.size, settings.hidden, 1, 1.0, draws)
        parts = 0 if isinstance(choices, Menu) else choices.outputs
        self._log_deviation = nn.Parameter(torch.full((parts,), -0.5))
        weights = [*self._actor.parameters(), *self._critic.parameters(), self._log_deviation]
        self._optimiser = torch.optim.Adam(weights, lr=settings.learning_rate, eps=1e-5)
        self._seen = _Moments(features.size)
        self._paid = _Moments(1)

    def choose(self, features: Rows, draws: torch.Generator) -> Rows:
        """Choices [E] (rows of a menu) or [E, F] (draws) for the features [E, D], by the network's probabilities."""
        with torch.no_grad():
            outputs = self._actor(self._standardised(features))
            if isinstance(self.choices, Menu):
                chosen = torch.multinomial(torch.softmax(outputs, dim=-1), 1, generator=draws)[:, 0]
                return np.asarray(chosen.numpy())
            noise = torch.randn(outputs.shape, generator=draws)
            return np.asarray((outputs + self._spread().exp() * noise).double().numpy())

    def learn(self, batch: Batch, share_left: float, draws: torch.Generator) -> None:
        """Improve on what `batch` shows; `share_left` of the training is still to come and scales the learning rate."""
        settings = self.settings
        for group in self._optimiser.param_groups:
            group["lr"] = settings.learning_rate * share_left
        acted = torch.as_tensor(batch.acted.ravel())
        features = self._standardised(batch.features.reshape(-1, batch.features.shape[-1]))
        choices = torch.as_tensor(batch.choices.reshape(-1, *batch.choices.shape[2:]))
        choices = choices.long() if isinstance(self.choices, Menu) else choices.float()
        with torch.no_grad():
            before = self._log_probability(features, choices)[0]
            advantages, returns = self._advantages(batch, features)
        kept = advantages[acted] if acted.any() else advantages
        advantages = (advantages - kept.mean()) / (kept.std(correction=0) + 1e-8)
        for _ in range(settings.epochs):
            order = torch.randperm(len(features), generator=draws)
            for chosen in order.split(settings.minibatch):
                self._descend(
                    features[chosen],
                    choices[chosen],
                    before[chosen],
                    advantages[chosen],
                    returns[chosen],
                    acted[chosen],
                )
        # Moments are taken up after the update: the probabilities above are those with which the batch was played.
        self._seen.add(batch.features.reshape(-1, batch.features.shape[-1]))
        self._paid.add(batch.rewards.reshape(-1, 1))

    def actor(self) -> Actor:
        """The actor as it stands, to be played."""
        linear = [layer for layer in self._actor if isinstance(layer, nn.Linear)]
        layers = tuple((_array(layer.weight), _array(layer.bias)) for layer in linear)
        seen = self._seen
        return Actor(self.features, self.choices, seen.mean.copy(), seen.deviation(), layers, _array(self._spread()))

    def state(self) -> dict[str, Any]:
        """All that the learner knows, as tensors."""
        return {
            "actor": self._actor.state_dict(),
            "critic": self._critic.state_dict(),
            "log_deviation": self._log_deviation.detach(),
            "optimiser": self._optimiser.state_dict(),
            "seen": self._seen.state(),
            "paid": self._paid.state(),
        }

    def restore(self, state: dict[str, Any]) -> None:
        """Go on from what `state()` gave."""
        self._actor.load_state_dict(state["actor"])
        self._critic.load_state_dict(state["critic"])
        with torch.no_grad():
            self._log_deviation.copy_(state["log_deviation"])
        self._optimiser.load_state_dict(state["optimiser"])
        self._seen.restore(state["seen"])
        self._paid.restore(state["paid"])

    # -- inside ------------------------------------------------------------------------------------------------------

    def _spread(self) -> torch.Tensor:
        """The log of the deviation of draws, within what keeps learning stable."""
        return self._log_deviation.clamp(*SPREAD)

    def _standardised(self, features: Rows) -> torch.Tensor:
        values = np.clip((features - self._seen.mean) / self._seen.deviation(), -10.0, 10.0)
        return torch.as_tensor(values, dtype=torch.float32)

    def _log_probability(self, features: torch.Tensor, choices: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
        """Of each choice; and the entropy of what it was chosen from."""
        outputs = self._actor(features)
        if isinstance(self.choices, Menu):
            logs = torch.log_softmax(outputs, dim=-1)
            return logs.gather(1, choices[:, None])[:, 0], -(logs.exp() * logs).sum(dim=-1)
        spread = self._spread()
        standard = (choices - outputs) / spread.exp()
        logs = (-0.5 * standard**2 - spread - _LOG_ROOT).sum(dim=-1)
        return logs, (spread + 0.5 + _LOG_ROOT).sum().expand(len(logs))

    def _advantages(self, batch: Batch, features: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
        """Advantages and returns, flat; rewards are standardised.

        A run's end is no fact about the market: it goes on as if play did, so values are carried over it.
        """
        discount, trace = self.settings.discount, self.settings.trace
        shape = batch.rewards.shape
        now = self._critic(features)[:, 0].reshape(shape).double().numpy()
        after = self._critic(self._standardised(batch.after.reshape(-1, batch.after.shape[-1])))
        later = after[:, 0].reshape(shape).double().numpy()
        rewards = (batch.rewards - self._paid.mean) / self._paid.deviation()
        surprise = rewards + discount * later - now
        advantages, running = np.empty(shape), np.zeros(shape[1])
        for t in reversed(range(shape[0])):
            running = surprise[t] + discount * trace * np.where(batch.over[t], 0.0, running)
            advantages[t] = running
        flat = torch.as_tensor(advantages.ravel(), dtype=torch.float32)
        return flat, torch.as_tensor((advantages + now).ravel(), dtype=torch.float32)

    def _descend(
        self,
        features: torch.Tensor,
        choices: torch.Tensor,
        before: torch.Tensor,
        advantages: torch.Tensor,
        returns: torch.Tensor,
        acted: torch.Tensor,
    ) -> None:
        """One step down the loss. Where the agent was suspended it chose nothing, and only its value is learnt."""
        clip = self.settings.clip
        logs, entropy = self._log_probability(features, choices)
        ratio = (logs - before).exp()
        gain = torch.minimum(ratio * advantages, ratio.clamp(1.0 - clip, 1.0 + clip) * advantages)
        weight = acted.float() / acted.sum().clamp(min=1)
        loss = -(gain + self.settings.entropy * entropy) @ weight
        loss = loss + 0.5 * ((self._critic(features)[:, 0] - returns) ** 2).mean()
        self._optimiser.zero_grad()
        loss.backward()
        weights = [p for group in self._optimiser.param_groups for p in group["params"]]
        nn.utils.clip_grad_norm_(weights, self.settings.largest_gradient)
        self._optimiser.step()


class _Moments:
    """Mean and standard deviation of all rows so far (Chan, Golub and LeVeque, 1979); 0 and 1 before the first."""

    def __init__(self, size: int) -> None:
        self.mean = np.zeros(size)
        self._squares = np.zeros(size)
        self._count = 0.0

    def add(self, rows: Rows) -> None:
        count, mean = float(len(rows)), rows.mean(axis=0)
        total, step = self._count + count, mean - self.mean
        self._squares = self._squares + ((rows - mean) ** 2).sum(axis=0) + step**2 * self._count * count / total
        self.mean = self.mean + step * count / total
        self._count = total

    def deviation(self) -> Rows:
        """1 for what has not varied."""
        found = np.sqrt(self._squares / max(self._count, 1.0))
        return np.where(found > 1e-8 * np.maximum(1.0, np.abs(self.mean)), found, 1.0)

    def state(self) -> torch.Tensor:
        return torch.as_tensor(np.concatenate([[self._count], self.mean, self._squares]))

    def restore(self, state: torch.Tensor) -> None:
        values = state.double().numpy()
        size = (len(values) - 1) // 2
        self._count, self.mean, self._squares = float(values[0]), values[1 : 1 + size], values[1 + size :]


def _network(inputs: int, hidden: tuple[int, ...], outputs: int, gain: float, draws: torch.Generator) -> nn.Sequential:
    """Linear layers with tanh between them, orthogonal at first; the last is scaled by `gain`."""
    sizes = [inputs, *hidden]
    layers: list[nn.Module] = []
    for before, after in pairwise(sizes):
        layers += [_linear(before, after, math.sqrt(2.0), draws), nn.Tanh()]
    return nn.Sequential(*layers, _linear(sizes[-1], outputs, gain, draws))


def _linear(before: int, after: int, gain: float, draws: torch.Generator) -> nn.Linear:
    layer = nn.Linear(before, after)
    nn.init.orthogonal_(layer.weight, gain, generator=draws)
    nn.init.zeros_(layer.bias)
    return layer


def _array(values: torch.Tensor) -> Rows:
    return np.asarray(values.detach().double().numpy())
