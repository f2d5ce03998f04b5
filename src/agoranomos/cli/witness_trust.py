"""`agora witness trust`."""

from __future__ import annotations

from typing import Annotated

import typer

from agoranomos.cli.terminal import say
from agoranomos.cli.witness_places import State, open_witness
from agoranomos.errors import UsageError


def trust(
    key: Annotated[
        str, typer.Argument(metavar="VKEY", help="A log's public key (its file `log.vkey`), or a file with some.")
    ],
    certifier: Annotated[
        bool,
        typer.Option("--certifier", help="It is a workspace's key: take every log for which it signed a certificate."),
    ] = False,
    state: State = None,
) -> None:
    """Know a log, so that its checkpoints are cosigned.

    A witness vouches for no content: only for one history of each log, as far as it has seen it.

    Example:  agora witness trust ledger/log.vkey
    """
    from agoranomos.logs import read_vkeys

    keys = read_vkeys(key)
    if not keys:
        raise UsageError(f"{key} holds no public key")
    store = open_witness(state)
    for one in keys:
        store.trust(one, certifier=certifier)
        say(f"knows every log that {one.vkey} certifies" if certifier else f"knows the log {one.name}")
