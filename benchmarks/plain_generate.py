"""What our decoding is held against: `model.generate` of transformers, one call at a time."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from transformers import AutoModelForCausalLM, AutoTokenizer, LogitsProcessor, set_seed
from transformers.utils import logging

from agoranomos.models import Request
from agoranomos.models.local.chat import Chat
from agoranomos.models.local.grammar import Constraint, Grammars


class PlainModel:
    """A model in float32 as transformers runs it: keys and values cached within a call, sampling under a constraint."""

    def __init__(self, folder: Path) -> None:
        import torch

        logging.disable_progress_bar()
        self._tokenizer = AutoTokenizer.from_pretrained(folder)
        self._chat = Chat(self._tokenizer, folder.name)
        self._model = AutoModelForCausalLM.from_pretrained(folder, dtype=torch.float32).eval()
        self._stop = self._tokenizer.eos_token_id
        self._grammars = Grammars(self._tokenizer, self._model.config.vocab_size, [self._stop])

    def reply(self, request: Request, seed: int) -> str:
        """The text of a reply; noise is torch's own."""
        import torch

        set_seed(seed)
        prompt = torch.tensor([self._chat.ids(request.messages)])
        processors = []
        if request.schema is not None:
            processors.append(UnderConstraint(self._grammars, self._grammars.constraint(request.schema), self._stop))
        how: dict[str, Any] = {"do_sample": False}
        if request.temperature:
            how = {"do_sample": True, "temperature": request.temperature, "top_k": 0, "top_p": request.top_p}
        with torch.inference_mode():
            written = self._model.generate(
                prompt,
                attention_mask=torch.ones_like(prompt),
                max_new_tokens=request.max_tokens,
                **how,
                use_cache=True,
                logits_processor=processors,
                pad_token_id=self._stop,
            )[0, prompt.shape[1] :]
        return str(self._tokenizer.decode(written, skip_special_tokens=True))


class UnderConstraint(LogitsProcessor):  # type: ignore[misc]
    """The constraint that our engine decodes under, for `generate`: what is forced is spelled alike, token by token."""

    def __init__(self, grammars: Grammars, constraint: Constraint, stop: int) -> None:
        self._grammars = grammars
        self._constraint = constraint
        self._stop = stop
        self._forced = constraint.forced()
        self._begun = False

    def __call__(self, input_ids: Any, scores: Any) -> Any:
        """The scores of one sequence, [1, vocabulary], with minus infinity for what may not come next."""
        if self._begun:
            self._take(int(input_ids[0, -1]))
        self._begun = True
        if self._forced or self._constraint.complete:
            token = self._forced[0] if self._forced else self._stop
            only = scores.new_full(scores.shape, float("-inf"))
            only[0, token] = 0
            return only
        allowed = scores.clone()
        self._grammars.forbid(allowed, [(0, self._constraint)])
        return allowed

    def _take(self, token: int) -> None:
        if self._forced:
            self._forced = self._forced[1:]
        elif not self._constraint.complete:
            self._constraint.accept(token)
            self._forced = self._constraint.forced()
