"""Loads a model and its tokenizer through transformers, from a GGUF file, a folder, or a model's id."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

from agoranomos.errors import AgoraError, MachineError
from agoranomos.models.identity import folder_digest, folder_digests, identity_json
from agoranomos.models.local.adapter import merged
from agoranomos.models.local.chat import Chat
from agoranomos.models.local.conversion import converted
from agoranomos.models.local.decoders import decoder_for
from agoranomos.models.local.generation import DECODING, Generator
from agoranomos.models.local.noise import NOISE
from agoranomos.models.local.shape import PROBE, departure

if TYPE_CHECKING:
    from agoranomos.models.local.options import LocalOptions

_MEBIBYTE = 1 << 20
_OTHER_MODEL = "Choose a decoder with plain attention in every layer, such as Llama, Mistral, Qwen or SmolLM."


def load_generator(source: Path | str, name: str, options: LocalOptions) -> Generator:
    """The generator of the model in `source`; raises `MachineError` when it does not load or its kind does not fit."""
    import torch
    from transformers import AutoModelForCausalLM, AutoTokenizer
    from transformers.utils import logging

    logging.disable_progress_bar()
    device = torch_device(torch, options.device)
    dtype = getattr(torch, options.dtype or ("bfloat16" if device.type == "cuda" else "float32"))
    folder = converted(source) if isinstance(source, Path) and source.is_file() else source
    try:
        tokenizer = AutoTokenizer.from_pretrained(folder)
        model = AutoModelForCausalLM.from_pretrained(folder, dtype=dtype).to(device)
    except AgoraError:
        raise
    except Exception as error:  # Files, the network, memory: whatever a loader of many formats meets.
        raise MachineError(
            f"{name} does not load: {type(error).__name__}: {str(error).splitlines()[0] if str(error) else ''}",
            advice="A folder must hold config.json, weights and a tokenizer; an id needs the network on first use.",
        ) from error
    adapter: dict[str, str] = {}
    if options.adapter:
        model = merged(model, Path(options.adapter), folder_digest(folder_of(folder)))
        adapter = {"adapter": folder_digest(Path(options.adapter))}
    room = None if options.cache_mb is None else options.cache_mb * _MEBIBYTE
    generator = generator_of(model, tokenizer, name, decoder=options.decoder, rows=options.batch, cache_bytes=room)
    generator.identity = identity_json(
        **folder_digests(folder_of(folder)),
        **adapter,
        format=str(dtype).removeprefix("torch."),
        noise=NOISE,
        decoding=DECODING,
    )
    return generator


def generator_of(
    model: Any,
    tokenizer: Any,
    name: str,
    *,
    decoder: Literal["", "ragged", "paged"] = "",
    rows: int | None = None,
    cache_bytes: int | None = None,
) -> Generator:
    """The generator of a model; raises `MachineError` where its attention is not plain, in name or on a probe.

    The other arguments are those of `decoder_for`.
    """
    kinds = {kind for kind in getattr(model.config, "layer_types", None) or () if kind != "full_attention"}
    if kinds - {"sliding_attention"} or getattr(model.config, "is_encoder_decoder", False):
        raise MachineError(
            f"{name} is a {model.config.model_type}, which this engine cannot run: its layers are {', '.join(kinds)}",
            advice=_OTHER_MODEL,
        )
    plain = _plain_logits(model)
    runs = decoder_for(model, decoder, rows=rows, cache_bytes=cache_bytes)
    if not departure(runs, plain) < (1e-3 if model.dtype.itemsize == 4 else 5e-2):
        raise MachineError(
            f"{name} is a {model.config.model_type}, whose attention this engine does not reproduce",
            advice=_OTHER_MODEL,
        )
    return Generator(runs, Chat(tokenizer, name), _stop_tokens(model, tokenizer))


def folder_of(source: Path | str) -> Path:
    """The folder that a model was loaded from; of an id, where the hub's client keeps its files."""
    from transformers.utils import cached_file

    if Path(source).is_dir():
        return Path(source)
    return Path(cached_file(source, "config.json")).parent


def _plain_logits(model: Any) -> Any:
    """The logits after `PROBE` by the model's own attention."""
    import torch

    model.eval()
    with torch.inference_mode():
        ids = torch.tensor([PROBE], device=model.device)
        return model(input_ids=ids, use_cache=False).logits[0, -1].to("cpu", torch.float32)


def _stop_tokens(model: Any, tokenizer: Any) -> list[int]:
    ends = getattr(model.generation_config, "eos_token_id", None)
    listed = ends if isinstance(ends, list) else [ends]
    return sorted({token for token in [*listed, tokenizer.eos_token_id] if token is not None})


def torch_device(torch: Any, wanted: str) -> Any:
    """The device that is `wanted` (empty: CUDA where there is one); raises `MachineError` where it is not there."""
    if not wanted:
        return torch.device("cuda" if torch.cuda.is_available() else "cpu")
    device = torch.device(wanted)
    available = {"cpu": lambda: True, "cuda": torch.cuda.is_available, "mps": torch.backends.mps.is_available}
    if not available[device.type]():
        raise MachineError(f"torch sees no {device.type} device", advice="Leave `device` out, or write device=cpu.")
    return device
