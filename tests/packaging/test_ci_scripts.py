"""The scripts behind `make test` and `make constraints` fail when they should."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

CHECKOUT = Path(__file__).resolve().parents[2]


def summary(covered: int) -> dict[str, object]:
    counts = {"num_statements": 80, "num_branches": 20, "covered_lines": covered, "covered_branches": 20}
    return {"summary": counts}


def floors(report: dict[str, object], folder: Path, *packages: str) -> subprocess.CompletedProcess[str]:
    (folder / "coverage.json").write_text(json.dumps({"files": report}))
    command = [sys.executable, str(CHECKOUT / ".ci" / "coverage_floors.py"), str(folder / "coverage.json"), *packages]
    return subprocess.run(command, capture_output=True, text=True, check=False)


def test_a_package_below_its_floor_fails_however_well_others_do(tmp_path: Path) -> None:
    files = {f"src/agoranomos/{package}/file.py": summary(80) for package in ("logs", "institutions", "markets")}
    assert floors(files, tmp_path).returncode == 0
    files["src/agoranomos/logs/file.py"] = summary(70)
    done = floors(files, tmp_path)
    assert done.returncode == 1
    assert "coverage of logs: 90.0% (at least 95%)" in done.stdout
    assert "below the floor: logs" in done.stderr


def test_a_package_that_was_not_measured_fails(tmp_path: Path) -> None:
    done = floors({"src/agoranomos/logs/file.py": summary(80)}, tmp_path)
    assert done.returncode == 1
    assert "no file of institutions" in done.stderr


def test_a_part_is_held_to_the_floors_that_are_named(tmp_path: Path) -> None:
    report: dict[str, object] = {"src/agoranomos/logs/file.py": summary(80)}
    assert floors(report, tmp_path, "logs").returncode == 0
    assert "no floor is known for log;" in floors(report, tmp_path, "log").stderr
    report["src/agoranomos/logs/file.py"] = summary(70)
    assert floors(report, tmp_path, "logs").returncode == 1


def test_every_target_of_make_says_what_it_does() -> None:
    done = subprocess.run(["make", "help"], cwd=CHECKOUT, capture_output=True, text=True, check=True)
    for target in ("demo", "test", "long", "clean", "help"):
        assert f"make {target} " in done.stdout
