"""Sections of the page of performance that come from measurements of their own."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from generating.numbers import shown


def gpu_section(found: dict[str, Any] | None) -> Iterator[str]:
    """A model of 8 billion parameters on one GPU: what was measured, or that nothing was."""
    yield "## A model of 8 billion parameters on one GPU\n"
    if found is None:
        yield "No GPU was at hand: nothing is measured, and nothing is claimed.\n"
    else:
        decoding, together = found["decoding"], found["all_calls_at_once"]
        lines = [
            f"On one {found['device']}, torch {found['torch']}: {found['model']['architecture']}, "
            f"{found['model']['number_format']}, {together['together']} calls at a time.\n",
            "| figure | value |\n|---|---:|",
            f"| calls a second | {shown(together['calls_per_second'])} |",
            f"| tokens of replies a second | {shown(together['reply_tokens_per_second'])} |",
            f"| tokens a second in decoding alone | {shown(decoding['tokens_per_second'])} |",
            f"| share of the memory-bandwidth limit in decoding | {shown(decoding['share_of_the_bandwidth_limit'])} |",
            f"| share of wall time in which the GPU was busy | {shown((found['busy'] or {}).get('share', '-'))} |",
            f"| times one run at a time (aim: at least 20) | {shown(found['times_one_run_at_a_time'])} |",
            f"| times plain `generate` with static batches | {shown(found['times_plain_generate'])} |",
        ]
        yield "\n".join(lines) + "\n"
    yield "    python benchmarks/gpu.py --out docs/measurements/gpu.json\n"


def compiled_section(figures: list[dict[str, Any]]) -> Iterator[str]:
    """Firm-rounds a second of the compiled judge, and against the interpreted one in the same run."""
    slowest = min(row["firm_rounds_per_second_judged"] for row in figures)
    aim = 1_000_000
    yield (
        "## The compiled judge\n\nFirm-rounds a second by the clock, on two processes; the aim is at least "
        f"{aim:,}: {'met' if slowest >= aim else '**missed**'}. "
        "A million random rounds under random institutions came out bit for bit as the interpreted judge decides them "
        "(docs/measurements/compiled_judge.json).\n\n"
        "    python benchmarks/compiled_judge.py --out docs/measurements/compiled_judge_speed.json\n"
    )
    lines = ["| institution | judged | cleared, measured and judged | times the interpreted judge, a core |"]
    lines.append("|---|---:|---:|---:|")
    lines += [
        f"| {row['institution']} | {round(row['firm_rounds_per_second_judged']):,} "
        f"| {round(row['firm_rounds_per_second_played']):,} | {row['times_the_interpreted_per_core']:.0f} |"
        for row in figures
    ]
    yield "\n".join(lines) + "\n"


def fault_section(faults: list[dict[str, Any]]) -> Iterator[str]:
    """What struck in the last run of the fault matrix, and whether a promise was broken."""
    struck, broken = sum(row["struck"] for row in faults), sum(row["broken"] for row in faults)
    yield (
        "## The fault matrix\n\nAfter every fault: what was acknowledged is there, byte for byte; every checkpoint "
        "that was told is consistent with it; no two that were signed contradict each other; recovering twice is "
        f"recovering once; what was cut off is told of. {struck:,} faults, {broken:,} broken promises.\n\n"
        "    python -m benchmarks.fault_matrix\n"
    )
    lines = ["| fault | what strikes | times | broken | seconds |", "|---|---|---:|---:|---:|"]
    lines += [
        f"| {row['fault']} | {row['what']} | {shown(row['struck'])} | {row['broken']} | {shown(row['seconds'])} |"
        for row in faults
    ]
    yield "\n".join(lines) + "\n"
    notes: dict[str, int] = next((row["notes"] for row in faults if row["fault"] == "F5"), {})
    orders = dict.fromkeys(name.partition(": ")[0] for name in notes if ": states" in name)
    if orders:
        yield (
            "The order of a commit is played beside four wrong ones, over every image that a disk may hold after a "
            "power cut; what finds nothing in these would find nothing at all.\n"
        )
        lines = ["| order of a commit | images | break a promise |", "|---|---:|---:|"]
        lines += [f"| {name} | {notes[f'{name}: states']:,} | {notes[f'{name}: violations']:,} |" for name in orders]
        yield "\n".join(lines) + "\n"


def mutant_section(modules: dict[str, dict[str, Any]]) -> Iterator[str]:
    """How many changes to the verifier the tests find."""
    total = {key: sum(row[key] for row in modules.values()) for key in ("made", "killed")}
    left = sum(len(row["survived"]) for row in modules.values())
    same = sum(len(row["equivalent"]) for row in modules.values())
    yield (
        "## Mutants of the verifier\n\nSmall changes to the code that verifies, one at a time; the tests must fail "
        f"for each. {total['made']:,} made, {total['killed']:,} found, {same} change nothing that can be seen (each "
        f"with its reason in docs/measurements/mutants.json), {left} survive.\n\n    make mutants\n"
    )
    lines = ["| module | made | found | change nothing | survive |", "|---|---:|---:|---:|---:|"]
    lines += [
        f"| {name} | {row['made']} | {row['killed']} | {len(row['equivalent'])} | {len(row['survived'])} |"
        for name, row in modules.items()
    ]
    yield "\n".join(lines) + "\n"


def tamper_section(tests: list[dict[str, Any]]) -> Iterator[str]:
    """What was forged in the last run of the tamper matrix, and what became of it."""
    forged = [row for row in tests if "made" in row]
    yield (
        "## The tamper matrix\n\nEvery forgery is made, and must be found: "
        f"{sum(row['made'] for row in forged):,} made, {sum(row['found'] for row in forged):,} found. "
        "Tests that stand for a row are counted, not their forgeries.\n\n    python -m benchmarks.tamper_matrix\n"
    )
    lines = ["| test | what is forged | made | found | tampered | damaged | undecided | seconds |"]
    lines.append("|---|---|" + "---:|" * 6)
    for row in tests:
        if "made" in row:
            part = f" (one in {row['one_in']})" if row["one_in"] > 1 else ""
            counts = [shown(row[key]) for key in ("made", "found", "tampered", "damaged", "undecided", "seconds")]
        else:
            part = ""
            counts = [f"{row['tests']} tests", f"{row['passed']} passed", "", "", "", shown(row["seconds"])]
        lines.append(f"| {row['test']} | {row['what']}{part} | {' | '.join(counts)} |")
    yield "\n".join(lines) + "\n"
