"""A page of docs/markets/, read by the tests that hold it against the code."""

from __future__ import annotations

import re
from pathlib import Path

FOLDER = Path(__file__).parents[2] / "docs" / "markets"


class MarketPage:
    """The page `docs/markets/<name>.md`."""

    def __init__(self, name: str) -> None:
        self.path = FOLDER / f"{name}.md"
        self.text = self.path.read_text()

    def blocks(self, language: str) -> list[str]:
        """The code blocks of one language, in the order of the page."""
        return re.findall(rf"```{language}\n(.*?)```", self.text, re.DOTALL)

    def between(self, mark: str) -> str:
        """What stands between `<!-- mark -->` and `<!-- /mark -->`."""
        found = re.search(rf"<!-- {mark} -->(.*?)<!-- /{mark} -->", self.text, re.DOTALL)
        assert found is not None, f"{self.path} marks no {mark}"
        return found.group(1).strip()

    def run(self, code: str) -> None:
        """Run an example of the page."""
        exec(compile(code, str(self.path), "exec"), {})

    def unexplained(self, names: object) -> list[str]:
        """The names that the page does not show as code."""
        return [name for name in names if f"`{name}`" not in self.text]  # type: ignore[attr-defined]
