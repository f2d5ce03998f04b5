"""What stands between this machine and a reply from a language model."""

from __future__ import annotations

from dataclasses import dataclass

from agoranomos.errors import AgoraError
from agoranomos.models.local.options import missing_local_modules
from agoranomos.models.weights import KNOWN_WEIGHTS, verify


@dataclass(frozen=True, slots=True)
class Check:
    """One thing that was looked at: whether it is fine, and what was found."""

    name: str
    fine: bool
    found: str


def check_models() -> list[Check]:
    """The installed parts, the devices torch sees, and the pulled weights with their digests."""
    missing = missing_local_modules()
    advice = f"missing: {', '.join(missing)}; run: pip install 'agoranomos[local]'"
    checks = [Check("packages", not missing, advice if missing else "torch, transformers, gguf and xgrammar are here")]
    if not missing:
        checks.append(_devices())
    for weights in KNOWN_WEIGHTS.values():
        try:
            checks.append(Check(weights.name, True, f"{verify(weights)}, SHA-256 as published"))
        except AgoraError as error:
            checks.append(Check(weights.name, False, f"{error.message}. {error.advice}"))
    return checks


def _devices() -> Check:
    import torch

    devices = [torch.cuda.get_device_name(index) for index in range(torch.cuda.device_count())]
    shown = ", ".join(devices) if devices else f"CPU, {torch.get_num_threads()} threads"
    return Check("device", True, f"torch {torch.__version__}: {shown}")
