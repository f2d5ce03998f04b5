"""100,000 scripted runs of 50 rounds on one machine: time, memory, disk and files of playing, tables and report.

Twenty arms (five rosters of scripted firms under four regimes) are played, tabulated and reported on by processes of
their own, one after another. Each is watched from outside: `cpu_seconds` are its processor time and that of its
workers, `peak_mib` is the most memory that it held, without its workers, and `mib` what it held when a tenth, half and
all of its time had passed; `workers_peak_mib` is the most that its workers held together. `verified` is one run that is
verified alone, down to every judgement. `--folders` gives each run a folder in place of packs.

    python benchmarks/hundred_thousand.py --out docs/measurements/hundred_thousand.json
"""

from __future__ import annotations

import argparse
import json
import multiprocessing
import os
import shutil
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

PAGE = os.sysconf("SC_PAGE_SIZE")
SECONDS_BETWEEN_LOOKS = 0.25
ROSTERS = ("nash-noisy", "best-response", "divider", "nash-share-cartel", "ladder-gamer")
REGIMES = {
    "ungoverned": "{}",
    "constitutional": "{told: antitrust-constitution}",
    "institutional": "{institution: cournot-antitrust}",
    "hardened": "{institution: cournot-antitrust-hardened}",
}
ARMS = len(ROSTERS) * len(REGIMES)


def campaign_text(runs: int, rounds: int) -> str:
    """The campaign, with as many seeds an arm as come to so many runs."""
    regimes = "\n".join(f"  {name}: {regime}" for name, regime in REGIMES.items())
    return (
        "kind: campaign\nversion: 1\nname: hundred-thousand\nmarket: cournot-duopoly\n"
        f"rosters: [{', '.join(ROSTERS)}]\nregimes:\n{regimes}\nrounds: {rounds}\nseeds: {-(-runs // ARMS)}\n"
    )


def play(place: Path, runs: int, rounds: int, workers: int | None, packed: bool) -> None:
    """The runs themselves."""
    from agoranomos.campaigns import Settings, execute, open_folder, plan
    from agoranomos.documents import Source
    from agoranomos.logs import KeyStore
    from agoranomos.workspace import find_workspace

    made = plan(Source("hundred-thousand.yaml", campaign_text(runs, rounds)), find_workspace(place), ())
    outcome = execute(
        made, open_folder(made, place), KeyStore(place / "keys"), Settings(workers=workers, packed=packed)
    )
    if outcome.failures or outcome.finished != outcome.planned:
        raise SystemExit(f"{outcome.finished} of {outcome.planned} runs are finished")


def tabulate(place: Path, workers: int | None) -> None:
    """All tables from the logs."""
    from agoranomos.campaigns import build_tables
    from agoranomos.logs import KeyStore

    build_tables(_folder(place), KeyStore(place / "keys").trusted(), workers)


def report(place: Path) -> None:
    """The report with its figures, CSV and JSON files."""
    from agoranomos.analysis.campaign import summarise
    from agoranomos.analysis.report import write_report

    write_report(summarise(_folder(place).root))


def verify(place: Path) -> None:
    """One run alone."""
    from agoranomos.campaigns.packs.packed import opened_run
    from agoranomos.campaigns.verification import verify_run
    from agoranomos.logs import KeyStore

    with opened_run(_folder(place).run("institutional.divider", 0)) as opened:
        verify_run(opened, KeyStore(place / "keys").trusted(), level="replay")


def _folder(place: Path) -> Any:
    from agoranomos.campaigns import CampaignFolder

    return CampaignFolder(next(place.glob("hundred-thousand-*")))


def watched(what: Callable[..., None], *given: Any) -> dict[str, Any]:
    """Do it in a process of its own, and watch that and its children."""
    process = multiprocessing.get_context("spawn").Process(target=what, args=given)
    began, before = time.perf_counter(), _children_seconds()
    process.start()
    own, workers = [], [0.0]
    while process.is_alive():
        own.append(_resident_mib(process.pid))
        workers.append(sum(map(_resident_mib, _children(process.pid))))
        process.join(SECONDS_BETWEEN_LOOKS)
    seconds = time.perf_counter() - began
    if process.exitcode:
        raise SystemExit(f"{what.__name__} ended with code {process.exitcode}")
    looks = [own[min(int(part * len(own)), len(own) - 2)] for part in (0.1, 0.5, 1.0)] if len(own) > 1 else own
    return {
        "seconds": round(seconds, 2),
        "cpu_seconds": round(_children_seconds() - before, 2),
        "peak_mib": round(max(own)),
        "mib": [round(look) for look in looks],
        "workers_peak_mib": round(max(workers)),
    }


def _children_seconds() -> float:
    """Processor time of the processes that have ended, with all of their own."""
    times = os.times()
    return times.children_user + times.children_system


def _resident_mib(process: int | None) -> float:
    try:
        return int(Path(f"/proc/{process}/statm").read_text().split()[1]) * PAGE / 2**20
    except (OSError, IndexError):
        return 0.0


def _children(process: int | None) -> list[int]:
    try:
        return [int(child) for child in Path(f"/proc/{process}/task/{process}/children").read_text().split()]
    except OSError:
        return []


def on_disk(folder: Path) -> dict[str, Any]:
    """What a folder takes: names of files and folders, and mebibytes of blocks."""
    names, blocks = 0, 0
    for at, folders, files in os.walk(folder):
        names += len(folders) + len(files)
        blocks += sum((Path(at) / name).lstat().st_blocks for name in (*folders, *files))
    return {"names": names, "mib": round(blocks * 512 / 2**20, 1)}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--runs", type=int, default=100_000)
    parser.add_argument("--rounds", type=int, default=50)
    parser.add_argument("--workers", type=int, default=None)
    parser.add_argument("--folders", action="store_true", help="a folder a run")
    parser.add_argument(
        "--place", type=Path, default=None, help="where the campaign is laid down, and taken away again"
    )
    parser.add_argument("--out", type=Path, default=None, help="also write the JSON here")
    options = parser.parse_args()
    place = Path(tempfile.mkdtemp(prefix="agora-scale-", dir=options.place))
    try:
        figures: dict[str, Any] = {
            "runs": -(-options.runs // ARMS) * ARMS,
            "rounds_a_run": options.rounds,
            "arms": ARMS,
            "workers": options.workers or os.cpu_count(),
            "packed": not options.folders,
        }
        for name, what, given in (
            ("play", play, (place, options.runs, options.rounds, options.workers, not options.folders)),
            ("tables", tabulate, (place, options.workers)),
            ("report", report, (place,)),
            ("verified", verify, (place,)),
        ):
            figures[name] = watched(what, *given)
            print(json.dumps({name: figures[name]}), flush=True)
        root = _folder(place).root
        figures["disk"] = {name: on_disk(root / name) for name in ("runs", "packs", "ledger", "tables", "report")}
        figures["disk"]["all"] = on_disk(root)
        print(json.dumps(figures["disk"]), flush=True)
    finally:
        shutil.rmtree(place)
    if options.out is not None:
        options.out.write_text(json.dumps(figures, indent=1) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
