"""What every institution must satisfy. An author's test inherits `InstitutionConformance` and names the file:

    class TestMyInstitution(InstitutionConformance):
        file = Path("institutions/mine.yaml")

By default it is tried on the papers' duopoly, with innocent firms (Nash play with 5% noise) and guilty ones (market
division); override `market`, `innocent` and `guilty` for another market or another offence.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, ClassVar

import numpy as np
import pytest

from agoranomos.documents import read_text
from agoranomos.institutions import Governed, Institution, load_institution, replay
from agoranomos.institutions.entries import decode_entry
from agoranomos.institutions.lint import lint
from agoranomos.logs import MemoryLog
from agoranomos.markets.cournot_v0 import parallel_env
from agoranomos.statistics import upper_bound_of_rate

Actions = Mapping[str, Any]
Plan = Callable[[int, np.random.Generator], Actions]

NASH_E6 = "quantity_e6"


class InstitutionConformance:
    """Facts about any institution, checked; inherit it in a test class and set `file`."""

    file: ClassVar[Path]
    runs: ClassVar[int] = 60
    rounds: ClassVar[int] = 40
    sanctioned_at_most: ClassVar[float] = 0.05
    """The 95% upper bound on the share of innocent runs in which somebody is sanctioned must not pass this."""
    patience: ClassVar[int] = 60
    """Rounds of innocent play after which everybody must be in good standing again."""

    @pytest.fixture
    def institution(self) -> Institution:
        return load_institution(read_text(self.file))

    def market(self, rounds: int) -> Any:
        """A fresh market."""
        return parallel_env(rounds=rounds)

    def innocent(self, rng: np.random.Generator) -> Actions:
        """One round of play that nobody should be accused of: Nash quantities, 5% noise on each."""
        facts = self.market(1).facts
        rows = np.array(facts.benchmarks["nash"][NASH_E6], dtype=float) / 1e6
        noise = 1 + 0.05 * rng.standard_normal(rows.shape)
        return dict(zip(facts.agents, rows * noise, strict=True))

    def guilty(self) -> Actions:
        """One round of the play that the institution is there against: market division."""
        facts = self.market(1).facts
        rows = np.array(facts.benchmarks["division"][NASH_E6], dtype=float) / 1e6
        return dict(zip(facts.agents, rows, strict=True))

    def play(self, institution: Institution, plan: Plan, rounds: int, seed: int = 0, log: Any = None) -> Governed:
        """A whole run; agents that may not act are not asked."""
        governed = Governed(self.market(rounds), institution, log)
        rng = np.random.default_rng(seed)
        governed.reset(seed=seed)
        while governed.agents:
            actions = plan(governed.round + 1, rng)
            governed.step({agent: actions[agent] for agent in governed.agents if governed.may_act(agent)})
        if log is not None:
            governed.close_run()
        return governed

    def test_it_is_free_of_static_errors(self, institution: Institution) -> None:
        assert [str(remark) for remark in lint(institution) if remark.severity == "error"] == []

    def test_its_digest_does_not_hang_on_comments(self, institution: Institution) -> None:
        text = "# a comment\n" + institution.source.text
        again = load_institution(type(institution.source)("again.yaml", text))
        assert again.semantic_sha256 == institution.semantic_sha256
        assert again.file_sha256 != institution.file_sha256

    def test_innocent_play_is_not_sanctioned(self, institution: Institution) -> None:
        sanctioned = 0
        for seed in range(self.runs):
            log = MemoryLog()
            self.play(institution, lambda _, rng: self.innocent(rng), self.rounds, seed, log)
            sanctioned += any(b'"kind":"sanction"' in line for line in log.entries)
        bound = upper_bound_of_rate(sanctioned, self.runs)
        assert bound <= self.sanctioned_at_most, f"{sanctioned} of {self.runs} innocent runs were sanctioned"

    def test_the_guilty_are_sanctioned(self, institution: Institution) -> None:
        log = MemoryLog()
        self.play(institution, lambda number, rng: self.guilty(), self.rounds, log=log)
        assert any(decode_entry(line).kind == "sanction" for line in log.entries)

    @pytest.mark.parametrize("seed", range(5))
    def test_its_runs_replay_byte_for_byte(self, institution: Institution, seed: int) -> None:
        def plan(number: int, rng: np.random.Generator) -> Actions:
            return self.guilty() if rng.random() < 0.7 else self.innocent(rng)

        log, again = MemoryLog(), MemoryLog()
        self.play(institution, plan, self.rounds, seed, log)
        self.play(institution, plan, self.rounds, seed, again)
        assert log.entries == again.entries
        assert replay(log.entries).closed

    def test_there_is_a_way_back_from_wherever_the_guilty_get(self, institution: Institution) -> None:
        """However long the offence went on: innocent play leads back to good standing."""
        initial = institution.manifest.initial
        for offence in range(1, self.rounds + 1, 3):

            def plan(number: int, rng: np.random.Generator, offence: int = offence) -> Actions:
                return self.guilty() if number <= offence else self.innocent(rng)

            governed = Governed(self.market(offence + self.patience), institution)
            governed.reset(seed=0)
            rng = np.random.default_rng(offence)
            back = True
            while governed.agents:
                governed.step(plan(governed.round + 1, rng))
                back = all(standing.state == initial for standing in governed.standings.values())
            assert back, f"after {offence} rounds of offence and {self.patience} of innocent play: {governed.standings}"

    def test_notices_are_told_in_every_state(self, institution: Institution) -> None:
        if institution.manifest.notices is None:
            pytest.skip("it tells nobody anything")
        governed = self.play(institution, lambda number, rng: self.guilty(), self.rounds)
        for agent, notice in governed.notices.items():
            assert notice is not None
            assert notice.text
            assert "{" not in notice.text, f"{agent} reads an unfilled name"
