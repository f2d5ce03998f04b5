"""`agora graph diff`."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from agoranomos.cli.graph_diff_certificates import certificates, certificates_as_json, say_certificates
from agoranomos.cli.named import institution_named
from agoranomos.cli.options import AsJson
from agoranomos.cli.terminal import say, say_json, show, visible
from agoranomos.errors import MachineError, UsageError

if TYPE_CHECKING:
    from agoranomos.institutions import Institution
    from agoranomos.institutions.difference import Change
    from agoranomos.institutions.difference_outcomes import Compared, Sums
    from agoranomos.institutions.difference_standings import Reached
    from agoranomos.institutions.traces import Trace
    from agoranomos.markets import Market

MOST_PLAYS_SHOWN = 12


def diff(
    one: Annotated[str, typer.Argument(metavar="A", help="An institution: a name, or the path of a file.")],
    other: Annotated[str, typer.Argument(metavar="B", help="Another one.")],
    market: Annotated[
        str | None,
        typer.Option("--market", metavar="NAME", help="Also play in this market: division, Nash play, cycles of both."),
    ] = None,
    certify: Annotated[
        bool, typer.Option("--certify", help="Also hold both certificates in the market beside each other.")
    ] = False,
    plans: Annotated[
        str | None,
        typer.Option("--plans", metavar="NAMES", help="Certify for these outcomes alone, such as nash,division."),
    ] = None,
    max_standings: Annotated[
        int, typer.Option("--max-standings", min=0, help="Count standings up to so many; 0 counts none.")
    ] = 200_000,
    write_trace: Annotated[
        Path | None,
        typer.Option("--write-trace", metavar="FILE", help="Write the first play that A and B judge otherwise."),
    ] = None,
    output: Annotated[
        Path | None,
        typer.Option("--output", "-o", metavar="FILE", help="Draw what plays draw under both: .png, .svg or .pdf."),
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Tell what differs in meaning between two institutions.

    Not the text: their values, the standings that play can reach, and what the same conduct draws under both. Exit code
    0: they mean the same. Exit code 1: they do not.

    Example:  agora graph diff cournot-antitrust cournot-antitrust-hardened
    """
    from agoranomos.institutions.difference import difference
    from agoranomos.institutions.difference_outcomes import first_difference

    if plans is not None and not certify:
        raise UsageError("--plans are those of a certificate", advice="Give --certify too.")
    pair = institution_named(one), institution_named(other)
    same = pair[0].semantic_sha256 == pair[1].semantic_sha256
    if same and output is not None:
        raise UsageError("they mean the same, so there is nothing to draw")
    changes = difference(*pair)
    cleared = _market(market, pair)
    limits: list[str] = []
    counted = None if same or not max_standings else _reached(pair, cleared, max_standings, limits)
    compared = () if same else _played(pair, cleared, limits)
    certified = certificates(pair, cleared, plans) if certify and not same else None
    first = first_difference(compared)
    if write_trace is not None and first is not None and first.traces is not None:
        _write(write_trace, one, market, first.traces[0])
    if output is not None:
        from agoranomos.institutions.difference_figure import draw_difference

        if not compared:
            raise UsageError(f"there is nothing to draw: {limits[-1]}")
        apart = [play for play in compared if play.differs] or list(compared)
        draw_difference(output, (pair[0].name, pair[1].name), sorted(apart, key=_telling))
    if as_json:
        told = _as_json(pair, changes, counted, compared, first)
        say_json({**told, "certificates": certificates_as_json(certified), "limits": limits})
    else:
        _say_head(pair, same)
        if not same:
            _say_changes(pair, changes)
            _say_standings(counted)
            _say_outcomes(compared, first)
            say_certificates(certified, cleared)
            for limit in limits:
                say(f"note: {limit}")
    if not same:
        raise typer.Exit(1)


def _market(name: str | None, pair: tuple[Institution, Institution]) -> Market | None:
    """The market of that name, which both can govern."""
    if name is None:
        return None
    from agoranomos.institutions import bind
    from agoranomos.markets import load_market
    from agoranomos.workspace import find_workspace

    market = load_market(name, find_workspace())
    for read in pair:
        bind(read, market.facts)
    return market


