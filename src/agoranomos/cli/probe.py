"""`agora probe`."""

from __future__ import annotations

import sys
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from agoranomos.cli.named import institution_named
from agoranomos.cli.options import AsJson
from agoranomos.cli.terminal import console, say, say_json
from agoranomos.errors import UsageError, unknown_name

if TYPE_CHECKING:
    from agoranomos.learning.deviation_probe import Probe

FIGURES = (".png", ".svg")

MOST_ROUNDS = 1_000_000
"""Every round of a probe is kept in memory."""


def probe(
    market: Annotated[str, typer.Option("--market", metavar="NAME", help="The market.")],
    roster: Annotated[str, typer.Option("--roster", metavar="NAME", help="Who sits in it.")],
    institution: Annotated[
        str | None, typer.Option("--institution", metavar="NAME", help="Under this institution; default: under none.")
    ] = None,
    at: Annotated[
        int | None,
        typer.Option(
            "--at", metavar="ROUND", help="When the deviation comes; default: once actions repeat.", max=MOST_ROUNDS
        ),
    ] = None,
    agent: Annotated[
        list[str] | None, typer.Option("--agent", metavar="NAME", help="Who deviates; default: each in turn.")
    ] = None,
    instead: Annotated[
        str | None,
        typer.Option(
            "--instead", metavar="BENCHMARK", help="What the deviator plays; default: its best reply, or else nash."
        ),
    ] = None,
    after: Annotated[
        int, typer.Option("--after", metavar="N", help="Rounds that are followed.", max=MOST_ROUNDS)
    ] = 100,
    discount: Annotated[
        float, typer.Option("--discount", metavar="DELTA", help="What a round is worth one round earlier.")
    ] = 0.95,
    seeds: Annotated[int, typer.Option("--seeds", metavar="N", help="Runs, one a seed.", min=1, max=100_000)] = 1,
    seed: Annotated[int, typer.Option("--seed", metavar="N", help="First seed.", min=0)] = 0,
    out: Annotated[
        Path | None, typer.Option("--out", metavar="FILE", help="Draw the response here (.png or .svg).")
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Tell collusion from merely high prices: force one agent to undercut for one round, and see what follows.

    Agents play until what they do repeats. In one round one of them is made to play its best reply to what the others
    do, or a benchmark where a market's rounds are no game in normal form; the run with the same seed and no deviation
    is played beside it. High profits are collusion where the deviation pays in its round, the others answer it, and
    the answer costs more than it brought.

    Example:  agora probe --market bertrand-calvano --roster bertrand-punish-and-return
    """
    from agoranomos.agents import engines_needed, load_roster, seat_agents
    from agoranomos.learning.deviation_probe import Horizon, rounds_needed
    from agoranomos.learning.deviation_probe import probe as run_probe
    from agoranomos.learning.probe_export import draw_probe, probe_as_json
    from agoranomos.markets import build_market, load_market
    from agoranomos.models.opening import open_engine
    from agoranomos.workspace import find_workspace

    if out is not None and out.suffix not in FIGURES:
        raise unknown_name("kind of figure", out.suffix or out.name, FIGURES)
    workspace = find_workspace()
    horizon = Horizon(at, after, discount)
    spec = load_market(market, workspace).spec
    played = build_market(spec.model_copy(update={"rounds": rounds_needed(horizon), "continuation": None}))
    seated = load_roster(roster, workspace)
    engines = {name: open_engine(name, workspace) for name in engines_needed(seated, workspace)}
    if at is None and engines:
        raise UsageError(
            "a search for repeating play would ask a language model 300 times or more", advice="Give --at."
        )
    found = run_probe(
        played,
        lambda own: seat_agents(seated, played, own, engines=engines, workspace=workspace),
        seeds=range(seed, seed + seeds),
        deviators=agent,
        horizon=horizon,
        instead=instead,
        institution=institution_named(institution) if institution is not None else None,
        progress=_progress(),
    )
    if out is not None:
        draw_probe(found, out)
    if as_json:
        say_json(probe_as_json(found))
        return
    _say(found)
    if out is not None:
        say(f"wrote {out}")


def _say(found: Probe) -> None:
    from rich.table import Table

    verdict = found.verdict
    under = f" under {found.institution}" if found.institution is not None else ""
    say(f"{found.market}{under}: {verdict.word}")
    say(verdict.sentence)
    if len(found.verdicts) > 1:
        alone = ", ".join(f"{word} {count}" for word, count in found.verdicts.items())
        say(f"That is the most common verdict; one by one: {alone}.")
    say()
    table = Table(box=None, pad_edge=False, header_style="bold")
    for heading in ("deviator", "seed", "round", "elevation", "gain at once", "loss after", "in all"):
        whole = heading in ("deviator", "elevation")  # the others may be broken between words
        table.add_column(heading, justify="left" if heading == "deviator" else "right", no_wrap=whole)
    table.add_column("the others")
    table.add_column("the end")
    for one in found.deviations:
        table.add_row(
            one.agent,
            str(one.seed),
            f"{one.round}" if one.steady else f"{one.round}*",
            f"{one.elevation + 0.0:.2f}",
            f"{one.gain:+.1%}",
            f"{one.loss + 0.0:+.1%}",
            f"{one.net:+.1%}",
            "answer" if one.reacted else "do not",
            "as before" if one.returned else "not as before",
        )
    console().print(table)
    if not all(one.steady for one in found.deviations):
        say("*: play was not steady before")
    say("elevation: 0 at Nash, 1 at the joint maximum; gains and losses: of an agent's mean profit of a round before")


def _progress() -> Callable[[int, int], None] | None:
    if not sys.stderr.isatty():
        return None

    def show(done: int, of: int) -> None:
        end = "\r\x1b[K" if done == of else ""
        print(f"\r{done} of {of} deviations{end}", end="", file=sys.stderr, flush=True)

    return show
