"""`agora judge`."""

from __future__ import annotations

import sys
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from agoranomos.cli.named import institution_named
from agoranomos.cli.options import AsJson
from agoranomos.cli.terminal import console, say, say_json, show, visible

if TYPE_CHECKING:
    from agoranomos.institutions.bind import Bound
    from agoranomos.institutions.judgement import Sanction
    from agoranomos.institutions.panel import Panel
    from agoranomos.institutions.table import JudgedRound
    from agoranomos.institutions.table_tally import RoundActs, TableTally
    from agoranomos.markets.cournot.env import Cournot

SHOWN = 20
"""How many rounds with acts the text shows; --json and --out have all."""


def judge(
    table: Annotated[Path, typer.Argument(metavar="TABLE", help="CSV or Parquet: a row a firm, good and round.")],
    institution: Annotated[
        str, typer.Option("--institution", metavar="NAME", help="The institution: a name, or the path of a file.")
    ],
    market: Annotated[
        str | None,
        typer.Option("--market", metavar="NAME", help="The market: gives costs, and the benchmarks to compare with."),
    ] = None,
    firm: Annotated[str, typer.Option("--firm", metavar="COLUMN", help="Column with the firm's name.")] = "firm",
    good: Annotated[str, typer.Option("--good", metavar="COLUMN", help="Column with the good's name.")] = "good",
    round_: Annotated[str, typer.Option("--round", metavar="COLUMN", help="Column with the round.")] = "round",
    quantity: Annotated[
        str, typer.Option("--quantity", metavar="COLUMN", help="Column with the quantity sold.")
    ] = "quantity",
    price: Annotated[str, typer.Option("--price", metavar="COLUMN", help="Column with the good's price.")] = "price",
    reported: Annotated[
        str | None,
        typer.Option("--reported", metavar="COLUMN", help="Column that says (1 or 0) whether the firm came forward."),
    ] = None,
    encoding: Annotated[
        str | None, typer.Option("--encoding", metavar="NAME", help="Encoding of a CSV file; by default found out.")
    ] = None,
    decimal_comma: Annotated[bool, typer.Option("--decimal-comma", help="Numbers in CSV are written 1,5.")] = False,
    seed: Annotated[
        int, typer.Option("--seed", metavar="N", help="Seed of what the institution draws, such as audits.", min=0)
    ] = 0,
    out: Annotated[
        Path | None,
        typer.Option("--out", metavar="DIR", help="Also write cases.parquet, sanctions.parquet, standings.parquet."),
    ] = None,
    figure: Annotated[
        Path | None, typer.Option("--figure", metavar="FILE", help="Also draw it: a file ending in .png, .svg or .pdf.")
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Judge outside data: which cases and sanctions an institution would have drawn, with the evidence.

    Prices are the table's own; a market, where one is named, gives costs and benchmarks. Rounds are counted from the
    first in the table. Firms are taken to act as they did: no sanction changes what the table says.

    Example:  agora judge sales.csv --institution cournot-antitrust-hardened --market cournot-duopoly
    """
    from agoranomos.institutions.panel import ColumnNames
    from agoranomos.institutions.panel_csv import CsvForm
    from agoranomos.institutions.panel_file import read_panel
    from agoranomos.institutions.table import bind_to_table, judge_table
    from agoranomos.institutions.table_rows import JudgementTables
    from agoranomos.institutions.table_tally import tallied
    from agoranomos.markets import load_cournot
    from agoranomos.workspace import find_workspace

    read = institution_named(institution)
    under = load_cournot(market, find_workspace(), "agora judge") if market is not None else None
    known = (under.facts.agents, under.facts.goods) if under is not None else ((), ())
    panel, notes = read_panel(
        table,
        names=ColumnNames(firm, good, round_, quantity, price, reported or ""),
        form=CsvForm(encoding or "", decimal_comma),
        agents=known[0],
        goods=known[1],
    )
    bound = bind_to_table(read, panel, under, table.name)
    tables = JudgementTables(bound, standings=out is not None or figure is not None)
    tallies: dict[str, TableTally] = {}
    acts: list[RoundActs] = []
    for judged in _watched(judge_table(bound, panel, under, seed=seed), panel.rounds):
        tables.add(judged)
        tallies, happened = tallied(tallies, panel.agents, judged)
        if happened is not None:
            acts.append(happened)
    notes = (*notes, *_notes(panel, under))
    written = [str(path) for path in tables.write(out)] if out is not None else []
    if figure is not None:
        from agoranomos.institutions.table_figure import draw_judgement

        draw_judgement(figure, panel, bound, tables, f"{table.name} under {read.name}")
        written.append(str(figure))
    if as_json:
        say_json(_as_json(table, panel, bound, under, tallies, acts, notes, written))
    else:
        _say(table, panel, bound, tallies, acts, written)
        for note in notes:
            _note(note)


def _note(note: str) -> None:
    """A note on standard error, after what was said before it."""
    sys.stdout.flush()
    print(f"note: {visible(note)}", file=sys.stderr)


def _watched(rounds: Iterable[JudgedRound], total: int) -> Iterator[JudgedRound]:
    """The rounds, with a bar on standard error where somebody watches."""
    if not sys.stderr.isatty() or total < 1000:
        yield from rounds
        return
    from rich.progress import track

    yield from track(rounds, "judging rounds", total, console=console(sys.stderr), transient=True)


def _notes(panel: Panel, market: Cournot | None) -> list[str]:
    """How the table differs from the market, in words."""
    if market is None:
        return []
    from agoranomos.institutions.table_measures import disagreement

    found = disagreement(market, panel)
    notes = []
    if found.prices:
        differ = (
            f"{found.prices:,} of {found.of:,} prices differ from what {market.spec.name}'s demand gives for these "
            f"quantities, by at most {found.largest:g} (good {found.good!r} in round {found.round}); "
        )
        if market.spec.demand_shock is not None:
            notes.append(differ + "taken for the demand shocks that the market declares: benchmarks move with them")
        else:
            notes.append(differ + "the table's own prices are used, and the market's benchmarks stay where they are")
    if found.over_capacity:
        times = "once" if found.over_capacity == 1 else f"{found.over_capacity:,} times"
        notes.append(f"a firm sold more than the capacity that {market.spec.name} gives it, {times}")
    return notes


def _as_json(
    table: Path,
    panel: Panel,
    bound: Bound,
    market: Cournot | None,
    tallies: dict[str, TableTally],
    acts: list[RoundActs],
    notes: Iterable[str],
    written: list[str],
) -> dict[str, Any]:
    from dataclasses import asdict

    import msgspec

    return {
        "table": str(table),
        "institution": bound.institution.name,
        "semantic_sha256": bound.institution.semantic_sha256,
        "market": None if market is None else market.spec.name,
        "first_round": panel.first,
        "rounds": panel.rounds,
        "goods": list(panel.goods),
        "agents": {agent: asdict(tally) for agent, tally in tallies.items()},
        "cases": [{"round": act.round, **msgspec.to_builtins(case)} for act in acts for case in act.cases],
        "sanctions": [{"round": act.round, **msgspec.to_builtins(one)} for act in acts for one in act.sanctions],
        "notes": list(notes),
        "written": written,
    }


def _say(
    table: Path, panel: Panel, bound: Bound, tallies: dict[str, TableTally], acts: list[RoundActs], written: list[str]
) -> None:
    from rich.table import Table

    last = panel.first + panel.rounds - 1
    cases = sum(tally.cases for tally in tallies.values())
    sanctions = sum(len(act.sanctions) for act in acts)
    say(
        f"{table.name} under {bound.institution.name}: rounds {panel.first} to {last}, {len(panel.agents)} firms, "
        f"{len(panel.goods)} goods: {cases} cases, {sanctions} sanctions"
    )
    summary = Table(box=None, pad_edge=False, header_style="bold")
    summary.add_column("firm")
    for heading in ("cases", "first", "fines", "fined", "suspensions", "caps", "forfeitures"):
        summary.add_column(heading, justify="right")
    summary.add_column("at the end")
    for agent, tally in tallies.items():
        first = "" if tally.first_case is None else str(tally.first_case)
        counts = (tally.suspensions, tally.caps, tally.forfeitures)
        summary.add_row(
            visible(agent), str(tally.cases), first, str(tally.fines), f"{tally.fines_e6 / 1e6:,.2f}",
            *map(str, counts), tally.state,
        )  # fmt: skip
    show(summary)
    if acts:
        say("Evidence: what a signal summed over its window, against its threshold times the count.")
    for act in acts[:SHOWN]:
        _say_acts(act)
    if len(acts) > SHOWN:
        say(f"... and {len(acts) - SHOWN:,} more rounds with cases or sanctions; --json and --out DIR have them all")
    for path in written:
        say(f"wrote {path}")


def _say_acts(act: RoundActs) -> None:
    for case in act.cases:
        cited = "; ".join(
            f"{signal.signal}{' on ' + signal.good if signal.good else ''} {signal.value / 1e6:g} "
            f"against {signal.threshold / 1e6:g}"
            for signal in case.signals
        )
        say(f"round {act.round}: {case.agent} accused under {case.rule}: {cited or 'no signal cited'}")
    for one in act.sanctions:
        say(f"round {act.round}: {one.agent} {_act(one)} under {one.rule}")


def _act(one: Sanction) -> str:
    if one.sanction == "fine":
        spared = f" (spared {one.spared_e6 / 1e6:,.2f})" if one.spared_e6 else ""
        return f"fined {one.amount_e6 / 1e6:,.2f}{spared}"
    if one.sanction == "suspension":
        return f"suspended for {one.rounds} rounds"
    if one.sanction == "cap":
        return f"capped at {one.share_e6 / 1e4:g}% of capacity for {one.rounds} rounds"
    return f"forfeits {one.count} of {one.counter}"
