"""How long a run of 5,000 rounds takes in a browser: bundles opened from the disk in Chromium, without a network.

Two runs under an institution: firms that climb its ladder, and two mock models with all their prompts and replies. Of
each bundle: octets, milliseconds to the first paint, seconds to the verdict; then a frame a step while all entries are
scrolled through and the slider goes over all rounds: how long frames took, and tasks of over 50 ms. Every figure is the
worst of `--times` openings; only on a machine that does nothing else do they say something about the page.

    make .venv/.has-browser && .venv/bin/python benchmarks/viewer_page.py --out docs/measurements/viewer_page.json
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import shutil
import tempfile
import time
from pathlib import Path
from typing import Any

from agoranomos.campaigns import Settings, execute, open_folder, plan
from agoranomos.campaigns.transcript import transcript
from agoranomos.documents import Source
from agoranomos.logs import KeyStore
from agoranomos.viewer.bundle import Prompts, bundled, read_log
from agoranomos.viewer.bundle_page import read_template
from agoranomos.viewer.bundle_prompts import prompt_packs
from agoranomos.workspace import Workspace

ROUNDS = 5_000
ROSTERS = {"scripted": "ladder-gamer", "mock models": "mock-duopoly"}
CAMPAIGN = """
kind: campaign
version: 1
name: long
market: cournot-duopoly
rosters: [{roster}]
regimes:
  governed: {{institution: cournot-antitrust}}
seeds: 1
rounds: {rounds}
limits: {{calls: {calls}}}
"""
STEPS = 300
LONG_TASKS = """window.long = [];
new PerformanceObserver((seen) => window.long.push(...seen.getEntries().map((one) => one.duration)))
  .observe({type: "longtask"})"""
FRAMES = """async ([at, steps]) => {
  const place = document.querySelector(at);
  place.scrollIntoView();
  const took = [];
  let before = performance.now();
  for (let step = 1; step <= steps; step++) {
    if (place.matches("input")) {
      place.value = Math.round((place.max * step) / steps);
      place.dispatchEvent(new Event("input", {bubbles: true}));
    } else place.scrollTop = (place.scrollHeight * step) / steps;
    await new Promise(requestAnimationFrame);
    const now = performance.now();
    took.push(now - before);
    before = now;
  }
  return took;
}"""


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--rounds", type=int, default=ROUNDS)
    parser.add_argument("--times", type=int, default=3)
    parser.add_argument("--out", type=Path, default=None, help="also write the JSON here")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as scratch:
        files = {name: bundle(Path(scratch) / name, roster, options.rounds) for name, roster in ROSTERS.items()}
        found = {name: measured(file, options.times) for name, file in files.items()}
    machine = {
        "cpus": os.cpu_count(),
        "python": platform.python_version(),
        "system": f"{platform.system()} {platform.machine()}",
    }
    text = json.dumps(
        {"rounds": options.rounds, "times": options.times, "bundles": found, "machine": machine}, indent=1
    )
    print(text)
    if options.out is not None:
        options.out.write_text(text + "\n", encoding="utf-8")


def bundle(place: Path, roster: str, rounds: int) -> Path:
    """The bundle of a run that is played here."""
    keys = KeyStore(place / "keys")
    workspace = Workspace(place, "bench", keys=keys.folder)
    made = plan(Source("long.yaml", CAMPAIGN.format(roster=roster, rounds=rounds, calls=8 * rounds)), workspace)
    folder = open_folder(made, place / "logs")
    execute(made, folder, keys, Settings(workers=1))
    (run,) = made.runs()
    log = folder.run(*run.key)
    asked = Prompts(tuple(prompt_packs(transcript(log, workspace, keys.trusted()))) if any(run.arm.models) else ())
    file = place / "run.html"
    file.write_bytes(bundled(read_template(), read_log(log), "long", asked))
    return file


def measured(file: Path, times: int) -> dict[str, Any]:
    """The worst of so many openings."""
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=shutil.which("chromium"), args=["--no-sandbox"])
        seen = [opened(browser, file) for _ in range(times)]
        browser.close()
    return {"octets": file.stat().st_size, **{name: max(one[name] for one in seen) for name in seen[0]}}


def opened(browser: Any, file: Path) -> dict[str, float]:
    context = browser.new_context(offline=True, viewport={"width": 1280, "height": 900}, reduced_motion="reduce")
    page, began = context.new_page(), time.perf_counter()
    page.goto(file.as_uri())
    page.wait_for_selector(".check-verdict:not([data-verdict=checking])", timeout=600_000)
    verdict = time.perf_counter() - began
    paint = page.evaluate("performance.getEntriesByName('first-contentful-paint')[0].startTime")
    page.wait_for_timeout(1_000)
    page.evaluate(LONG_TASKS)
    scrolled = sorted(page.evaluate(FRAMES, ["[role=grid][aria-label='Entries of the log']", STEPS]))
    slid = sorted(page.evaluate(FRAMES, [".run-player input[type=range]", STEPS]))
    page.wait_for_timeout(500)
    long = page.evaluate("window.long")
    context.close()
    return {
        "first_paint_ms": round(paint, 1),
        "verdict_s": round(verdict, 2),
        "scrolling_frame_ms_median": round(scrolled[STEPS // 2], 1),
        "scrolling_frame_ms_longest": round(scrolled[-1], 1),
        "sliding_frame_ms_median": round(slid[STEPS // 2], 1),
        "sliding_frame_ms_longest": round(slid[-1], 1),
        "tasks_over_50_ms": len(long),
    }


if __name__ == "__main__":
    main()