def _reached(
    pair: tuple[Institution, Institution], market: Market | None, most_standings: int, limits: list[str]
) -> tuple[Reached, Reached] | None:
    """What each lets agents reach; None, with a word in `limits`, where guards ask for more than can be tried."""
    from agoranomos.institutions.difference_standings import reached

    facts = market.facts if market is not None else None
    try:
        first, second = [reached(read, facts, most_standings=most_standings) for read in pair]
    except UsageError as error:
        limits.append(f"standings were not counted: {error.message}")
        return None
    return first, second


def _played(pair: tuple[Institution, Institution], market: Market | None, limits: list[str]) -> tuple[Compared, ...]:
    """The library of plays under both; empty, with a word in `limits`, where traces cannot play one of them."""
    from agoranomos.institutions.difference_outcomes import outcomes

    try:
        return outcomes(*pair, market)
    except UsageError as error:
        limits.append(f"nothing was played: {error.message}")
        return ()


def _write(path: Path, institution: str, market: str | None, trace: Trace) -> None:
    from agoranomos.institutions.traces import to_yaml, traces_of

    about = "Passes under A, and fails under B: the first play that `agora graph diff` found them to judge otherwise."
    try:
        path.write_text(to_yaml(traces_of(institution, [trace], market=market, about=about)), encoding="utf-8")
    except OSError as error:
        raise MachineError(f"cannot write {path}: {error.strerror}") from error


def _say_head(pair: tuple[Institution, Institution], same: bool) -> None:
    for letter, read in zip("AB", pair, strict=True):
        say(f"{letter}  {read.name}  meaning {read.semantic_sha256[:16]}  ({read.source.name})")
    if same:
        text = "" if pair[0].file_sha256 == pair[1].file_sha256 else "; only the text differs"
        say(f"They mean the same{text}.")
    else:
        say("They do not mean the same.")


def _say_changes(pair: tuple[Institution, Institution], changes: tuple[Change, ...]) -> None:
    say()
    say(f"What differs ({len(changes)}; was: A, is: B)")
    for change, (before, after) in zip(changes, _places(pair, changes), strict=True):
        found = [_line(letter, read, place) for letter, read, place in zip("AB", pair, (before, after), strict=True)]
        lines = ", ".join(filter(None, found))
        say(f"  {change}" + (f"  [{lines}]" if lines else ""))


def _line(letter: str, read: Institution, place: str) -> str:
    """`A line 12`; with the file's name where the line is one of a file that the institution extends."""
    if not place:
        return ""
    file, line, _ = place.rsplit(":", 2)
    return f"{letter} line {line}" + (f" of {Path(file).name}" if file != read.source.name else "")


def _places(pair: tuple[Institution, Institution], changes: tuple[Change, ...]) -> list[tuple[str, str]]:
    from agoranomos.documents.reader import places_in
    from agoranomos.institutions.difference import placed

    first, second = places_in(pair[0].source), places_in(pair[1].source)
    return [placed(change, first, second) for change in changes]


def _say_standings(counted: tuple[Reached, Reached] | None) -> None:
    say()
    if counted is None:
        say("Standings that play can reach: not counted.")
        return
    totals = [f"{one.standings:,}" + ("" if one.complete else " at least") for one in counted]
    say(f"Standings that play can reach: {totals[0]} in A, {totals[1]} in B")
    for letter, own, rival in (("A", counted[0], counted[1]), ("B", counted[1], counted[0])):
        states = [name for name in own.states if name not in rival.states]
        edges = [key for key in own.transitions if key not in rival.transitions]
        if states:
            say(f"  only in {letter}: state {', '.join(states)}")
        if edges:
            say(f"  only in {letter}: transition {', '.join(edges)}")


