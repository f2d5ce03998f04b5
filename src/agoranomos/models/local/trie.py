"""The token trie of a few texts: where they part, and how probable each is when nothing else may be written."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

from agoranomos.errors import UsageError

END = -1
"""In the place of a token: nothing follows. The model says so with any of its stop tokens."""


@dataclass(frozen=True, slots=True)
class Branch:
    """A place where texts part: the tokens that lead there from the beginning, and what may come next, in order.

    `following` holds token ids, and `END` where a text ends of which another is a continuation.
    """

    path: tuple[int, ...]
    following: tuple[int, ...]


class OptionTrie:
    """Texts as token sequences. Where only one thing can come next, its probability is 1 and no model is asked."""

    def __init__(self, sequences: Sequence[Sequence[int]]) -> None:
        """Raises `UsageError` for sequences that are empty or alike: a model cannot tell such texts apart."""
        self.sequences = tuple(tuple(sequence) for sequence in sequences)
        if not self.sequences or not all(self.sequences) or len(set(self.sequences)) != len(self.sequences):
            raise UsageError("the model's tokenizer makes two of the options alike, or nothing of one of them")
        following = _following(self.sequences)
        self.branches = tuple(
            Branch(path, tuple(sorted(nexts))) for path, nexts in sorted(following.items()) if len(nexts) > 1
        )
        self._steps = tuple(self._of(sequence) for sequence in self.sequences)

    @property
    def common(self) -> tuple[int, ...]:
        """The tokens that all texts begin with; all of the text where there is only one."""
        return self.branches[0].path if self.branches else self.sequences[0]

    @property
    def reach(self) -> int:
        """How many tokens lead to the last branch on the longest way; all of the text where there is only one."""
        return max((len(branch.path) for branch in self.branches), default=len(self.common))

    def log_probabilities(self, conditionals: Sequence[Sequence[float]]) -> tuple[float, ...]:
        """The log-probability of each text from those of what may follow at each branch, in the branches' order."""
        return tuple(math.fsum(conditionals[at][place] for at, place in steps) for steps in self._steps)

    def _of(self, sequence: tuple[int, ...]) -> tuple[tuple[int, int], ...]:
        """The branches on the way of a text, and which way it goes there."""
        ended = (*sequence, END)
        return tuple(
            (at, branch.following.index(ended[len(branch.path)]))
            for at, branch in enumerate(self.branches)
            if sequence[: len(branch.path)] == branch.path
        )


def _following(sequences: Sequence[tuple[int, ...]]) -> dict[tuple[int, ...], set[int]]:
    """What may come next after each beginning of a text."""
    found: dict[tuple[int, ...], set[int]] = {}
    for sequence in sequences:
        for length, token in enumerate((*sequence, END)):
            found.setdefault(sequence[:length], set()).add(token)
    return found
