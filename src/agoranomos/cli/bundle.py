"""`agora bundle`."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from agoranomos.cli.log_places import is_ledger, is_log, place_of_log
from agoranomos.cli.options import AsJson
from agoranomos.cli.terminal import complain, say, say_json
from agoranomos.errors import Finding, UsageError

if TYPE_CHECKING:
    from agoranomos.logs import Verifier
    from agoranomos.viewer.bundle import LogText, Prompts
    from agoranomos.workspace import Workspace


def bundle(
    run: Annotated[str, typer.Argument(metavar="RUN", help="The folder of a finished run: runs/ARM/SEED.")],
    out: Annotated[Path, typer.Option("-o", "--out", metavar="FILE", help="The file to write, such as run.html.")],
    prompts: Annotated[
        bool, typer.Option("--prompts/--no-prompts", help="--no-prompts leaves out what models were asked.")
    ] = True,
    key: Annotated[
        str | None,
        typer.Option(
            "--key",
            metavar="VKEY",
            help="Verify the log under this public key, or those in this file, before it is bundled (default: the "
            "keyring of this machine). It does not go into the file: whoever reads it brings a key of their own.",
        ),
    ] = None,
    even_if_bad: Annotated[
        bool, typer.Option("--even-if-bad", help="Bundle a log that does not verify; the page will say so.")
    ] = False,
    anew: Annotated[bool, typer.Option("--anew", help="Let --out replace a file.")] = False,
    as_json: AsJson = False,
) -> None:
    """Write a run as one HTML file that shows it and checks its log, without a network.

    The file holds the log's entries, leaf hashes, checkpoint, certificate and blobs as text, and what models were
    asked. Opened in a browser it checks every entry to the signed checkpoint, and says under which key; `agora log
    verify FILE` checks the same bytes here.

    A log that does not verify is not bundled: exit code 1.

    Example:  agora bundle logs/CAMPAIGN/runs/ARM/0 -o run.html
    """
    from agoranomos.viewer.bundle import bundled, read_log
    from agoranomos.viewer.bundle_page import read_template
    from agoranomos.viewer.bundle_write import require_free, write_bundle
    from agoranomos.workspace import find_workspace

    require_free(out, anew)
    template = read_template()
    place = place_of_log(run)
    if not is_log(place) or is_ledger(place):
        raise UsageError(
            f"{run} is not the log of a run", advice="Give the folder of one run, such as logs/CAMPAIGN/runs/ARM/SEED."
        )
    workspace = find_workspace()
    trusted = _trusted(key, workspace)
    fault = _fault_of(place, trusted)
    if fault is not None and not even_if_bad:
        raise Finding(
            f"{run} does not verify, and was not bundled: {fault.message}",
            advice=_advice(place, fault),
        )
    log = read_log(place)
    named = _named_place(run, place)
    asked = _prompts(prompts and fault is None, named, log, workspace, trusted)
    content = bundled(template, log, _title(named, log), asked)
    write_bundle(out, content, anew=anew)
    if fault is not None:
        complain(f"the log does not verify: {fault.message}", "The page says so too.")
    _report(out, place, log, asked, len(content), fault, as_json)


def _trusted(key: str | None, workspace: Workspace) -> Sequence[Verifier]:
    from agoranomos.logs import read_vkeys

    return read_vkeys(key) if key is not None else workspace.key_store.trusted()


def _fault_of(place: Path, trusted: Sequence[Verifier]) -> Finding | None:
    from agoranomos.campaigns.verified_run import verify_run

    try:
        verify_run(place, trusted, level="strict")
    except Finding as fault:
        return fault
    return None


def _advice(place: Path, fault: Finding) -> str:
    from agoranomos.logs import was_closed

    if not was_closed(place):
        return "Finish the run (its campaign's `agora run` goes on), or add --even-if-bad."
    return fault.advice or "With --even-if-bad it is bundled as it is, and the page says what is wrong."


def _named_place(run: str, place: Path) -> Path:
    """The run's folder in its campaign, also of a run that is in a pack and was unpacked elsewhere."""
    named = Path(run).absolute()
    return named if named.parent.parent.name == "runs" else place.absolute()


def _prompts(wanted: bool, place: Path, log: LogText, workspace: Workspace, trusted: Sequence[Verifier]) -> Prompts:
    from agoranomos.viewer.bundle import Prompts
    from agoranomos.viewer.bundle_prompts import prompts_of

    if not wanted:
        return Prompts(why="left out by whoever made this file")
    packs, why = prompts_of(place, log.lines, workspace, trusted)
    return Prompts(packs, why)


def _title(place: Path, log: LogText) -> str:
    """`CAMPAIGN/ARM/SEED`; the log's origin where it lies elsewhere."""
    if place.parent.parent.name == "runs":
        return "/".join((place.parents[2].name, place.parent.name, place.name))
    return log.vkey.decode("utf-8", "replace").partition("+")[0] or place.name


def _report(
    out: Path, place: Path, log: LogText, asked: Prompts, octets: int, fault: Finding | None, as_json: bool
) -> None:
    entries = len(log.lines)
    if as_json:
        shown: dict[str, Any] = {
            "bundle": str(out),
            "log": str(place),
            "origin": log.vkey.decode("utf-8", "replace").partition("+")[0],
            "entries": entries,
            "octets": octets,
            "prompts": bool(asked.packs),
            "why_no_prompts": asked.why,
            "verifies": fault is None,
            "fault": fault.message if fault is not None else "",
        }
        say_json(shown)
        return
    size = f"{octets / 1e6:.1f} MB" if octets >= 1e6 else f"{octets / 1e3:.0f} kB"
    say(f"wrote {out}: {entries} entries, {size}")
    if asked.why:
        say(f"  without prompts: {asked.why}")
    say(f"Open it in a browser, or check it with: agora log verify {out}")
