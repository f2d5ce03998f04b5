"""How long `agora graph check` takes: the shipped institutions, and a ring of 50 states with 200 edges.

Seconds of processor time of one check each, the median of `--repeats`, without reading the file.

    python benchmarks/graph_check.py --out docs/measurements/graph_check.json
"""

from __future__ import annotations

import argparse
import json
import statistics
import sys
import time
from pathlib import Path
from typing import Any

from agoranomos.documents import Source, read_text
from agoranomos.institutions import Institution, load_institution
from agoranomos.institutions.checker import check
from agoranomos.workspace import find_workspace, resolve

ROOT = Path(__file__).resolve().parent.parent
INSTITUTIONS = ("cournot-antitrust", "cournot-antitrust-hardened")


def large() -> Institution:
    """The ring that the tests check, too."""
    sys.path.insert(0, str(ROOT / "tests"))
    from institutions.corpus.large import large_graph

    return load_institution(Source("large.yaml", large_graph()))


def measured(institution: Institution, repeats: int) -> dict[str, Any]:
    """Seconds, standings and judged rounds of a check."""
    seconds = []
    for _ in range(repeats):
        start = time.process_time()
        report = check(institution)
        seconds.append(time.process_time() - start)
    return {
        "states": len(institution.states),
        "edges": len(list(institution.edges)),
        "standings": report.standings,
        "judged_rounds": report.transitions,
        "findings": len(report.findings),
        "seconds": round(statistics.median(seconds), 3),
    }


def main() -> None:
    """Measure, print and write."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    parser.add_argument("--repeats", type=int, default=5)
    parser.add_argument("--out", type=Path)
    given = parser.parse_args()
    workspace = find_workspace(ROOT)
    checked = {name: load_institution(read_text(resolve("institutions", name, workspace))) for name in INSTITUTIONS}
    checked["a ring of 50 states and 200 edges"] = large()
    found = {name: measured(institution, given.repeats) for name, institution in checked.items()}
    text = json.dumps(found, indent=2) + "\n"
    print(text, end="")
    if given.out is not None:
        given.out.write_text(text)


if __name__ == "__main__":
    main()
