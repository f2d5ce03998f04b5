"""`agora graph show`."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from agoranomos.cli.graph_lint import read_institution
from agoranomos.cli.options import AsJson
from agoranomos.cli.terminal import console, say, say_json, visible
from agoranomos.errors import UsageError

if TYPE_CHECKING:
    from rich.table import Table

    from agoranomos.institutions import Institution
    from agoranomos.institutions.manifest import Transition


def show(
    institution: Annotated[str, typer.Argument(metavar="INSTITUTION", help="A name, or the path of a file.")],
    output: Annotated[
        Path | None, typer.Option("--output", "-o", metavar="FILE.svg", help="Draw the graph into this SVG file.")
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Show an institution as a graph: in the terminal, or drawn into an SVG file.

    Example:  agora graph show cournot-antitrust -o antitrust.svg
    """
    read = read_institution(institution)
    if output is not None:
        if output.suffix != ".svg":
            raise UsageError(f"{output} does not end in .svg, the one format that is drawn")
        from agoranomos.cli.graph_svg import draw

        output.write_text(draw(read), encoding="utf-8")
        if not as_json:
            say(f"{read.name} is drawn in {output}")
    if as_json:
        say_json(_as_json(read))
    elif output is None:
        _print(read)


def sanction_of(edge: Transition) -> str:
    """The consequence of a traversal in a few words; empty where there is none."""
    parts = []
    if edge.fine is not None:
        rates = edge.fine.rate if isinstance(edge.fine.rate, tuple) else (edge.fine.rate,)
        base = "profit above Nash" if edge.fine.above == "nash" else "profit"
        window = " in the window" if edge.fine.over == "evidence" else ""
        parts.append(f"fine {'/'.join(f'{100 * rate:g}' for rate in rates)}% of {base}{window}")
    if edge.suspend:
        parts.append("suspension")
    if edge.cap is not None:
        parts.append(f"cap at {100 * edge.cap:g}% of capacity")
    if edge.lasts:
        parts.append(f"for {edge.lasts}{f' to {edge.lasts + edge.jitter}' if edge.jitter else ''} rounds")
    return ", ".join(parts)


def gates_of(edge: Transition) -> str:
    """What must hold for a requested traversal to be granted; empty where nothing must."""
    parts = [edge.when] if edge.when else []
    parts += [f"{name}: {text}" for name, text in edge.requires.items()]
    parts += [f"{edge.cooldown} rounds after the last time"] if edge.cooldown else []
    return "; ".join(parts)


def _print(read: Institution) -> None:
    screen = console()
    manifest = read.manifest
    say(f"{read.name}: {manifest.title}" if manifest.title else read.name)
    say(f"meaning {read.semantic_sha256[:16]}..., bytes {read.file_sha256[:16]}...")
    for state in read.states:
        say()
        marks = " (every agent begins here)" if state == manifest.initial else ""
        say(f"{state}  [{manifest.states[state].label}]{marks}")
        if read.edges_from[state]:
            table = _table()
            for edge in read.edges_from[state]:
                spec, gates = edge.spec, gates_of(edge.spec)
                asked = f"on {spec.on}" + (f" if {gates}" if gates else "")
                table.add_row(*(visible(text) for text in (f"  -> {spec.target}", asked, sanction_of(spec), spec.rule)))
            screen.print(table)
    say()
    events = _table("event", "when", "accuses under")
    for name, event in manifest.events.items():
        events.add_row(name, visible(event.when), event.accuses or "")
    screen.print(events)
    say()
    signals = _table("signal", "what fires it")
    for name, signal in manifest.signals.items():
        words = signal.model_dump(mode="json", exclude_none=True, exclude_defaults=True)
        signals.add_row(name, visible(", ".join(f"{key} {_plain(value)}" for key, value in words.items())))
    screen.print(signals)


def _table(*headings: str) -> Table:
    from rich.table import Table

    table = Table(box=None, pad_edge=False, header_style="bold", padding=(0, 3, 0, 0), show_header=bool(headings))
    for heading in headings:
        table.add_column(heading, overflow="fold")
    return table


def _plain(value: Any) -> str:
    if isinstance(value, dict):
        return "(" + ", ".join(f"{key} {_plain(item)}" for key, item in value.items()) + ")"
    return str(value)


def _as_json(read: Institution) -> dict[str, Any]:
    manifest = read.manifest
    return {
        "name": read.name,
        "title": manifest.title,
        "semantic_sha256": read.semantic_sha256,
        "file_sha256": read.file_sha256,
        "initial": manifest.initial,
        "states": {name: state.label for name, state in manifest.states.items()},
        "transitions": [
            {
                "edge": edge.key,
                "on": edge.spec.on,
                "if": gates_of(edge.spec),
                "then": sanction_of(edge.spec),
            }
            for edge in read.edges
        ],
        "events": {name: event.when for name, event in manifest.events.items()},
        "signals": {
            name: signal.model_dump(mode="json", exclude_none=True, exclude_defaults=True)
            for name, signal in manifest.signals.items()
        },
    }
