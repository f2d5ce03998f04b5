"""An institution for people: as text in a terminal, as a drawing in SVG."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from agoranomos.institutions.edge_words import (
    gates_of,
    is_escalation,
    printable,
    request_of,
    sanctions_in_force,
    timing_of,
)
from agoranomos.institutions.institution import Institution
from agoranomos.institutions.placebos import placebo_in_words
from agoranomos.institutions.svg import as_svg

if TYPE_CHECKING:
    from rich.console import RenderableType
    from rich.table import Table
    from rich.text import Text
    from rich.tree import Tree


def as_text(institution: Institution) -> RenderableType:
    """A Rich renderable: the graph as a small tree, then a table of edges, one of events, one of signals."""
    from rich.console import Group

    manifest = institution.manifest
    head = [_text(f"{institution.name}: {manifest.title}" if manifest.title else institution.name, "bold")]
    head.append(_text(f"meaning {institution.semantic_sha256[:16]}..., bytes {institution.file_sha256[:16]}..."))
    head += [_text(f"A placebo: {clause}.") for clause in placebo_in_words(institution)]
    parts: list[RenderableType] = [*head, _text(""), _tree(institution)]
    for table in (_edges(institution), _events(institution), _counters(institution), _signals(institution)):
        if table.row_count:
            parts += [_text(""), table]
    return Group(*parts)


def _text(text: str, style: str = "") -> Text:
    from rich.text import Text

    return Text(printable(text), style=style)


def _tree(institution: Institution) -> Tree:
    from rich.tree import Tree

    manifest = institution.manifest
    tree = Tree(_text("states"), guide_style="dim")
    for state in institution.states:
        first = "  (every agent begins here)" if state == manifest.initial else ""
        branch = tree.add(_text(f"{state} [{manifest.states[state].label}]{first}", "bold"))
        for edge in institution.edges_from[state]:
            style = "yellow" if is_escalation(institution, edge.spec) else "cyan"
            branch.add(_text(f"-> {edge.spec.target} on {edge.spec.on}", style))
    return tree


def _edges(institution: Institution) -> Table:
    table = _table("edge", "asked for", "gates", "sanctions", "timing", "sets", "under")
    for edge in institution.edges:
        spec = edge.spec
        sets = ", ".join(f"{name} = {text}" for name, text in spec.set.items())
        cells = (
            request_of(spec),
            gates_of(spec),
            sanctions_in_force(institution, edge.written),
            timing_of(spec),
            sets,
            spec.rule,
        )
        table.add_row(*(_text(cell) for cell in (f"{spec.source} to {spec.target}", *cells)))
    return table


def _events(institution: Institution) -> Table:
    table = _table("event", "when", "accuses under", "cites")
    for name, event in institution.manifest.events.items():
        cited = ", ".join(institution.evidence.get(name, ()))
        table.add_row(*(_text(cell) for cell in (name, event.when, event.accuses or "", cited)))
    return table


def _counters(institution: Institution) -> Table:
    table = _table("counter", "range", "each round")
    for name, counter in institution.manifest.counters.items():
        span = f"0 to {counter.max}" + (f", from {counter.initial}" if counter.initial else "")
        table.add_row(*(_text(cell) for cell in (name, span, counter.next or "")))
    return table


def _signals(institution: Institution) -> Table:
    table = _table("signal", "fires when")
    for name, signal in institution.manifest.signals.items():
        words = signal.model_dump(mode="json", exclude_none=True, exclude_defaults=True, exclude={"about"})
        table.add_row(_text(name), _text(", ".join(f"{key} {_plain(value)}" for key, value in words.items())))
    return table


def _table(*headings: str) -> Table:
    from rich import box
    from rich.table import Table

    table = Table(box=box.SIMPLE_HEAD, pad_edge=False, header_style="bold")
    for heading in headings:
        table.add_column(heading, overflow="fold")
    return table


def _plain(value: Any) -> str:
    if isinstance(value, dict):
        return "(" + ", ".join(f"{key} {_plain(item)}" for key, item in value.items()) + ")"
    return str(value)


__all__ = ["as_svg", "as_text"]
