"""A policy that plays a named benchmark of its market."""

from __future__ import annotations

from agoranomos.documents import DocumentPart, Name
from agoranomos.institutions.notices import Notice
from agoranomos.policies.facts import Facts
from agoranomos.policies.policy import Decision, Observation, Seat
from agoranomos.policies.scripted import Memoryless
from agoranomos.randomness import Randomness


class BenchmarkParameters(DocumentPart):
    """`name`: the benchmark, as the market calls it."""

    name: Name = "monopoly"


class Benchmark(Memoryless[BenchmarkParameters]):
    """Plays its part of a named benchmark (monopoly, competitive, efficient, division, ...) in every round.

    Source: the market's own page says where each of its benchmarks comes from.
    """

    name = "benchmark"
    parameters_type = BenchmarkParameters
    facts = Facts("benchmark", needs=("play",))

    def __init__(self, parameters: BenchmarkParameters, seat: Seat) -> None:
        super().__init__(parameters, seat)
        self.require_benchmarks(parameters.name)

    def act(
        self, observation: Observation, notice: Notice | None, memory: None, randomness: Randomness
    ) -> Decision[None]:
        """The benchmark's action; where that is a rule, what it says for what is observed."""
        return Decision(self.benchmark(self.parameters.name, observation), None)
