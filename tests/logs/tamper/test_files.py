"""T1 to T3, sampled; `python -m benchmarks.tamper_matrix` makes all of them."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from logs.tamper import t01_anchors, t01_bits, t01_export, t02_lines, t03_cuts
from logs.tamper.tally import take, verify

IN_CI = bool(os.environ.get("CI"))


@pytest.mark.parametrize("step", [1, 2, 8, 64])
def test_each_forgery_is_made_in_exactly_one_share(step: int) -> None:
    shares = [take(step, shard) for shard in range(step)]
    assert all(sum(mine(number) for mine in shares) == 1 for number in range(2_000))
    bits = {number % 8 for number in range(20_000) if shares[0](number)}
    assert bits == set(range(8))  # no sample is of one bit of each byte


def test_t1_a_sample_of_all_bits_and_bytes(tmp_path: Path) -> None:
    folder = t01_bits.build(tmp_path / "log")
    flips = t01_bits.flips(folder, 64 if not IN_CI else 8)
    assert flips.missed == []
    assert flips.made > 2_000
    sets = t01_bits.bytes_set(folder, 128)
    assert sets.missed == []
    verify(folder)


def test_t1_a_sample_of_all_bits_of_cosignatures_and_policy(tmp_path: Path) -> None:
    tally = t01_anchors.flips(tmp_path, 16)
    assert tally.missed == []
    assert tally.made > 300


def test_t1_a_sample_of_all_bits_of_an_export(tmp_path: Path) -> None:
    tally = t01_export.flips(tmp_path, 256)
    assert tally.missed == []
    assert tally.made > 300


@pytest.mark.parametrize("size", [1, 2, 3, 7])
def test_t2_every_change_of_lines_in_a_small_log(tmp_path: Path, size: int) -> None:
    tally, misnamed = t02_lines.small(tmp_path / "log", size)
    assert (tally.missed, misnamed) == ([], [])


def test_t2_across_the_border_of_a_tile(tmp_path: Path) -> None:
    tally, misnamed = t02_lines.borders(tmp_path / "log", 300, range(254, 258))
    assert (tally.missed, misnamed) == ([], [])


def test_t2_across_the_border_of_a_segment(tmp_path: Path) -> None:
    tally, misnamed = t02_lines.borders(tmp_path / "log", 65_540, range(65_534, 65_538), step=13)
    assert (tally.missed, misnamed) == ([], [])


def test_t3_a_sample_of_all_cuts(tmp_path: Path) -> None:
    folder = t03_cuts.build(tmp_path / "log")
    tally = t03_cuts.cuts(folder, 3)
    assert tally.missed == []
    assert tally.made > 500
    verify(folder)
