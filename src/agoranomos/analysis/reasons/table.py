"""The table `reasons`: what agents wrote, coded. It is written by `agora code`, and no figure of behaviour reads it.

It is not among `agoranomos.campaigns.tables.TABLES`: a campaign's tables are built without it, and leave it in place.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pyarrow as pa
from pyarrow import parquet

from agoranomos.campaigns.folder import CampaignFolder
from agoranomos.campaigns.tables import Column, Table
from agoranomos.errors import MachineError, UsageError

REASONS_VERSION = 1
"""Stored in the metadata of the file."""

JUDGED_ABOVE = 0.5
"""A judge gives a text a code where it finds `yes` more probable than this."""

_TEXT, _WHOLE, _FLAG = pa.string(), pa.int64(), pa.bool_()

COLUMNS = (
    Column("arm", _TEXT, "name of the arm"),
    Column("seed", _WHOLE, "seed of the run"),
    Column("round", _WHOLE, "number of the round"),
    Column("agent", _TEXT, "name of the agent that wrote it"),
    Column("attempt", _WHOLE, "index of the call within its decision, from 0"),
    Column(
        "source",
        _TEXT,
        "`thoughts`, `plans`, `insights`, or `reasoning` (what was thought before the answer); empty where hidden",
    ),
    Column("hidden", _FLAG, "whether the reply is withheld: one row a reply then, for its texts are not known"),
    Column("text_sha256", _TEXT, "digest of the text, which is in the log; empty where hidden"),
    Column("codes", pa.list_(_TEXT), "codes that the rules give the text, in the codebook's order; empty for none"),
    Column("sentences", pa.list_(_TEXT), "for each of these codes the first sentence that has it"),
    Column(
        "judged",
        pa.map_(_TEXT, pa.float64()),
        "by code, how probable the judge finds that the text has it, mean over both orders of yes and no; null where "
        "the judge was not asked, and without the codes whose question failed",
    ),
    Column("turned", pa.list_(_TEXT), "codes on which the judge's answer turns with the order of yes and no"),
    Column("judge_failure", _TEXT, "kind of the first failure of the judge; empty where none"),
)


@dataclass(frozen=True, slots=True)
class Coding:
    """How a table of reasons was made: by which codebook and which judge, and of which runs.

    `codes` are the definitions by name. `judge` is the model's name, empty where none was asked, `identity` what
    answered under it. `limit` distinct texts were drawn by the named seed for it (None: all of them). `runs` finished
    runs were read, and `roots_sha256` is over their names and the roots of their logs.
    """

    edition: int
    sha256: str
    codes: Mapping[str, str]
    runs: int
    roots_sha256: str
    judge: str = ""
    identity: str = ""
    limit: int | None = None
    seed: int = 0


@dataclass(frozen=True, slots=True)
class ReasonsTable(Table):
    """The table as it is written by one coding, which stands in the file's metadata."""

    coding: Mapping[str, Any] = field(default_factory=dict)

    @property
    def schema(self) -> Any:
        """The Arrow schema, with each column's meaning, the table's version and the coding as metadata."""
        fields = [pa.field(c.name, c.type, metadata={"meaning": c.meaning}) for c in self.columns]
        said = {
            "agora_table": self.name,
            "agora_version": f"reasons {REASONS_VERSION}",
            "agora_coding": json.dumps(self.coding),
        }
        return pa.schema(fields, metadata=said)


def reasons_table(coding: Coding) -> ReasonsTable:
    """The table of this coding."""
    said = {name: getattr(coding, name) for name in Coding.__dataclass_fields__}
    return ReasonsTable("reasons", "one row a text that an agent wrote in a finished run", COLUMNS, said)


def reasons_file(folder: Path) -> Path:
    """Where the table lies in a campaign's folder."""
    return CampaignFolder(folder).tables / "reasons.parquet"


def open_reasons(folder: Path) -> tuple[Any, Coding] | None:
    """The campaign's table of reasons as an open Parquet file, and how it was made; None where there is none.

    Raises `MachineError` where it cannot be read, `UsageError` where another version wrote it.
    """
    path = reasons_file(folder)
    if not path.is_file():
        return None
    try:
        file = parquet.ParquetFile(path)
        said = file.schema_arrow.metadata or {}
        version = said.get(b"agora_version", b"").decode()
        if version != f"reasons {REASONS_VERSION}":
            raise UsageError(
                f"{path} is of version {version or 'none'!r}", advice="Run agora code on the folder again."
            )
        return file, Coding(**json.loads(said[b"agora_coding"]))
    except (OSError, ValueError, KeyError, TypeError, pa.ArrowException) as error:
        raise MachineError(f"cannot read {path}: {error}", advice="Run agora code on the folder again.") from error
