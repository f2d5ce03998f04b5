"""`spending.json`: what the sessions of a campaign have taken of language models, so that they add up."""

from __future__ import annotations

from pathlib import Path
from types import MappingProxyType
from typing import Literal

import msgspec

from agoranomos.campaigns.folder import write_atomically
from agoranomos.errors import Finding, MachineError
from agoranomos.models.calls.spent import Spent, Use


class _Spending(msgspec.Struct, frozen=True):
    """The file: seconds that sessions lasted, and by model what its calls took."""

    seconds: float
    models: dict[str, Use]
    version: Literal[1] = 1


class SpendingFile:
    """Replaced as a whole: a kill leaves what was written last, some second before it."""

    def __init__(self, path: Path) -> None:
        self._path = path

    def read(self) -> Spent:
        """What was taken so far; nothing where there is no file.

        Raises `Finding` where the file is damaged: to begin again at nothing could go far beyond a budget.
        """
        try:
            found = msgspec.json.decode(self._path.read_bytes(), type=_Spending)
        except FileNotFoundError:
            return Spent()
        except OSError as error:
            raise MachineError(f"cannot read {self._path}: {error.strerror}") from error
        except ValueError as error:
            raise Finding(
                f"{self._path} is damaged: {error}",
                advice="Put it back; or remove it, and the campaign's budget begins anew.",
            ) from None
        return Spent(MappingProxyType(found.models), found.seconds)

    def write(self, spent: Spent) -> None:
        """Replace the file; raises `MachineError` when the disk does not take it."""
        document = _Spending(spent.seconds, dict(sorted(spent.by_model.items())))
        write_atomically(self._path, msgspec.json.format(msgspec.json.encode(document)) + b"\n")
