from __future__ import annotations

import io
from dataclasses import dataclass, field
from typing import Any

import pytest
from rich.console import Console

from agoranomos.campaigns.live_table import SHOWN_ARMS, LiveTable, shown_arms
from agoranomos.campaigns.progress import Asked, Lines, Silence, asked_in_words
from agoranomos.campaigns.tally import ArmTally, Tally
from agoranomos.models.calls.traffic import Traffic


@dataclass
class Timer:
    """Seconds that a test lets pass."""

    seconds: float = 100.0

    def __call__(self) -> float:
        return self.seconds


@dataclass(frozen=True)
class FakeArm:
    name: str
    rounds: int = 10
    calls: int = 20


@dataclass(frozen=True)
class FakeRun:
    arm: FakeArm = field(default_factory=lambda: FakeArm("free"))


def tally_of(*runs: FakeRun, kept: tuple[FakeRun, ...] = (), timer: Timer | None = None) -> Any:
    made: Any = Tally(runs, kept, timer or Timer())  # type: ignore[arg-type]
    made.begin()
    return made


def test_lines_come_at_most_every_ten_seconds_with_rates_and_time_left() -> None:
    timer, stream, run = Timer(), io.StringIO(), FakeRun()
    tally = tally_of(run, run, run, run, timer=timer)
    lines = Lines(stream)
    lines.begin(tally)
    for seconds in (4, 6, 5, 6):
        timer.seconds += seconds
        tally.opened(run)
        for _ in range(5):
            tally.round_done(run, calls=2)
        tally.finished(run)
        lines.advance()
    lines.say("a remark")
    lines.end()
    first, second, remark = stream.getvalue().splitlines()
    assert first == "2/4 runs, 10/40 rounds (1.0/s), 20 calls (2.0/s), about 30 s left"
    assert second == "4/4 runs, 20/40 rounds (1.0/s), 40 calls (1.9/s), about 21 s left"
    assert remark == "a remark"


@pytest.mark.parametrize(
    ("rounds", "shown"),
    [
        (5, "0/1 runs, 5/10000 rounds (0.5/s), about 5.6 h left"),
        (100, "0/1 runs, 100/10000 rounds (10.0/s), about 16 min left"),
        (0, "0/1 runs, 0/10000 rounds (0.0/s)"),
    ],
)
def test_lines_speak_of_minutes_and_hours_and_of_no_calls_without_models(rounds: int, shown: str) -> None:
    timer, stream, run = Timer(), io.StringIO(), FakeRun(FakeArm("free", 10_000, 0))
    tally = tally_of(run, timer=timer)
    lines = Lines(stream)
    lines.begin(tally)
    tally.opened(run)
    for _ in range(rounds):
        tally.round_done(run, calls=0)
    timer.seconds += 10
    lines.advance()
    assert stream.getvalue() == f"{shown}\n"


def test_lines_tell_what_was_asked_of_models_and_what_failed() -> None:
    timer, stream, run = Timer(), io.StringIO(), FakeRun()
    tally = tally_of(run, run, run, run, timer=timer)
    asked = [Asked(Traffic(asked=30, failed=2, stored=10, prompt_tokens=9_000, reply_tokens=3_000), money=1.257)]
    lines = Lines(stream)
    lines.begin(tally, lambda: asked[-1])
    tally.opened(run)
    for _ in range(20):
        tally.round_done(run, calls=2)
    timer.seconds += 10
    lines.advance()
    asked.append(Asked(Traffic(asked=60, prompt_tokens=1_500_000)))
    tally.gave_up(run)
    timer.seconds += 10
    lines.advance()
    first, second = stream.getvalue().splitlines()
    assert first == (
        "0/4 runs, 20/40 rounds (2.0/s), 40 calls (4.0/s), 10 from the store, 2 calls failed, "
        "12.0k tokens (1.2k/s), 1.26 spent, about 10 s left"
    )
    assert second == (
        "0/4 runs, 1 failed, 20/40 rounds (1.0/s), 40 calls (2.0/s), 1.5M tokens (75.0k/s), about 20 s left"
    )


def test_nothing_is_said_of_what_did_not_happen() -> None:
    assert asked_in_words(Asked(Traffic()), 10.0) == []
    assert asked_in_words(Asked(Traffic(asked=1, reply_tokens=35), 0.0), 10.0) == ["35 tokens (3.5/s)", "0.00 spent"]