def _say_outcomes(compared: tuple[Compared, ...], first: Compared | None) -> None:
    from rich.table import Table

    from agoranomos.institutions.difference_outcomes import NASH_PROFIT, OFFENCE_PROFIT

    say()
    apart = [one for one in compared if one.differs]
    if first is None or first.traces is None:
        say(f"What the same conduct draws: no difference in {len(compared)} plays.")
        return
    say(f"What the same conduct draws: {len(apart)} of {len(compared)} plays are judged otherwise")
    say(f"(an offence is seen at once and earns {OFFENCE_PROFIT:,.2f} a round, any other round {NASH_PROFIT:,.2f})")
    table = Table(box=None, pad_edge=False, header_style="bold")
    for heading in ("  play", "cases", "sanctions", "fines", "rounds suspended", "first in round"):
        table.add_column(heading, justify="left" if heading == "  play" else "right")
    for one in sorted(apart, key=_telling)[:MOST_PLAYS_SHOWN]:
        cells = [_was_is(one, key) for key in ("cases", "sanctions", "fines", "suspended")]
        table.add_row(visible(f"  {one.play.about}"), *cells, str(one.differs))
    show(table)
    if len(apart) > MOST_PLAYS_SHOWN:
        say(f"  and {len(apart) - MOST_PLAYS_SHOWN} more (--json lists all)")
    say()
    say(f"They part first in round {first.differs} of: {first.play.about}")
    for letter, trace in zip("AB", first.traces, strict=True):
        for number, told in enumerate(_lines(trace)):
            say(f"  {letter if number == 0 else ' '}  {told}")


def _telling(one: Compared) -> tuple[bool, int, float, int]:
    """Plays whose sums differ come first: by sanctions, then by fines; of equal ones the soonest."""
    kinds = abs(one.before.sanctions - one.after.sanctions) + abs(one.before.suspended - one.after.suspended)
    return one.before == one.after, -kinds, -abs(one.before.fines - one.after.fines), one.differs


def _was_is(one: Compared, key: str) -> str:
    before, after = getattr(one.before, key), getattr(one.after, key)
    shown = [f"{value:,.2f}" if isinstance(value, float) else str(value) for value in (before, after)]
    return shown[0] if before == after else f"{shown[0]} -> {shown[1]}"


def _lines(trace: Trace) -> list[str]:
    """What goes in, round by round, and what came of the last."""
    found = []
    number = 1
    for one in trace.rounds:
        rounds = f"round {number}" if one.repeat == 1 else f"rounds {number} to {number + one.repeat - 1}"
        done = [f"{agent}: {', '.join(names)}" for agent, names in one.signals.items()]
        what = one.benchmark or "; ".join(done) or "no signal"
        came = [
            f"{agent} {own.state}, {', '.join(own.sanctions or ()) or 'no sanction'}"
            + (f" of {own.fine:,.2f}" if own.fine else "")
            for agent, own in one.expect.items()
        ]
        found.append(f"{rounds}: {what}" + (f"  ->  {'; '.join(came)}" if came else ""))
        number += one.repeat
    return found


def _as_json(
    pair: tuple[Institution, Institution],
    changes: tuple[Change, ...],
    counted: tuple[Reached, Reached] | None,
    compared: tuple[Compared, ...],
    first: Compared | None,
) -> dict[str, Any]:
    places = _places(pair, changes)
    return {
        "same_meaning": pair[0].semantic_sha256 == pair[1].semantic_sha256,
        "institutions": [
            {"name": read.name, "semantic_sha256": read.semantic_sha256, "file": read.source.name} for read in pair
        ],
        "changes": [
            {
                "section": change.section,
                "how": change.how,
                "what": change.what,
                "key": change.key or None,
                "before": change.before,
                "after": change.after,
                "sentence": str(change),
                "places": [place or None for place in place_pair],
            }
            for change, place_pair in zip(changes, places, strict=True)
        ],
        "standings": [asdict(one) for one in counted] if counted is not None else None,
        "plays": [
            {
                "play": one.play.about,
                "rounds": len(one.play.rounds),
                "before": _sums(one.before),
                "after": _sums(one.after),
                "first_difference": one.differs or None,
            }
            for one in compared
        ],
        "first_difference": {
            "play": first.play.about,
            "round": first.differs,
            "traces": [trace.model_dump(mode="json", exclude_defaults=True) for trace in first.traces],
        }
        if first is not None and first.traces is not None
        else None,
    }


def _sums(sums: Sums) -> dict[str, Any]:
    return asdict(sums)
