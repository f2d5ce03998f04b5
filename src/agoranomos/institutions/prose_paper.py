"""The tables of an institution for a paper, in Markdown or LaTeX, and its graph in Mermaid or DOT."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from agoranomos.institutions.edge_words import is_escalation
from agoranomos.institutions.institution import Edge, Institution
from agoranomos.institutions.manifest import Manifest
from agoranomos.institutions.prose_edges import gates, sanctions, settings, timing, trigger
from agoranomos.institutions.prose_guards import condition, update, words
from agoranomos.institutions.prose_notice import observation_in_words
from agoranomos.institutions.prose_signals import meaning_of
from agoranomos.institutions.prose_text import Mark, Quote, Segment, Told, joined, listed, number, percent, spoken, told
from agoranomos.markets.facts import MarketFacts


@dataclass(frozen=True, slots=True)
class Table:
    """A table: what it shows, its headings, and rows of cells."""

    caption: Told
    headings: tuple[str, ...]
    rows: tuple[tuple[Told, ...], ...]


def tables(institution: Institution, facts: MarketFacts | None) -> list[Table]:
    """States, transitions, signals, events, counters and audits; those that are empty are left out."""
    manifest = institution.manifest
    name = Quote(institution.name, ("name",))
    edges = ("from", "to", "when", "provided that", "first", "sanction", "timing")
    found = [
        Table(told("States of ", name), ("state", "label", "begins"), _states(manifest)),
        Table(
            told("Transitions of ", name, ", tried from top to bottom"),
            edges,
            tuple(_edge(institution, edge) for edge in institution.edges),
        ),
        Table(
            told("Signals of ", name),
            ("signal", "holds when"),
            tuple((told(words(s, "signals", s)), meaning_of(manifest, s, facts)) for s in manifest.signals),
        ),
        Table(told("Events of ", name), ("event", "happens when", "case under", "evidence"), _events(institution)),
        Table(told("Memory of ", name), ("counter", "at first", "at most", "each round"), _counters(manifest)),
        Table(told("Audits of ", name), ("audit", "of", "chance a round"), _audits(manifest)),
        Table(told("What is seen under ", name), ("observation",), _observation(manifest)),
        Table(told("Parameters of ", name), ("parameter", "value"), _parameters(manifest)),
    ]
    return [table for table in found if table.rows]


def _edge(institution: Institution, edge: Edge) -> tuple[Told, ...]:
    manifest, spec = institution.manifest, edge.spec
    return (
        told(words(spec.source, "states", spec.source)),
        told(words(spec.target, "states", spec.target)),
        trigger(manifest, edge),
        listed(gates(manifest, edge)),
        joined("; ", settings(manifest, edge)),
        joined("; ", sanctions(institution, edge)),
        joined(", ", timing(edge)),
    )


def _states(manifest: Manifest) -> tuple[tuple[Told, ...], ...]:
    return tuple(
        (
            told(words(name, "states", name)),
            told(spoken(state.label, "states", name, "label")),
            told("yes" if name == manifest.initial else ""),
        )
        for name, state in manifest.states.items()
    )


def _events(institution: Institution) -> tuple[tuple[Told, ...], ...]:
    manifest = institution.manifest
    return tuple(
        (
            told(words(name, "events", name)),
            condition(manifest, event.when, "events", name, "when"),
            told(Quote(event.accuses, ("events", name, "accuses"))) if event.accuses is not None else (),
            listed([words(signal, "signals", signal) for signal in institution.evidence.get(name, ())]),
        )
        for name, event in manifest.events.items()
    )


def _counters(manifest: Manifest) -> tuple[tuple[Told, ...], ...]:
    return tuple(
        (
            told(words(name, "counters", name)),
            told(number(counter.initial, "counters", name, "initial")),
            told(number(counter.max, "counters", name, "max")),
            update(manifest, name, counter.next, "counters", name, "next") if counter.next is not None else (),
        )
        for name, counter in manifest.counters.items()
    )


def _audits(manifest: Manifest) -> tuple[tuple[Told, ...], ...]:
    return tuple(
        (
            told(words(name, "audits", name)),
            told(audit.of),
            told(percent(audit.probability, "audits", name, "probability")),
        )
        for name, audit in manifest.audits.items()
    )


def _observation(manifest: Manifest) -> tuple[tuple[Told, ...], ...]:
    return tuple((line,) for line in observation_in_words(manifest.observation)) if manifest.observation else ()


def _parameters(manifest: Manifest) -> tuple[tuple[Told, ...], ...]:
    return tuple(
        (told(words(name, "parameters", name)), told(number(value, "parameters", name)))
        for name, value in manifest.parameters.items()
    )


def as_markdown(found: Sequence[Table]) -> list[Told]:
    """Tables in Markdown."""
    lines: list[Told] = []
    for table in found:
        lines += [told(Mark("**"), table.caption, Mark("**")), ()]
        lines.append(_row([told(heading) for heading in table.headings]))
        lines.append(told(Mark("|" + " --- |" * len(table.headings))))
        lines += [*(_row(row) for row in table.rows), ()]
    return lines[:-1]


def _row(cells: Sequence[Told]) -> Told:
    return told(Mark("| "), joined_by(" | ", cells), Mark(" |"))


def joined_by(border: str, cells: Sequence[Told]) -> Told:
    """The cells with a border of layout between them."""
    found: list[Segment | Told] = []
    for cell in cells:
        found += [Mark(border), cell] if found else [cell]
    return told(*found)


def as_latex(found: Sequence[Table]) -> list[Told]:
    """Tables in LaTeX, for the packages booktabs and tabularx."""
    lines: list[Told] = [told(Mark("% needs \\usepackage{booktabs,tabularx}"))]
    for table in found:
        columns = "l" + "X" * (len(table.headings) - 1)
        lines += [
            (),
            told(Mark(r"\begin{table}")),
            told(Mark(r"\caption{"), table.caption, Mark("}")),
            told(Mark(rf"\begin{{tabularx}}{{\linewidth}}{{{columns}}}")),
            told(Mark(r"\toprule")),
            told(joined_by(" & ", [told(heading) for heading in table.headings]), Mark(r" \\")),
            told(Mark(r"\midrule")),
            *(told(joined_by(" & ", row), Mark(r" \\")) for row in table.rows),
            told(Mark(r"\bottomrule")),
            told(Mark(r"\end{tabularx}")),
            told(Mark(r"\end{table}")),
        ]
    return lines


def _label(institution: Institution, edge: Edge) -> Told:
    """A transition on a line: trigger, gates, sanctions, timing."""
    parts = [trigger(institution.manifest, edge)]
    parts += [told("provided that ", gate) for gate in gates(institution.manifest, edge)]
    return joined("; ", [*parts, *sanctions(institution, edge), *timing(edge)])


def as_mermaid(institution: Institution) -> list[Told]:
    """The graph as a Mermaid flowchart; thick arrows follow accusations or carry sanctions."""
    lines: list[Told] = [told(Mark("flowchart LR"))]
    for name, state in institution.manifest.states.items():
        shape = ("([", "])") if name == institution.manifest.initial else ("[", "]")
        label = told(words(name, "states", name), ": ", spoken(state.label, "states", name, "label"))
        lines.append(told(Mark(f'    {_node(name)}{shape[0]}"'), label, Mark(f'"{shape[1]}')))
    for edge in institution.edges:
        arrow = "==>" if is_escalation(institution, edge.spec) else "-->"
        head = Mark(f'    {_node(edge.spec.source)} {arrow}|"')
        lines.append(told(head, _label(institution, edge), Mark(f'"| {_node(edge.spec.target)}')))
    return lines


def as_dot(institution: Institution) -> list[Told]:
    """The graph in DOT, the language of Graphviz; bold arrows follow accusations or carry sanctions."""
    lines: list[Told] = [
        told(Mark('digraph "'), Quote(institution.name, ("name",)), Mark('" {')),
        told(Mark("    rankdir=LR; node [shape=box, style=rounded];")),
    ]
    for name, state in institution.manifest.states.items():
        label = told(words(name, "states", name), ": ", spoken(state.label, "states", name, "label"))
        bold = ', style="rounded,bold"' if name == institution.manifest.initial else ""
        lines.append(told(Mark(f'    {_node(name)} [label="'), label, Mark(f'"{bold}];')))
    for edge in institution.edges:
        bold = ", style=bold" if is_escalation(institution, edge.spec) else ""
        head = Mark(f'    {_node(edge.spec.source)} -> {_node(edge.spec.target)} [label="')
        lines.append(told(head, _label(institution, edge), Mark(f'"{bold}];')))
    return [*lines, told(Mark("}"))]


def _node(state: str) -> str:
    # Both languages have words of their own, such as `end`.
    return f"state_{state}"
