"""`agora graph prose`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any

import typer

from agoranomos.cli.named import institution_named
from agoranomos.cli.options import AsJson
from agoranomos.cli.terminal import say, say_json, visible

if TYPE_CHECKING:
    from agoranomos.institutions import Institution
    from agoranomos.institutions.prose import Prose


def prose(
    institution: Annotated[str, typer.Argument(metavar="INSTITUTION", help="A name, or the path of a file.")],
    form: Annotated[
        str, typer.Option("--form", metavar="FORM", help="notice, constitution, paper (tables) or diagram.")
    ] = "notice",
    style: Annotated[
        str | None,
        typer.Option("--style", metavar="STYLE", help="Of a paper: markdown or latex. Of a diagram: mermaid or dot."),
    ] = None,
    market: Annotated[
        str | None,
        typer.Option("--market", metavar="NAME", help="Use this market's words for measures, and its size."),
    ] = None,
    with_penalties: Annotated[
        bool, typer.Option("--with-penalties", help="Let the constitution tell of monitoring and penalties too.")
    ] = False,
    as_json: AsJson = False,
) -> None:
    """Say in words what an institution does, all from its manifest.

    The notice explains the regime to those who live under it; the constitution tells the same rules in the same words,
    and nothing of monitoring or penalties. Every number is a value of the manifest; --json says which.

    Example:  agora graph prose cournot-antitrust --form constitution --market cournot-duopoly
    """
    from agoranomos.institutions.prose import prose as written
    from agoranomos.institutions.prose import stated_by_hand

    read = institution_named(institution)
    facts = None
    if market is not None:
        from agoranomos.markets import load_market
        from agoranomos.workspace import find_workspace

        facts = load_market(market, find_workspace()).facts
    text = written(read, form, style, facts=facts, with_penalties=with_penalties)
    if as_json:
        say_json(_as_json(read, text))
        return
    say(text.text.rstrip("\n"))
    left_out = [".".join(map(str, one.path)) for one in stated_by_hand(read) if one.path[0] == "rules"]
    if left_out and form in {"notice", "constitution"}:
        note = f"note: {', '.join(left_out)} of {read.name} state numbers by hand and are left out"
        typer.echo(visible(f"{note}; what is printed comes from the values"), err=True)


def _as_json(read: Institution, text: Prose) -> dict[str, Any]:
    from agoranomos.documents.reader import places_in
    from agoranomos.institutions.prose import stated_by_hand

    place = places_in(read.source)
    return {
        "institution": read.name,
        "semantic_sha256": read.semantic_sha256,
        "form": text.form,
        "style": text.style,
        "text": text.text,
        "numbers": [
            {
                "text": number.text,
                "value": number.value,
                "path": ".".join(map(str, number.path)),
                "nth_in_expression": number.nth or None,
                "place": place(number.path),
            }
            for number in text.numbers
        ],
        "stated_by_hand": [
            {"path": ".".join(map(str, one.path)), "text": one.text, "place": place(one.path)}
            for one in stated_by_hand(read)
        ],
    }
