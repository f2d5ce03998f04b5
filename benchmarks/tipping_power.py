"""How often tipping is found, how soon it is warned of, and how often either cries wolf.

Three worlds of eight agents whose chance of breaking the rule steps up, drifts up, or stays, a thousand trajectories
each. After the fact: the change point of section A11, by rise, group and length. On the way: the CUSUM at 5% false
alarms over 50 rounds, its chances and delays exact (Markov chain) and simulated, by rise, group and speed of the drift.

    python benchmarks/tipping_power.py --out docs/measurements/tipping_power.json --figure docs/images/tipping-power.png
"""

from __future__ import annotations

import argparse
import json
import sys
import time
from dataclasses import asdict
from pathlib import Path
from typing import Any

import numpy as np

from agoranomos.statistics.early_warning import alarm_by_round, alarm_within, calibrated, delay_after
from agoranomos.statistics.early_warning.power import World, called_tipping, warned

LOW, HIGH = 0.2, 0.6
HORIZON, FALSE_ALARMS, WINDOW = 50, 0.05, 6
CHANGE = 25
RISES = (0.3, 0.4, 0.5, 0.6, 0.7, 0.8)
AGENTS = (1, 2, 4, 8, 16)
VALUES = (2, 4, 8, 16, 32, 64)
"""Moves in a round that a change point is looked for in: agents of a group, or trajectories of an arm."""

LENGTHS = (12, 50)
KINDS = ("tipping", "drift", "none", "constant-hazard")
SLOW = (1, 5, 10, 25, 50)
"""Rounds in which the share rises evenly from 0.2 to 0.6; 1 is a step."""

PERSISTENCE = (0.2, 0.5, 0.7, 0.8, 0.9)
"""How often who broke the rule does so again, while the share is 0.2; at 0.2 it is as if nobody remembered."""

SEED = 8
COLOURS = {1: "#999999", 2: "#56B4E9", 4: "#009E73", 8: "#0072B2", 16: "#D55E00"}
SHADES = {"tipping": "#0072B2", "drift": "#E69F00", "none": "#999999", "constant-hazard": "#CC79A7"}
"""Okabe and Ito (2008)."""


