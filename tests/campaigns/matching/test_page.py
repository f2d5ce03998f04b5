"""The page on matched arms names every aspect, and says of each what the program says."""

from __future__ import annotations

from pathlib import Path

from agoranomos.campaigns.aspect import ASPECTS, MEANINGS, declared


def test_the_page_lists_every_aspect_with_its_meaning() -> None:
    page = (Path(__file__).resolve().parents[3] / "docs" / "how-to" / "match-arms.md").read_text().splitlines()
    rows = [line for line in page if line.startswith("| `")][1:]
    assert rows == [f"| `{aspect}` | {MEANINGS[aspect]} |" for aspect in ASPECTS]


def test_a_group_stands_for_its_parts_and_a_part_for_itself() -> None:
    assert declared("sampling.temperature", ("sampling",))
    assert declared("sampling.temperature", ("sampling.temperature",))
    assert not declared("sampling.top_p", ("sampling.temperature",))
    assert not declared("prompts.later", ("memory",))
    groups = {aspect.partition(".")[0] for aspect in ASPECTS}
    assert groups <= set(ASPECTS)
