"""What speed is aimed at, and what was measured."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from generating.numbers import shown

AIMS = (
    ("governed_rounds", "decisions_per_second_durable_once_a_run", min, ">=", 10_000,
     "governed decisions a second on one core, everything logged, durable once a run"),
    ("governed_rounds", "durable_every_round_over_allowed", max, "<=", 1.0,
     "durable every round: time over (1.5 times the time in memory, plus two syncs)"),
    ("log_verify", "entries_per_second_median", min, ">=", 200_000, "entries verified a second, without replay"),
    ("runner_mock", "overhead_us_per_decision", max, "<=", 100,
     "microseconds of our CPU a decision beyond policy and market, 64 runs waiting for a model of 50 ms"),
    ("pettingzoo_step", "cournot_step_extra_us", max, "<=", 20,
     "microseconds of a bare step of cournot_v0 beyond a minimal environment's"),
    ("queue_overhead", "campaign_cpu_ms_per_call", max, "<=", 0.3,
     "milliseconds of our CPU a mock's call, from prompt to a log signed and synced every round, 512 in flight"),
    ("queue_overhead", "durable_once_a_run_harness_cpu_ms_per_call", max, "<=", 0.3,
     "the same where the log is durable once a run, less what market, judge and agents themselves take"),
    ("queue_overhead", "campaign_wall_over_calls_alone", max, "<=", 0.05,
     "wall time beyond the calls' own, as a share of it, at a latency of 1 s with 512 in flight"),
    ("invariance", "wrong_choices", max, "<=", 0,
     "choices and distributions that depend on the batch or on the workers"),
    ("market_kernels", "cournot_firm_rounds_per_second", min, ">=", 5_000_000,
     "firm-rounds a second of scripted play in the Cournot kernel, on two cores, all measures included"),
    ("long_run", "grown_mib_at_most", max, "<=", 1.0, "mebibytes that memory grows over ten million rounds"),
)  # fmt: skip
"""Script, figure, which of several counts, how it compares with the aim, the aim, and what it is."""


def kept(measurements: dict[str, Any]) -> Iterator[str]:
    """One row an aim, for the figures that were measured; an aim that is missed says so."""
    for script, key, pick, sign, aim, words in AIMS:
        found = list(values_of(measurements.get(script, {}).get("figures", {}), key))
        if found:
            value = pick(found)
            met = value >= aim if sign == ">=" else value <= aim
            bound = f"{'at least' if sign == '>=' else 'at most'} {shown(aim)}"
            yield f"| {words} | {bound} | {shown(value)} | {'met' if met else '**missed**'} |"
    for row in measurements.get("log_ratios", {}).get("figures", {}).get("ratios", []):
        said = "met" if row["measured"] <= row["accepted"] else "**missed**"
        yield f"| {row['what']} | at most {shown(row['accepted'])} | {shown(row['measured'])} | {said} |"


def values_of(figures: Any, key: str) -> Iterator[float]:
    """Every number that stands under `key`, however deep."""
    if isinstance(figures, dict):
        if isinstance(figures.get(key), int | float):
            yield figures[key]
        for value in figures.values():
            yield from values_of(value, key)
    elif isinstance(figures, list):
        for value in figures:
            yield from values_of(value, key)
