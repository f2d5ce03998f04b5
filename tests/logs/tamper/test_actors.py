"""T15, sampled."""

from __future__ import annotations

from pathlib import Path

from logs.tamper import t15_actors


def test_t15_what_is_signed_in_an_actors_name_is_its_own(tmp_path: Path) -> None:
    tally = t15_actors.play(tmp_path, 4)
    assert tally.missed == []
    assert tally.made > 30
