"""What a decoder must know of a model's configuration, and the probe that shows whether that is all there is to it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from agoranomos.models.local.decoder import Decoder

PROBE = tuple(range(3, 15))
"""Any few token ids: an architecture with more to its attention than queries, keys and values shows on them."""


@dataclass(frozen=True, slots=True)
class Shape:
    """Layers, query heads, key-value heads that they share, elements of a head, and the most tokens of a sequence."""

    layers: int
    heads: int
    shared_heads: int
    size: int
    vocabulary: int
    context: int

    @property
    def group(self) -> int:
        """How many query heads share a key-value head."""
        return self.heads // self.shared_heads

    @classmethod
    def of(cls, config: Any) -> Shape:
        """The shape of a model of the transformers library."""
        heads = int(config.num_attention_heads)
        return cls(
            layers=int(config.num_hidden_layers),
            heads=heads,
            shared_heads=int(getattr(config, "num_key_value_heads", None) or heads),
            size=int(getattr(config, "head_dim", None) or config.hidden_size // heads),
            vocabulary=int(config.vocab_size),
            context=_context(config),
        )


def departure(decoder: Decoder, plain: Any) -> float:
    """How far the logits after `PROBE` are from `plain`, those of the model's own attention, relative to them.

    NaN where there is no room for the probe.
    """
    row = decoder.row(len(PROBE))
    if row is None:
        return float("nan")
    ours = decoder.read([(row, PROBE)])[0].to(plain.device)
    decoder.release([row])
    return float((ours - plain).abs().max() / plain.abs().max())


def _context(config: Any) -> int:
    """The most tokens of a sequence.

    Where layers see a sliding window only, that window, which no decoder looks at. Where positions are turned otherwise
    in a pass that holds a long sequence (LongRoPE, arXiv:2402.13753), the length from which on they are: beyond it a
    reply would depend on what else is in its pass.
    """
    limits = [config.max_position_embeddings]
    window = getattr(config, "sliding_window", None)
    if window and getattr(config, "use_sliding_window", True):
        limits.append(window)
    rotary = getattr(config, "rope_parameters", None) or {}
    if rotary.get("rope_type") == "longrope":
        limits.append(rotary["original_max_position_embeddings"])
    return int(min(limits))
