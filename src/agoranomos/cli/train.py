"""`agora train`."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from agoranomos.cli.options import AsJson
from agoranomos.cli.terminal import say, say_json
from agoranomos.cli.train_on_scenario import dpo, evolve, grpo
from agoranomos.errors import MachineError, UsageError

if TYPE_CHECKING:
    from agoranomos.learning.ppo import PpoSettings, Progress
    from agoranomos.markets import Market

train = typer.Typer(
    help="Learners and language models that are trained once and played often.",
    no_args_is_help=True,
    rich_markup_mode=None,
)


for _verb in (dpo, grpo, evolve):
    train.command(_verb.__name__)(_verb)


@train.callback()
def _group() -> None:
    pass


@train.command("ppo")
def ppo(
    market: Annotated[str, typer.Option("--market", metavar="MARKET", help="The market to learn in.")],
    institution: Annotated[
        str | None, typer.Option("--institution", metavar="INSTITUTION", help="Who watches; nobody by default.")
    ] = None,
    rounds: Annotated[
        int, typer.Option("--rounds", metavar="NUMBER", min=1, help="Rounds to play, in all copies together.")
    ] = 200_000,
    seed: Annotated[int, typer.Option("--seed", metavar="NUMBER", min=0, help="What is drawn at random.")] = 0,
    settings: Annotated[
        list[str] | None,
        typer.Option("--set", metavar="NAME=VALUE", help="Another setting, such as learning_rate=0.001."),
    ] = None,
    menu: Annotated[bool, typer.Option("--menu", help="Choose from the menu of the market's stage game.")] = False,
    out: Annotated[
        Path | None,
        typer.Option("--out", metavar="FILE.npz", help="Where the networks go (default: policies/ppo-MARKET.npz)."),
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Train a network for every agent by PPO, each on its own, from profit net of fines.

    Under an institution a network sees its own standing. The same command again goes on where an interrupt (Ctrl-C)
    stopped it. Rosters play the result with `policy: ppo` and `parameters: {weights: FILE.npz}`. Needs torch.

    Example:  agora train ppo --market cournot-duopoly --institution cournot-antitrust --rounds 100000
    """
    _require_torch()
    from agoranomos.cli.named import institution_named
    from agoranomos.learning.ppo import Training
    from agoranomos.learning.ppo import train as trained_to_the_end
    from agoranomos.markets import load_market
    from agoranomos.policies.networks import write_trained
    from agoranomos.workspace import find_workspace

    workspace = find_workspace()
    chosen = _settings(settings or (), menu)
    place = load_market(market, workspace)
    watched = None if institution is None else institution_named(institution)
    name = place.spec.name if watched is None else f"{place.spec.name}-{watched.name}"
    path = out or workspace.root / "policies" / f"ppo-{name}.npz"
    if path.suffix != ".npz":
        raise UsageError(f"--out {path}: a file that ends in .npz was expected")
    if menu:
        _require_menu(place)
    checkpoint = path.with_suffix(".checkpoint")
    training = Training(place.spec, watched, chosen, rounds=rounds, seed=seed)
    _refuse_others(path, training.about)
    last: list[Progress] = []
    try:
        trained = trained_to_the_end(training, checkpoint, _progress(last))
    except KeyboardInterrupt:
        print(f"\nStopped; the same command again goes on from {checkpoint}.", file=sys.stderr)
        raise
    digest = write_trained(path, trained)
    checkpoint.unlink(missing_ok=True)
    rewards = dict(zip(training.arena.agents, last[-1].rewards, strict=True)) if last else {}
    if as_json:
        say_json({"file": str(path), "sha256": digest, "rewards": rewards, **trained.about})
        return
    if sys.stderr.isatty():
        print("\r\x1b[K", end="", file=sys.stderr, flush=True)
    for agent, reward in rewards.items():
        say(f"{agent}: {reward:.2f} a round, net of fines, in the last {training.arena.horizon} rounds of training")
    say(f"Written: {path} (SHA-256 {digest})")


def _refuse_others(path: Path, about: Mapping[str, Any]) -> None:
    """Raise `UsageError` where `path` holds anything but networks of the same market and institution."""
    from agoranomos.policies.networks import read_trained

    if not path.exists():
        return
    there = read_trained(path).about
    changed = [key for key in ("market", "institution") if there.get(key) != about.get(key)]
    if changed:
        raise UsageError(
            f"{path} holds networks that were trained with another {' and another '.join(changed)}",
            advice="Give another file with --out, or remove this one.",
        )


def _require_menu(market: Market) -> None:
    try:
        market.game()
    except UsageError as error:
        raise UsageError(
            f"--menu: {error.message}", advice="Leave it out: networks then choose among all that the market allows."
        ) from None


def _require_torch() -> None:
    try:
        import torch  # noqa: F401
    except ImportError:
        raise MachineError(
            "torch is not installed", advice="Install it with: pip install 'agoranomos[local]'."
        ) from None


def _settings(given: Sequence[str], menu: bool) -> PpoSettings:
    from pydantic import ValidationError

    from agoranomos.documents import first_fault
    from agoranomos.errors import nearest
    from agoranomos.learning.ppo import PpoSettings

    values: dict[str, Any] = {"menu": True} if menu else {}
    for setting in given:
        name, equals, value = setting.partition("=")
        if not equals or name.strip() not in PpoSettings.model_fields:
            raise UsageError(f"--set {setting}: no such setting", advice=nearest(name, PpoSettings.model_fields))
        try:
            values[name.strip()] = json.loads(value)
        except ValueError:
            raise UsageError(f"--set {setting}: {value!r} is no number", advice="For example --set clip=0.1.") from None
    try:
        return PpoSettings(**values)
    except ValidationError as error:
        raise UsageError(f"--set: {first_fault(error)[1]}") from None


def _progress(last: list[Progress]) -> Callable[[Progress], None]:
    watched = sys.stderr.isatty()

    def show(progress: Progress) -> None:
        last[:] = [progress]
        if watched:
            rewards = ", ".join(f"{reward:.2f}" for reward in progress.rewards)
            line = f"{progress.rounds:,} of {progress.of:,} rounds; rewards a round: {rewards}"
            print(f"\r\x1b[K{line}", end="", file=sys.stderr, flush=True)

    return show
