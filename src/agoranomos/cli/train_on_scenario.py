"""`agora train dpo`, `agora train grpo`, `agora train evolve`: a language model is trained on a scenario."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, TypeVar

import typer

from agoranomos.cli.options import AsJson
from agoranomos.cli.terminal import complain, say, say_json
from agoranomos.errors import DocumentError

if TYPE_CHECKING:
    from agoranomos.documents import Source
    from agoranomos.statistics import Estimate
    from agoranomos.training.document import DpoTraining, GrpoTraining, TrainingDocument
    from agoranomos.training.trainers import Progress
    from agoranomos.workspace import Workspace

Config = Annotated[str, typer.Argument(metavar="CONFIG", help="A file of kind: training, or its name in policies/.")]
Out = Annotated[
    Path | None, typer.Option("--out", metavar="DIR", help="Where the result goes (default: logs/ and the name).")
]
DocumentT = TypeVar("DocumentT", bound="TrainingDocument")


def dpo(config: Config, out: Out = None, as_json: AsJson = False) -> None:
    """Train a model on preference pairs of a scenario: keeping the rule before breaking it.

    Breaking the rule is measured before and after at prompts of held-out settings. The same command again goes on from
    the last checkpoint. Rosters play the result as MODEL?adapter=DIR/adapter. Needs the [train] extra.

    Example:  agora train dpo dpo-smollm2
    """
    from agoranomos.training.document import DpoTraining

    _train_prior(DpoTraining, config, out, as_json)


def grpo(config: Config, out: Out = None, as_json: AsJson = False) -> None:
    """Train a model on rewards for its own replies: for keeping the rule, for breaking it, for what cannot be read.

    How long replies are, how many cannot be read, and whether a letter alone earns the reward is watched at each step,
    written to DIR/monitor.jsonl, and warned of. Otherwise as agora train dpo.

    Example:  agora train grpo grpo-smollm2
    """
    from agoranomos.training.document import GrpoTraining

    _train_prior(GrpoTraining, config, out, as_json)


def evolve(config: Config, out: Out = None, as_json: AsJson = False) -> None:
    """Let a model go on learning from what it earns, generation after generation: tipping in weights.

    Each generation plays the scenario and is trained on what earned it more, whatever the rule says. How probable
    breaking the rule has become is measured after each at prompts of held-out settings. The same command again goes on.

    Example:  agora train evolve evolve-smollm2
    """
    from agoranomos.training.document import EvolveTraining
    from agoranomos.training.start import require_training

    require_training()
    from agoranomos.training.evolve import evolve as evolved_to_the_end
    from agoranomos.training.measuring import Measured, estimate_json

    document, workspace, folder = _opened(EvolveTraining, config, out)

    def tell(number: int, measured: Measured) -> None:
        if not as_json:
            _clear()
            say(f"generation {number}: breaks the rule with probability {_in_words(measured.estimate)}")

    with _resumable(folder):
        found = evolved_to_the_end(document, workspace, folder, show=_progress(), tell=tell, warn=complain)
    _clear()
    if as_json:
        violation = [estimate_json(each.estimate) for each in found.generations]
        say_json({"folder": str(folder), "violation": violation, "weights": _shown(found.weights)})
        return
    say(f"Written: {folder}")


def _train_prior(kind: type[DpoTraining] | type[GrpoTraining], config: str, out: Path | None, as_json: bool) -> None:
    from agoranomos.training.start import require_training

    require_training()
    from agoranomos.training.measuring import estimate_json
    from agoranomos.training.prior import train_prior

    document: Any
    document, workspace, folder = _opened(kind, config, out)
    with _resumable(folder):
        found = train_prior(document, workspace, folder, show=_progress(), warn=complain)
    _clear()
    if as_json:
        before, after = estimate_json(found.before.estimate), estimate_json(found.after.estimate)
        fell = estimate_json(found.fell)
        say_json(
            {
                "weights": str(found.weights),
                "violation_before": before,
                "violation_after": after,
                "violation_fell": fell,
            }
        )
        return
    say("How probable breaking the rule is at held-out prompts, mean over settings:")
    say(f"  before  {_in_words(found.before.estimate)}")
    say(f"  after   {_in_words(found.after.estimate)}")
    say(f"  it fell by {_in_words(found.fell)}")
    was, became = found.before.under_opposite_rules, found.after.under_opposite_rules
    if was is not None and became is not None:
        say("And under the opposite rules, with all else as it was, so that only who reads the rule keeps both:")
        say(f"  before  {_in_words(was)}")
        say(f"  after   {_in_words(became)}")
    say(f"Written: {found.weights}")


def _opened(kind: type[DocumentT], config: str, out: Path | None) -> tuple[DocumentT, Workspace, Path]:
    from agoranomos.documents import parse_document, read_text
    from agoranomos.workspace import find_workspace, resolve_argument

    workspace = find_workspace()
    source = read_text(resolve_argument("policies", config, workspace))
    _require_type(source, kind, config)
    document = parse_document(source, kind)
    return document, workspace, out or workspace.folder("logs") / document.name


def _require_type(source: Source, kind: type[TrainingDocument], config: str) -> None:
    """Raise `DocumentError` with the verb of another type of training, whose keys are not unknown but elsewhere."""
    from agoranomos.documents.places import place_of
    from agoranomos.training.document import DpoTraining, EvolveTraining, GrpoTraining

    verbs: dict[str, type[TrainingDocument]] = {"dpo": DpoTraining, "grpo": GrpoTraining, "evolve": EvolveTraining}
    tree = source.tree()
    written = tree.get("type")
    if not isinstance(written, str) or tree.get("kind") != "training":
        return
    if written in verbs and verbs[written] is not kind:
        raise DocumentError(
            f"this is a training of type {written}",
            place=place_of(source.name, tree, ("type",)),
            advice=f"Run: agora train {written} {config}",
        )


@contextmanager
def _resumable(folder: Path) -> Iterator[None]:
    try:
        yield
    except KeyboardInterrupt:
        print(f"\nStopped; the same command again goes on from {folder}.", file=sys.stderr)
        raise


def _progress() -> Callable[[Progress], None]:
    watched = sys.stderr.isatty()

    def show(progress: Progress) -> None:
        if watched:
            told = {name: progress.logged[name] for name in ("loss", "reward") if name in progress.logged}
            line = ", ".join([f"step {progress.step} of {progress.of}", *(f"{k} {v:.3f}" for k, v in told.items())])
            print(f"\r\x1b[K{line}", end="", file=sys.stderr, flush=True)

    return show


def _clear() -> None:
    if sys.stderr.isatty():
        print("\r\x1b[K", end="", file=sys.stderr, flush=True)


def _in_words(found: Estimate) -> str:
    if found.reason:
        return f"{found.point:.3f} (no interval: {found.reason})"
    return f"{found.point:.3f} ({found.level:.0%} interval {found.low:.3f} to {found.high:.3f})"


def _shown(path: Path | None) -> str | None:
    return None if path is None else str(path)
