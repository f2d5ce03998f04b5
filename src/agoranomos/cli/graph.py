"""`agora graph`: institutions as graphs."""

from __future__ import annotations

import typer

from agoranomos.cli.graph_attack import attack
from agoranomos.cli.graph_calibrate import calibrate
from agoranomos.cli.graph_certify import certify
from agoranomos.cli.graph_check import check
from agoranomos.cli.graph_diff import diff
from agoranomos.cli.graph_edit import edit
from agoranomos.cli.graph_lint import lint
from agoranomos.cli.graph_placebo import placebo
from agoranomos.cli.graph_prose import prose
from agoranomos.cli.graph_schema import schema
from agoranomos.cli.graph_show import show
from agoranomos.cli.graph_test import run_traces

graph = typer.Typer(
    help="Institutions: check, test, certify, attack, compare, explain and draw them.",
    no_args_is_help=True,
    rich_markup_mode=None,
)
graph.command("lint")(lint)
graph.command("check")(check)
graph.command("show")(show)
graph.command("edit")(edit)
graph.command("schema")(schema)
graph.command("test")(run_traces)
graph.command("prose")(prose)
graph.command("diff")(diff)
graph.command("placebo")(placebo)
graph.command("calibrate")(calibrate)
graph.command("certify")(certify)
graph.command("attack")(attack)
