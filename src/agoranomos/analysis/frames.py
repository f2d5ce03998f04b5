"""A campaign's tables as data frames: `agoranomos.results(DIR).rounds` and its like."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal, get_args

from agoranomos.campaigns import CampaignFolder
from agoranomos.campaigns.fresh_tables import bring_tables_up_to_date
from agoranomos.campaigns.tables import TABLES
from agoranomos.errors import UsageError, nearest

if TYPE_CHECKING:
    from agoranomos.analysis.campaign import CampaignSummary

Frames = Literal["pandas", "polars", "arrow"]


class Results:
    """What a campaign found, table by table; every one is read when it is asked for, and then kept.

    `runs`, `rounds`, `agents`, `enforcement` and the others are those that `agora report` rests on, with the columns of
    `agoranomos.campaigns.tables`; `codebook` says what each column means. Frames are those of pandas, or of Polars (the
    extra `agoranomos[polars]`), or Arrow tables. In pandas a column of named numbers holds dicts.
    """

    def __init__(self, folder: Path, frames: Frames = "pandas") -> None:
        self.folder = folder
        self.frames = frames
        self._read = cache(self._table)

    def __getattr__(self, name: str) -> Any:
        if name.startswith("_"):
            raise AttributeError(name)
        if name not in TABLES:
            raise AttributeError(f"no table {name!r}. {nearest(name, TABLES)}")
        return self._read(name)

    def __dir__(self) -> list[str]:
        return [*super().__dir__(), *TABLES]

    def __repr__(self) -> str:
        return f"<results of {self.folder}: {', '.join(TABLES)}>"

    @property
    def codebook(self) -> Any:
        """Table, column, type and meaning, a row each."""
        rows = [
            {"table": table.name, "column": column.name, "type": str(column.type), "meaning": column.meaning}
            for table in TABLES.values()
            for column in table.columns
        ]
        import pyarrow as pa

        return self._framed(pa.Table.from_pylist(rows))

    def summary(self) -> CampaignSummary:
        """What `agora report` says of the campaign, as values."""
        from agoranomos.analysis.campaign import summarise

        return summarise(self.folder)

    def _table(self, name: str) -> Any:
        from pyarrow import parquet

        path = self.folder / "tables" / f"{name}.parquet"
        if not path.is_file():
            raise UsageError(f"{self.folder} holds no table {name!r}", advice=f"agora report {self.folder} writes it.")
        return self._framed(parquet.read_table(path))

    def _framed(self, table: Any) -> Any:
        if self.frames == "arrow":
            return table
        if self.frames == "pandas":
            return table.to_pandas(maps_as_pydicts="strict")
        try:
            import polars
        except ImportError:
            raise UsageError("Polars is not installed", advice="pip install 'agoranomos[polars]'") from None
        return polars.from_arrow(table)


def results(folder: Path | str, frames: Frames = "pandas") -> Results:
    """The results of the campaign in `folder`, or of the only one that lies in it.

    Tables that are older than the logs are made anew. Raises `UsageError` where there is no campaign, or several.
    """
    if frames not in get_args(Frames):
        raise UsageError(f"frames {frames!r}", advice=nearest(frames, get_args(Frames)))
    found = _only_campaign(Path(folder))
    bring_tables_up_to_date(CampaignFolder(found))
    return Results(found, frames)


def _only_campaign(folder: Path) -> Path:
    if CampaignFolder(folder).reportable:
        return folder
    within = sorted(path for path in folder.iterdir() if CampaignFolder(path).reportable) if folder.is_dir() else []
    if not within:
        raise UsageError(f"{folder} is no campaign's folder, and holds none")
    if len(within) > 1:
        named = ", ".join(path.name for path in within[:8])
        raise UsageError(f"{folder} holds {len(within)} campaigns", advice=f"Give one of them: {named}.")
    return within[0]
