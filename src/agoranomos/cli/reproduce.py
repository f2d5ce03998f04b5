"""`agora reproduce`: published results, run again."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable
from math import isfinite
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer
from typer.core import TyperGroup

from agoranomos.cli.options import AsJson
from agoranomos.cli.reproduce_study import institutional_ai, locked, market_division
from agoranomos.cli.reproduce_tin_men import tin_men
from agoranomos.cli.reproduce_tipping import alignment_tipping
from agoranomos.cli.terminal import console, say, say_json
from agoranomos.errors import UsageError

if TYPE_CHECKING:
    from agoranomos.reproduce import CalvanoResult, CalvanoSettings

LEAST_BETA = 1e-8
"""Below it exploration has not faded after the billion periods at which a session is given up."""


class _PapersAndLocks(TyperGroup):
    """The papers by name; the path of a LOCK, or of a study's folder, in a paper's place stands for `lock PATH`."""

    def resolve_command(self, ctx: Any, args: list[str]) -> Any:
        """The command that the first word names."""
        if args and args[0] not in self.commands and _may_be_a_lock(args):
            args = ["lock", *args]
        return super().resolve_command(ctx, args)


def _may_be_a_lock(args: list[str]) -> bool:
    """Whether the first word is a path, there or misspelt, and no paper's name."""
    return Path(args[0]).exists() or "/" in args[0] or "." in args[0] or "--offline" in args


reproduce = typer.Typer(cls=_PapersAndLocks, no_args_is_help=True, rich_markup_mode=None)
reproduce.command("institutional-ai")(institutional_ai)
reproduce.command("market-division")(market_division)
reproduce.command("alignment-tipping")(alignment_tipping)
reproduce.command("tin-men")(tin_men)
reproduce.command("lock")(locked)


@reproduce.callback()
def _papers() -> None:
    """Run a published result again.

    Name the paper. A study that was made of one is made again by its LOCK, or its folder, in the paper's place.

    Example:  agora reproduce institutional-ai/LOCK.json --offline
    """


@reproduce.command()
def calvano(
    sessions: Annotated[int, typer.Option("--sessions", metavar="N", help="Sessions.", min=1, max=1_000_000)] = 100,
    alpha: Annotated[float, typer.Option("--alpha", metavar="RATE", help="Learning rate.")] = 0.15,
    beta: Annotated[float, typer.Option("--beta", metavar="DECAY", help="How fast exploration fades.")] = 4e-6,
    seed: Annotated[int, typer.Option("--seed", metavar="N", help="Names all draws.", min=0)] = 1,
    workers: Annotated[
        int | None, typer.Option("--workers", metavar="N", help="Sessions side by side; default: one a core.", min=1)
    ] = None,
    out: Annotated[Path, typer.Option("--out", metavar="DIR", help="Where results and finished sessions go.")] = Path(
        "calvano"
    ),
    grid: Annotated[bool, typer.Option("--grid", help="A grid of learning rates and decays; --sessions in each.")] = (
        False
    ),
    sweep: Annotated[
        bool, typer.Option("--sweep", help="Under an institution: a grid of fines and detection; --sessions in each.")
    ] = False,
    as_json: AsJson = False,
) -> None:
    """Do Q-learners learn to collude? Calvano, Calzolari, Denicolo and Pastorello (2020).

    Two firms learn prices in the paper's market until neither changes its strategy for 100,000 periods. The profit
    gain Delta is 0 at Nash profits and 1 at those of a monopoly; then each firm is made to undercut once, and prices
    are followed. The same command again goes on where it was broken off.

    Example:  agora reproduce calvano --sessions 100 --out calvano
    """
    from agoranomos.learning.q_learning import QLearning
    from agoranomos.reproduce import CalvanoSettings, reproduce_calvano
    from agoranomos.reproduce.calvano_export import as_json as exported
    from agoranomos.reproduce.calvano_export import draw_impulse, write_json

    if grid and sweep:
        raise UsageError("--grid and --sweep are two studies", advice="Ask for one at a time.")
    if 0.0 <= beta < LEAST_BETA:
        raise UsageError(
            f"a decay of exploration of {beta:g}: at least {LEAST_BETA:g} was expected",
            advice="Exploration would not fade within the billion periods after which a session is given up.",
        )
    settings = CalvanoSettings(sessions, seed, QLearning(learning_rate=alpha, decay=beta))
    threads = workers or os.cpu_count() or 1
    if grid or sweep:
        _map(settings, out, threads, sweep, as_json)
        return
    found = reproduce_calvano(settings, out, workers=threads, progress=_progress())
    written = exported(settings, found)
    write_json(written, out / "calvano.json")
    if found.deviator is not None:
        for kind in ("png", "svg"):
            draw_impulse(found, out / f"impulse.{kind}")
    if as_json:
        say_json(written)
    else:
        _say(settings, found, out)


