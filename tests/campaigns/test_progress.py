from __future__ import annotations

import io

from rich.console import Console

from agoranomos.campaigns.progress import Asked, Bars, Lines, Silence, Work, asked_in_words
from agoranomos.models.calls.traffic import Traffic


def test_lines_come_at_most_every_ten_seconds_with_rates_and_time_left() -> None:
    times = iter([100.0, 104.0, 110.0, 115.0, 121.0])
    stream = io.StringIO()
    lines = Lines(stream, lambda: next(times))
    lines.begin(Work(runs=4, rounds=40, calls=80))
    for _ in range(4):
        lines.advance(runs=1, rounds=5, calls=10)
    lines.say("a remark")
    lines.end()
    first, second, remark = stream.getvalue().splitlines()
    assert first == "2/4 runs, 10/40 rounds (1.0/s), 20 calls (2.0/s), about 30 s left"
    assert second == "4/4 runs, 20/40 rounds (1.0/s), 40 calls (1.9/s), about 21 s left"
    assert remark == "a remark"


def test_lines_speak_of_minutes_and_hours_and_of_no_calls_without_models() -> None:
    times = iter([0.0, 10.0, 20.0])
    stream = io.StringIO()
    lines = Lines(stream, lambda: next(times))
    lines.begin(Work(runs=1, rounds=10_000, calls=0))
    lines.advance(rounds=5)
    lines.advance(rounds=195)
    assert stream.getvalue().splitlines() == [
        "0/1 runs, 5/10000 rounds (0.5/s), about 5.6 h left",
        "0/1 runs, 200/10000 rounds (10.0/s), about 16 min left",
    ]


def test_lines_before_the_first_round_promise_no_time() -> None:
    times = iter([0.0, 11.0])
    stream = io.StringIO()
    lines = Lines(stream, lambda: next(times))
    lines.begin(Work(1, 10, 0))
    lines.advance(runs=1)
    assert stream.getvalue() == "1/1 runs, 0/10 rounds (0.0/s)\n"


def test_bars_show_runs_rounds_and_calls() -> None:
    stream = io.StringIO()
    bars = Bars(Console(file=stream, force_terminal=True, width=100, color_system=None))
    bars.begin(Work(runs=2, rounds=10, calls=0))
    bars.say("Opening mock/valid")
    bars.advance(runs=1, rounds=10, calls=3)
    bars.advance(runs=1)
    bars.end()
    shown = stream.getvalue()
    assert "runs" in shown
    assert "rounds" in shown
    assert "calls" not in shown
    assert "2/2" in shown
    assert "Opening mock/valid" in shown


def test_bars_that_never_began_can_be_ended() -> None:
    stream = io.StringIO()
    Bars(Console(file=stream)).end()
    assert stream.getvalue() == ""


def test_lines_tell_what_was_asked_of_models_when_they_are_shown() -> None:
    times = iter([0.0, 10.0, 20.0])
    stream = io.StringIO()
    asked = [Asked(Traffic(asked=30, failed=2, stored=10, prompt_tokens=9_000, reply_tokens=3_000), money=1.257)]
    lines = Lines(stream, lambda: next(times))
    lines.begin(Work(runs=4, rounds=40, calls=80), lambda: asked[-1])
    lines.advance(rounds=20, calls=40)
    asked.append(Asked(Traffic(asked=60, prompt_tokens=1_500_000)))
    lines.advance(rounds=10, calls=20)
    first, second = stream.getvalue().splitlines()
    assert first == (
        "0/4 runs, 20/40 rounds (2.0/s), 40 calls (4.0/s), 10 from the store, 2 failed, 12.0k tokens (1.2k/s), "
        "1.26 spent, about 10 s left"
    )
    assert second == ("0/4 runs, 30/40 rounds (1.5/s), 60 calls (3.0/s), 1.5M tokens (75.0k/s), about 7 s left")


def test_nothing_is_said_of_what_did_not_happen() -> None:
    assert asked_in_words(Asked(Traffic()), 10.0) == []
    assert asked_in_words(Asked(Traffic(asked=1, reply_tokens=35), 0.0), 10.0) == ["35 tokens (3.5/s)", "0.00 spent"]


def test_bars_are_drawn_a_few_times_a_second_and_end_with_all_that_was_done() -> None:
    times = iter([0.0, *(0.001 * step for step in range(1, 1001)), 2.0])
    looked = []

    def look() -> Asked:
        looked.append(1)
        return Asked(Traffic(asked=2000, prompt_tokens=50_000))

    stream = io.StringIO()
    bars = Bars(Console(file=stream, force_terminal=True, width=120, color_system=None), lambda: next(times))
    bars.begin(Work(runs=1, rounds=1000, calls=2000), look)
    for _ in range(1000):
        bars.advance(rounds=1, calls=2)
    bars.end()
    assert 1 < len(looked) <= 6
    assert "2000/2000" in stream.getvalue()
    assert "1000.0/s, 50.0k tokens (25.0k/s)" in stream.getvalue()


def test_silence_says_nothing(capsys) -> None:
    silence = Silence()
    silence.begin(Work(1, 1, 1))
    silence.advance(runs=1)
    silence.say("x")
    silence.end()
    assert capsys.readouterr() == ("", "")
