"""What the tokens of a model cost."""

from __future__ import annotations

from collections.abc import Mapping

from pydantic import Field

from agoranomos.documents import DocumentPart, Finite

PER_TOKENS = 1_000_000
"""Prices are for so many tokens, as providers give them."""


class Price(DocumentPart):
    """What a million tokens of a model cost, in the one currency of the campaign's budget: read, and written."""

    prompt: Finite = Field(ge=0)
    reply: Finite = Field(ge=0)

    def of(self, prompt_tokens: int, reply_tokens: int) -> float:
        """The cost of so many tokens."""
        return (self.prompt * prompt_tokens + self.reply * reply_tokens) / PER_TOKENS


def price_of(model: str, prices: Mapping[str, Price]) -> Price | None:
    """The price of a model by its name as rosters write it, else by that name without options; None if neither is."""
    return prices.get(model) or prices.get(model.partition("?")[0])
