"""`agora graph test`."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from agoranomos.cli.named import institution_named
from agoranomos.cli.options import AsJson
from agoranomos.cli.terminal import say, say_json, visible

if TYPE_CHECKING:
    from agoranomos.institutions.trace_file import Tested, TestedFile


def run_traces(
    institution: Annotated[str, typer.Argument(metavar="INSTITUTION", help="A name, or the path of a file.")],
    files: Annotated[
        list[Path] | None,
        typer.Argument(
            metavar="[FILE]...", help="Files of traces; by default NAME.traces.yaml beside the institution."
        ),
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Run example traces of an institution like unit tests.

    A trace says what firms do, round by round (quantities, or the signals that fire), and which states, edges, cases
    and fines are expected. Exit code 1: something came otherwise; the message names file, line, round and agent.

    Example:  agora graph test cournot-antitrust
    """
    from agoranomos.institutions.trace_file import run_file, traces_beside
    from agoranomos.markets import load_market
    from agoranomos.workspace import find_workspace

    read = institution_named(institution)
    tested = [
        run_file(read, path, lambda name: load_market(name, find_workspace()))
        for path in files or [traces_beside(read)]
    ]
    traces = [trace for file in tested for trace in file.traces]
    failed = [trace for trace in traces if not trace.passed]
    if as_json:
        say_json(
            {
                "institution": read.name,
                "semantic_sha256": read.semantic_sha256,
                "files": [_as_json(file) for file in tested],
                "traces": len(traces),
                "failed": len(failed),
            }
        )
    else:
        for file in tested:
            say(file.file)
            if Path(file.written_for).name.removesuffix(".yaml") != read.name:
                note = f"note: these traces were written for {file.written_for}, and are run against {read.name}"
                typer.echo(visible(note), err=True)
            for trace in file.traces:
                _say_trace(trace)
        rest = f", {len(failed)} of them came otherwise" if failed else ", all as expected"
        say(f"{read.name}: {len(traces)} {'trace' if len(traces) == 1 else 'traces'}{rest}")
    if failed:
        raise typer.Exit(1)


def _say_trace(trace: Tested) -> None:
    rounds = "1 round" if trace.rounds == 1 else f"{trace.rounds} rounds"
    say(f"  {'ok  ' if trace.passed else 'FAIL'}  {trace.trace} ({rounds})")
    for place, mismatch in trace.mismatches:
        say(f"        {place}: {mismatch}")


def _as_json(file: TestedFile) -> dict[str, Any]:
    return {
        "file": file.file,
        "written_for": file.written_for,
        "traces": [
            {
                "name": trace.trace,
                "rounds": trace.rounds,
                "passed": trace.passed,
                "mismatches": [
                    {
                        "place": place,
                        "round": mismatch.round or None,
                        "agent": mismatch.agent or None,
                        "what": mismatch.what,
                        "expected": mismatch.expected,
                        "came": mismatch.came,
                    }
                    for place, mismatch in trace.mismatches
                ],
            }
            for trace in file.traces
        ],
    }
