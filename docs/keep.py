"""Keeps what a study, a training or a campaign found as a measurement that pages take their numbers from.

agora reproduce alignment-tipping --size small --out study
python docs/keep.py study study alignment_tipping    writes docs/measurements/alignment_tipping.json, and pictures
agora train dpo dpo-smollm2 --out dpo
python docs/keep.py training dpo training_dpo_smollm2  writes docs/measurements/training_dpo_smollm2.json
agora run principals-tin-men-smollm2 --out logs
python docs/keep.py principals logs/principals-tin-men-smollm2-* principals_tin_men  keeps what its arms did
python docs/keep.py certified                        certifies the institutions for principals, about two minutes
python docs/generate.py                              writes the tables of all of them into the pages
python docs/keep.py stale                            exits 1 and names what would be asked otherwise today
"""

from __future__ import annotations

import argparse
import hashlib
import json
import sys
from collections import Counter
from collections.abc import Iterator
from math import inf, isfinite
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

DOCS = Path(__file__).resolve().parent
MEASUREMENTS, IMAGES = DOCS / "measurements", DOCS / "images"
PICTURED = {"alignment_tipping": ("faithful", "collusion"), "tin_men": ("faithful", "disclosure")}
"""Figures of a study that a page shows, by the measurement's name."""

CERTIFIED = {
    "disclosure-duty": "tin-men-commission",
    "recommendation-liability": "sponsored-recommendation",
    "clawback": "delegated-shopping",
    "bonded-workers": "hidden-action-silent",
    "whistle-blowing": "trade-report-whistle",
    "monitor-dismissal": "commons-monitor-captured",
    "verdict-review": "mutual-audit",
    "dismissal": "die-roll",
    "auditor-rotation": "mutual-audit",
}
"""Institutions for principals, and the scenario in which each is certified."""

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


def kept_certificates() -> dict[str, Any]:
    """What `agora graph certify` says of each institution for principals, and the digests of what it rests on."""
    from agoranomos.cli.graph_certify_duty import duty_json
    from agoranomos.deterrence.duty_certificate import certify_duty

    found = {}
    for name, market in CERTIFIED.items():
        institution, scenario = _certified(name, market)
        found[name] = {"scenario": _scenario_digest(scenario), **duty_json(certify_duty(institution, scenario))}
    return {"certificates": found}


def stale_certificates(kept: dict[str, Any]) -> list[str]:
    """Which institutions or scenarios are other ones today than those that were certified."""
    found = kept["certificates"]
    changed = [] if set(found) == set(CERTIFIED) else ["the list of institutions"]
    for name in set(found) & set(CERTIFIED):
        institution, scenario = _certified(name, CERTIFIED[name])
        if institution.semantic_sha256 != found[name]["semantic_sha256"]:
            changed.append(f"institution {name}")
        if _scenario_digest(scenario) != found[name]["scenario"]:
            changed.append(f"scenario {CERTIFIED[name]}")
    return sorted(changed)


def _certified(name: str, market: str) -> tuple[Any, Any]:
    from agoranomos.cli.named import institution_named
    from agoranomos.markets import load_market
    from agoranomos.workspace import find_workspace

    return institution_named(name), load_market(market, find_workspace())


def _scenario_digest(scenario: Any) -> str:
    return _sha256(json.dumps(scenario.describe(), sort_keys=True))


def kept_principals(folder: Path) -> dict[str, Any]:
    """The measurement of a finished campaign with principals: what each arm did, who answered, whether it verifies.

    Exits where runs are missing, and where the campaign's file would plan another one today.
    """
    import pyarrow.parquet as pq

    from agoranomos.analysis.campaign import summarise
    from agoranomos.campaigns import CampaignFolder
    from agoranomos.campaigns.verification import verify_campaign
    from agoranomos.logs import KeyStore
    from agoranomos.workspace import state_folder

    place = CampaignFolder(folder)
    plan, found = place.read_plan(), summarise(folder)
    if not found.complete or found.failed:
        sys.exit(f"{folder} is not finished: {found.finished} of {found.planned} runs are")
    checked = verify_campaign(place, KeyStore(state_folder() / "keys").trusted())
    agents = pq.read_table(place.tables / "agents.parquet", columns=["arm", "action"])
    without = Counter(row["arm"] for row in agents.to_pylist() if not row["action"])
    kept: dict[str, Any] = {
        "campaign": found.name,
        "title": found.title,
        "settings": {key: plan["campaign"][key] for key in ("seeds", "rounds")},
        "plan": hashlib.sha256(place.plan_bytes()).hexdigest(),
        "log": {
            "verified": not checked.all_faults and all(run.state == "verified" for run in checked.runs),
            "level": checked.level,
            "runs": sum(run.state == "verified" for run in checked.runs),
            "faults": [fault.message for fault in checked.all_faults],
        },
    }
    if other := stale_principals(kept):
        sys.exit(f"{folder} is not what the campaign's file says: {'; '.join(other)}")
    hypotheses = (plan["campaign"].get("hypotheses") or {}).values()
    asked = [plan["campaign"].get("outcome"), *(one.get("outcome") for one in hypotheses)]
    kept["asked"] = list(dict.fromkeys(name for name in asked if name and name != "share_violated"))
    kinds = _kinds(found.name, kept["settings"])
    kept["outcomes"] = {name: kind.title for name, kind in kinds.items()}
    kept["arms"] = [_arm(one, kinds, without[one.arm.name]) for one in found.arms]
    return kept


