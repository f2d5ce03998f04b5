from __future__ import annotations

from pathlib import Path

import pytest

from agoranomos.campaigns.runner import Timing
from agoranomos.campaigns.timings import Timings, read_timings
from agoranomos.errors import MachineError


def test_what_was_added_is_read_and_a_torn_line_is_left_out(tmp_path: Path) -> None:
    path = tmp_path / "timings.jsonl"
    with Timings(path) as timings:
        timings.add("arm", 3, (Timing(1, "firm_1", 0, 0.25), Timing(1, "firm_2", 1, 0.5)))
        timings.add("arm", 3, ())
    with path.open("a") as file:
        file.write('["arm",3,2,"fir')
    with Timings(path) as timings:
        timings.add("arm", 4, (Timing(1, "firm_1", 0, 1.0),))
    read = read_timings(path)
    assert read["arm", 3, 1, "firm_1", 0] == 0.25
    assert read["arm", 3, 1, "firm_2", 1] == 0.5
    assert len(read) == 2


def test_no_file_means_no_timings(tmp_path: Path) -> None:
    assert read_timings(tmp_path / "none") == {}


def test_a_place_that_cannot_be_written_is_the_machine_s_fault(tmp_path: Path) -> None:
    with pytest.raises(MachineError, match="cannot write"):
        Timings(tmp_path / "missing" / "timings.jsonl")


def test_a_disk_that_fills_up_is_the_machine_s_fault() -> None:
    with pytest.raises(MachineError, match="No space left"), Timings(Path("/dev/full")) as timings:
        timings.add("arm", 0, (Timing(1, "firm_1", 0, 1.0),))
    with pytest.raises(MachineError, match="No space left"), Timings(Path("/dev/full")) as timings:
        timings.add("arm", 0, (Timing(1, "firm_1", 0, 1.0),) * 1000)
    with pytest.raises(TypeError, match="what went wrong first"), Timings(Path("/dev/full")) as timings:
        _add_and_fail(timings)


def _add_and_fail(timings: Timings) -> None:
    timings.add("arm", 0, (Timing(1, "firm_1", 0, 1.0),))
    raise TypeError("what went wrong first is what is told")
