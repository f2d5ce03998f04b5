"""What is claimed of a policy, in words that the conformance tests hold against what it does."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, TypeAlias, get_args

Family: TypeAlias = Literal[
    "benchmark", "competition", "collusion", "reciprocity", "learning", "institution", "chance", "language model"
]
FAMILIES: tuple[Family, ...] = get_args(Family)

Need: TypeAlias = str
"""`play`: a benchmark's action; `game`: payoffs and menus; `seen`: everybody's last actions; or a type of market."""


@dataclass(frozen=True, slots=True)
class Facts:
    """Claims about a policy with its default parameters.

    `memory` is the number of past rounds that can matter to what it does next; None: all of them. `stochastic`: the
    same history may be followed by different actions. `needs`: what it asks of its market. `reads_profit`: its own
    profits change what it does; `reads_fines`: so do fines; `reads_standing`: so does its own state in the
    institution, fines aside.
    """

    family: Family
    memory: int | None = 0
    stochastic: bool = False
    needs: tuple[Need, ...] = ()
    reads_profit: bool = False
    reads_fines: bool = False
    reads_standing: bool = False

    def row(self) -> tuple[str, ...]:
        """The claims in words, for a table: family, memory, stochastic, needs, and what it reads."""
        rounds = "all" if self.memory is None else str(self.memory)
        read = [
            word
            for word, reads in (
                ("profit", self.reads_profit),
                ("fines", self.reads_fines),
                ("standing", self.reads_standing),
            )
            if reads
        ]
        return (
            self.family,
            rounds,
            "yes" if self.stochastic else "no",
            ", ".join(self.needs) or "-",
            ", ".join(read) or "-",
        )