def _map(settings: CalvanoSettings, out: Path, threads: int, sweep: bool, as_json: bool) -> None:
    from agoranomos.reproduce.calvano_export import write_json
    from agoranomos.reproduce.calvano_grid import reproduce_grid
    from agoranomos.reproduce.calvano_sweep import reproduce_sweep
    from agoranomos.reproduce.gain_map import draw_map, map_as_json

    run, name = (reproduce_sweep, "sweep") if sweep else (reproduce_grid, "grid")
    maps = run(settings, out, workers=threads, progress=_progress())
    written = {
        "settings": {"sessions": settings.sessions, "seed": settings.seed},
        "maps": [map_as_json(m) for m in maps],
    }
    write_json(written, out / f"{name}.json")
    for kind in ("png", "svg"):
        draw_map(maps, out / f"{name}.{kind}")
    if as_json:
        say_json(written)
        return
    for one in maps:
        say(one.title)
        console().print(_table(one))
        say()
    say(f"wrote {out / name}.json, .png and .svg")


def _table(one: Any) -> Any:
    from rich.table import Table

    table = Table(box=None, pad_edge=False, header_style="bold")
    table.add_column(f"{one.row_name} \\ {one.column_name}")
    for column in one.columns:
        table.add_column(f"{column:g}", justify="right")
    for row, gains in zip(one.rows, one.gain.tolist(), strict=True):
        table.add_row(f"{row:g}", *(f"{gain:.2f}" for gain in gains))
    return table


def _say(settings: CalvanoSettings, found: CalvanoResult, out: Path) -> None:
    from rich.table import Table

    from agoranomos.reproduce.calvano_settings import PUBLISHED

    rule = settings.rule
    say(
        f"{found.converged} of {found.sessions} sessions converged, after {found.periods:,.0f} periods on average "
        f"(alpha {rule.learning_rate:g}, beta {rule.decay:g}, delta {rule.discount:g})"
    )
    say()
    table = Table(box=None, pad_edge=False, header_style="bold")
    table.add_column("")
    table.add_column("here", justify="right")
    table.add_column("published", justify="right")
    point = rule.learning_rate == 0.15 and rule.decay == 4e-6
    printed = f"about {PUBLISHED['profit_gain_at_the_grid_point']:.2f}" if point else "-"
    table.add_row("profit gain Delta", f"{found.gain.point:.3f}", printed)
    table.add_row(
        "95% interval over sessions; published: range over alpha and beta",
        f"{found.gain.low:.3f} to {found.gain.high:.3f}" if isfinite(found.gain.low) else "-",
        f"{PUBLISHED['profit_gain_from']:.2f} to {PUBLISHED['profit_gain_to']:.2f}",
    )
    table.add_row("mean price", f"{found.price:.4f}", "-")
    if found.unprofitable is not None:
        table.add_row("deviation: gain in its own period", f"{found.deviation_gain:+.1%}", "-")
        table.add_row("deviation: discounted gain in all, in profits of a period", f"{found.deviation_net:+.3f}", "-")
        table.add_row("deviations that do not pay", f"{found.unprofitable:.1%}", "-")
        table.add_row("deviations after which play is back within 15 periods", f"{found.returned:.1%}", "-")
    console().print(table)
    say()
    say(f"wrote {out / 'calvano.json'}" + (" and impulse.png, impulse.svg" if found.deviator is not None else ""))


def _progress() -> Callable[[int, int], None] | None:
    if not sys.stderr.isatty():
        return None

    def show(done: int, of: int) -> None:
        end = "\r\x1b[K" if done == of else ""
        print(f"\r{done} of {of} sessions{end}", end="", file=sys.stderr, flush=True)

    return show
