"""Options that several verbs share."""

from __future__ import annotations

from typing import Annotated

import typer

AsJson = Annotated[bool, typer.Option("--json", help="Print JSON.")]

TrustedKey = Annotated[
    str | None,
    typer.Option(
        "--key",
        metavar="VKEY",
        help="Trust this public key, or those in this file, and no others (default: the keyring of this machine).",
    ),
]
