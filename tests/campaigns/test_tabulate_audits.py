"""Audits in the tables are those that the Oracle made: counted again from the recorded draws."""

from __future__ import annotations

from pathlib import Path

import pyarrow.parquet as pq
import pytest

from agoranomos.analysis.costs import audits_of
from agoranomos.campaigns import build_tables
from agoranomos.institutions import oracle
from agoranomos.institutions.draws import uniform
from campaigns.laboratory import Lab

PLAN = """
kind: campaign
version: 1
name: audited
market: bertrand-calvano
rosters: [bertrand-cartel]
regimes:
  free: {}
  audited: {institution: bertrand-audit}
  late: {schedule: [{from: 6, institution: bertrand-audit}]}
seeds: 2
rounds: 30
"""


@pytest.fixture
def folder(lab: Lab) -> Path:
    made = lab.plan(PLAN)
    lab.run(made)
    build_tables(lab.folder(made), lab.trusted())
    return lab.folder(made).root


def test_counts_are_those_of_the_oracle(lab: Lab, monkeypatch: pytest.MonkeyPatch) -> None:
    drawn: list[bool] = []

    class Seen(int):
        """A uniform number that notes what it is held against."""

        def __lt__(self, below: int) -> bool:
            drawn.append(int(self) < below)
            return drawn[-1]

    monkeypatch.setattr(oracle, "uniform", lambda draw, salted: Seen(uniform(draw, salted)))
    made = lab.plan(PLAN.replace("seeds: 2", "seeds: 1").replace("  late:", "  # late:"))
    lab.run(made)
    build_tables(lab.folder(made), lab.trusted())
    counted = audits_of(lab.folder(made).root, {"audited", "free"})
    assert set(counted) == {("audited", 0)}
    assert counted["audited", 0] == sum(drawn) > 0


def test_rounds_without_an_institution_that_audits_have_none(folder: Path) -> None:
    rounds = pq.read_table(folder / "tables" / "rounds.parquet").to_pylist()
    by_round = {(row["arm"], row["seed"], row["round"]): row["audits"] for row in rounds}
    assert all(audits is None for (arm, _, _), audits in by_round.items() if arm == "free")
    for seed in (0, 1):
        late = [by_round["late", seed, number] for number in range(1, 31)]
        assert late[:5] == [None] * 5
        # The same rounds are audited under any institution that audits: draws are the seed's.
        assert late[5:] == [by_round["audited", seed, number] for number in range(6, 31)]
