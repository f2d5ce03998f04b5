"""`agora log`: reading the record."""

from __future__ import annotations

import typer

from agoranomos.cli.log_attack import attack
from agoranomos.cli.log_compare import compare
from agoranomos.cli.log_cosign import cosign
from agoranomos.cli.log_show import show
from agoranomos.cli.log_stamp import stamp
from agoranomos.cli.log_verify import verify

log = typer.Typer(help="Verify and read the signed logs of runs.", no_args_is_help=True, rich_markup_mode=None)
log.command("verify")(verify)
log.command("show")(show)
log.command("stamp")(stamp)
log.command("attack")(attack)
log.command("cosign")(cosign)
log.command("compare")(compare)
