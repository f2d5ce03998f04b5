"""Reads the probabilities of options off a model's logits: where options part, and nowhere else."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

from agoranomos.models.local.trie import END, OptionTrie

Tensor = Any


class Scores:
    """The conditional log-probabilities at the branches of a trie, as far as they are known.

    At a branch they are those of softmax(logits / temperature) over what may follow there; that any stop token ends a
    text makes the probability of its end the sum of theirs.
    """

    def __init__(self, trie: OptionTrie, temperature: float, stop_tokens: Sequence[int]) -> None:
        self.trie = trie
        self._temperature = temperature
        self._stop = tuple(stop_tokens)
        self._known: dict[int, list[float]] = {}

    @property
    def complete(self) -> bool:
        """Whether all branches are known."""
        return len(self._known) == len(self.trie.branches)

    @property
    def missing(self) -> list[int]:
        """The branches that are not known yet, in order; the first is where the common beginning of all texts ends."""
        return [at for at in range(len(self.trie.branches)) if at not in self._known]

    def beyond(self, at: int) -> tuple[int, ...]:
        """What leads to a branch from where the common beginning ends."""
        return self.trie.branches[at].path[len(self.trie.common) :]

    def take(self, branches: Sequence[int], logits: Tensor) -> bool:
        """Take the logits, [branches, vocabulary], after the paths to some branches, all read off at once.

        Returns whether they are numbers.
        """
        import torch

        following = [self._tokens(at) for at in branches]
        rows = [row for row, tokens in enumerate(following) for _ in tokens]
        columns = [token for tokens in following for token in tokens]
        # First to the CPU: there are devices without double precision.
        found = logits[rows, columns].cpu().to(torch.float64) / self._temperature
        values = found.split([len(tokens) for tokens in following])
        for at, scaled in zip(branches, values, strict=True):
            self._known[at] = self._conditionals(at, scaled)
        return all(math.isfinite(log) for at in branches for log in self._known[at])

    def log_probabilities(self) -> tuple[float, ...]:
        """The log-probability of each text: the sum of its conditionals."""
        return self.trie.log_probabilities([self._known[at] for at in range(len(self.trie.branches))])

    def _tokens(self, at: int) -> tuple[int, ...]:
        """What may follow at a branch as the model sees it; the stop tokens first, for `END` is the smallest."""
        following = self.trie.branches[at].following
        return (*self._stop, *following[1:]) if following[0] == END else following

    def _conditionals(self, at: int, scaled: Tensor) -> list[float]:
        logs = scaled - scaled.logsumexp(0)
        if self.trie.branches[at].following[0] != END:
            return [float(log) for log in logs]
        return [float(logs[: len(self._stop)].logsumexp(0)), *(float(log) for log in logs[len(self._stop) :])]
