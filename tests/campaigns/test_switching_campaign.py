"""The shipped campaign that switches its institution: what its page says of the learner is what it shows."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from agoranomos.analysis.hysteresis_arms import loops
from campaigns.played import play

PAGE = Path(__file__).resolve().parents[2] / "docs/how-to/switch-institutions.md"


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return play("cournot-switching", tmp_path_factory.mktemp("switching"), "rosters=[ladder-gamer,learner]", workers=1)


def test_the_page_has_what_a_break_leaves_of_the_learner(folder: Path) -> None:
    (back,) = next(loop for loop in loops(folder, "price") if loop.arm == "on-off-on.learner").returns
    assert back.net is not None
    text = " ".join(PAGE.read_text().split())
    number = r"(\d+\.\d\d)"
    said = re.search(
        rf"price is {number} lower .*?\(95% interval {number} to {number} lower\).*?price {number} higher "
        rf"\({number} to {number}\)",
        text,
    )
    assert said is not None
    found = (-back.left.point, -back.left.high, -back.left.low, back.net.point, back.net.low, back.net.high)
    assert said.groups() == tuple(f"{value:.2f}" for value in found)


def test_who_reads_its_notice_forgets_at_once(folder: Path) -> None:
    for loop in loops(folder, "price"):
        if loop.arm.endswith("ladder-gamer"):
            assert loop.returns[0].left.point == 0
            assert loop.area is not None
            assert loop.area.point == 0
            assert abs(loop.phases[1].settled.point - loop.phases[0].settled.point) > 5