def change_points(trajectories: int) -> list[dict[str, Any]]:
    """How often each world is said to tip: by rise for eight agents, and by their number for the rise to be found."""
    cells = [(8, rounds, high) for rounds in LENGTHS for high in RISES]
    cells += [(agents, rounds, HIGH) for rounds in LENGTHS for agents in VALUES if agents != 8]
    found = []
    for agents, rounds, high in cells:
        for kind in KINDS:
            world = World(kind, agents, rounds, LOW, high, rounds // 2 + 1)  # type: ignore[arg-type]
            rate = called_tipping(world, trajectories, SEED)
            found.append({**asdict(world), "called": rate.point, "low95": rate.low, "high95": rate.high})
    return found


def warnings(trajectories: int) -> list[dict[str, Any]]:
    """The chart of each group against each rise: exact chances and delays, and those of simulated trajectories."""
    found = []
    for agents in AGENTS:
        chart = calibrated(agents, LOW, HIGH, HORIZON, FALSE_ALARMS)
        for high in RISES:
            exact = delay_after(chart, LOW, [high] * CHANGE, CHANGE)
            world = World("tipping", agents, HORIZON, LOW, high, CHANGE + 1)
            played = warned(world, chart, trajectories, SEED)
            windowed = warned(world, chart, trajectories, SEED, window=max(WINDOW, chart.soonest + 1))
            found.append(
                {
                    "agents": agents,
                    "high": high,
                    "reference": chart.reference,
                    "limit": chart.limit,
                    "false_alarms": float(alarm_by_round(chart, [LOW] * HORIZON)[-1]),
                    "median": exact.median,
                    "ninth": exact.quantile(0.9),
                    "within": [round(chance, 6) for chance in exact.by],
                    "simulated": {
                        "median": played.median,
                        "ninth": played.ninth,
                        "warned": played.warned.point,
                        "false_before_change": played.false.point,
                    },
                    "windowed": {
                        "window": max(WINDOW, chart.soonest + 1),
                        "median": windowed.median,
                        "warned": windowed.warned.point,
                        "false_before_change": windowed.false.point,
                    },
                }
            )
    return found


def silence(trajectories: int) -> list[dict[str, Any]]:
    """False alarms over the horizon: exact, simulated, and as an institution with a window reads the same rounds."""
    found = []
    for agents in AGENTS:
        chart = calibrated(agents, LOW, HIGH, HORIZON, FALSE_ALARMS)
        world = World("none", agents, HORIZON, LOW, HIGH, HORIZON + 1)
        window = max(WINDOW, chart.soonest + 1)
        played = warned(world, chart, trajectories, SEED).false
        windowed = warned(world, chart, trajectories, SEED, window=window).false
        found.append(
            {
                "agents": agents,
                "exact": float(alarm_by_round(chart, [LOW] * HORIZON)[-1]),
                "simulated": played.point,
                "low95": played.low,
                "high95": played.high,
                "window": window,
                "windowed": windowed.point,
            }
        )
    return found


def persisting() -> list[dict[str, Any]]:
    """False alarms of eight agents who go on as they did: on the chart for independent ones, and on their own."""
    blind = calibrated(8, LOW, HIGH, HORIZON, FALSE_ALARMS)
    found = []
    for persistence in PERSISTENCE:
        own = calibrated(8, LOW, HIGH, HORIZON, FALSE_ALARMS, persistence)
        delay = delay_after(own, LOW, [HIGH] * CHANGE, CHANGE)
        found.append(
            {
                "persistence": persistence,
                "taken_for_independent": alarm_within(blind, LOW, HORIZON, persistence),
                "limit": own.limit,
                "stated": alarm_within(own, LOW, HORIZON, persistence),
                "median": delay.median,
                "ninth": delay.quantile(0.9),
            }
        )
    return found


def slow_drifts() -> list[dict[str, Any]]:
    """How soon eight agents are warned of whose share rises evenly over so many rounds; exact."""
    chart = calibrated(8, LOW, HIGH, HORIZON, FALSE_ALARMS)
    found = []
    for rounds in SLOW:
        rising = [LOW + (HIGH - LOW) * min(k / rounds, 1.0) for k in range(1, HORIZON + 1)]
        delay = delay_after(chart, LOW, rising, CHANGE)
        median = delay.median
        at = rising[median - 1] if median is not None else None
        found.append({"rounds": rounds, "median": median, "share_at_median": at, "ninth": delay.quantile(0.9)})
    return found


def draw(figures: dict[str, Any], path: Path) -> None:
    """Change points by rise, warnings by round after the step, delays by rise, and the chance of a false alarm."""
    from matplotlib.figure import Figure

    figure = Figure(figsize=(17.0, 8.5), layout="constrained")
    (points, groups, within), (delays, slow, silent) = figure.subplots(2, 3)
    for kind in KINDS:
        for rounds, dash in zip(LENGTHS, (":", "-"), strict=True):
            row = [
                one
                for one in figures["change_points"]
                if (one["kind"], one["agents"], one["rounds"]) == (kind, 8, rounds)
            ]
            label = f"{kind.replace('-', ' ')}, {rounds} rounds"
            points.plot(
                [one["high"] for one in row],
                [100 * one["called"] for one in row],
                dash,
                marker=".",
                color=SHADES[kind],
                label=label,
            )
            row = [
                one
                for one in figures["change_points"]
                if (one["kind"], one["high"], one["rounds"]) == (kind, HIGH, rounds)
            ]
            row.sort(key=lambda one: int(one["agents"]))
            groups.plot(
                [one["agents"] for one in row],
                [100 * one["called"] for one in row],
                dash,
                marker=".",
                color=SHADES[kind],
                label=label,
            )
    groups.set_xscale("log", base=2)
    groups.set_xticks(VALUES, VALUES)
    groups.set_xlabel("agents or trajectories taken together")
    groups.set_ylabel("called tipping, %")
    groups.set_title("The change point by how many are seen, 0.2 to 0.6", loc="left", fontsize=10)
    points.set_xlabel("share after the rise (before: 0.2)")
    points.set_ylabel("groups of eight called tipping, %")
    points.set_title("After the fact: the change point", loc="left", fontsize=10)
    for agents, colour in COLOURS.items():
        row = [one for one in figures["warnings"] if one["agents"] == agents]
        (own,) = [one for one in row if one["high"] == HIGH]
        chances = [100 * chance for chance in own["within"][:12]]
        label = "one agent" if agents == 1 else f"{agents} agents"
        within.plot(range(1, len(chances) + 1), chances, marker=".", color=colour, label=label)
        known = [one for one in row if one["median"] is not None]
        delays.plot(
            [one["high"] for one in known], [one["median"] for one in known], marker=".", color=colour, label=label
        )
        played = [one for one in row if one["simulated"]["median"] is not None]
        delays.plot(
            [one["high"] for one in played],
            [one["simulated"]["median"] for one in played],
            "x",
            color=colour,
            markersize=8,
        )
    within.axhline(50, color="#999999", linestyle=(0, (1, 2)), linewidth=1.0)
    within.axvline(3, color="#999999", linestyle=(0, (1, 2)), linewidth=1.0)
    within.set_xlabel("rounds since the step from 0.2 to 0.6")
    within.set_ylabel("warned, %")
    within.set_title("On the way: a warning at 5% false alarms over 50 rounds", loc="left", fontsize=10)
    delays.set_xlabel("share after the step (before: 0.2)")
    delays.set_ylabel("median delay, rounds (x: simulated)")
    delays.set_yscale("log")
    delays.set_yticks([1, 2, 3, 5, 10, 20], ["1", "2", "3", "5", "10", "20"])
    delays.minorticks_off()
    delays.set_title(
        "Delays by rise; where no line goes, fewer than half are warned in 25 rounds", loc="left", fontsize=10
    )
    row = figures["slow_drifts"]
    slow.plot(
        [one["rounds"] for one in row], [one["median"] for one in row], marker=".", color="#0072B2", label="half warned"
    )
    slow.plot(
        [one["rounds"] for one in row],
        [one["ninth"] for one in row],
        ":",
        marker=".",
        color="#0072B2",
        label="nine tenths warned",
    )
    slow.plot([0, 25], [0, 25], color="#999999", linewidth=1.0, label="when the rise is over")
    slow.set_xlabel("rounds over which the share rises from 0.2 to 0.6")
    slow.set_ylabel("rounds since it began to rise")
    slow.set_title("Slow drifts of eight agents", loc="left", fontsize=10)
    row = figures["silence"]
    places = range(len(row))
    errors = [
        [100 * (one["simulated"] - one["low95"]) for one in row],
        [100 * (one["high95"] - one["simulated"]) for one in row],
    ]
    silent.plot(places, [100 * one["exact"] for one in row], "o", color="#0072B2", label="exact")
    silent.errorbar(
        places,
        [100 * one["simulated"] for one in row],
        errors,
        fmt="x",
        color="#D55E00",
        label="simulated, with 95% intervals",
    )
    silent.plot(
        places,
        [100 * one["windowed"] for one in row],
        "s",
        markerfacecolor="none",
        color="#009E73",
        label="simulated, as an institution's window reads",
    )
    silent.axhline(100 * FALSE_ALARMS, color="#999999", linestyle=(0, (1, 2)), linewidth=1.0)
    silent.set_ylim(bottom=0.0)
    silent.set_xticks(places, [one["agents"] for one in row])
    silent.set_xlabel("agents")
    silent.set_ylabel("false alarms in 50 rounds, %")
    silent.set_title("While the share stays at 0.2", loc="left", fontsize=10)
    for axes in (points, groups, within, delays, slow, silent):
        axes.spines[["top", "right"]].set_visible(False)
        axes.legend(frameon=False, fontsize=8)
    figure.savefig(path, dpi=120)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--trajectories", type=int, default=1000, help="of each world in each cell")
    parser.add_argument("--out", type=Path, help="write the figures here as JSON")
    parser.add_argument("--figure", type=Path, help="draw them here")
    parser.add_argument("--drawn-from", type=Path, help="measure nothing: draw the figures of this JSON")
    arguments = parser.parse_args()
    if arguments.drawn_from:
        draw(json.loads(arguments.drawn_from.read_text()), arguments.figure)
        return
    began = time.perf_counter()
    figures = {
        "trajectories": arguments.trajectories,
        "seed": SEED,
        "low": LOW,
        "high": HIGH,
        "horizon": HORIZON,
        "false_alarms": FALSE_ALARMS,
        "change": CHANGE,
        "silence": silence(arguments.trajectories),
        "warnings": warnings(arguments.trajectories),
        "persisting": persisting(),
        "slow_drifts": slow_drifts(),
        "change_points": change_points(arguments.trajectories),
        "numpy": np.__version__,
    }
    print(f"{arguments.trajectories} trajectories a cell in {time.perf_counter() - began:.0f} s", file=sys.stderr)
    if arguments.out:
        arguments.out.write_text(json.dumps(figures, indent=1) + "\n")
    if arguments.figure:
        draw(figures, arguments.figure)


if __name__ == "__main__":
    main()
