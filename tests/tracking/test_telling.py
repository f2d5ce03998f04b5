"""What trackers are told of a campaign, and that one that fails stops nothing."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from itertools import count
from pathlib import Path

import pytest

from agoranomos.campaigns.progress import Silence
from agoranomos.errors import UsageError
from agoranomos.tracking import Story, open_tracker
from agoranomos.tracking.telling import Telling
from agoranomos.tracking.tracker import Series
from campaigns.laboratory import MOCK, Lab

TEXT = MOCK + "outcome: price\nhypotheses: {h1: {first: governed, second: free}}\n"


class Listener:
    """Keeps what it is told."""

    def __init__(self, breaks: str = "") -> None:
        self.told: list[str] = []
        self.breaks = breaks

    def _take(self, what: str) -> None:
        self.told.append(what)
        if what == self.breaks:
            raise ConnectionError("gone")

    def begin(self, story: Story) -> None:
        self.story = story
        self._take("begin")

    def count(self, counted: Mapping[str, float], step: int) -> None:
        self.counted = dict(counted), step
        self._take("count")

    def end(
        self, state: str, measures: Mapping[str, float], series: Sequence[Series], files: Sequence[Path]
    ) -> str | None:
        self.ended = state, dict(measures), list(series), [path.name for path in files]
        self._take("end")
        return "here"


def told(lab: Lab, **listeners: Listener) -> list[str]:
    """Run a campaign of which these are told, and give the remarks."""
    remarks: list[str] = []
    telling = Telling(listeners, remarks.append)
    clock = count(step=11.0)
    made = lab.plan(TEXT)
    telling.begin(made)
    outcome = lab.run(made, progress=telling.progress(Silence()), timer=lambda: float(next(clock)))
    assert outcome.finished == 4
    lab.tables(made)
    telling.end(lab.folder(made), "finished")
    return remarks


def test_a_campaign_is_told_from_begin_to_end(lab: Lab) -> None:
    listener = Listener()
    remarks = told(lab, listener=listener)
    assert remarks == ["tracked: here"]
    assert listener.told[0] == "begin"
    assert listener.told[-1] == "end"
    assert listener.story.settings["hypothesis_h1"] == "confirmatory: governed against free, price different"
    counted, step = listener.counted
    assert (counted["runs"], counted["rounds"], step) == (4, 12, listener.told.count("count"))
    assert counted["prompt_tokens"] > 0
    state, measures, series, files = listener.ended
    assert state == "finished"
    assert measures["runs/finished"] == 4
    assert measures["free/price_low"] < measures["free/price"] < measures["free/price_high"]
    assert [(one.name, len(one.values)) for one in series] == [
        ("free/price_by_round", 3),
        ("governed/price_by_round", 3),
    ]
    assert {"plan.json", "campaign.yaml", "status.json"} <= set(files)


@pytest.mark.parametrize("moment", ["begin", "count", "end"])
def test_a_tracker_that_fails_is_told_no_more_and_the_campaign_goes_on(lab: Lab, moment: str) -> None:
    broken, well = Listener(moment), Listener()
    remarks = told(lab, broken=broken, well=well)
    assert broken.told.count(moment) == 1
    assert broken.told[-1] == moment
    assert well.told[-1] == "end"
    assert sum("ConnectionError: gone" in remark for remark in remarks) == 1


def test_an_unknown_tracker_says_which_there_are() -> None:
    with pytest.raises(UsageError) as refused:
        open_tracker("mlfow")
    assert "mlflow" in refused.value.advice


def test_a_session_that_was_interrupted_is_not_told_as_finished(lab: Lab) -> None:
    outcome = lab.run(lab.plan(TEXT))
    assert outcome.state == "finished"
    assert replace(outcome, interrupted=True).state == "interrupted"
