"""`agora witness key` and `agora witness list`."""

from __future__ import annotations

from agoranomos.cli.options import AsJson
from agoranomos.cli.terminal import console, say, say_json
from agoranomos.cli.witness_places import State, open_witness


def key(state: State = None) -> None:
    """Print the public key of this witness.

    Example:  agora witness key
    """
    say(open_witness(state).key.vkey)


def list_logs(state: State = None, as_json: AsJson = False) -> None:
    """List the logs that this witness knows, and how far it has cosigned each.

    Example:  agora witness list
    """
    store = open_witness(state)
    logs, certifiers = store.logs(), store.trusted().certifiers
    if as_json:
        say_json(
            {
                "witness": store.key.vkey,
                "certifiers": [one.vkey for one in certifiers],
                "logs": [
                    {
                        "origin": one.log.key.name,
                        "key": one.log.key.vkey,
                        "certifier": one.log.certifier.vkey if one.log.certifier is not None else None,
                        "size": one.head.size if one.head is not None else None,
                        "root": one.head.root.hex() if one.head is not None else None,
                    }
                    for one in logs
                ],
            }
        )
        return
    from rich.table import Table

    say(f"witness {store.key.vkey}")
    for certifier in certifiers:
        say(f"takes every log that {certifier.vkey} certifies")
    if not logs:
        say("It knows no log yet.")
        return
    table = Table(box=None, pad_edge=False, header_style="bold")
    table.add_column("log")
    table.add_column("known by")
    table.add_column("cosigned", justify="right")
    table.add_column("root")
    for one in logs:
        known = "its own key" if one.log.certifier is None else f"certificate of {one.log.certifier.name}"
        size, root = ("-", "-") if one.head is None else (str(one.head.size), f"{one.head.root.hex()[:16]}...")
        table.add_row(one.log.key.name, known, size, root)
    console().print(table)
