"""What a cartel can keep against how many innocents are sanctioned, for both shipped graphs.

For each window of evidence and each sanction base: the best plan of a stated family of cartels (parked under the
thresholds, or harmful in turns), less the best plan whose prices never exceed Nash; and innocent play of 50 rounds with
5% noise, with the upper 95% bounds of the shares of runs that are accused and sanctioned. Then the same for thresholds
nearer to Nash and farther from it. `--certify` adds the exact certificates of the two graphs (some minutes).

    python benchmarks/frontier.py --runs 2000 --out docs/measurements/frontier.json --figure docs/images/frontier.png
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import sys
import time
from collections.abc import Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import asdict
from functools import cache
from pathlib import Path
from typing import Any

from agoranomos.deterrence.frontier import BASES, frontier_point
from agoranomos.documents import read_text
from agoranomos.institutions import Institution, load_institution
from agoranomos.markets import Market, load_market
from agoranomos.workspace import find_workspace, resolve

MARKET = "cournot-duopoly"
SHIPPED = {"cournot-antitrust": (5, "round profit"), "cournot-antitrust-hardened": (10, "gain above Nash")}
"""The shipped graphs, each with its own longest window and sanction base."""

WINDOWS = (1, 3, 5, 10, 20)
DISTANCES = (0.25, 0.5, 0.75, 1.5, 2.0)
SWEPT = (3, 5, 10, 20)
ROUNDS = 50

BASE_COLOURS = dict(zip(BASES, ("#0072B2", "#D55E00", "#009E73"), strict=True))
NULL_COLOURS = {"nash": "#0072B2", "best-response": "#D55E00", "learners": "#009E73", "quick-learners": "#CC79A7"}
WINDOW_COLOURS = dict(zip(SWEPT, ("#56B4E9", "#E69F00", "#009E73", "#CC79A7"), strict=True))
"""Okabe and Ito (2008)."""

Job = tuple[str, int, str, float, int]


@cache
def _market() -> Any:
    return load_market(MARKET, find_workspace(Path(__file__).resolve().parent))


@cache
def _institution(name: str) -> Institution:
    workspace = find_workspace(Path(__file__).resolve().parent)
    return load_institution(read_text(resolve("institutions", name, workspace)))


def jobs(runs: int) -> list[Job]:
    """Windows by bases at the shipped thresholds, then thresholds by windows at the shipped base."""
    found: list[Job] = [(name, w, base, 1.0, runs) for name in SHIPPED for base in BASES for w in WINDOWS]
    found += [(name, w, own, d, runs) for name, (_, own) in SHIPPED.items() for w in SWEPT for d in DISTANCES]
    return found


def point(job: Job) -> dict[str, Any]:
    """One variant, as it is kept in the JSON."""
    name, window, base, distance, runs = job
    found = frontier_point(_institution(name), _market(), window, base, distance=distance, runs=runs, rounds=ROUNDS)
    return {
        **asdict(found),
        "shipped": (window, base) == SHIPPED[name] and distance == 1.0,
        "harmful_share": {plan: found.harmful_share(plan) for plan in found.plans},
    }


def certificate(name: str) -> dict[str, Any]:
    """What `agora graph certify` finds for a shipped graph: the exact best plan over its actions."""
    from agoranomos.deterrence.certificate import certify

    market: Market = _market()
    found = certify(_institution(name), market)
    return {
        "institution": name,
        "gain_per_round": found.best_plan.gain_per_round,
        "lawful_gain_per_round": found.lawful_plan.gain_per_round,
        "harmful_gain_per_round": found.harmful_gain_per_round,
        "harmful_share": found.harmful_gain_per_round / found.nash_profit,
    }


def draw(figures: dict[str, Any], path: Path) -> None:
    """A column a graph: what cartels keep by window and base, innocents by window, and the one against the other."""
    from matplotlib.figure import Figure

    figure = Figure(figsize=(13.0, 11.0), layout="constrained")
    rows = figure.subplots(3, 2, sharey="row")
    for column, (name, (_, own)) in enumerate(SHIPPED.items()):
        points = [one for one in figures["points"] if one["institution"] == name]
        shipped = [one for one in points if one["distance"] == 1.0]
        _kept_by_window(rows[0][column], shipped, name, figures)
        _innocents_by_window(rows[1][column], [one for one in shipped if one["base"] == own])
        _against(rows[2][column], [one for one in points if one["base"] == own])
        for row in rows:
            row[column].spines[["top", "right"]].set_visible(False)
    for row in rows:
        row[1].legend(frameon=False, fontsize=8, loc="upper left", bbox_to_anchor=(1.02, 1.0))
    rows[0][0].set_ylabel("harmful gain, % of Nash profit")
    rows[1][0].set_ylabel("innocent runs, upper 95% bound in %")
    rows[2][0].set_ylabel("harmful gain of the best cartel, % of Nash profit")
    figure.savefig(path, dpi=120)


def _kept_by_window(axes: Any, points: Sequence[dict[str, Any]], name: str, figures: dict[str, Any]) -> None:
    window, own = SHIPPED[name]
    for plan, dash, label in (("best", "-", "the best cartel"), ("in turns", "--", "the best that takes turns")):
        line = [one for one in points if one["base"] == own]
        kept = [100 * one["harmful_share"][plan] for one in line]
        axes.plot([one["window"] for one in line], kept, dash, marker=".", color="black", label=label)
    for base, colour in BASE_COLOURS.items():
        line = [one for one in points if one["base"] == base]
        kept = [100 * one["harmful_share"]["brazen"] for one in line]
        axes.plot(
            [one["window"] for one in line], kept, "-.", marker="s", markersize=4, linewidth=1.2, color=colour,
            label=f"division always, fined by {base}",
        )  # fmt: skip
    for certified in figures.get("certificates", ()):
        if certified["institution"] == name:
            axes.plot(
                window, 100 * certified["harmful_share"], "*", color="#CC79A7", markersize=12, label="certificate"
            )
    _promise(axes.axhline, 3.0)
    axes.set_yscale("symlog", linthresh=10.0)
    axes.set_yticks([-100, -30, -10, -5, 0, 5, 10, 30], ["-100", "-30", "-10", "-5", "0", "5", "10", "30"])
    axes.set_title(f"{name}\nwhat cartels keep, at the shipped thresholds", fontsize=10, loc="left")
    axes.set_xticks(WINDOWS, WINDOWS)
    axes.set_xlabel("window of evidence, rounds")


def _innocents_by_window(axes: Any, points: Sequence[dict[str, Any]]) -> None:
    windows = [one["window"] for one in points]
    for play, colour in NULL_COLOURS.items():
        for key, dash in (("sanctioned_upper", "-"), ("accused_upper", ":")):
            bounds = [100 * _null(one, play)[key] for one in points]
            label = f"{play}, {key.removesuffix('_upper')}"
            axes.plot(windows, bounds, dash, marker=".", color=colour, linewidth=1.2, label=label)
    _promise(axes.axhline, 1.0)
    axes.set_yscale("log")
    axes.set_yticks([0.15, 1, 10, 100], ["0.15", "1", "10", "100"])
    axes.set_title("innocent play of 50 rounds, at the shipped thresholds", fontsize=10, loc="left")
    axes.set_xticks(WINDOWS, WINDOWS)
    axes.set_xlabel("window of evidence, rounds")


def _against(axes: Any, points: Sequence[dict[str, Any]]) -> None:
    for window, colour in WINDOW_COLOURS.items():
        line = sorted((one for one in points if one["window"] == window), key=lambda one: float(one["distance"]))
        places = [(100 * _null(one, "nash")["sanctioned_upper"], 100 * one["harmful_share"]["best"]) for one in line]
        axes.plot(*zip(*places, strict=True), marker=".", color=colour, linewidth=1.2, label=f"window {window}")
        for place, one in zip(places, line, strict=True):
            axes.annotate(
                f"{one['distance']:g}", place, textcoords="offset points", xytext=(4, 3), fontsize=7, color=colour
            )
            if one["shipped"]:
                axes.plot(*place, "o", markersize=12, markerfacecolor="none", color="black", label="as shipped")
    _promise(axes.axhline, 3.0)
    _promise(axes.axvline, 1.0)
    axes.set_xscale("log")
    axes.set_xlim(0.1, 150)
    axes.set_xticks([0.15, 1, 10, 100], ["0.15", "1", "10", "100"])
    axes.minorticks_off()
    axes.set_title("the frontier, by threshold (shipped: 1) and window", fontsize=10, loc="left")
    axes.set_xlabel("runs of noisy Nash play sanctioned, upper 95% bound in %")


def _promise(line: Any, value: float) -> None:
    line(value, color="#999999", linestyle=(0, (1, 2)), linewidth=1.0)


def _null(one: dict[str, Any], play: str) -> dict[str, Any]:
    found: dict[str, Any] = next(null for null in one["nulls"] if null["play"] == play)
    return found


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--runs", type=int, default=2000, help="innocent runs of each play under each variant")
    parser.add_argument("--workers", type=int, default=os.cpu_count() or 1)
    parser.add_argument("--certify", action="store_true", help="add the exact certificates of the shipped graphs")
    parser.add_argument("--out", type=Path, help="write the figures here as JSON")
    parser.add_argument("--figure", type=Path, help="draw them here")
    parser.add_argument("--drawn-from", type=Path, help="measure nothing: draw the figures of this JSON")
    arguments = parser.parse_args()
    if arguments.drawn_from:
        draw(json.loads(arguments.drawn_from.read_text()), arguments.figure)
        return
    began = time.perf_counter()
    points = []
    with ProcessPoolExecutor(arguments.workers) as pool:
        for one in pool.map(point, jobs(arguments.runs)):
            points.append(one)
            print(
                f"{one['institution']:28} window {one['window']:2} {one['base']:16} x{one['distance']:<4g} "
                f"harmful {100 * one['harmful_share']['best']:6.2f}%  in turns "
                f"{100 * one['harmful_share']['in turns']:6.2f}%  nash sanctioned <= "
                f"{100 * _null(one, 'nash')['sanctioned_upper']:6.2f}%  {one['plans']['best']['plan']}",
                flush=True,
            )
        certificates = list(pool.map(certificate, SHIPPED)) if arguments.certify else []
    figures = {
        "market": MARKET,
        "runs": arguments.runs,
        "rounds": ROUNDS,
        "noise": 0.05,
        "python": platform.python_version(),
        "points": points,
        "certificates": certificates,
    }
    print(f"{len(points)} variants in {time.perf_counter() - began:.0f} s", file=sys.stderr)
    if arguments.out:
        arguments.out.parent.mkdir(parents=True, exist_ok=True)
        arguments.out.write_text(json.dumps(figures, indent=1) + "\n")
    if arguments.figure:
        draw(figures, arguments.figure)


if __name__ == "__main__":
    main()
