"""How many calls were answered, by whom, and of what size."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Traffic:
    """Calls that the model answered (`asked`, of them `failed`) and that the call store did (`stored`).

    Tokens are those of calls that were asked.
    """

    asked: int = 0
    failed: int = 0
    stored: int = 0
    prompt_tokens: int = 0
    reply_tokens: int = 0

    @property
    def calls(self) -> int:
        """All that were answered."""
        return self.asked + self.stored

    def __add__(self, more: Traffic) -> Traffic:
        return Traffic(
            self.asked + more.asked,
            self.failed + more.failed,
            self.stored + more.stored,
            self.prompt_tokens + more.prompt_tokens,
            self.reply_tokens + more.reply_tokens,
        )
