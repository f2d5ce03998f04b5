"""How an OpenAI-compatible server is asked."""

from __future__ import annotations

from pydantic import Field

from agoranomos.documents import DocumentPart


class ServedOptions(DocumentPart):
    """How an OpenAI-compatible server is asked.

    `base_url`: where it listens, `/v1` and all (empty: the environment's `OPENAI_BASE_URL`). `key`: the name of the
    environment variable that holds the key, never the key itself. `concurrency`: the most calls in flight. `timeout`:
    seconds for one attempt at a call. `retries`: how often a call is tried again after 429, a 5xx or a broken
    connection.
    """

    base_url: str = ""
    key: str = Field(default="OPENAI_API_KEY", pattern=r"^[A-Za-z_][A-Za-z0-9_]*$", max_length=64)
    concurrency: int = Field(default=64, ge=1, le=4096)
    timeout: float = Field(default=300.0, gt=0, le=86_400)
    retries: int = Field(default=5, ge=0, le=20)
