"""Constrained decoding: a JSON Schema becomes a grammar, and the grammar says which tokens may come next."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from typing import Any

from agoranomos.errors import UsageError

Tokenize = Callable[[str], list[int]]


class Grammars:
    """Compiles schemas once each. JSON is written without spaces and with its keys in the schema's order."""

    def __init__(self, tokenizer: Any, vocabulary: int, stop_tokens: Sequence[int]) -> None:
        import xgrammar

        information = xgrammar.TokenizerInfo.from_huggingface(
            tokenizer, vocab_size=vocabulary, stop_token_ids=list(stop_tokens)
        )
        self._compiler = xgrammar.GrammarCompiler(information, max_threads=1)
        self._compiled: dict[str, Any] = {}
        self._tokenize: Tokenize = lambda text: list(tokenizer.encode(text, add_special_tokens=False))
        self._vocabulary = vocabulary

    def constraint(self, schema: dict[str, Any]) -> Constraint:
        """A fresh constraint for one reply; raises `UsageError` for a schema that no grammar can be made of."""
        import xgrammar

        key = json.dumps(schema)
        if key not in self._compiled:
            try:
                self._compiled[key] = self._compiler.compile_json_schema(
                    key, any_whitespace=False, separators=(",", ":"), strict_mode=True
                )
            except RuntimeError as error:
                raise UsageError(f"no grammar can be made of the schema: {error}") from None
        matcher = xgrammar.GrammarMatcher(self._compiled[key], terminate_without_stop_token=True)
        return Constraint(matcher, self._tokenize, xgrammar.allocate_token_bitmask(1, self._vocabulary))


class Constraint:
    """Where one reply stands in its grammar."""

    def __init__(self, matcher: Any, tokenize: Tokenize, bitmask: Any) -> None:
        self._matcher = matcher
        self._tokenize = tokenize
        self._bitmask = bitmask

    @property
    def complete(self) -> bool:
        """Whether the reply satisfies the schema and nothing can follow."""
        return bool(self._matcher.is_terminated())

    def forbid(self, logits: Any) -> None:
        """Set the logits (a torch tensor on the CPU, [1, vocabulary]) of tokens that may not come next to -inf."""
        import xgrammar

        if self._matcher.fill_next_token_bitmask(self._bitmask):
            xgrammar.apply_token_bitmask_inplace(logits, self._bitmask)

    def accept(self, token: int) -> None:
        """Take the token that was drawn; it must be allowed."""
        if not self._matcher.accept_token(token):
            raise AssertionError(f"token {token} was drawn against its grammar")

    def forced(self) -> list[int]:
        """The tokens of the text that must come next, taken; empty where the model has a choice.

        A model need not be asked for the keys and punctuation of a reply, only to read them.
        """
        if self.complete:
            return []
        text = self._matcher.find_jump_forward_string()
        taken: list[int] = []
        for token in self._tokenize(text) if text else []:
            if not self._matcher.accept_token(token):
                break
            taken.append(token)
        return taken
