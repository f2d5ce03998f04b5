"""What a campaign says of budget and prices: checked in its plan, and no part of what is run."""

from __future__ import annotations

from pathlib import Path

import pytest

from agoranomos.campaigns.spending import SpendingFile
from agoranomos.errors import AgoraError, Finding
from agoranomos.models.calls.spent import Spent, Use
from campaigns.laboratory import MOCK, Lab

PRICED = "budget: {money: 2}\nprices: {mock/valid: {prompt: 0.5, reply: 1.5}}\n"


def test_budget_and_prices_change_no_digest(lab: Lab) -> None:
    digest = lab.plan().digest
    assert lab.plan(MOCK + PRICED).digest == digest
    assert lab.plan(MOCK, "budget.calls=7", "budget.seconds=3600").digest == digest
    assert lab.plan(MOCK, "budget.calls=7").campaign.budget.calls == 7


def test_a_model_without_a_price_is_refused_where_money_is_bounded(lab: Lab) -> None:
    with pytest.raises(AgoraError, match="no price for its model mock/valid") as caught:
        lab.plan(MOCK, "budget.money=2")
    assert "mock/valid: {prompt: 0.5, reply: 1.5}" in caught.value.advice
    with pytest.raises(AgoraError, match="no price"):
        lab.plan(MOCK, "budget.money=2", "prices={mock/valdi: {prompt: 1, reply: 1}}")
    assert lab.plan(MOCK + PRICED).campaign.prices["mock/valid"].reply == 1.5


@pytest.mark.parametrize(
    "setting",
    [
        "budget.calls=-1",
        "budget.calls=1.5",
        "budget.money=.nan",
        "budget.seconds=.inf",
        "budget.coins=3",
        "prices={mock/valid: {prompt: -1, reply: 0}}",
        "prices={mock/valid: {prompt: 1}}",
    ],
)
def test_what_no_budget_can_be_is_refused(lab: Lab, setting: str) -> None:
    with pytest.raises(AgoraError, match=setting.partition(".")[0].partition("=")[0]):
        lab.plan(MOCK, setting)


def test_what_was_spent_is_there_again_in_the_next_session(tmp_path: Path) -> None:
    file = SpendingFile(tmp_path / "spending.json")
    assert file.read() == Spent()
    spent = Spent({"openai/a": Use(3, 1000, 50, 0.1 + 0.2), "smollm2": Use(1, 300, 9)}, 12.25)
    file.write(spent)
    assert dict(file.read().by_model) == dict(spent.by_model)
    assert file.read().seconds == 12.25
    assert file.read().total == Use(4, 1300, 59, 0.1 + 0.2)
    assert [path.name for path in tmp_path.iterdir()] == ["spending.json"]


@pytest.mark.parametrize("damage", [b"", b"{", b"[]", b'{"seconds":"x","models":{}}', b"\xff", b'{"models":{}}'])
def test_a_damaged_file_is_no_empty_one(tmp_path: Path, damage: bytes) -> None:
    path = tmp_path / "spending.json"
    path.write_bytes(damage)
    with pytest.raises(Finding, match="damaged"):
        SpendingFile(path).read()
