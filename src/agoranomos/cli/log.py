"""`agora log`: reading the record."""

from __future__ import annotations

import typer

from agoranomos.cli.log_attack import attack
from agoranomos.cli.log_compare import compare
from agoranomos.cli.log_cosign import cosign
from agoranomos.cli.log_disclose import disclose, verify_opening
from agoranomos.cli.log_erase import erase
from agoranomos.cli.log_export import export
from agoranomos.cli.log_prove import prove
from agoranomos.cli.log_receipt import receipt
from agoranomos.cli.log_show import show
from agoranomos.cli.log_stamp import stamp
from agoranomos.cli.log_verify import verify
from agoranomos.cli.log_verify_receipt import verify_receipt

log = typer.Typer(help="Verify and read the signed logs of runs.", no_args_is_help=True, rich_markup_mode=None)
log.command("verify")(verify)
log.command("show")(show)
log.command("prove")(prove)
log.command("receipt")(receipt)
log.command("verify-receipt")(verify_receipt)
log.command("export")(export)
log.command("compare")(compare)
log.command("cosign")(cosign)
log.command("stamp")(stamp)
log.command("disclose")(disclose)
log.command("verify-opening")(verify_opening)
log.command("erase")(erase)
log.command("attack")(attack)
