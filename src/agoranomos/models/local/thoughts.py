"""Thoughts under way: free text between two tags, at most so many tokens of it, before the answer proper."""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass, field

from agoranomos.models.reasoning import CLOSING

_WINDOW = 16
"""Tokens that the closing tag is looked for in; it has eight characters, and a token writes one at least."""

_AFTER = "\n\n"
"""What models write between the closing tag and their answer."""


@dataclass(eq=False)
class Thoughts:
    """Thoughts that a model is writing; `open` until it closes its tag, stops, or has used up `budget` tokens.

    `encode` and `decode` are the tokenizer's, control tokens included. `tokens` are all that follow the opening tag, up
    to where the answer begins.
    """

    budget: int
    stop: Collection[int]
    encode: Callable[[str], list[int]]
    decode: Callable[[Sequence[int]], str]
    tokens: list[int] = field(default_factory=list)
    open: bool = True

    @property
    def room(self) -> int:
        """The most tokens that all of it can take."""
        return self.budget + max(len(self.encode(f"\n{CLOSING}{_AFTER}")), len(CLOSING) + len(_AFTER))

    @property
    def text(self) -> str:
        """What was thought, without the tags."""
        return self.decode(self.tokens).partition(CLOSING)[0]

    def take(self, token: int) -> list[int]:
        """Take the token that was drawn; returns what the model is to read next, the end of the thoughts included."""
        before = self.decode(self.tokens[-_WINDOW:])
        if token in self.stop:
            return self._closed(before)
        now = self.decode([*self.tokens[-_WINDOW:], token])
        if CLOSING in now:
            # The tag can be cut into tokens in many ways, with something after it even: its last one is written anew.
            return self._closed(before, line="")
        if len(self.tokens) + 1 >= self.budget:
            self.tokens.append(token)
            return [token, *self._closed(now)]
        self.tokens.append(token)
        return [token]

    def _closed(self, before: str, line: str = "\n") -> list[int]:
        """Close the tag, on a line of its own where `before` does not end with a part of it."""
        self.open = False
        written = max(size for size in range(len(CLOSING)) if before.endswith(CLOSING[:size]))
        ending = self.encode((CLOSING[written:] if written else line + CLOSING) + _AFTER)
        self.tokens += ending
        return ending
