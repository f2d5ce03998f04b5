"""From messages to token ids, by the model's own chat template."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence
from typing import Any

from agoranomos.errors import MachineError, UsageError
from agoranomos.models.engine import Message
from agoranomos.models.reasoning import CLOSING, OPENING


def control_tokens(tokenizer: Any) -> list[str]:
    """The texts of a tokenizer's control tokens: those with a part of their own, and all that are marked as such.

    Llama 3 marks the header of a message so, with which a text could pose as the message of somebody else.
    """
    marked = (token.content for token in tokenizer.added_tokens_decoder.values() if token.special)
    return sorted({token for token in (*tokenizer.all_special_tokens, *marked) if len(token) > 1})


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
        self._control = control_tokens(tokenizer)

    @property
    def template_sha256(self) -> str:
        """The digest of the chat template, as it was loaded: a tokenizer may bring several, by name."""
        template = self.tokenizer.chat_template
        text = template if isinstance(template, str) else json.dumps(template, sort_keys=True)
        return hashlib.sha256(text.encode()).hexdigest()

    def ids(self, messages: tuple[Message, ...], *, thinking: bool = False) -> list[int]:
        """The prompt's token ids, up to where the assistant's answer begins, or with `thinking` its thoughts.

        Templates that know of thoughts are told whether any are wanted. One that opens their tag itself is taken at its
        word, or has it closed again; after one that does not, the tag is opened where thoughts are wanted.
        """
        spoken = [{"role": message.role, "content": self._inert(message.content)} for message in messages]
        text = self.tokenizer.apply_chat_template(
            spoken, tokenize=False, add_generation_prompt=True, enable_thinking=thinking
        )
        opened = text.rstrip().endswith(OPENING)
        if thinking and not opened:
            text += f"{OPENING}\n"
        elif opened and not thinking:
            text += f"\n{CLOSING}\n\n"
        return self.encode(text)

    def encode(self, text: str) -> list[int]:
        """The tokenizer's own way to cut `text`; a text that spells a control token becomes one."""
        return list(self.tokenizer.encode(text, add_special_tokens=False))

    def spoken(self, text: str) -> list[int]:
        """The tokens of a text that a model may say; raises `UsageError` for one that spells a control token."""
        if any(token in text for token in self._control):
            raise UsageError(f"an answer may not hold a control token of the model: {text!r:.200}")
        return self.encode(text)

    def decode(self, ids: Sequence[int]) -> str:
        """The text of tokens, control tokens included."""
        return str(self.tokenizer.decode(list(ids), skip_special_tokens=False, clean_up_tokenization_spaces=False))

    def text(self, ids: list[int]) -> str:
        """The text of a reply's tokens, control tokens left out."""
        return str(self.tokenizer.decode(ids, skip_special_tokens=True, clean_up_tokenization_spaces=False))

    def _inert(self, content: str) -> str:
        for token in self._control:
            content = content.replace(token, f"{token[0]} {token[1:]}")
        return content
