"""Which machine and which boot write a ledger, as tags that tell them apart and name nobody."""

from __future__ import annotations

import platform
from hashlib import sha256
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

_MACHINE_IDS = (Path("/etc/machine-id"), Path("/var/lib/dbus/machine-id"))
_BOOT_ID = Path("/proc/sys/kernel/random/boot_id")


def host_tag() -> str:
    """16 hex characters, the same on one machine; of its name where it has no id."""
    for path in _MACHINE_IDS:
        if text := _text(path):
            return _tag("machine", text)
    return _tag("name", platform.node())


def boot_tag() -> str:
    """16 hex characters, the same until the machine starts anew; empty where the system does not tell."""
    text = _text(_BOOT_ID)
    return _tag("boot", text) if text else ""


def program_version() -> str:
    """The version of this package; empty where it is not installed."""
    try:
        return version("agoranomos")
    except PackageNotFoundError:
        return ""


def _tag(what: str, text: str) -> str:
    return sha256(f"agoranomos {what} tag v1\n{text}".encode()).hexdigest()[:16]


def _text(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8").strip()
    except (OSError, UnicodeDecodeError):
        return ""
