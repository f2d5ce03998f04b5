"""How an OpenAI-compatible server is asked."""

from __future__ import annotations

import re
from typing import Annotated, TypeAlias

from pydantic import AfterValidator, Field

from agoranomos.documents import DocumentPart


def _is_a_name(key: str) -> str:
    if not re.fullmatch(r"[A-Za-z_][A-Za-z0-9_]{0,63}", key):
        raise ValueError("the name of an environment variable was expected, and never the key itself")
    return key


KeyName: TypeAlias = Annotated[str, AfterValidator(_is_a_name)]
"""The environment variable that holds a key."""


class ServedOptions(DocumentPart):
    """How an OpenAI-compatible server is asked.

    `base_url`: where it listens, `/v1` and all (empty: the environment's `OPENAI_BASE_URL`). `key`: the name of the
    environment variable that holds the key, never the key itself. `concurrency`: the most calls in flight. `timeout`:
    seconds for one attempt at a call. `retries`: how often a call is tried again after 429, a 5xx or a broken
    connection.
    """

    base_url: str = ""
    key: KeyName = "OPENAI_API_KEY"
    concurrency: int = Field(default=64, ge=1, le=4096)
    timeout: float = Field(default=300.0, gt=0, le=86_400)
    retries: int = Field(default=5, ge=0, le=20)
