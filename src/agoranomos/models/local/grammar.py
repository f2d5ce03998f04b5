"""Constrained decoding: a JSON Schema becomes a grammar, and the grammar says which tokens may come next."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from functools import lru_cache
from typing import Any, Protocol

from agoranomos.errors import UsageError
from agoranomos.models.local.chat import control_tokens
from agoranomos.models.local.finite import texts_of
from agoranomos.models.local.trie import END, OptionTrie

Tokenize = Callable[[str], list[int]]
Tensor = Any

MOST_SCHEMAS = 256
"""So many schemas stay compiled; where bounds change from round to round, there is no end of them."""


class Constraint(Protocol):
    """Where one reply stands in what it may say."""

    @property
    def complete(self) -> bool:
        """Whether the reply is all that was asked for and nothing can follow."""
        ...

    def allow(self, bitmask: Tensor, row: int) -> None:
        """Set the bits of one row of `bitmask`, int32 [rows, words], to the tokens that may come next."""
        ...

    def accept(self, token: int) -> None:
        """Take the token that was drawn; it must be allowed."""
        ...

    def forced(self) -> list[int]:
        """The tokens of the text that must come next, taken; empty where the model has a choice.

        A model need not be asked for the keys and punctuation of a reply, only to read them.
        """
        ...


class Grammars:
    """Compiles schemas once each. JSON is written without spaces and with its keys in the schema's order.

    A schema with few values (see `finite`) becomes a trie of their texts, each cut into tokens as the tokenizer does
    it: replies are drawn from what `choose` gives. Any other becomes a grammar over characters, in which a text may be
    cut into tokens in every way that spells it.
    """

    def __init__(self, tokenizer: Any, vocabulary: int, stop_tokens: list[int]) -> None:
        import xgrammar

        information = xgrammar.TokenizerInfo.from_huggingface(
            tokenizer, vocab_size=vocabulary, stop_token_ids=stop_tokens
        )
        # Each schema is compiled once, so nothing is lost without xgrammar's own cache, which cannot hold texts of more
        # than 128 characters (https://github.com/mlc-ai/xgrammar/pull/647).
        self._compiler = xgrammar.GrammarCompiler(information, max_threads=1, cache_enabled=False)
        self._compiled = lru_cache(MOST_SCHEMAS)(self._compile)
        self._tokenize: Tokenize = lambda text: list(tokenizer.encode(text, add_special_tokens=False))
        self._control = control_tokens(tokenizer)
        self._stop = stop_tokens
        self._next = xgrammar.allocate_token_bitmask(1, vocabulary)
        self._going_on = xgrammar.allocate_token_bitmask(1, vocabulary)
        bits = self._going_on[0].numpy().view("uint32")
        for token in (*stop_tokens, *range(vocabulary, 32 * len(bits))):
            bits[token >> 5] &= ~(1 << (token & 31)) & 0xFFFFFFFF

    def constraint(self, schema: dict[str, Any]) -> Constraint:
        """A fresh constraint for one reply; raises `UsageError` for a schema that no grammar can be made of."""
        import xgrammar

        compiled = self._compiled(json.dumps(schema))
        if isinstance(compiled, OptionTrie):
            return TrieConstraint(compiled, self._stop)
        matcher = xgrammar.GrammarMatcher(compiled, terminate_without_stop_token=True)
        return GrammarConstraint(matcher, self._tokenize, self._stop, self._at_end)

    def forbid(self, logits: Tensor, constraints: Sequence[tuple[int, Constraint]]) -> None:
        """Set the logits, [rows, vocabulary], of what constrained rows may not say next to minus infinity, in place."""
        import xgrammar

        bitmask = xgrammar.allocate_token_bitmask(*logits.shape)
        for row, constraint in constraints:
            constraint.allow(bitmask, row)
        rows = [row for row, _ in constraints]
        xgrammar.apply_token_bitmask_inplace(logits, bitmask.to(logits.device, non_blocking=True), indices=rows)

    def _compile(self, schema: str) -> OptionTrie | Any:
        return self._trie(json.loads(schema)) or self._grammar(schema)

    def _trie(self, schema: dict[str, Any]) -> OptionTrie | None:
        texts = texts_of(schema)
        if texts is None or any(token in text for token in self._control for text in texts):
            return None
        try:
            return OptionTrie([self._tokenize(text) for text in texts])
        except UsageError:  # A tokenizer that writes two of them alike.
            return None

    def _grammar(self, schema: str) -> Any:
        try:
            return self._compiler.compile_json_schema(
                schema, any_whitespace=False, separators=(",", ":"), strict_mode=True
            )
        except RuntimeError as error:
            raise UsageError(f"no grammar can be made of the schema: {error}") from None

    def _at_end(self, matcher: Any) -> bool:
        """Whether nothing can follow what a matcher has taken, because it may end there and no token goes on."""
        if not matcher.is_terminated():  # So xgrammar calls a matcher that may end, though it may go on as well.
            return False
        matcher.fill_next_token_bitmask(self._next, 0)
        return not bool((self._next & self._going_on).any())


class GrammarConstraint:
    """A reply under a grammar over characters. Where it may end or go on, as a number may, a stop token ends it."""

    def __init__(self, matcher: Any, tokenize: Tokenize, stop_tokens: list[int], at_end: Callable[[Any], bool]) -> None:
        self._matcher = matcher
        self._tokenize = tokenize
        self._stop = stop_tokens
        self._at_end = at_end
        self.complete = False

    def allow(self, bitmask: Tensor, row: int) -> None:
        """Set the bits of one row to the tokens that may come next."""
        self._matcher.fill_next_token_bitmask(bitmask, row)

    def accept(self, token: int) -> None:
        """Take the token that was drawn; it must be allowed."""
        if token in self._stop and self._matcher.is_terminated():
            self.complete = True
        elif self._matcher.accept_token(token):
            self.complete = self._at_end(self._matcher)
        else:
            raise AssertionError(f"token {token} was drawn against its grammar")

    def forced(self) -> list[int]:
        """The tokens of the text that must come next, taken."""
        if self.complete:
            return []
        taken: list[int] = []
        text = self._forced_text()
        for token in self._tokenize(text) if text else []:
            if not self._matcher.accept_token(token):
                break
            taken.append(token)
        if taken:
            self.complete = self._at_end(self._matcher)
        return taken

    def _forced_text(self) -> str:
        try:
            return str(self._matcher.find_jump_forward_string())
        except UnicodeDecodeError as error:  # What must come next ends within a character: its first bytes are certain.
            return bytes(error.object[: error.start]).decode()


class TrieConstraint:
    """A reply that is one of a few texts. Where one of them begins another, a stop token ends it."""

    def __init__(self, trie: OptionTrie, stop_tokens: list[int]) -> None:
        self._following = {branch.path: branch.following for branch in trie.branches}
        self._left = trie.sequences
        self._stop = stop_tokens
        self._taken: tuple[int, ...] = ()
        self.complete = False

    def allow(self, bitmask: Tensor, row: int) -> None:
        """Set the bits of one row to the tokens that may come next."""
        bitmask[row] = 0
        bits = bitmask[row].numpy().view("uint32")
        for token in self._following[self._taken]:
            for each in self._stop if token == END else [token]:
                bits[each >> 5] |= 1 << (each & 31)

    def accept(self, token: int) -> None:
        """Take the token that was drawn; it must be allowed."""
        if token in self._stop:
            self._left = tuple(text for text in self._left if text == self._taken)
            self.complete = True
        else:
            self._take(token)
        if not self._left:
            raise AssertionError(f"token {token} was drawn against its options")

    def forced(self) -> list[int]:
        """The tokens of the text that must come next, taken."""
        start = len(self._taken)
        while not self.complete and self._taken not in self._following:
            self._take(self._left[0][len(self._taken)])
        return list(self._taken[start:])

    def _take(self, token: int) -> None:
        self._taken = (*self._taken, token)
        self._left = tuple(text for text in self._left if text[: len(self._taken)] == self._taken)
        # A text that nothing continues ends by itself.
        self.complete = self._left == (self._taken,)
