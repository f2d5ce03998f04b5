"""Runs every benchmark and gathers what they measured, with the machine, in docs/performance.json.

    python -m benchmarks            all of them
    python -m benchmarks NAME ...   only these; the other figures stay as they were

The scripts run one after another, each in a process of its own, so that none warms up another.
"""

from __future__ import annotations

import argparse
import ast
import json
import os
import platform
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

HERE = Path(__file__).resolve().parent
RESULT = HERE.parent / "docs" / "performance.json"

TITLES = {
    "governed_rounds": "Governed rounds with full logging",
    "runner_mock": "What a campaign adds to a decision",
    "queue_overhead": "What the harness adds to a model's calls",
    "invariance": "What the batch and the number of workers change",
    "log_append": "What durability costs",
    "log_verify": "Verifying a log",
    "call_store": "The call store",
    "log_ratios": "The log against the limits of the machine",
    "models": "The embedded language model",
    "choices": "Exact probabilities of options against samples",
    "pettingzoo_step": "A bare step of every market",
    "market_kernels": "Scripted play in the vectorised kernels",
    "long_run": "Memory over ten million rounds",
    "q_learning": "Learners at full speed",
    "ppo": "Training by PPO",
    "counterfactual": "Recorded rounds under other institutions",
    "hundred_thousand": "A hundred thousand runs on one machine",
}
"""The scripts that measure time, and what each is called on the page; `false_accusation.py` measures something else."""


def about(script: Path) -> str:
    """The script's own description: its docstring up to the command line that it shows."""
    text = ast.get_docstring(ast.parse(script.read_text())) or ""
    return text.split("\n\n    python ")[0].strip()


def machine() -> dict[str, Any]:
    """What the figures were measured on; nothing that names the machine."""
    processor = platform.processor() or platform.machine()
    try:
        lines = Path("/proc/cpuinfo").read_text().splitlines()
        processor = next(line.split(":", 1)[1].strip() for line in lines if line.startswith("model name"))
    except (OSError, StopIteration):
        pass
    system = f"{platform.system()} {platform.machine()}"
    return {"cpus": os.cpu_count(), "processor": processor, "python": platform.python_version(), "system": system}


def measure(name: str) -> dict[str, Any]:
    """The JSON that one script writes; ends the process when the script fails."""
    with tempfile.TemporaryDirectory() as folder:
        out = Path(folder) / "figures.json"
        done = subprocess.run([sys.executable, str(HERE / f"{name}.py"), "--out", str(out)], check=False)
        if done.returncode != 0:
            sys.exit(f"benchmarks/{name}.py ended with {done.returncode}")
        figures: dict[str, Any] = json.loads(out.read_text())
    return figures


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("names", nargs="*", metavar="NAME", help=f"of {', '.join(TITLES)}")
    names = parser.parse_args().names or list(TITLES)
    if unknown := sorted(set(names) - set(TITLES)):
        parser.error(f"unknown benchmark {unknown[0]!r}; there are {', '.join(TITLES)}")
    measured = json.loads(RESULT.read_text())["measurements"] if RESULT.is_file() else {}
    for name in names:
        print(f"== {name}", flush=True)
        measured[name] = {
            "title": TITLES[name],
            "about": about(HERE / f"{name}.py"),
            "command": f"python benchmarks/{name}.py",
            "figures": measure(name),
        }
        ordered = {key: measured[key] for key in TITLES if key in measured}
        RESULT.write_text(json.dumps({"machine": machine(), "measurements": ordered}, indent=1) + "\n")
    print(f"{RESULT.relative_to(HERE.parent)} is written; make docs turns it into docs/performance.md")


if __name__ == "__main__":
    main()