def _planned(campaign: str, settings: dict[str, Any]) -> Any:
    """What the campaign's file plans today with as many seeds and rounds."""
    from agoranomos.campaigns.planning import plan_campaign
    from agoranomos.workspace import Workspace

    with TemporaryDirectory() as place:
        words = [f"{key}={json.dumps(value)}" for key, value in settings.items() if value is not None]
        return plan_campaign(campaign, Workspace(Path(place), "docs"), words)


def _kinds(campaign: str, settings: dict[str, Any]) -> dict[str, Any]:
    """The measures that the campaign's markets have of their own, beside those that all scenarios share."""
    from agoranomos.markets import build_market
    from agoranomos.scenarios.measures import COMMON_KINDS

    found: dict[str, Any] = {}
    for arm in _planned(campaign, settings).arms:
        for name, kind in build_market(arm.market.drawn(0)).facts.measures.items():
            if name not in COMMON_KINDS:
                found.setdefault(name.removesuffix("_e6"), kind)
    return found


def _arm(one: Any, kinds: dict[str, Any], without: int) -> dict[str, Any]:
    """What an arm did, as plain values: its violations and the family's own outcomes, means over runs."""
    from agoranomos.scenarios.measures import COMMON_KINDS

    return {
        "arm": one.arm.name,
        "models": sorted({model for model in one.arm.models if model}),
        "policies": sorted(set(one.arm.policies)),
        "runs": len(one.results),
        "decisions": one.conduct.decisions,
        "calls": one.conduct.calls,
        "failures": dict(one.conduct.failures),
        "repaired": one.conduct.repaired,
        "without_a_move": without,
        "violation": _interval(one.mean("share_violated"), COMMON_KINDS["share_violated_e6"]),
        "outcomes": {name: _interval(one.others[name], kind) for name, kind in kinds.items() if name in one.others},
    }


def _interval(found: Any, kind: Any) -> dict[str, Any]:
    """A mean over runs; its bounds stay within what the measure can be."""
    least = -inf if kind.least_e6 is None else kind.least_e6 / 1e6
    most = inf if kind.most_e6 is None else kind.most_e6 / 1e6
    numbers = {"point": found.point, "low": max(found.low, least), "high": min(found.high, most)}
    plain = {key: round(float(value), 6) if isfinite(value) else None for key, value in numbers.items()}
    if not isfinite(found.low):
        plain |= {"low": None, "high": None}
    return plain | {"n": found.n, "reason": found.reason}


def stale_principals(kept: dict[str, Any]) -> list[str]:
    """What the campaign's file plans otherwise today."""
    if not (DOCS.parent / "campaigns" / f"{kept['campaign']}.yaml").is_file():
        return [f"there is no campaigns/{kept['campaign']}.yaml"]
    today = _planned(kept["campaign"], kept["settings"])
    return [] if today.digest == kept["plan"] else [f"{kept['campaign']} is planned otherwise"]


def stale_study(kept: dict[str, Any]) -> list[str]:
    """Campaigns that the same command would plan otherwise today, and pictures that are not those of the study."""
    from agoranomos.reproduce import alignment_tipping, tin_men
    from agoranomos.reproduce.study import plans_of
    from agoranomos.workspace import Workspace

    settings: dict[str, Any]
    settings = {key: tuple(value) if isinstance(value, list) else value for key, value in kept["settings"].items()}
    papers: dict[str, Any] = {"alignment-tipping": alignment_tipping, "tin-men": tin_men}
    paper = papers[kept.get("paper", "alignment-tipping")]
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
    looks = {
        "alignment_tipping*.json": stale_study,
        "tin_men*.json": stale_study,
        "training_*.json": stale_training,
        "principals_*.json": stale_principals,
        "certificates.json": stale_certificates,
    }
    for pattern, look in looks.items():
        for path in sorted(MEASUREMENTS.glob(pattern)):
            yield from (f"{path.name}: {one}" for one in look(json.loads(path.read_text())))


def _prefix(name: str) -> str:
    return name.replace("alignment_tipping", "tipping").replace("_", "-")


def _sha256(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()


def main(arguments: list[str]) -> None:
    """Keep a study, a training or a campaign, or say what is stale."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("what", choices=("study", "training", "principals", "certified", "stale"))
    parser.add_argument("folder", nargs="?", type=Path)
    parser.add_argument("name", nargs="?")
    asked = parser.parse_args(arguments)
    if asked.what == "stale":
        if found := list(stale()):
            sys.exit("\n".join(found))
        return
    if asked.what == "certified":
        (MEASUREMENTS / "certificates.json").write_text(json.dumps(kept_certificates(), indent=1) + "\n")
        return
    if asked.folder is None or asked.name is None:
        parser.error("a folder and the measurement's name were expected")
    pictures: dict[str, str] = {}
    if asked.what == "study":
        kept, pictures = kept_study(asked.folder, asked.name)
    elif asked.what == "principals":
        if not asked.name.startswith("principals_"):
            parser.error(f"principals_..., and not {asked.name}, was expected: a check finds stale ones by it")
        kept = kept_principals(asked.folder)
    else:
        kept = kept_training(asked.folder)
    (MEASUREMENTS / f"{asked.name}.json").write_text(
        json.dumps(kept, indent=1, sort_keys=asked.what == "training") + "\n"
    )
    for file, text in pictures.items():
        (IMAGES / file).write_text(text)


if __name__ == "__main__":
    main(sys.argv[1:])
