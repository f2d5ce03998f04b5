"""`agora witness init`."""

from __future__ import annotations

from typing import Annotated

import typer

from agoranomos.cli.terminal import say
from agoranomos.cli.witness_places import State, clock, witness_folder


def init(
    name: Annotated[
        str, typer.Argument(metavar="NAME", help="A name for ever, such as lab.example/witness; without spaces or +.")
    ],
    state: State = None,
) -> None:
    """Make a witness: a key, and a memory of what it has cosigned.

    Never restore its folder from a backup: a witness that forgets what it signed may sign a second history. When the
    folder is lost, make a new witness under a new name.

    Example:  agora witness init lab.example/witness
    """
    from agoranomos.logs.witness_store import WitnessStore

    store = WitnessStore.create(witness_folder(state), name, clock=clock)
    say(f"made witness {name} in {store.folder}; its public key, for the policies of others:")
    say(store.key.vkey)
