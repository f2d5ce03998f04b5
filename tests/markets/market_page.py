"""A page of docs/markets/, read by the tests that hold it against the code."""

from __future__ import annotations

import re
from collections.abc import Collection
from pathlib import Path
from typing import ClassVar

from agoranomos.workspace import Workspace

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


class MarketPageConformance:
    """What holds of every such page; inherit it, name the `page` and the market's `measures`, and make its `table`."""

    page: ClassVar[str]
    measures: ClassVar[Collection[str]]

    def table(self, workspace: Workspace) -> str:
        """The table of benchmarks as the code computes it."""
        raise NotImplementedError

    def test_the_benchmark_table_is_what_the_code_computes(self, tmp_path: Path) -> None:
        assert MarketPage(self.page).between("benchmarks") == self.table(Workspace(tmp_path, "docs"))

    def test_the_examples_run(self) -> None:
        page = MarketPage(self.page)
        assert page.blocks("python")
        for code in page.blocks("python"):
            page.run(code)

    def test_every_measure_is_explained(self) -> None:
        assert MarketPage(self.page).unexplained(self.measures) == []