def test_what_earlier_sessions_finished_is_neither_work_nor_rate() -> None:
    timer, run = Timer(), FakeRun()
    tally = tally_of(run, run, run, kept=(run, run), timer=timer)
    assert (tally.all.planned, tally.all.finished, tally.planned_rounds, tally.planned_calls) == (3, 2, 10, 20)
    assert tally.seconds_left is None
    tally.opened(run)
    tally.finished(run, rounds=10)
    timer.seconds += 5
    assert (tally.all.open, tally.all.under_way, tally.seconds_left) == (0, 0, 0)


def test_a_run_that_is_left_or_given_up_is_under_way_no_more() -> None:
    run = FakeRun()
    tally = tally_of(run, run)
    tally.opened(run)
    tally.opened(run)
    tally.left(run)
    tally.gave_up(run)
    assert (tally.all.under_way, tally.all.failed, tally.all.open) == (0, 1, 1)


def drawn(console_width: int = 120) -> tuple[io.StringIO, LiveTable]:
    stream = io.StringIO()
    return stream, LiveTable(Console(file=stream, force_terminal=True, width=console_width, color_system=None))


def test_the_table_has_a_row_an_arm_and_the_session_below() -> None:
    timer, (stream, table) = Timer(), drawn()
    free, governed = FakeRun(), FakeRun(FakeArm("governed"))
    tally = tally_of(free, free, governed, timer=timer)
    table.begin(tally)
    table.say("Opening mock/valid")
    tally.opened(free)
    for _ in range(10):
        tally.round_done(free, calls=2)
    tally.finished(free)
    tally.opened(governed)
    tally.gave_up(governed)
    timer.seconds += 2
    table.end()
    shown = stream.getvalue()
    assert "Opening mock/valid" in shown
    rows = {words[0]: words[-5:] for line in shown.splitlines() if (words := line.split())}
    assert rows["free"] == ["1/2", "0", "0", "10", "20"]
    assert rows["governed"] == ["0/1", "0", "1", "0", "0"]
    assert "1/3 runs, 1 failed, 10/30 rounds (5.0/s), 20 calls (10.0/s), about 4 s left" in shown


def test_the_table_is_drawn_a_few_times_a_second() -> None:
    timer, (stream, table) = Timer(), drawn()
    run, looked = FakeRun(FakeArm("free", 1000, 2000)), []

    def look() -> Asked:
        looked.append(1)
        return Asked(Traffic(asked=2000, prompt_tokens=50_000))

    tally = tally_of(run, timer=timer)
    table.begin(tally, look)
    tally.opened(run)
    for _ in range(1000):
        timer.seconds += 0.001
        tally.round_done(run, calls=2)
        table.advance()
    table.end()
    assert 1 < len(looked) <= 7
    assert "1000/1000 rounds (1000.0/s), 2000 calls (2000.0/s), 50.0k tokens (50.0k/s)" in stream.getvalue()


def test_of_many_arms_those_under_way_are_shown() -> None:
    arms = {f"arm-{number:02}": ArmTally(planned=1, finished=number < 20) for number in range(40)}
    for number in range(30, 30 + SHOWN_ARMS - 2):
        arms[f"arm-{number}"].under_way = 1
    shown = [name for name, _ in shown_arms(arms.items())]
    assert shown == ["arm-20", "arm-21", *(f"arm-{number}" for number in range(30, 30 + SHOWN_ARMS - 2))]
    stream, table = drawn()
    runs = [FakeRun(FakeArm(f"arm-{number:02}")) for number in range(SHOWN_ARMS + 3)]
    table.begin(tally_of(*runs))
    table.end()
    assert "and 3 more arms" in stream.getvalue()


def test_a_table_and_lines_that_never_began_can_be_told_of_progress() -> None:
    stream, table = drawn()
    table.advance()
    table.end()
    Lines(stream).advance()
    assert stream.getvalue() == ""


def test_silence_says_nothing(capsys: pytest.CaptureFixture[str]) -> None:
    silence = Silence()
    silence.begin(tally_of(FakeRun()))
    silence.advance()
    silence.say("x")
    silence.end()
    assert capsys.readouterr() == ("", "")
