"""What the tolerance of the shipped ladder costs: users who park just below it empty the stock unaccused."""

from __future__ import annotations

import re
from pathlib import Path

from agoranomos.markets import commons_v0

ROOT = Path(__file__).parents[3]


def test_users_parked_below_the_ladders_threshold_empty_the_fishery_in_the_months_that_the_page_says() -> None:
    ladder = (ROOT / "institutions/commons-ostrom.yaml").read_text(encoding="utf-8")
    thresholds = re.findall(r"measure: over_use, window: \d+, at_least: ([0-9.]+)", ladder)
    assert len(thresholds) == 2
    market = commons_v0.parallel_env(rounds=60, after_collapse="ends")
    observations, _ = market.reset(seed=1)
    worst, months = 0, 0
    while market.agents:
        asked = {a: 1.079 * market.play("sustainable", a, observations[a]) for a in market.agents}
        observations = market.step(asked)[0]
        worst = max([worst, *(own for own in market.measures()["over_use_e6"] if own is not None)])
        months += 1
    assert worst < 1_000_000 * min(map(float, thresholds))
    assert market.measures()["alive_e6"] == 0
    page = " ".join((ROOT / "docs/markets/commons.md").read_text(encoding="utf-8").split())
    assert "five users who all park 7.9% above the share are never accused" in page
    assert f"have nothing left after {months} months" in page
