"""`agora graph show`."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from agoranomos.cli.named import institution_named
from agoranomos.cli.options import AsJson
from agoranomos.cli.terminal import console, say, say_json, visible
from agoranomos.errors import UsageError

if TYPE_CHECKING:
    from agoranomos.institutions import Institution


def show(
    institution: Annotated[str, typer.Argument(metavar="INSTITUTION", help="A name, or the path of a file.")],
    output: Annotated[
        Path | None, typer.Option("--output", "-o", metavar="FILE.svg", help="Draw the graph into this SVG file.")
    ] = None,
    flat: Annotated[
        bool, typer.Option("--flat", help="Print it as YAML written out in full, with what it `extends` in it.")
    ] = False,
    as_json: AsJson = False,
) -> None:
    """Show an institution as a graph, as text or drawn.

    Example:  agora graph show cournot-antitrust -o antitrust.svg
    """
    read = institution_named(institution)
    if flat:
        if output is not None or as_json:
            raise UsageError("--flat prints YAML; it goes with neither --output nor --json")
        from agoranomos.institutions.flat import flat_text

        print(visible(flat_text(read)), end="")
        return
    if output is not None:
        if output.suffix != ".svg":
            raise UsageError(f"{output} does not end in .svg, the one format that is drawn")
        from agoranomos.institutions.show import as_svg

        output.write_text(as_svg(read), encoding="utf-8")
        if not as_json:
            say(f"{read.name} is drawn in {output}")
    if as_json:
        say_json(_as_json(read))
    elif output is None:
        from agoranomos.institutions.show import as_text

        console().print(as_text(read))


def _as_json(read: Institution) -> dict[str, Any]:
    from agoranomos.institutions.edge_words import gates_of, sanctions_in_force, timing_of
    from agoranomos.institutions.placebos import placebo_in_words

    manifest = read.manifest
    return {
        "name": read.name,
        "title": manifest.title,
        "semantic_sha256": read.semantic_sha256,
        "file_sha256": read.file_sha256,
        "placebo": list(placebo_in_words(read)),
        "initial": manifest.initial,
        "states": {name: state.label for name, state in manifest.states.items()},
        "transitions": [
            {
                "edge": edge.key,
                "on": edge.spec.on,
                "if": edge.spec.when or "",
                "gates": gates_of(edge.spec),
                "then": ", ".join(filter(None, (sanctions_in_force(read, edge.written), timing_of(edge.spec)))),
            }
            for edge in read.edges
        ],
        "events": {name: event.when for name, event in manifest.events.items()},
        "signals": {
            name: signal.model_dump(mode="json", exclude_none=True, exclude_defaults=True)
            for name, signal in manifest.signals.items()
        },
    }
