"""A model of random weights and a tokenizer of bytes, and calls shaped like a campaign's.

Speed hardly depends on what the weights are, so all is made from a configuration, and nothing has to be downloaded.
"""

from __future__ import annotations

from typing import Any

from agoranomos.models import Message, Request

LLAMA_8B = {
    "vocab_size": 128_256,
    "hidden_size": 4096,
    "intermediate_size": 14_336,
    "num_hidden_layers": 32,
    "num_attention_heads": 32,
    "num_key_value_heads": 8,
    "max_position_embeddings": 131_072,
    "rope_parameters": {"rope_type": "default", "rope_theta": 500_000.0},
}
"""The architecture of Llama 3.1 8B (Llama Team 2024, arXiv:2407.21783, table 3)."""

SMALL = {
    "vocab_size": 512,
    "hidden_size": 64,
    "intermediate_size": 128,
    "num_hidden_layers": 2,
    "num_attention_heads": 4,
    "num_key_value_heads": 2,
    "max_position_embeddings": 2048,
}

TEMPLATE = (
    "{% for message in messages %}<|im_start|>{{ message['role'] }}\n{{ message['content'] }}<|im_end|>\n{% endfor %}"
    "{% if add_generation_prompt %}<|im_start|>assistant\n{% endif %}"
)
_RULES = (
    "You choose how many units of two products a firm makes each round. The price of a product falls when all sellers "
    "together bring more of it. You control your own quantities. Aim: the highest total profit. "
)
SCHEMA: dict[str, Any] = {
    "type": "object",
    "properties": {
        "thought": {"type": "string", "pattern": "^[a-z ]{24}$"},
        "A": {"type": "integer", "minimum": 0, "maximum": 100},
        "B": {"type": "integer", "minimum": 0, "maximum": 100},
    },
    "required": ["thought", "A", "B"],
    "additionalProperties": False,
}


def random_model(config: dict[str, Any], dtype: Any, device: Any, seed: int = 0) -> Any:
    """A Llama of that configuration, made where it will run."""
    import torch
    from transformers import LlamaConfig, LlamaForCausalLM

    torch.manual_seed(seed)
    before = torch.get_default_dtype()
    try:
        torch.set_default_dtype(dtype)
        with torch.device(device):
            return LlamaForCausalLM(LlamaConfig(**config, bos_token_id=1, eos_token_id=0)).eval()
    finally:
        torch.set_default_dtype(before)


def byte_tokenizer() -> Any:
    """A token for each byte, and two control tokens: as many tokens as characters."""
    from tokenizers import Tokenizer, decoders, models, pre_tokenizers
    from transformers import PreTrainedTokenizerFast

    control = ["<|im_end|>", "<|im_start|>"]
    tokens = [*control, *sorted(pre_tokenizers.ByteLevel.alphabet())]
    tokenizer = Tokenizer(models.BPE(vocab={token: number for number, token in enumerate(tokens)}, merges=[]))
    tokenizer.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    tokenizer.decoder = decoders.ByteLevel()
    tokenizer.add_special_tokens(control)
    fast = PreTrainedTokenizerFast(tokenizer_object=tokenizer, eos_token=control[0], bos_token=control[1])
    fast.chat_template = TEMPLATE
    return fast


def call(number: int, shared: int, own: int, reply: int, schema: dict[str, Any] | None = None) -> Request:
    """A call whose prompt has `shared` tokens in common with the others and `own` that it has alone."""
    rules = (_RULES * (shared // len(_RULES) + 1))[: shared - _BEFORE]
    history = "".join(f" round {past}: sold {(number * 7 + past * 13) % 89};" for past in range(own // 10 + 1))
    # The last digit first, so that neighbours part at once.
    asked = f"firm {str(number)[::-1]}:{history}"[: len("firm ") + own - _AFTER]
    messages = (Message("system", rules), Message("user", asked))
    return Request(messages, reply, 1.0, number, schema, (f"agent_{number}", 1, 0))


_BEFORE = len("!system\n") + len("!\n") + len("!user\n") + len("firm ")
_AFTER = len("!\n") + len("!assistant\n")
"""Tokens of the template, where each control token is one, before what differs from call to call, and after it."""
