"""What the batch and the number of workers change: the same campaigns of SmolLM2, played again and again, compared.

Two campaigns in float32 in this process: `prompted` agents write replies in the papers' duopoly under three regimes,
and `choosing` agents act on the distribution over their options. Each is played with batches of different sizes
(`--batches`) and with 1 and 8 runs side by side, without the call store. Every play is held against the first, decision
by decision: actions, replies, distributions as recorded. Of replies that differ, those to the same prompt are the
model's doing; the others follow from an earlier one. The script fails where a choice differs, or a log-probability by
more than a thousandth: as recorded, in millionths, distributions show the last digits of float32.

    python benchmarks/invariance.py
"""

from __future__ import annotations

import argparse
import json
import math
import sys
import tempfile
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from agoranomos.campaigns import Settings, execute, open_folder, plan
from agoranomos.documents import Source
from agoranomos.institutions.entries import DecisionRecord, Round, decode_entry
from agoranomos.institutions.parts import whole_entries
from agoranomos.logs import KeyStore, LogReader
from agoranomos.workspace import Workspace

TOLERANCE = 1e-3
"""How far a log-probability may move: as far as engines may in their conformance tests."""

ROSTERS = {
    "prompted": 'policy: prompted, parameters: {{model: "{model}", template: cournot-cached}}',
    "choosing": 'policy: choosing, parameters: {{model: "{model}"}}',
}

CAMPAIGN = """kind: campaign
version: 1
name: invariance
market: cournot-duopoly
rosters: [{roster}]
regimes:
  ungoverned: {{}}
  constitutional: {{told: antitrust-constitution}}
  institutional: {{institution: cournot-antitrust}}
seeds: {seeds}
rounds: {rounds}
"""


@dataclass(frozen=True, slots=True)
class Decided:
    """One decision: what went into it and what came out, without the model's name, in which the batch stands."""

    prompts: tuple[str, ...]
    replies: tuple[str, ...]
    choices: tuple[Any, ...]
    chosen: int | None
    action: tuple[int, ...]


Play = dict[tuple[str, int, int, str], Decided]
"""Decisions by arm, seed, round, and agent."""


def play(roster: str, model: str, seeds: int, rounds: int, workers: int) -> Play:
    """Play the campaign and read its logs."""
    with tempfile.TemporaryDirectory() as temporary:
        root = Path(temporary)
        workspace = Workspace(root / "lab", "lab")
        workspace.folder("agents").mkdir(parents=True)
        agents = "kind: roster\nversion: 1\nagents:\n  - {" + ROSTERS[roster].format(model=model) + "}\n"
        (workspace.folder("agents") / f"{roster}.yaml").write_text(agents)
        made = plan(Source("invariance", CAMPAIGN.format(roster=roster, seeds=seeds, rounds=rounds)), workspace)
        folder = open_folder(made, root / "logs")
        outcome = execute(made, folder, KeyStore(root / "keys"), Settings(workers=workers))
        for failure in outcome.failures:
            raise failure.error
        if outcome.stopped is not None:
            raise outcome.stopped
        found: Play = {}
        for run in made.runs():
            for whole in whole_entries(LogReader(folder.run(*run.key)).entries()):
                entry = decode_entry(whole.line)
                if isinstance(entry.body, Round):
                    for seat, decision in enumerate(entry.body.decisions):
                        key = (*run.key, entry.round, decision.agent)
                        found[key] = decided(decision, entry.body.actions[seat])
        return found


def decided(decision: DecisionRecord, action: tuple[int, ...]) -> Decided:
    """What is compared of a decision."""
    calls = decision.calls
    return Decided(
        tuple(call.prompt_sha256 for call in calls),
        tuple(call.reply or call.reply_sha256 for call in calls),
        tuple(call.choice for call in calls),
        decision.chosen,
        action,
    )


def compared(first: Play, other: Play) -> dict[str, float]:
    """How many decisions of two plays differ, and in what."""
    if first.keys() != other.keys():
        raise SystemExit("the two plays do not hold the same decisions")
    pairs = [(first[key], other[key]) for key in first]
    return {
        "decisions": len(pairs),
        "actions_that_differ": sum(one.action != two.action for one, two in pairs),
        "replies_that_differ": sum(one.replies != two.replies for one, two in pairs),
        "of_them_to_the_same_prompt": sum(
            one.replies != two.replies and one.prompts[:1] == two.prompts[:1] for one, two in pairs
        ),
        "choices_that_differ": sum(one.chosen != two.chosen for one, two in pairs),
        "largest_difference_of_a_log_probability": max((apart(one, two) for one, two in pairs), default=0.0),
    }


def apart(one: Decided, two: Decided) -> float:
    """The largest difference of a log-probability between the choices of two decisions, as recorded."""
    pairs = [(a, b) for a, b in zip(one.choices, two.choices, strict=True) if a is not None and b is not None]
    logs = [pair for a, b in pairs for pair in zip(a.log_probabilities_e6, b.log_probabilities_e6, strict=True)]
    return max((0.0 if a == b else math.inf if None in (a, b) else abs(a - b) / 1e6 for a, b in logs), default=0.0)


def measure(roster: str, model: str, batches: Sequence[int], seeds: int, rounds: int) -> list[dict[str, Any]]:
    """One row a play after the first."""
    rows: list[dict[str, Any]] = []
    first: Play | None = None
    for batch, workers in [(batches[0], 8), (batches[0], 1), *((batch, 8) for batch in batches[1:])]:
        began = time.perf_counter()
        found = play(roster, f"{model}?batch={batch}&dtype=float32", seeds, rounds, workers)
        seconds = time.perf_counter() - began
        print(f"{roster}, batch {batch}, {workers} workers: {len(found)} decisions, {seconds:.0f} s", file=sys.stderr)
        if first is None:
            first = found
        else:
            what = f"{roster}: batch {batch}, {workers} workers, against batch {batches[0]}, 8 workers"
            rows.append({"what": what, **compared(first, found)})
    return rows


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--model", default="smollm2")
    parser.add_argument("--batches", type=int, nargs="+", default=[16, 5, 1])
    parser.add_argument("--seeds", type=int, default=3)
    parser.add_argument("--rounds", type=int, default=4)
    parser.add_argument("--out", type=Path)
    given = parser.parse_args()
    rows = [row for roster in ROSTERS for row in measure(roster, given.model, given.batches, given.seeds, given.rounds)]
    moved = "largest_difference_of_a_log_probability"
    wrong = sum(row["choices_that_differ"] + (row[moved] > TOLERANCE) for row in rows)
    result = {"model": given.model, "seeds": given.seeds, "rounds": given.rounds, "wrong_choices": wrong, "plays": rows}
    text = json.dumps(result, indent=2)
    print(text)
    if given.out is not None:
        given.out.parent.mkdir(parents=True, exist_ok=True)
        given.out.write_text(text + "\n")
    if wrong:
        sys.exit(f"{wrong} choices or distributions of a play depend on the batch or on the workers")


if __name__ == "__main__":
    main()
