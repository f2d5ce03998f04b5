"""Agent-rounds a second of scripted play in the vectorised kernel of every market, on two processes at once.

In the Cournot market (the papers' duopoly) every firm plays Nash quantities with 5% noise: each round's normal draws,
projection onto what is feasible in millionths, clearing, and all measures (price, quantity, share, profit, HHI, CV,
price elevation, restraint, Calvano's Delta, profit at Nash, consumer surplus, welfare, surplus ratio) are counted in.
In the other markets agents draw uniformly: bids, orders, or rows of the menus of the stage game; the draws and the
kernel are counted in. Arrays hold `--chunk` rounds, which keeps them in the cache. Rates are by the clock, and, for a
machine that others use too, by the processor time of the slower process.

    python benchmarks/market_kernels.py
"""

from __future__ import annotations

import argparse
import json
import multiprocessing
import statistics
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np

from agoranomos.markets import SCALE, build_market, find_market_type

AIM = 5_000_000
PROCESSES = 2
NOISE = 0.05
Play = Callable[[int], None]
TYPES = (
    "cournot", "bertrand", "commons", "credence-goods", "double-auction", "leniency-cartel", "matrix", "procurement",
    "public-goods", "threshold-public-goods",
)  # fmt: skip


def cournot_play(market: Any, chance: np.random.Generator) -> Play:
    """Noisy Nash play, cleared and measured."""
    from agoranomos.markets.cournot.clear import clear
    from agoranomos.markets.cournot.measures import measure

    spec, known = market.spec, market.benchmarks
    nash, most = known.nash.quantity, np.asarray(spec.capacity)[:, None] / len(spec.goods)

    def play(rounds: int) -> None:
        asked = nash * (1.0 + NOISE * chance.standard_normal((rounds, *nash.shape)))
        measure(spec, known, clear(spec, np.rint(np.clip(asked, 0.0, most) * SCALE) / SCALE))

    return play


def procurement_play(market: Any, chance: np.random.Generator) -> Play:
    """Costs and markups drawn uniformly."""
    from agoranomos.markets.procurement.clear import clear

    spec, firms = market.spec, len(market.possible_agents)

    def play(rounds: int) -> None:
        cost = chance.random((rounds, firms)) * spec.reserve
        bid = cost + chance.random((rounds, firms)) * (spec.reserve - cost)
        clear(spec, bid[..., None], cost, chance.integers(0, 2**31, rounds))

    return play


def double_auction_play(market: Any, chance: np.random.Generator) -> Play:
    """The clearing house, with orders drawn uniformly between the bounds of an action."""
    from agoranomos.markets.double_auction.clear import clear

    spec, agents = market.spec, len(market.possible_agents)
    space = market.action_space(market.possible_agents[0])
    low, high = float(np.min(space.low)), float(np.max(space.high))
    arrival = np.arange(agents)

    def play(rounds: int) -> None:
        clear(spec, low + (high - low) * chance.random((rounds, agents, *space.shape)), arrival)

    return play


def menu_play(market: Any, chance: np.random.Generator) -> Play:
    """Rows of the menus of the stage game, drawn uniformly."""
    game = market.game()

    def play(rounds: int) -> None:
        rows = [menu[chance.integers(0, len(menu), rounds)] for menu in game.menus]
        game.payoffs(np.stack(rows, axis=-2))

    return play


FIELDS = {"credence-goods": {"beliefs": "theory"}}
"""What a type's default specification needs besides for a round to be a game."""

PLAYS = {"cournot": cournot_play, "procurement": procurement_play, "double-auction": double_auction_play}


def work(name: str, seed: int, rounds: int, chunk: int, repeats: int, barrier: Any, results: Any) -> None:
    """What one process does: warm up, then meet the other before each measurement. It always gives a result."""
    try:
        results.put(timed(name, seed, rounds, chunk, repeats, barrier))
    except BaseException as error:
        barrier.abort()
        results.put(f"{type(error).__name__}: {error}")
        raise


def timed(
    name: str, seed: int, rounds: int, chunk: int, repeats: int, barrier: Any
) -> tuple[list[tuple[float, float]], int, int]:
    """The seconds of each measurement, by the clock and of the processor; agent-rounds in each; and agents."""
    kind = find_market_type(name)
    market = build_market(kind.spec(type=name, name=kind.spec.model_fields["name"].default, **FIELDS.get(name, {})))
    play = PLAYS.get(name, menu_play)(market, np.random.default_rng(seed))
    play(chunk)
    chunks = max(rounds // (chunk * len(market.possible_agents)), 1)
    taken = []
    for _ in range(repeats):
        barrier.wait()
        began, began_cpu = time.perf_counter(), time.process_time()
        for _ in range(chunks):
            play(chunk)
        taken.append((time.perf_counter() - began, time.process_time() - began_cpu))
    return taken, chunks * chunk * len(market.possible_agents), len(market.possible_agents)


def measure(name: str, rounds: int, chunk: int, repeats: int) -> dict[str, Any]:
    """The figures of one market."""
    context = multiprocessing.get_context("spawn")
    barrier, results = context.Barrier(PROCESSES), context.Queue()
    arguments = [(name, seed, rounds, chunk, repeats, barrier, results) for seed in range(PROCESSES)]
    workers = [context.Process(target=work, args=one) for one in arguments]
    for worker in workers:
        worker.start()
    found = [results.get(timeout=600) for _ in workers]
    for worker in workers:
        worker.join()
    if failures := [one for one in found if isinstance(one, str)]:
        sys.exit(f"{name}: {failures[0]}")
    played = PROCESSES * found[0][1]
    walls, cpus = ([max(taken[k][part] for taken, *_ in found) for k in range(repeats)] for part in (0, 1))
    return {
        "what": f"{name}, {found[0][2]} agents",
        "agent_rounds_per_second": played / statistics.median(walls),
        "by_processor_time": played / statistics.median(cpus),
    }


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rounds", type=int, default=4_000_000, help="agent-rounds a process and measurement")
    parser.add_argument("--chunk", type=int, default=4096, help="rounds in one array")
    parser.add_argument("--repeats", type=int, default=5)
    parser.add_argument("--out", type=Path, default=None, help="also write the JSON here")
    parser.add_argument("--only", nargs="*", choices=TYPES, default=TYPES, metavar="TYPE")
    options = parser.parse_args()
    rows = []
    for name in options.only:
        share = 1 if name == "cournot" else 4
        rows.append(measure(name, options.rounds // share, options.chunk, options.repeats))
        print(json.dumps(rows[-1]), flush=True)
    figures = {
        "processes": PROCESSES,
        "cournot_firm_rounds_per_second": rows[0]["agent_rounds_per_second"],
        "aim": AIM,
        "markets": rows,
    }
    if options.out is not None:
        options.out.write_text(json.dumps(figures, indent=1) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
