"""The rate at which the shipped institutions accuse, and sanction, firms that did nothing wrong.

Plays innocent firms (no coordination anywhere in their rule) for 50 rounds under each institution and counts the runs
with a case, and the runs with a sanction: two different things. The upper 95% bound is Clopper-Pearson's, one-sided.

    python benchmarks/false_accusation.py --runs 2000 --out docs/measurements/false_accusation.json
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import sys
import time
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from functools import cache
from itertools import product
from pathlib import Path

from agoranomos.agents import Roster, seat_agents
from agoranomos.documents import read_text
from agoranomos.institutions import Governed, Institution, load_institution
from agoranomos.markets import Market, load_market
from agoranomos.policies.policy import Decision
from agoranomos.randomness import Randomness
from agoranomos.statistics import upper_bound_of_rate
from agoranomos.workspace import Workspace, find_workspace, resolve

INSTITUTIONS = ("cournot-antitrust", "cournot-antitrust-hardened")

Play = tuple[str, str, dict[str, object], float]

INNOCENT_PLAY: dict[str, Play] = {
    "Nash, 5% noise": ("cournot-duopoly", "nash", {}, 0.05),
    "Nash, 10% noise": ("cournot-duopoly", "nash", {}, 0.10),
    "Nash, 20% noise": ("cournot-duopoly", "nash", {}, 0.20),
    "Nash, symmetric costs, 5% noise": ("cournot-duopoly-symmetric", "nash", {}, 0.05),
    "Damped best response from half capacity, 5% noise": (
        "cournot-duopoly", "best-response", {"damping": 0.5, "start": "half-capacity"}, 0.05,
    ),
    "Nash, demand shocks of 5%, 5% noise": ("cournot-duopoly-shocks", "nash", {}, 0.05),
}  # fmt: skip


@dataclass(frozen=True)
class Accused:
    """What one run did to its innocent firms."""

    cases: int
    sanctions: int
    agent_rounds: int


@cache
def _workspace() -> Workspace:
    return find_workspace(Path(__file__).resolve().parent)


@cache
def _market(name: str) -> Market:
    return load_market(name, _workspace())


@cache
def _institution(name: str) -> Institution:
    return load_institution(read_text(resolve("institutions", name, _workspace())))


def play(
    market_name: str, policy: str, parameters: dict[str, object], noise: float, institution: str, seed: int
) -> Accused:
    """One run of innocent firms under `institution`; counts cases and sanctions over both firms."""
    workspace = _workspace()
    market, graph = _market(market_name), _institution(institution)
    roster = Roster.model_validate(
        {"kind": "roster", "version": 1, "agents": [{"policy": policy, "parameters": parameters, "noise": noise}]}
    )
    agents = seat_agents(roster, market, seed, workspace=workspace)
    governed = Governed(market, graph)
    observations, _ = governed.reset(seed)
    memories = {agent.name: agent.memory for agent in agents}
    cases = sanctions = rounds = 0
    while governed.agents:
        rounds += 1
        actions = {}
        for agent in agents:
            if governed.may_act(agent.name):
                randomness = Randomness(seed, rounds, agent.name)
                decision = agent.policy.act(
                    observations[agent.name], governed.notices[agent.name], memories[agent.name], randomness
                )
                assert isinstance(decision, Decision)
                actions[agent.name] = decision.action
                memories[agent.name] = decision.memory
        pending = governed.clear_and_judge(actions)
        governed.commit(pending)
        assert pending.judgement is not None
        cases += len(pending.judgement.cases)
        sanctions += len(pending.judgement.sanctions)
        observations = governed.apply(pending)[0]
    return Accused(cases, sanctions, rounds * len(agents))


def _chunk(job: tuple[str, str, int, int]) -> tuple[str, str, list[Accused]]:
    label, institution, first, count = job
    market, policy, parameters, noise = INNOCENT_PLAY[label]
    return label, institution, [play(market, policy, parameters, noise, institution, first + i) for i in range(count)]


def _jobs(runs: int, size: int = 50) -> Iterator[tuple[str, str, int, int]]:
    for first in range(0, runs, size):
        for label, institution in product(INNOCENT_PLAY, INSTITUTIONS):
            yield label, institution, first, min(size, runs - first)


def summary(label: str, institution: str, runs: list[Accused]) -> dict[str, object]:
    """The counts and bounds of one kind of innocent play under one institution."""
    n = len(runs)
    accused = sum(run.cases > 0 for run in runs)
    sanctioned = sum(run.sanctions > 0 for run in runs)
    return {
        "play": label,
        "institution": institution,
        "runs": n,
        "runs_with_case": accused,
        "case_upper_95": upper_bound_of_rate(accused, n),
        "runs_with_sanction": sanctioned,
        "sanction_upper_95": upper_bound_of_rate(sanctioned, n),
        "cases_per_100_agent_rounds": 100 * sum(r.cases for r in runs) / sum(r.agent_rounds for r in runs),
        "sanctions_per_100_agent_rounds": 100 * sum(r.sanctions for r in runs) / sum(r.agent_rounds for r in runs),
    }


def measure(runs: int, workers: int) -> list[dict[str, object]]:
    """`summary` of every innocent play under every institution over seeds 0 .. runs - 1."""
    found: dict[tuple[str, str], list[Accused]] = {}
    with ProcessPoolExecutor(workers) as pool:
        for label, institution, results in pool.map(_chunk, _jobs(runs)):
            found.setdefault((label, institution), []).extend(results)
    return [summary(label, institution, results) for (label, institution), results in found.items()]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--runs", type=int, default=2000, help="runs of each play under each institution")
    parser.add_argument("--workers", type=int, default=os.cpu_count() or 1)
    parser.add_argument("--out", type=Path, help="write the figures here as JSON")
    arguments = parser.parse_args()
    began = time.perf_counter()
    rows = measure(arguments.runs, arguments.workers)
    for row in rows:
        print(
            f"{row['institution']:28} {row['play']:50} case {row['runs_with_case']:5}/{row['runs']} "
            f"(<= {100 * row['case_upper_95']:.2f}%)  sanction {row['runs_with_sanction']:5} "
            f"(<= {100 * row['sanction_upper_95']:.2f}%)"
        )
    seconds = time.perf_counter() - began
    print(f"{len(rows) * arguments.runs} runs in {seconds:.0f} s", file=sys.stderr)
    if arguments.out:
        arguments.out.parent.mkdir(parents=True, exist_ok=True)
        figures = {"runs": arguments.runs, "rounds": 50, "python": platform.python_version(), "figures": rows}
        arguments.out.write_text(json.dumps(figures, indent=1) + "\n")


if __name__ == "__main__":
    main()
