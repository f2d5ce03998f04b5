"""`agora code`."""

from __future__ import annotations

import sys
from contextlib import ExitStack
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from agoranomos.cli.options import AsJson
from agoranomos.cli.terminal import say, say_json, show, visible
from agoranomos.errors import UsageError, nearest

if TYPE_CHECKING:
    from agoranomos.analysis.reasons import Codebook, Coded, Judge, ReasonsSummary
    from agoranomos.statistics import Interval


def code(
    directory: Annotated[
        Path, typer.Argument(metavar="DIR", help="The folder of a campaign (logs/NAME-DIGEST); its finished runs.")
    ],
    judge: Annotated[
        str | None,
        typer.Option("--judge", metavar="MODEL", help="Also ask this model of each text and code, yes or no."),
    ] = None,
    codebook: Annotated[
        Path | None, typer.Option("--codebook", metavar="FILE", help="Code by this codebook; default: the shipped one.")
    ] = None,
    limit: Annotated[
        int | None,
        typer.Option("--limit", metavar="N", min=1, help="Ask the judge of N distinct texts, drawn; default: of all."),
    ] = None,
    seed: Annotated[
        int | None, typer.Option("--seed", metavar="N", min=0, help="With --limit: draws the texts; default 0.")
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Code what agents wrote: plans, insights and thoughts, by stated rules and, where one is named, by a model.

    Writes tables/reasons.parquet, which stands apart from the tables of behaviour, and prints the share of texts with
    each code. The report then has a section on it. Replies that are withheld are counted as hidden.

    The judge's answers are kept: the same command after an interruption asks only for what is missing, and a text that
    stands in many places is asked about once. Rules code every text, also with --limit.

    Example:  agora code logs/cournot-mock-1a2b3c4d --judge smollm2 --limit 100
    """
    from agoranomos.analysis.reasons import code_campaign, read_codebook, shipped_codebook, summarise_reasons
    from agoranomos.campaigns import CampaignFolder
    from agoranomos.campaigns.fresh_tables import bring_tables_up_to_date
    from agoranomos.logs import KeyStore
    from agoranomos.workspace import state_folder

    _check(directory, judge, limit, seed)
    book = shipped_codebook() if codebook is None else read_codebook(codebook)
    bring_tables_up_to_date(CampaignFolder(directory))
    trusted = KeyStore(state_folder() / "keys").trusted()
    with ExitStack() as held:
        asked = None if judge is None else _open(judge, book, held)
        progress = _Progress(asked)
        done = code_campaign(directory, trusted, book, asked, limit=limit, seed=seed or 0, tell=progress)
        progress.end()
        traffic = (
            ""
            if asked is None
            else f"the judge was asked {asked.traffic.asked:,} questions, and "
            + (f"{asked.traffic.stored:,} were answered before")
        )
    found = summarise_reasons(directory)
    assert found is not None  # it was written just now
    if as_json:
        from agoranomos.analysis.reasons.export import reasons_json

        say_json(reasons_json(found) | {"table": str(done.path)})
        return
    _show(found, done, traffic)


def _check(directory: Path, judge: str | None, limit: int | None, seed: int | None) -> None:
    if not (directory / "plan.json").is_file():
        siblings = [path.name for path in directory.parent.iterdir()] if directory.parent.is_dir() else []
        missing = not directory.is_dir()
        raise UsageError(
            f"no such folder: {directory}"
            if missing
            else f"{directory} is no campaign's folder: it holds no plan.json",
            advice=nearest(directory.name, siblings) if missing else "Give the folder that agora run named.",
        )
    if judge is None and (limit is not None or seed is not None):
        given = "--limit" if limit is not None else "--seed"
        raise UsageError(f"{given} is for a judge; rules code every text", advice="Name one with --judge MODEL.")
    if limit is None and seed is not None:
        raise UsageError("--seed draws a sample of texts", advice="Say how many with --limit N.")


def _open(model: str, book: Codebook, held: ExitStack) -> Judge:
    from agoranomos.analysis.reasons import Judge
    from agoranomos.models.calls.store import CallStore, calls_folder
    from agoranomos.models.opening import check_engine_name, open_engine
    from agoranomos.workspace import find_workspace

    check_engine_name(model)
    store = CallStore.open(calls_folder(), tell=lambda text: print(visible(text), file=sys.stderr))
    held.callback(store.close)
    engine = open_engine(model, find_workspace())
    return held.enter_context(Judge(engine, book, store))


class _Progress:
    """One line on a terminal; nothing elsewhere."""

    def __init__(self, judge: Judge | None) -> None:
        self._judge = judge
        self._watched = sys.stderr.isatty()

    def __call__(self, texts: int, runs: int) -> None:
        if self._watched:
            asked = "" if self._judge is None else f", {self._judge.traffic.calls:,} questions answered"
            line = f"\r\x1b[K{texts:,} texts, {runs:,} runs{asked}"
            print(line, end="", file=sys.stderr, flush=True)

    def end(self) -> None:
        if self._watched:
            print("\r\x1b[K", end="", file=sys.stderr, flush=True)


def _show(found: ReasonsSummary, done: Coded, traffic: str) -> None:
    from rich.table import Table

    from agoranomos.analysis.reasons.export import NO_BEHAVIOUR

    coding = found.coding
    say(f"{done.texts:,} texts of {coding.runs:,} runs, {done.hidden:,} replies withheld")
    say(f"codebook edition {coding.edition}, {coding.sha256[:16]}...")
    say(NO_BEHAVIOUR)
    say()
    shares = Table(box=None, pad_edge=False, header_style="bold", title="share of texts by rules, mean over runs")
    shares.add_column("arm")
    shares.add_column("texts", justify="right")
    shares.add_column("hidden", justify="right")
    for name in coding.codes:
        shares.add_column(name, justify="right")
    for arm, texts in found.texts.items():
        cells = (found.share(arm, name) for name in coding.codes)
        row = ["-" if cell is None else _percent(cell.share) for cell in cells]
        shares.add_row(arm, f"{texts:,}", f"{found.hidden[arm]:,}", *row)
    show(shares)
    if coding.judge:
        _show_agreement(found, traffic)
    say(f"table: {done.path}")


def _show_agreement(found: ReasonsSummary, traffic: str) -> None:
    from rich.table import Table

    table = Table(box=None, pad_edge=False, header_style="bold", title=f"rules and {found.coding.judge}")
    headings = ("code", "texts", "both", "rules only", "judge only", "neither", "turned", "kappa", "alpha")
    for heading in headings:
        table.add_column(heading, justify="left" if heading == "code" else "right")
    for one in found.agreements:
        counts = (one.texts, one.both, one.rules_only, one.judge_only, one.neither, one.turned)
        table.add_row(one.code, *(f"{n:,}" for n in counts), _coefficient(one.kappa), _coefficient(one.alpha))
    say()
    show(table)
    say("turned: texts on which the judge's answer turns with the order of yes and no")
    reasons = {one.kappa.warning for one in found.agreements if one.kappa.warning}
    for reason in sorted(reasons):
        say(reason)
    if found.failures:
        kinds = ", ".join(f"{kind} {number}" for kind, number in found.failures.items())
        say(f"texts with a question that failed: {kinds}")
    say(traffic)


def _percent(share: Interval) -> str:
    bounds = "" if share.reason else f" ({share.low:.1%} to {share.high:.1%})"
    return f"{share.point:.1%}{bounds}"


def _coefficient(found: Interval) -> str:
    if found.reason:
        return f"- ({found.reason})" if found.point != found.point else f"{found.point:.2f} ({found.reason})"
    return f"{found.point:.2f} ({found.low:.2f} to {found.high:.2f})"
