"""Recorded rounds judged by twenty other institutions, on one core and without a model call.

A campaign of scripted firms is recorded first (independent firms, market dividers, learners, and firms that game the
ladder, free and governed). Then everything is timed that `agora replay CAMPAIGN --institution ...` does: every run is
read and judged again under its own institution, byte for byte, and each other institution judges the same conduct. The
others are the published ladder with other fines, windows, cooldowns and thresholds. A sample of runs is judged by the
interpreted `judge` too, and must come out the same.

    python benchmarks/counterfactual.py --out docs/measurements/counterfactual.json
"""

from __future__ import annotations

import argparse
import json
import tempfile
import time
from itertools import product
from pathlib import Path
from typing import Any

from agoranomos.campaigns import Settings, execute, open_folder, plan
from agoranomos.campaigns.changing import changed_institution
from agoranomos.campaigns.replaying import replayed_runs
from agoranomos.documents import Source, read_text
from agoranomos.institutions import Institution, bind, load_institution
from agoranomos.institutions.counterfactual import judged_alone
from agoranomos.institutions.replay import replay_conduct
from agoranomos.logs import KeyStore, LogReader
from agoranomos.workspace import Workspace, find_workspace, resolve

CAMPAIGN = """
kind: campaign
version: 1
name: counterfactual
market: cournot-duopoly
rosters: [nash-noisy, divider-noisy, ladder-gamer, learner]
regimes:
  free: {}
  governed: {institution: cournot-antitrust}
rounds: 50
"""
ARMS, ROUNDS = 8, 50


def institutions() -> list[Institution]:
    """Twenty: both shipped variants of the published ladder, and 18 with other thresholds and windows."""
    published = _source("cournot-antitrust")
    found = [load_institution(_source(name)) for name in ("cournot-antitrust-hardened", "cournot-antitrust-no-warning")]
    values = product((3, 4, 7), (0.6, 0.65), (0.4, 0.45, 0.55))
    for number, (window, concentration, dispersion) in enumerate(values, start=1):
        changes = {
            "signals": {
                "high_concentration": {"window": window, "at_least": concentration},
                "specialisation": {"window": window, "at_least": dispersion},
            }
        }
        found.append(load_institution(changed_institution(published, "cournot-antitrust", f"v{number}", changes)))
    return found


def _source(name: str) -> Source:
    return read_text(resolve("institutions", name, find_workspace(Path(__file__).resolve().parent)))


def recorded(place: Path, rounds: int) -> list[Path]:
    """The logs of a campaign with at least so many rounds, made in `place`."""
    workspace = Workspace(place / "lab", "lab")
    workspace.root.mkdir(parents=True)
    seeds = -(-rounds // (ARMS * ROUNDS))
    made = plan(Source("counterfactual.yaml", f"{CAMPAIGN}seeds: {seeds}\n"), workspace)
    folder = open_folder(made, place / "logs")
    execute(made, folder, KeyStore(place / "keys"), Settings(workers=1))
    return [folder.run(*run.key) for run in made.runs()]


def measured(logs: list[Path], others: list[Institution]) -> dict[str, Any]:
    """How long it takes, by the clock and by what the process had of a core."""
    began, had = time.perf_counter(), time.process_time()
    rounds = cases = fined = 0
    for run in replayed_runs(logs, others):
        rounds += run.own.rounds
        for judged in run.others:
            cases += sum(tally.cases for tally in judged.tallies.values())
            fined += sum(tally.fines_e6 for tally in judged.tallies.values())
    return {
        "rounds": rounds,
        "institutions": len(others),
        "judgements": rounds * len(others),
        "seconds": round(time.perf_counter() - began, 2),
        "cpu_seconds": round(time.process_time() - had, 2),
        "model_calls": 0,
        "cases": cases,
        "fined": fined // 10**6,
    }


def differing(logs: list[Path], others: list[Institution], sample: int) -> int:
    """How many of a sample's judgements differ between arrays and the interpreted `judge`."""
    chosen = logs[:: max(len(logs) // sample, 1)]
    wrong = 0
    for run in replayed_runs(logs, others):
        if run.folder in chosen:
            conduct = replay_conduct(LogReader(run.folder).entries())[1]
            alone = [judged_alone(conduct, bind(other, conduct.facts)) for other in others]
            wrong += sum(one != other for one, other in zip(alone, run.others, strict=True))
    return wrong


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rounds", type=int, default=10_000)
    parser.add_argument("--sample", type=int, default=10, help="runs that the interpreted judge sees as well")
    parser.add_argument("--out", type=Path)
    given = parser.parse_args()
    with tempfile.TemporaryDirectory() as place:
        logs, others = recorded(Path(place), given.rounds), institutions()
        result = {**measured(logs, others), "aim_seconds": 30, "differing": differing(logs, others, given.sample)}
    print(json.dumps(result, indent=1))
    if given.out is not None:
        given.out.write_text(json.dumps(result, indent=1) + "\n")
    if result["differing"]:
        raise SystemExit(1)


if __name__ == "__main__":
    main()
