"""What a campaign will take: equal to what it took where nothing is left to chance, and honest about the rest."""

from __future__ import annotations

from pathlib import Path

import pytest

from agoranomos.campaigns.estimate import ENOUGH_CALLS, estimate, paces_of
from agoranomos.campaigns.spending import SpendingFile
from agoranomos.models.calls.spent import Spent, Use
from campaigns.laboratory import MOCK, SCRIPTED, Lab

PRICED = MOCK + "prices: {mock/valid: {prompt: 2.0, reply: 10.0}}\n"


def test_the_estimate_is_what_the_campaign_takes_when_every_reply_is_well(lab: Lab) -> None:
    made = lab.plan(PRICED)
    (told,) = estimate(made, made.runs(), lab.logs).models
    lab.run(made)
    taken = SpendingFile(lab.folder(made).spending_file).read().by_model["mock/valid"]
    assert told.calls == taken.calls == 2 * 2 * 3 * 2
    assert told.most_calls == sum(run.arm.calls for run in made.runs())
    assert told.prompt_tokens == pytest.approx(taken.prompt_tokens, rel=0.02)  # notes differ from seed to seed
    assert taken.reply_tokens < told.most_reply_tokens
    assert told.money == pytest.approx((2 * told.prompt_tokens + 10 * told.most_reply_tokens) / 1e6)
    assert (told.reply_tokens, told.seconds, told.measured_in) == (None, None, "")


def test_a_limit_counts_only_the_runs_that_are_made(lab: Lab) -> None:
    made = lab.plan()
    assert estimate(made, made.runs(1), lab.logs).models[0].calls == 6


def test_scripted_arms_take_no_tokens_and_some_time(lab: Lab) -> None:
    made = lab.plan(SCRIPTED)
    told = estimate(made, made.runs(), lab.logs)
    assert told.models == ()
    assert told.own_seconds > 0


def planted(logs: Path, campaign: str, seconds: float, **calls: int) -> None:
    (logs / campaign).mkdir(parents=True)
    uses = {name: Use(number, 10 * number, 3 * number) for name, number in calls.items()}
    SpendingFile(logs / campaign / "spending.json").write(Spent(uses, seconds))


def test_a_pace_is_of_a_campaign_that_asked_the_model_alone_and_often(tmp_path: Path) -> None:
    planted(tmp_path, "seldom-1", 9.0, one=ENOUGH_CALLS - 1)
    planted(tmp_path, "mixed-1", 9.0, one=100, two=100)
    planted(tmp_path, "alone-1", 50.0, one=100)
    (tmp_path / "damaged-1").mkdir()
    (tmp_path / "damaged-1" / "spending.json").write_text("{")
    paces = paces_of(tmp_path)
    assert set(paces) == {"one"}
    assert (paces["one"].campaign, paces["one"].seconds, paces["one"].reply_tokens) == ("alone-1", 0.5, 3.0)
    assert paces_of(tmp_path / "nowhere") == {}


def test_time_and_replies_are_told_at_that_pace(lab: Lab) -> None:
    made = lab.plan()
    planted(lab.logs, "before-1", 50.0, **{"mock/valid": 100})
    (told,) = estimate(made, made.runs(), lab.logs).models
    assert told.seconds == pytest.approx(0.5 * told.calls)
    assert told.reply_tokens == 3 * told.calls
    assert told.measured_in == "before-1"
