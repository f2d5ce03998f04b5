"""What breaking the rule is worth under each institution against tipping, in role-play and in coordination.

Eight agents of whom none, two or all break the rule in every round, forty rounds a run; in gaps, that is in what all
earn more by breaking it than by keeping it. It says what an institution takes from those who go on, and what it costs
those who do not; it does not say who would stop.

    python benchmarks/tipping_institutions.py --runs 80 --out docs/measurements/tipping_institutions.json
"""

from __future__ import annotations

import argparse
import json
import sys
import time
from dataclasses import asdict
from pathlib import Path

from agoranomos.deterrence.scenario_gain import scenario_gain
from agoranomos.documents import read_text
from agoranomos.institutions import load_institution
from agoranomos.markets import load_market
from agoranomos.workspace import find_workspace, library_root

INSTITUTIONS = ("", "audit", "reminders", "escalating", "restoration", "monitors", "early-warning")
SCENARIOS = ("role-play-ring", "coordination")
BREAKERS = (2, 8)
ROUNDS = 40


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--runs", type=int, default=80, help="seeds of each cell; 80 cross all settings with all gaps")
    parser.add_argument("--out", type=Path, help="write the figures here as JSON")
    arguments = parser.parse_args()
    began = time.perf_counter()
    workspace, found = find_workspace(Path(__file__).resolve().parent), []
    for scenario in SCENARIOS:
        spec = load_market(scenario, workspace).spec
        for name in INSTITUTIONS:
            file = library_root() / "institutions" / f"tipping-{name}.yaml"
            institution = load_institution(read_text(file)) if name else None
            for breaks in (0, *BREAKERS):
                for reports in (False, True) if name == "monitors" else (False,):
                    gain = scenario_gain(
                        institution,
                        spec,
                        breaks,
                        seeds=range(arguments.runs),
                        rounds=ROUNDS,
                        reports=reports,
                        state="watched",
                    )
                    cell = {"scenario": scenario, "institution": name, "breaks": breaks, "reports": reports}
                    found.append(cell | {key: round(value, 6) for key, value in asdict(gain).items()})
                    print(found[-1], flush=True)
    print(f"{len(found)} cells in {time.perf_counter() - began:.0f} s", file=sys.stderr)
    if arguments.out:
        figures = {"runs": arguments.runs, "rounds": ROUNDS, "agents": 8, "cells": found}
        arguments.out.write_text(json.dumps(figures, indent=1) + "\n")


if __name__ == "__main__":
    main()
