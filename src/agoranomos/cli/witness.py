"""`agora witness`: cosigning the logs of others."""

from __future__ import annotations

import typer

from agoranomos.cli.witness_init import init
from agoranomos.cli.witness_list import key, list_logs
from agoranomos.cli.witness_serve import serve
from agoranomos.cli.witness_sign import sign
from agoranomos.cli.witness_trust import trust

witness = typer.Typer(
    help="Be a witness: cosign other people's logs, and never two histories of one.",
    no_args_is_help=True,
    rich_markup_mode=None,
)
witness.command("init")(init)
witness.command("key")(key)
witness.command("trust")(trust)
witness.command("sign")(sign)
witness.command("serve")(serve)
witness.command("list")(list_logs)
