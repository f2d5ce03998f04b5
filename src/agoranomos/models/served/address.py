"""Where a server listens, and the key that it may ask for."""

from __future__ import annotations

import ipaddress
from collections.abc import Mapping
from dataclasses import dataclass, field
from urllib.parse import urlsplit

from agoranomos.errors import UsageError
from agoranomos.models.served.options import ServedOptions

HOSTED = "https://api.openai.com/v1"
"""What `OPENAI_BASE_URL` stands for in OpenAI's own libraries; never guessed here."""


@dataclass(frozen=True, slots=True)
class Address:
    """A server's base URL without a slash at its end, and the key, which no message and no record ever shows."""

    base_url: str
    key: str = field(default="", repr=False)
    key_name: str = "OPENAI_API_KEY"

    @property
    def local(self) -> bool:
        """Whether it is this machine, which is reached past any proxy."""
        host = urlsplit(self.base_url).hostname or ""
        if host == "localhost":
            return True
        try:
            return ipaddress.ip_address(host).is_loopback
        except ValueError:
            return False

    def hidden(self, text: str) -> str:
        """`text` without the key, should a server have repeated it."""
        return text.replace(self.key, "***") if len(self.key) >= 4 else text


def address_of(name: str, options: ServedOptions, environment: Mapping[str, str]) -> Address:
    """The address that a model's name and the environment give; raises `UsageError` where they give none.

    A key is taken without the white space around it, such as the end of the line of the file that it came from.
    """
    base_url = options.base_url or environment.get("OPENAI_BASE_URL", "")
    if not base_url:
        raise UsageError(
            f"{name}: no server is named",
            advice=f"Write ?base_url=http://localhost:8000/v1, or set OPENAI_BASE_URL (OpenAI's own: {HOSTED}).",
        )
    check_base_url(base_url)
    key = environment.get(options.key, "").strip()
    if not all("!" <= character <= "~" for character in key):
        raise UsageError(
            f"what the environment variable {options.key} holds is no key",
            advice="A key is one word of ASCII characters. Name another variable with key=NAME.",
        )
    return Address(base_url.rstrip("/"), key, options.key)


def check_base_url(base_url: str) -> None:
    """Raise `UsageError` for what is no URL of a server, or holds a password: names of models are recorded."""
    try:
        parts = urlsplit(base_url)
        host, _ = parts.hostname, parts.port
    except ValueError as error:
        raise UsageError(f"the base URL is no URL: {error}") from None
    if parts.username is not None or parts.password is not None:
        raise UsageError(
            "a base URL may hold no user or password: it is recorded",
            advice="Put the key into an environment variable and name that with key=.",
        )
    if parts.scheme not in {"http", "https"} or not host or parts.query or parts.fragment:
        raise UsageError(
            f"{base_url!r} is no base URL of a server",
            advice="Such as http://localhost:8000/v1, with nothing after it.",
        )
