"""What a campaign's calls have taken so far, model by model."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType


@dataclass(frozen=True, slots=True)
class Use:
    """What the calls of one model took; `money` at the prices of the day, 0 where there was no price."""

    calls: int = 0
    prompt_tokens: int = 0
    reply_tokens: int = 0
    money: float = 0.0

    @property
    def tokens(self) -> int:
        """Tokens read and written."""
        return self.prompt_tokens + self.reply_tokens

    def __add__(self, other: Use) -> Use:
        return Use(
            self.calls + other.calls,
            self.prompt_tokens + other.prompt_tokens,
            self.reply_tokens + other.reply_tokens,
            self.money + other.money,
        )

    def __sub__(self, other: Use) -> Use:
        return Use(
            self.calls - other.calls,
            self.prompt_tokens - other.prompt_tokens,
            self.reply_tokens - other.reply_tokens,
            self.money - other.money,
        )


@dataclass(frozen=True, slots=True)
class Spent:
    """What was asked of models in all sessions of a campaign, and how many seconds these lasted."""

    by_model: Mapping[str, Use] = field(default_factory=lambda: MappingProxyType({}))
    seconds: float = 0.0

    @property
    def total(self) -> Use:
        """Over all models."""
        return sum(self.by_model.values(), Use())
