"""Holds the packages that everything else rests on to their own floor of branch coverage.

    coverage json -o coverage.json && python .ci/coverage_floors.py coverage.json

Exits 1 and names the packages that lie below.
"""

from __future__ import annotations

import json
import sys
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


def main(report: Path) -> None:
    """Print one line a package; exit 1 when one lies below its floor."""
    files = json.loads(report.read_text())["files"]
    percents = {package: covered(files, package) for package in FLOORS}
    for package, percent in percents.items():
        print(f"coverage of {package}: {percent:.1f}% (at least {FLOORS[package]:.0f}%)")
    below = [package for package, percent in percents.items() if percent < FLOORS[package]]
    if below:
        sys.exit(f"coverage: below the floor: {', '.join(below)}")


if __name__ == "__main__":
    main(Path(sys.argv[1]))
