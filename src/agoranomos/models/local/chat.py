"""From messages to token ids, by the model's own chat template."""

from __future__ import annotations

from typing import Any

from agoranomos.errors import MachineError
from agoranomos.models.engine import Message


class Chat:
    """A tokenizer and its chat template."""

    def __init__(self, tokenizer: Any, name: str) -> None:
        if not getattr(tokenizer, "chat_template", None):
            raise MachineError(
                f"{name} has no chat template, so it cannot be asked anything",
                advice="Choose a model that was tuned to follow instructions; its name often ends in -Instruct.",
            )
        self.tokenizer = tokenizer
        # A text that spells a control token (a notice, an agent's own notes) must not become one.
        self._control = [token for token in tokenizer.all_special_tokens if len(token) > 1]

    def ids(self, messages: tuple[Message, ...]) -> list[int]:
        """The prompt's token ids, up to where the assistant's reply begins."""
        spoken = [{"role": message.role, "content": self._inert(message.content)} for message in messages]
        text = self.tokenizer.apply_chat_template(spoken, tokenize=False, add_generation_prompt=True)
        return list(self.tokenizer.encode(text, add_special_tokens=False))

    def text(self, ids: list[int]) -> str:
        """The text of a reply's tokens, control tokens left out."""
        return str(self.tokenizer.decode(ids, skip_special_tokens=True, clean_up_tokenization_spaces=False))

    def _inert(self, content: str) -> str:
        for token in self._control:
            content = content.replace(token, f"{token[0]} {token[1:]}")
        return content
