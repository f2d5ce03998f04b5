"""What may follow the question mark in a mock's name."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from agoranomos.documents import DocumentPart, Finite, Name
from agoranomos.models.failures import FailureKind


class MockOptions(DocumentPart):
    """`delay_ms`: how long a call takes; `spread`: by which part of it, more or less, calls differ, drawn by the seed.

    `rate`: the share of calls that fail, drawn by the seed; `failure`: how they fail. `around`: the rule that noise is
    put on (`best-response`, `colluder`, or a benchmark of the market); `sd`: the standard deviation of the noise, as a
    part of each number. `replies`: a file with what is to be replied.
    """

    delay_ms: float = Field(default=0.0, ge=0, le=600_000)
    spread: float = Field(default=0.0, ge=0, le=1)
    rate: float = Field(default=1.0, ge=0, le=1)
    failure: FailureKind | Literal[""] = ""
    around: Name = "nash"
    sd: Finite = Field(default=0.05, ge=0, le=10)
    replies: str = ""
