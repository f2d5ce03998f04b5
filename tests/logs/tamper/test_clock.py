"""T13 and T22: no verdict depends on the clock, and no entry on anything but the seed."""

from __future__ import annotations

from pathlib import Path

import pytest

from logs.building import WORKSPACE, make_log
from logs.tamper import t13_clock, t22_same


@pytest.mark.skipif(not t13_clock.can_fake(), reason="needs the program faketime")
@pytest.mark.parametrize("clock", t13_clock.CLOCKS)
def test_t13_a_verdict_does_not_depend_on_the_clock(tmp_path: Path, clock: str) -> None:
    make_log(tmp_path / "log")
    now = t13_clock.verdict(tmp_path / "log", WORKSPACE.vkey, None)
    then = t13_clock.verdict(tmp_path / "log", WORKSPACE.vkey, clock)
    assert then[:2] == now[:2]
    assert now[0] == 0
    assert then[2] != now[2] or clock == "-1h"  # it was another year there


def test_t22_one_key_and_the_same_entries_give_the_same_bytes(tmp_path: Path) -> None:
    assert t22_same.differing(tmp_path) == []
