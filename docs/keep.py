"""Keeps what a study or a training found as a measurement that pages take their numbers from.

agora reproduce alignment-tipping --size small --out study
python docs/keep.py study study alignment_tipping    writes docs/measurements/alignment_tipping.json, and pictures
agora train dpo dpo-smollm2 --out dpo
python docs/keep.py training dpo training_dpo_smollm2  writes docs/measurements/training_dpo_smollm2.json
python docs/generate.py                              writes the tables of both into the pages
python docs/keep.py stale                            exits 1 and names what would be asked otherwise today
"""

from __future__ import annotations

import argparse
import hashlib
import json
import sys
from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

DOCS = Path(__file__).resolve().parent
MEASUREMENTS, IMAGES = DOCS / "measurements", DOCS / "images"
PICTURED = {"alignment_tipping": ("faithful", "collusion")}
"""Figures of a study that a page shows, by the measurement's name."""

INK = "#444444"
"""What `currentColor` becomes in a picture that stands alone, where no page gives it a colour."""


def kept_study(folder: Path, name: str) -> tuple[dict[str, Any], dict[str, str]]:
    """The measurement of the study in `folder`, and its pictures by file name.

    What was asked, the digest of every plan and of every picture stand beside what was found.
    """
    from agoranomos.reproduce.lock import read_lock

    lock = read_lock(folder)
    found = json.loads((folder / "report" / "findings.json").read_text())
    pictures = {
        f"{_prefix(name)}-{figure}.svg": (folder / "report" / f"{figure}.svg").read_text().replace("currentColor", INK)
        for figure in PICTURED.get(name, ())
    }
    said = {
        "settings": lock.settings,
        "plans": {one.file: one.plan_sha256 for one in lock.campaigns},
        "later": list(lock.later),
        "pictures": {file: _sha256(text) for file, text in pictures.items()},
    }
    return found | said, pictures


def kept_training(folder: Path) -> dict[str, Any]:
    """The measurement of the training in `folder`: what was trained on what, and all that was measured of it."""
    read = {
        name: json.loads((folder / f"{name}.json").read_text())
        for name in ("training", "data", "before", "after", "result")
        if (folder / f"{name}.json").is_file()
    }
    generations = [json.loads(path.read_text()) for path in sorted(folder.glob("generations/*/measured.json"))]
    if "result" not in read:
        sys.exit(f"{folder} holds no training that has come to its end")
    return read | ({"generations": generations} if generations else {})


def stale_study(kept: dict[str, Any]) -> list[str]:
    """Campaigns that the same command would plan otherwise today, and pictures that are not those of the study."""
    from agoranomos.reproduce import alignment_tipping as paper
    from agoranomos.reproduce.study import plans_of
    from agoranomos.workspace import Workspace

    settings: dict[str, Any]
    settings = {key: tuple(value) if isinstance(value, list) else value for key, value in kept["settings"].items()}
    study = paper.design(paper.Asked(**settings))
    with TemporaryDirectory() as place:
        today = {file: one.digest for file, one in plans_of(study, Path(place), Workspace(Path(place), "docs")).items()}
    expected = {file: digest for file, digest in kept["plans"].items() if file not in kept["later"]}
    files = sorted({*today, *expected})
    other = [f"{file} is planned otherwise" for file in files if today.get(file) != expected.get(file)]
    for file, digest in kept["pictures"].items():
        if not (IMAGES / file).is_file() or _sha256((IMAGES / file).read_text()) != digest:
            other.append(f"{file} is another picture")
    return other


def stale_training(kept: dict[str, Any]) -> list[str]:
    """What the document of the same name says otherwise today, and whether other prompts come of it."""
    from agoranomos.documents import read_document
    from agoranomos.markets.market_spec import without_floats
    from agoranomos.training.document import DpoTraining, EvolveTraining, GrpoTraining
    from agoranomos.training.prior import split_for
    from agoranomos.workspace import Workspace

    types: dict[str, Any] = {"dpo": DpoTraining, "grpo": GrpoTraining, "evolve": EvolveTraining}
    said = kept["training"]["training"]
    file = DOCS.parent / "policies" / f"{said['name']}.yaml"
    if not file.is_file():
        return [f"there is no {file.name}"]
    document = read_document(file, types[said["type"]])
    today = without_floats(document.model_dump(mode="json"))
    brought = {"lora"} if document.adapter is not None else set()
    changed = sorted(key for key in {*said, *today} - brought if said.get(key) != today.get(key))
    other = [f"{file.name} says otherwise: {', '.join(changed)}"] if changed else []
    with TemporaryDirectory() as place:
        prompts = split_for(document, Workspace(Path(place), "docs")).sha256
    return other + (["its prompts are others"] if prompts != kept["training"]["prompts_sha256"] else [])


def stale() -> Iterator[str]:
    """Everything that is stale, by the measurement it is of."""
    for pattern, look in (("alignment_tipping*.json", stale_study), ("training_*.json", stale_training)):
        for path in sorted(MEASUREMENTS.glob(pattern)):
            yield from (f"{path.name}: {one}" for one in look(json.loads(path.read_text())))


def _prefix(name: str) -> str:
    return name.replace("alignment_tipping", "tipping").replace("_", "-")


def _sha256(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()


def main(arguments: list[str]) -> None:
    """Keep a study or a training, or say what is stale."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("what", choices=("study", "training", "stale"))
    parser.add_argument("folder", nargs="?", type=Path)
    parser.add_argument("name", nargs="?")
    asked = parser.parse_args(arguments)
    if asked.what == "stale":
        if found := list(stale()):
            sys.exit("\n".join(found))
        return
    if asked.folder is None or asked.name is None:
        parser.error("a folder and the measurement's name were expected")
    pictures: dict[str, str] = {}
    if asked.what == "study":
        kept, pictures = kept_study(asked.folder, asked.name)
    else:
        kept = kept_training(asked.folder)
    (MEASUREMENTS / f"{asked.name}.json").write_text(json.dumps(kept, indent=1, sort_keys=asked.what != "study") + "\n")
    for file, text in pictures.items():
        (IMAGES / file).write_text(text)


if __name__ == "__main__":
    main(sys.argv[1:])
