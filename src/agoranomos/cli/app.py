"""The table of verbs. A verb's module is light to import: what is heavy it imports when the verb runs."""

from __future__ import annotations

from importlib import import_module
from typing import Any

import typer

VERBS: dict[str, str] = {
    "init": "agoranomos.cli.init:init",
    "doctor": "agoranomos.cli.doctor:doctor",
    "list": "agoranomos.cli.listing:list_kind",
    "run": "agoranomos.cli.run:run",
    "train": "agoranomos.cli.train:train",
    "report": "agoranomos.cli.report:report",
    "view": "agoranomos.cli.view:view",
    "bundle": "agoranomos.cli.bundle:bundle",
    "code": "agoranomos.cli.code:code",
    "power": "agoranomos.cli.power:power",
    "design": "agoranomos.cli.design:design",
    "publish": "agoranomos.cli.publish:publish",
    "replay": "agoranomos.cli.replay:replay",
    "transcript": "agoranomos.cli.transcript:transcript",
    "judge": "agoranomos.cli.judge_table:judge",
    "probe": "agoranomos.cli.probe:probe",
    "reproduce": "agoranomos.cli.reproduce:reproduce",
    "graph": "agoranomos.cli.graph:graph",
    "log": "agoranomos.cli.log:log",
    "witness": "agoranomos.cli.witness:witness",
    "models": "agoranomos.cli.models:app",
}
"""A verb and the function, or the Typer of a group of verbs, that stands behind it; in the order of `--help`."""


def command() -> Any:
    """The whole command, ready to run."""
    app = typer.Typer(
        help="A laboratory for markets of software agents under institutions.",
        epilog="Start with:  agora init mylab",
        no_args_is_help=True,
        add_completion=False,
        pretty_exceptions_enable=False,
        rich_markup_mode=None,
        context_settings={"help_option_names": ["-h", "--help"]},
    )
    app.callback()(_options)
    for verb, target in VERBS.items():
        module, _, attribute = target.partition(":")
        found = getattr(import_module(module), attribute)
        if isinstance(found, typer.Typer):
            app.add_typer(found, name=verb)
        else:
            app.command(verb)(found)
    return typer.main.get_command(app)


def _show_version(asked: bool) -> None:
    if asked:
        from agoranomos import __version__

        print(__version__)
        raise typer.Exit


def _options(
    version: bool = typer.Option(False, "--version", help="Print the version.", callback=_show_version, is_eager=True),
) -> None:
    pass
