"""Reads the panel that a file holds, CSV or Parquet."""

from __future__ import annotations

from pathlib import Path

from agoranomos.errors import MachineError, UsageError, nearest
from agoranomos.institutions.panel import ColumnNames, Panel
from agoranomos.institutions.panel_csv import CsvForm, read_csv
from agoranomos.institutions.panel_layout import arrange
from agoranomos.institutions.panel_parquet import read_parquet

_PARQUET = b"PAR1"


def read_panel(
    path: Path,
    *,
    names: ColumnNames | None = None,
    form: CsvForm | None = None,
    agents: tuple[str, ...] = (),
    goods: tuple[str, ...] = (),
) -> tuple[Panel, tuple[str, ...]]:
    """The panel in the file at `path`, and notes on how it was read.

    A file that begins as Parquet does is read as Parquet, any other as CSV. `agents` and `goods` are those of a market
    that the table must be about. Raises `UsageError` where there is no such file, `DocumentError` with row and column
    for what the table may not hold, `MachineError` where it cannot be read.
    """
    if path.is_dir():
        raise UsageError(f"{path} is a folder; a table was expected")
    if path.exists() and not path.is_file():
        raise UsageError(f"{path} is no plain file")
    try:
        with path.open("rb") as file:
            parquet = file.read(len(_PARQUET)) == _PARQUET
        notes: tuple[str, ...] = ()
        if parquet:
            rows = read_parquet(path, names or ColumnNames())
        else:
            rows, notes = read_csv(path, names or ColumnNames(), form or CsvForm())
    except FileNotFoundError:
        siblings = [other.name for other in path.parent.iterdir()] if path.parent.is_dir() else []
        raise UsageError(f"no such file: {path}", advice=nearest(path.name, siblings)) from None
    except OSError as error:
        raise MachineError(f"cannot read {path}: {error.strerror or error}") from error
    return arrange(rows, agents, goods), notes
