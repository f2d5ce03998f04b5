"""`agora publish`."""

from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from agoranomos.cli.options import AsJson, TrustedKey
from agoranomos.cli.terminal import complain, say, say_json
from agoranomos.errors import Finding, UsageError, unknown_name

if TYPE_CHECKING:
    from agoranomos.campaigns.publishing import CheckedPackage
    from agoranomos.logs import Verifier
    from agoranomos.logs.verification import Level

SHOWN_FAULTS = 3
ROOT_HASH = re.compile("[0-9a-f]{64}")


def publish(
    place: Annotated[
        Path,
        typer.Argument(
            metavar="DIR", help="The folder of a campaign, or of a reproduction; with --check, a package's file."
        ),
    ],
    out: Annotated[
        Path | None,
        typer.Option("-o", "--out", metavar="FILE.tar.gz", help="The archive (default: NAME.tar.gz, here)."),
    ] = None,
    check: Annotated[bool, typer.Option("--check", help="Check a package instead of making one.")] = False,
    root: Annotated[
        str | None,
        typer.Option("--root", metavar="HASH", help="With --check: the root hash that you were told by another way."),
    ] = None,
    key: TrustedKey = None,
    level: Annotated[
        str, typer.Option("--level", metavar="LEVEL", help="How deep logs are verified; as in `agora log verify`.")
    ] = "replay",
    jobs: Annotated[int, typer.Option("--jobs", min=1, metavar="N", help="Worker processes.")] = 1,
    limit: Annotated[
        int | None,
        typer.Option("--limit", min=1, metavar="BYTES", help="With --check: what it may unpack to (default: 64 GiB)."),
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Make one archive of a campaign that a stranger can check, or check one.

    It holds the plan, the ledger, every log, the tables with a codebook, the report, the environment and the public
    keys, and a root hash over all of it. What a campaign withholds stays where it is.

    Exit code 0: written, or verified under a key that you trust. 1: it does not verify, or cannot be decided for want
    of trust.

    Example:  agora publish logs/cournot-scripted-1a2b3c4d -o cournot.tar.gz
    """
    wanted = _level(level)
    if check:
        if out is not None:
            raise UsageError("--out is for making a package, and --check checks one", advice="Leave one of them out.")
        if root is not None and not ROOT_HASH.fullmatch(root):
            raise UsageError(f"--root {root}: 64 hexadecimal digits were expected, as `agora publish` prints them")
        _check(place, root, _trusted(key), wanted, jobs, limit, as_json)
        return
    if root is not None:
        raise UsageError("--root goes with --check", advice="The root of a new package is printed when it is written.")
    if limit is not None:
        raise UsageError("--limit goes with --check", advice="It bounds what somebody else's package unpacks to.")
    if out is not None and not out.name.endswith((".tar.gz", ".tgz")):
        raise UsageError(f"--out {out}: the name of a .tar.gz file was expected, which is what a package is")
    _make(place, out, _trusted(key), wanted, jobs, as_json)


def _level(level: str) -> Level:
    from agoranomos.logs.verification import LEVELS

    found = next((known for known in LEVELS if known == level), None)
    if found is None:
        raise unknown_name("level", level, LEVELS)
    return found


def _trusted(key: str | None) -> tuple[Verifier, ...]:
    from agoranomos.logs import KeyStore, read_vkeys
    from agoranomos.workspace import state_folder

    return KeyStore(state_folder() / "keys").trusted() if key is None else read_vkeys(key)


def _make(place: Path, out: Path | None, trusted: tuple[Verifier, ...], level: Level, jobs: int, as_json: bool) -> None:
    from agoranomos.analysis.campaign import summarise
    from agoranomos.analysis.report import write_report
    from agoranomos.campaigns import CampaignFolder
    from agoranomos.campaigns.fresh_tables import bring_tables_up_to_date
    from agoranomos.campaigns.publishing import publish as write_package
    from agoranomos.campaigns.publishing.contents import contents_of

    for campaign in contents_of(place).campaigns:
        folder = place / campaign
        bring_tables_up_to_date(CampaignFolder(folder))
        if not (folder / "report" / "index.html").is_file():
            write_report(summarise(folder))
    target = out if out is not None else Path(f"{place.resolve().name}.tar.gz")
    made = write_package(place, target, trusted, level=level, jobs=jobs)
    if as_json:
        say_json(
            {
                "file": str(made.file),
                "root": made.root,
                "files": made.files,
                "bytes": made.size,
                "keys": list(made.keys),
                "left_out": list(made.left_out),
            }
        )
        return
    say(f"wrote {made.file}: {made.files} files, {made.size:,} bytes")
    say(f"root {made.root}")
    for vouching in made.keys:
        say(f"key  {vouching}")
    if made.left_out:
        say(f"left out: {', '.join(made.left_out[:8])}{', ...' if len(made.left_out) > 8 else ''}")
    say("Print root and key where the package is not: whoever has them can check it with `agora publish --check`.")


def _check(
    file: Path,
    root: str | None,
    trusted: tuple[Verifier, ...],
    level: Level,
    jobs: int,
    limit: int | None,
    as_json: bool,
) -> None:
    from agoranomos.campaigns.publishing import check_package
    from agoranomos.campaigns.publishing.checking import LIMIT

    try:
        checked = check_package(file, trusted, root=root, level=level, jobs=jobs, limit=limit or LIMIT)
    except Finding as fault:
        if not as_json:
            raise
        say_json({"file": str(file), "verdict": _verdict(fault), "faults": [fault.message]})
        raise typer.Exit(1) from None
    if as_json:
        say_json(_as_json(checked))
    else:
        _show(checked)
    if checked.faults:
        raise typer.Exit(1)


def _verdict(fault: Finding) -> str:
    return str(getattr(fault, "kind", "damaged"))


def _as_json(checked: CheckedPackage) -> dict[str, Any]:
    return {
        "file": str(checked.file),
        "verdict": _verdict(checked.faults[0]) if checked.faults else "verified",
        "root": checked.root,
        "root_given": checked.root_given,
        "files": checked.files,
        "campaigns": [
            {"place": place, "runs": {state: _runs(campaign, state) for state in ("verified", "faulty", "unfinished")}}
            for place, campaign in checked.campaigns
        ],
        "tables": [
            {
                "campaign": one.campaign,
                "same": list(one.same),
                "equal": list(one.equal),
                "different": list(one.different),
                "not_derived": list(one.not_derived),
            }
            for one in checked.tables
        ],
        "faults": [fault.message for fault in checked.faults],
        "not_excluded": list(checked.not_excluded),
    }


def _runs(campaign: Any, state: str) -> int:
    return sum(run.state == state for run in campaign.runs)


def _show(checked: CheckedPackage) -> None:
    for fault in checked.faults[:SHOWN_FAULTS]:
        complain(fault.message, fault.advice)
    if len(checked.faults) > SHOWN_FAULTS:
        complain(f"and {len(checked.faults) - SHOWN_FAULTS} faults more (--json names all)")
    given = "the one that was given" if checked.root_given else "not held against any that was given"
    say(f"{checked.files} files, each as listed; root {checked.root} ({given})")
    for place, campaign in checked.campaigns:
        verified, faulty, unfinished = (_runs(campaign, state) for state in ("verified", "faulty", "unfinished"))
        say(f"{place or campaign.folder}: {verified} runs verified, {faulty} faulty, {unfinished} unfinished")
    for one in checked.tables:
        apart = f"; not derived from logs: {', '.join(one.not_derived)}" if one.not_derived else ""
        where = f"{one.campaign}: " if one.campaign else ""
        say(f"{where}tables built anew: {len(one.same)} the same, {len(one.equal)} equal in other bytes{apart}")
    if checked.faults:
        return
    say(f"verified: {checked.file}")
    say("not excluded by this check:")
    for line in checked.not_excluded:
        say(f"  {line}")
