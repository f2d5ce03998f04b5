"""What a model is, byte by byte: the digests of everything that bears on its replies."""

from __future__ import annotations

import hashlib
from pathlib import Path

from agoranomos.errors import UsageError
from agoranomos.institutions.entries import canonical_json
from agoranomos.models.digest_memory import DigestMemory

PARTS = {
    "config": ("config.json", "generation_config.json", "adapter_config.json", "*.py"),
    "template": ("chat_template.*", "chat_templates/*"),
    "tokenizer": (
        "tokenizer*",
        "vocab*",
        "merges.txt",
        "special_tokens_map.json",
        "added_tokens.json",
        "*.model",
        "*.tiktoken",
    ),
    "weights": ("*.safetensors", "*.safetensors.index.json", "*.bin", "*.bin.index.json", "*.gguf", "*.pt", "*.pth"),
}
"""The files of a model's folder that bear on its replies, by what they are."""


def identity_json(**parts: str) -> str:
    """An engine's identity: canonical JSON of what it is given, which should be digests and the number format."""
    return canonical_json(parts)


def text_digest(text: str) -> str:
    """SHA-256, in hex, of a text such as a chat template."""
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()


def folder_digests(folder: Path, memory: DigestMemory | None = None) -> dict[str, str]:
    """SHA-256, in hex, of each of a model's `PARTS` that the folder has: over the names and digests of its files.

    Without a `memory`, digests are remembered in the user's state folder. Raises `UsageError` for a folder without
    weights, `MachineError` for a file that cannot be read.
    """
    remembered = memory or DigestMemory()
    found = {part: _part_digest(folder, patterns, remembered) for part, patterns in PARTS.items()}
    if not found["weights"]:
        raise UsageError(f"{folder} holds no weights of a model")
    return {part: digest for part, digest in found.items() if digest}


def folder_digest(folder: Path, memory: DigestMemory | None = None) -> str:
    """SHA-256, in hex, of everything in a model's folder that bears on its replies. Raises as `folder_digests`."""
    return text_digest(canonical_json(folder_digests(folder, memory)))


def _part_digest(folder: Path, patterns: tuple[str, ...], memory: DigestMemory) -> str:
    files = sorted({path for pattern in patterns for path in folder.glob(pattern) if path.is_file()})
    if not files:
        return ""
    listed = {path.relative_to(folder).as_posix(): memory.digest(path) for path in files}
    return text_digest(canonical_json(listed))
