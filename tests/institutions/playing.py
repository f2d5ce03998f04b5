"""Small plays of the papers' duopoly under an institution, for tests of what institutions do."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any

import numpy as np

from agoranomos.documents import Source, read_text
from agoranomos.institutions import Governed, Institution, Judgement, Standing, bind, load_institution
from agoranomos.logs import MemoryLog
from agoranomos.markets.cournot_v0 import parallel_env
from agoranomos.workspace import library_root

FAITHFUL, HARDENED = "cournot-antitrust", "cournot-antitrust-hardened"
SHIPPED = (FAITHFUL, HARDENED)

FIRMS = ("firm_1", "firm_2")
Play = Mapping[str, Sequence[float]]
NASH: Play = {"firm_1": (140 / 3, 80 / 3), "firm_2": (80 / 3, 140 / 3)}
DIVISION: Play = {"firm_1": (60.0, 0.0), "firm_2": (0.0, 60.0)}
NASH_PROFIT = 13000 / 9


def text_of(name: str) -> str:
    return (library_root() / "institutions" / f"{name}.yaml").read_text()


@cache
def shipped(name: str) -> Institution:
    return load_institution(read_text(library_root() / "institutions" / f"{name}.yaml"))


def institution(text: str) -> Institution:
    return load_institution(Source("test.yaml", text))


@cache
def duopoly_facts() -> Any:
    return parallel_env().facts


@cache
def bound_to_duopoly(name: str) -> Any:
    return bind(shipped(name), duopoly_facts())


@dataclass(frozen=True)
class Moment:
    """One round as it was judged, with what the firms were paid."""

    judgement: Judgement | None
    standings: dict[str, Standing]
    rewards: dict[str, float]
    infos: dict[str, dict[str, Any]]

    def state(self, firm: str = "firm_1") -> str:
        return self.standings[firm].state

    def edges(self, firm: str = "firm_1") -> list[str]:
        """Traversals and blocked requests, `from->to` and `from->to!reason`."""
        assert self.judgement is not None
        mine = [request for request in self.judgement.transitions if request.agent == firm]
        return [request.edge.partition(":")[2] + (f"!{request.blocked}" if request.blocked else "") for request in mine]

    def fine(self, firm: str = "firm_1") -> float:
        return self.infos[firm]["fine"]


def play(
    given: Institution | str | None,
    plan: Callable[[int, Governed], Play] | Play,
    rounds: int,
    *,
    log: Any = None,
    seed: int = 0,
    reports: Callable[[int], Sequence[str]] = lambda number: (),
    **market: Any,
) -> list[Moment]:
    """What happens, round by round, when firms follow `plan` (constant, or a function of the round to come).

    `reports` says who comes forward in a round.
    """
    chosen = shipped(given) if isinstance(given, str) else given
    governed = Governed(parallel_env(rounds=rounds, **market), chosen, log)
    governed.reset(seed=seed)
    moments = []
    for number in range(1, rounds + 1):
        actions = plan(number, governed) if callable(plan) else plan
        moves = {firm: np.array(q, dtype=float) for firm, q in actions.items()}
        pending = governed.clear_and_judge(moves, reports=reports(number))
        governed.commit(pending)
        _, rewards, _, _, infos = governed.apply(pending)
        moments.append(Moment(pending.judgement, governed.standings, rewards, infos))
    if log is not None:
        governed.close_run()
    return moments


def recorded(given: Institution | str | None, plan: Any, rounds: int, **options: Any) -> list[bytes]:
    """The entries of a play."""
    log = MemoryLog()
    play(given, plan, rounds, log=log, **options)
    return log.entries


def random_plan(seed: int) -> Callable[[int, Governed], Play]:
    """Phases of Nash play, division, full capacity and noise: it visits most of a ladder."""
    rng = np.random.default_rng(seed)

    def plan(number: int, governed: Governed) -> Play:
        nonlocal phase
        if (number - 1) % 6 == 0:
            phase = int(rng.integers(4))
        noise = rng.uniform(0, 60, (2, 2))
        base = [NASH, DIVISION, {"firm_1": (100.0, 0.0), "firm_2": (0.0, 100.0)}][min(phase, 2)]
        if phase == 3:
            return {firm: tuple(row) for firm, row in zip(FIRMS, noise, strict=True)}
        return base

    phase = 0
    return plan


DOORS = """\
kind: institution
version: 1
name: doors
states: {open: {label: OPEN}, shut: {label: SHUT}}
initial: open
signals: {any: {statistic: mean, measure: hhi, window: 1, at_least: 0.1}}
events: {traded: {when: any, accuses: R1}}
rules: {R1: {attribute: A firm, deontic: must not, aim: trade}, R2: {attribute: A firm, deontic: may, aim: trade again}}
transitions:
  - {rule: R1, from: open, to: shut, on: traded, lasts: LASTS, suspend: true}
  - {rule: R2, from: shut, to: open, on: expiry}
"""


def doors(lasts: int) -> Institution:
    """An institution that suspends whoever traded, for `lasts` rounds."""
    return load_institution(Source("doors.yaml", DOORS.replace("LASTS", str(lasts))))
