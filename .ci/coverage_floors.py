"""Holds the packages that everything else rests on to their own floor of branch coverage.

    coverage json -o coverage.json && python .ci/coverage_floors.py coverage.json [PACKAGE ...]

Exits 1 and names the packages that lie below; without names all that have a floor are held to it.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Sequence
from pathlib import Path

FLOORS = {"logs": 95.0, "institutions": 95.0, "markets": 95.0}
"""Percent of lines and branches together, as coverage.py counts them."""


def covered(files: dict[str, dict[str, dict[str, float]]], package: str) -> float:
    """Percent of the package's lines and branches that ran; raises `SystemExit` when it has no file at all."""
    summaries = [file["summary"] for name, file in files.items() if f"agoranomos/{package}/" in Path(name).as_posix()]
    total = sum(one["num_statements"] + one["num_branches"] for one in summaries)
    if not total:
        sys.exit(f"coverage: no file of {package} was measured")
    return 100 * sum(one["covered_lines"] + one["covered_branches"] for one in summaries) / total


def main(report: Path, packages: Sequence[str]) -> None:
    """Print one line a package; exit 1 when one lies below its floor."""
    unknown = set(packages) - set(FLOORS)
    if unknown:
        sys.exit(f"coverage: no floor is known for {', '.join(sorted(unknown))}; there is one for {', '.join(FLOORS)}")
    files = json.loads(report.read_text())["files"]
    percents = {package: covered(files, package) for package in packages or FLOORS}
    for package, percent in percents.items():
        print(f"coverage of {package}: {percent:.1f}% (at least {FLOORS[package]:.0f}%)")
    below = [package for package, percent in percents.items() if percent < FLOORS[package]]
    if below:
        sys.exit(f"coverage: below the floor: {', '.join(below)}")


if __name__ == "__main__":
    main(Path(sys.argv[1]), sys.argv[2:])
