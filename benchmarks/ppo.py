"""Rounds a second of training by PPO, independent learners on one core, and what comes of it.

One firm in a Cournot market, whose monopoly quantity is 60; two in the symmetric duopoly, whose Nash quantity is 40;
the papers' duopoly without an institution and under one. A round is played and learnt from by every agent.

    python benchmarks/ppo.py
"""

from __future__ import annotations

import argparse
import json
import time
from pathlib import Path
from typing import Any

from agoranomos.documents import read_text
from agoranomos.institutions import Institution, load_institution
from agoranomos.learning.ppo import PpoSettings, Training, train
from agoranomos.markets.cournot import CournotSpec
from agoranomos.workspace import find_workspace, resolve

MONOPOLY = CournotSpec(marginal_cost=((40.0,),))
SYMMETRIC = CournotSpec(marginal_cost=((40.0,), (40.0,)))
PAPERS = CournotSpec()


def measure(what: str, spec: CournotSpec, institution: Institution | None, rounds: int) -> dict[str, Any]:
    """Train once, with the default settings."""
    training = Training(spec, institution, PpoSettings(), rounds=rounds, seed=1)
    began = time.perf_counter()
    trained = train(training)
    seconds = time.perf_counter() - began
    played = [actor.likeliest(actor.mean).tolist() for actor in trained.actors.values()]
    return {
        "what": what,
        "rounds": trained.about["rounds"],
        "rounds_per_second": trained.about["rounds"] / seconds,
        "seconds": seconds,
        "quantities": "; ".join(" ".join(f"{quantity:.1f}" for quantity in row) for row in played),
    }


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rounds", type=int, default=100_000)
    parser.add_argument("--out", type=Path, default=None, help="also write the JSON here")
    options = parser.parse_args()
    workspace = find_workspace(Path(__file__).resolve().parent)
    watched = load_institution(read_text(resolve("institutions", "cournot-antitrust-hardened", workspace)))
    rows = []
    for what, spec, institution in (
        ("one firm (monopoly: 60)", MONOPOLY, None),
        ("two equal firms (Nash: 40 each)", SYMMETRIC, None),
        ("the papers' duopoly", PAPERS, None),
        ("the papers' duopoly under the hardened institution", PAPERS, watched),
    ):
        rows.append(measure(what, spec, institution, options.rounds))
        print(json.dumps(rows[-1]), flush=True)
    if options.out is not None:
        options.out.write_text(json.dumps({"trainings": rows}, indent=1) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
