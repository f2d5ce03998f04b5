"""`agora log erase`."""

from __future__ import annotations

import sys
from typing import Annotated

import typer

from agoranomos.cli.log_private import Agent, Entry, Private, run_at, store_of, texts_in
from agoranomos.cli.options import AsJson
from agoranomos.cli.terminal import say, say_json, visible
from agoranomos.errors import UsageError

HONESTLY = """\
The log still verifies, and still shows that something was committed to there. What erasing cannot do: whoever holds the
secret of the key store can make the nonces again, and so test a guess of a text that is easily guessed; and copies,
snapshots and backups of the private folder keep what they have."""


def erase(
    log: Annotated[str, typer.Argument(metavar="LOG", help="The folder of a run's log.")],
    entry: Entry = None,
    everything: Annotated[bool, typer.Option("--all", help="The texts of every entry.")] = False,
    agent: Agent = None,
    private: Private = None,
    yes: Annotated[bool, typer.Option("--yes", help="Do not ask.")] = False,
    as_json: AsJson = False,
) -> None:
    """Erase withheld prompts and replies with their nonces; the log stays as it is, and verifies.

    It cannot be undone. A run that was broken off cannot go on without the replies that it recorded.

    Example:  agora log erase logs/CAMPAIGN/runs/ARM/0 --entry 12 --agent firm_1
    """
    from agoranomos.campaigns.opening import chosen

    if (entry is None) != everything:
        raise UsageError("say what is to be erased: --entry N, or --all")
    place = run_at(log)
    origin, found = texts_in(place)
    texts = chosen(found, entry, agent)
    store = store_of(place, private)
    there = [text.commitment for text in texts if (store.folder / text.commitment).exists()]
    if there and not yes:
        _ask(f"Erase {len(there)} texts of {origin} for ever?")
    erased = store.erase(there)
    if as_json:
        say_json({"log": str(place), "origin": origin, "erased": erased, "already_gone": len(texts) - erased})
        return
    gone = len(texts) - erased
    say(f"erased {erased} texts of {origin}" + (f"; {gone} were gone before" if gone else ""))
    if erased:
        say(HONESTLY)


def _ask(question: str) -> None:
    if not sys.stdin.isatty():
        raise UsageError("nobody is there to be asked", advice="Add --yes to erase without being asked.")
    if not typer.confirm(visible(question)):
        raise typer.Exit(0)
