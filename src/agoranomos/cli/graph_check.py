"""`agora graph check`."""

from __future__ import annotations

import json
import sys
from itertools import groupby
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from agoranomos.cli.named import institution_named
from agoranomos.cli.options import AsJson
from agoranomos.cli.terminal import say, say_json

if TYPE_CHECKING:
    from collections.abc import Callable

    from agoranomos.institutions import Institution
    from agoranomos.institutions.checker import Finding, Report
    from agoranomos.institutions.traces import Trace


def check(
    institution: Annotated[str, typer.Argument(metavar="INSTITUTION", help="A name, or the path of a file.")],
    market: Annotated[
        str | None,
        typer.Option("--market", metavar="NAME", help="Hold thresholds against the measures of this market, too."),
    ] = None,
    max_standings: Annotated[
        int, typer.Option("--max-standings", min=1, help="Give up, and say so, beyond so many standings.")
    ] = 1_000_000,
    sarif: Annotated[
        Path | None, typer.Option("--sarif", metavar="FILE", help="Write the findings as SARIF 2.1.0.")
    ] = None,
    write_traces: Annotated[
        Path | None,
        typer.Option("--write-traces", metavar="FILE", help="Write the counterexamples, for `agora graph test`."),
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Try an institution in every standing that any play leads to.

    It tells what no agent can reach, what nobody can leave, sanctions that cannot fall, offences that cost nothing,
    conditions and keys that decide nothing. Where play shows the fault, a shortest play follows. Exit code 1: there is
    an error; a warning alone is no reason for it.

    Example:  agora graph check cournot-antitrust
    """
    from agoranomos.institutions.checker import check as examine

    read = institution_named(institution)
    facts = None
    if market is not None:
        from agoranomos.markets import load_market
        from agoranomos.workspace import find_workspace

        facts = load_market(market, find_workspace()).facts
    report = examine(read, facts, most_standings=max_standings, progress=_progress())
    if sarif is not None:
        _write_sarif(sarif, report)
    if write_traces is not None:
        _write_traces(write_traces, institution, report)
    if as_json:
        say_json(_as_json(read, report))
    else:
        _say(read, report)
    if report.failed:
        raise typer.Exit(1)


def _progress() -> Callable[[int, int], None] | None:
    if not sys.stderr.isatty():
        return None

    def show(judged: int, known: int) -> None:
        end = "\r\x1b[K" if judged == known else ""
        print(f"\r{judged:,} of {known:,} standings judged{end}", end="", file=sys.stderr, flush=True)

    return show


def _say(read: Institution, report: Report) -> None:
    from agoranomos.institutions.checker import RULES

    whole = "" if report.complete else " (not all of them)"
    say(f"{read.name}: {report.standings:,} standings{whole}, {report.transitions:,} judged rounds")
    ordered = sorted(report.findings, key=lambda one: (list(RULES).index(one.rule), one.line))
    for rule, findings in groupby(ordered, key=lambda one: one.rule):
        say()
        say(f"{rule}: {RULES[rule].meaning}")
        for finding in findings:
            _say_finding(finding)
    for limit in report.limits:
        say()
        say(f"note: {limit}")
    say()
    errors = sum(finding.level == "error" for finding in report.findings)
    warnings = len(report.findings) - errors
    say(f"{_counted(errors, 'error')}, {_counted(warnings, 'warning')}" if report.findings else "nothing found")


def _say_finding(finding: Finding) -> None:
    from agoranomos.institutions.checker.drawn import lines

    say(f"  {finding.place}: {finding.level}: {finding.message}")
    if finding.advice:
        say(f"    {finding.advice}")
    if finding.trace is not None:
        say(f"    {finding.trace.about}")
        for line in lines(finding.trace):
            say(f"      {line}")


def _counted(count: int, what: str) -> str:
    return f"{count} {what}" + ("" if count == 1 else "s")


def _as_json(read: Institution, report: Report) -> dict[str, Any]:
    return {
        "institution": read.name,
        "semantic_sha256": read.semantic_sha256,
        "standings": report.standings,
        "judged_rounds": report.transitions,
        "complete": report.complete,
        "limits": list(report.limits),
        "findings": [
            {
                "rule": finding.rule,
                "level": finding.level,
                "place": finding.place,
                "line": finding.line,
                "column": finding.column,
                "message": finding.message,
                "advice": finding.advice,
                "trace": finding.trace.model_dump(mode="json", exclude_defaults=True) if finding.trace else None,
            }
            for finding in report.findings
        ],
    }


def _write_sarif(path: Path, report: Report) -> None:
    from agoranomos import __version__
    from agoranomos.institutions.checker.sarif import as_sarif

    _write(path, json.dumps(as_sarif(report, __version__), indent=2) + "\n")


def _write_traces(path: Path, institution: str, report: Report) -> None:
    from agoranomos.institutions.traces import to_yaml, traces_of

    traces = _distinct([finding.trace for finding in report.findings if finding.trace is not None])
    if traces:
        about = "Counterexamples of `agora graph check`: they pass for as long as the faults are there."
        _write(path, to_yaml(traces_of(institution, traces, about=about)))
    else:
        say(f"no counterexample to write; {path} was not written")


def _distinct(traces: list[Trace]) -> list[Trace]:
    """The traces with names that differ."""
    seen: dict[str, int] = {}
    found = []
    for trace in traces:
        seen[trace.name] = seen.get(trace.name, 0) + 1
        again = f" {seen[trace.name]}" if seen[trace.name] > 1 else ""
        found.append(trace.model_copy(update={"name": trace.name[: 120 - len(again)] + again}))
    return found


def _write(path: Path, text: str) -> None:
    from agoranomos.errors import MachineError

    try:
        path.write_text(text, encoding="utf-8")
    except OSError as error:
        raise MachineError(f"cannot write {path}: {error.strerror}") from error
