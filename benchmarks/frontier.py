"""What a cartel can keep against how many innocents are sanctioned, for both shipped graphs.

For each window of evidence and each sanction base: the best plan of a stated family of cartels (parked, cycling, or
watching its own standing), less the best plan whose prices never exceed Nash; and innocent play of 50 rounds with 5%
noise, with the upper 95% bounds of the shares of runs that are accused and sanctioned. Then the same for thresholds
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

WINDOWS = (1, 2, 3, 5, 7, 10, 15, 20)
DISTANCES = (0.25, 0.5, 0.75, 1.5, 2.0)
SWEPT = (3, 5, 10, 20)
ROUNDS = 50

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
        "harmful_gain": found.harmful_gain,
        "harmful_share": found.harmful_gain / found.nash_profit,
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


def sanctioned_upper(one: dict[str, Any], play: str) -> float:
    """The upper 95% bound of the share of sanctioned runs of one innocent play."""
    return next(float(null["sanctioned_upper"]) for null in one["nulls"] if null["play"] == play)


def draw(figures: dict[str, Any], path: Path) -> None:
    """Two rows of two panels: by window and sanction base at the shipped thresholds; by window and threshold."""
    from matplotlib.figure import Figure

    colours = dict(zip(BASES, ("#0072B2", "#D55E00", "#009E73"), strict=True))
    dashes = dict(zip(BASES, ("-", "--", ":"), strict=True))
    windows = dict(zip(SWEPT, ("#56B4E9", "#E69F00", "#009E73", "#CC79A7"), strict=True))
    figure = Figure(figsize=(11.0, 8.6), layout="constrained")
    panels = figure.subplots(2, 2, sharey="col")
    for column, name in enumerate(SHIPPED):
        points = [one for one in figures["points"] if one["institution"] == name]
        top, bottom = panels[0][column], panels[1][column]
        top.set_title(f"{name}\nby window (numbers, rounds) and sanction base", fontsize=10, loc="left")
        for base, colour in colours.items():
            line = [one for one in points if one["base"] == base and one["distance"] == 1.0]
            _line(top, line, [str(one["window"]) for one in line], color=colour, linestyle=dashes[base], label=base)
        bottom.set_title(
            "by window and threshold (numbers: multiples of its distance from Nash)", fontsize=10, loc="left"
        )
        own = SHIPPED[name][1]
        for window, colour in windows.items():
            line = sorted(
                (one for one in points if one["window"] == window and one["base"] == own),
                key=lambda one: one["distance"],
            )
            _line(bottom, line, [f"{one['distance']:g}" for one in line], color=colour, label=f"window {window}")
        for axes in (top, bottom):
            for one in points:
                if one["shipped"]:
                    axes.plot(
                        *_place(one), "o", markersize=13, markerfacecolor="none", color="black", label="as shipped"
                    )
            for certified in figures.get("certificates", ()):
                if certified["institution"] == name:
                    share = 100 * certified["harmful_share"]
                    axes.axhline(share, color="#999999", linewidth=0.8, label="certificate of the shipped graph")
            axes.axhline(3.0, color="#bbbbbb", linestyle=(0, (1, 2)), linewidth=1.0)
            axes.axvline(1.0, color="#bbbbbb", linestyle=(0, (1, 2)), linewidth=1.0)
            axes.set_xscale("log")
            axes.set_xlim(0.1, 130)
            axes.set_xticks([0.15, 1, 10, 100], ["0.15", "1", "10", "100"])
            axes.minorticks_off()
            axes.set_xlabel("innocent runs sanctioned, upper 95% bound in %")
            axes.spines[["top", "right"]].set_visible(False)
            axes.legend(frameon=False, fontsize=8)
    for row in panels:
        row[0].set_ylabel("harmful gain of the best cartel, % of Nash profit")
    figure.savefig(path, dpi=130)


def _place(one: dict[str, Any]) -> tuple[float, float]:
    return 100 * sanctioned_upper(one, "nash"), 100 * one["harmful_share"]


def _line(axes: Any, line: Sequence[dict[str, Any]], labels: Sequence[str], **style: Any) -> None:
    places = [_place(one) for one in line]
    axes.plot(*zip(*places, strict=True), marker=".", linewidth=1.3, **style)
    for place, label in zip(places, labels, strict=True):
        axes.annotate(label, place, textcoords="offset points", xytext=(4, 3), fontsize=7, color=style["color"])


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
                f"harmful {100 * one['harmful_share']:6.2f}%  nash sanctioned <= "
                f"{100 * sanctioned_upper(one, 'nash'):6.2f}%  {one['best']['plan']}",
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
