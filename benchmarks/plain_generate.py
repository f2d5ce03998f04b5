"""What our decoding is held against: `model.generate` of transformers, one call at a time."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from agoranomos.models import Message, Request


class PlainModel:
    """A model in float32 as transformers runs it: keys and values cached within a call, sampling under a grammar."""

    def __init__(self, folder: Path) -> None:
        import torch
        import xgrammar
        from transformers import AutoModelForCausalLM, AutoTokenizer
        from transformers.utils import logging

        logging.disable_progress_bar()
        self._tokenizer = AutoTokenizer.from_pretrained(folder)
        self._model = AutoModelForCausalLM.from_pretrained(folder, dtype=torch.float32).eval()
        self._compiler = xgrammar.GrammarCompiler(
            xgrammar.TokenizerInfo.from_huggingface(self._tokenizer, vocab_size=self._model.config.vocab_size)
        )
        self._compiled: dict[str, Any] = {}

    def reply(self, request: Request, seed: int) -> tuple[str, int]:
        """The text of a reply, and how many tokens it has, the last one included that ends it."""
        import torch
        from transformers import set_seed
        from xgrammar.contrib.hf import LogitsProcessor

        set_seed(seed)
        prompt = self._ids(request.messages)
        with torch.inference_mode():
            written = self._model.generate(
                prompt,
                attention_mask=torch.ones_like(prompt),
                max_new_tokens=request.max_tokens,
                do_sample=True,
                temperature=request.temperature,
                top_k=0,
                top_p=request.top_p,
                use_cache=True,
                logits_processor=[LogitsProcessor(self._grammar(request))],
                pad_token_id=self._tokenizer.eos_token_id,
            )[0, prompt.shape[1] :]
        return str(self._tokenizer.decode(written, skip_special_tokens=True)), len(written)

    def _ids(self, messages: tuple[Message, ...]) -> Any:
        spoken = [{"role": message.role, "content": message.content} for message in messages]
        text = self._tokenizer.apply_chat_template(spoken, tokenize=False, add_generation_prompt=True)
        return self._tokenizer(text, add_special_tokens=False, return_tensors="pt").input_ids

    def _grammar(self, request: Request) -> Any:
        key = json.dumps(request.schema)
        if key not in self._compiled:
            self._compiled[key] = self._compiler.compile_json_schema(
                key, any_whitespace=False, separators=(",", ":"), strict_mode=True
            )
        return self._compiled[key]
