"""`agora log disclose` and `agora log verify-opening`."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Annotated

import typer

from agoranomos.cli.log_private import Agent, Entry, Private, run_at, store_of, texts_in
from agoranomos.cli.options import AsJson, TrustedKey
from agoranomos.cli.terminal import say, say_json
from agoranomos.errors import Finding, MachineError, UsageError

PARTS = ("prompt", "reply")


def disclose(
    log: Annotated[str, typer.Argument(metavar="LOG", help="The folder of a run's log.")],
    entry: Entry = None,
    agent: Agent = None,
    part: Annotated[
        str | None, typer.Option("--part", metavar="PART", help="Only this half of a call: prompt or reply.")
    ] = None,
    out: Annotated[
        Path | None, typer.Option("--out", "-o", metavar="FILE", help="Write the opening there; it must be new.")
    ] = None,
    private: Private = None,
    as_json: AsJson = False,
) -> None:
    """Open withheld prompts and replies of one entry: a file that shows a reader what the log committed to.

    The file holds the texts and their nonces, and nothing about any other entry. Whoever has the log, or an exported
    copy of it, checks the file with `agora log verify-opening`. Without --entry the entries that withhold something
    are listed.

    Example:  agora log disclose logs/CAMPAIGN/runs/ARM/0 --entry 12 --agent firm_1 -o opening.json
    """
    from agoranomos.campaigns.opening import chosen, encode_opening
    from agoranomos.campaigns.opening import disclose as opening_of
    from agoranomos.errors import unknown_name

    if part is not None and part not in PARTS:
        raise unknown_name("part", part, PARTS)
    place = run_at(log)
    origin, texts = texts_in(place)
    if entry is None:
        _list(place, origin, chosen(texts, None, agent, part), private, as_json)
        return
    if out is None:
        raise UsageError("-o FILE is missing: the file that is to hold the opening")
    opened = opening_of(origin, chosen(texts, entry, agent, part), store_of(place, private))
    _write(out, encode_opening(opened))
    if as_json:
        texts_opened = [{"agent": one.agent, "call": one.call, "part": one.part} for one in opened.openings]
        say_json({"log": str(place), "origin": origin, "entry": entry, "out": str(out), "opened": texts_opened})
        return
    say(f"wrote {out}: {len(opened.openings)} texts of entry {entry}, round {opened.round}")
    say(f"Whoever has the log checks them with: agora log verify-opening {out} --log LOG")


def _list(place: Path, origin: str, texts: tuple[object, ...], private: Path | None, as_json: bool) -> None:
    from agoranomos.campaigns.opening import Withheld

    store = store_of(place, private)
    kept = {path.name for path in store.folder.iterdir()}
    rows: dict[tuple[int, int, str, int], list[str]] = {}
    for text in texts:
        assert isinstance(text, Withheld)
        there = text.part if text.commitment in kept else f"{text.part} (erased)"
        rows.setdefault((text.entry, text.round, text.agent, text.call), []).append(there)
    if as_json:
        names = ("entry", "round", "agent", "call")
        calls = [{**dict(zip(names, key, strict=True)), "texts": parts} for key, parts in rows.items()]
        say_json({"log": str(place), "origin": origin, "calls": calls})
        return
    for (entry, number, agent, call), parts in rows.items():
        say(f"entry {entry}  round {number}  {agent}  call {call + 1}  {', '.join(parts)}")


def _write(path: Path, data: bytes) -> None:
    flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC
    try:
        with os.fdopen(os.open(path, flags, 0o600), "wb") as file:
            file.write(data)
    except FileExistsError:
        raise UsageError(
            f"{path} is there already", advice="Choose a new file: openings are not written over."
        ) from None
    except OSError as error:
        raise MachineError(f"cannot write {path}: {error.strerror}") from error


def verify_opening(
    file: Annotated[Path, typer.Argument(metavar="FILE", help="An opening that somebody gave you.")],
    log: Annotated[
        str, typer.Option("--log", metavar="LOG", help="The run's log, or an exported copy of it.", show_default=False)
    ],
    key: TrustedKey = None,
    as_json: AsJson = False,
) -> None:
    """Check that opened prompts and replies are what a run's log committed to; the log is verified with them.

    Exit code 0: they are, in a log that a key you trust vouches for. 1: they are not, or the log is tampered with,
    damaged, or vouched for by nobody you trust.

    Example:  agora log verify-opening opening.json --log logs/CAMPAIGN/runs/ARM/0
    """
    from agoranomos.campaigns import opening as openings
    from agoranomos.cli.log_places import place_of_log
    from agoranomos.logs import KeyStore, LogFault, read_vkeys
    from agoranomos.workspace import state_folder

    opening = openings.read_opening(file)
    place = place_of_log(log)
    trusted = KeyStore(state_folder() / "keys").trusted() if key is None else read_vkeys(key)
    try:
        verification = openings.verify_opening(opening, place, trusted)
    except LogFault as fault:
        if not as_json:
            raise Finding(f"{fault.kind}: {fault.message}", advice=fault.advice) from None
        say_json({"opening": str(file), "log": str(place), "verdict": fault.kind, "message": fault.message})
        raise typer.Exit(1) from None
    if as_json:
        texts = [{"agent": one.agent, "call": one.call, "part": one.part} for one in opening.openings]
        found = {"origin": opening.origin, "entry": opening.entry, "round": opening.round, "texts": texts}
        trust = {"trusted_by": verification.trusted_by, "size": verification.size}
        say_json({"opening": str(file), "log": str(place), "verdict": "verified", **found, **trust})
        return
    say(f"verified: these are the texts that entry {opening.entry} (round {opening.round}) of {opening.origin}")
    say(f"committed to, in a log of {verification.size} entries that {verification.trusted_by} vouches for:")
    for one in opening.openings:
        say(f"  {one.part} of {one.agent}, call {one.call + 1}: {len(one.content.encode())} bytes")
    say("Not shown: whether a model said so, and what was withheld elsewhere.")
