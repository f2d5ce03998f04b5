"""The sample plug-in is a real package: built, installed, found by name, played and tested by its own tests."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

SAMPLE = Path(__file__).resolve().parents[2] / "examples" / "agoranomos-sample-plugin"
AGORA = (sys.executable, "-P", "-c", "from agoranomos.cli import main; main()")
GROUPS = ("agoranomos.markets", "agoranomos.policies", "agoranomos.library", "agoranomos.engines")


def run(site: Path, place: Path, *command: str) -> subprocess.CompletedProcess[str]:
    """A command far from the checkout, with the packages in `site` beside those of this environment."""
    kept = {name: value for name, value in os.environ.items() if name != "PYTEST_ADDOPTS"}
    environment = {**kept, "PYTHONPATH": str(site), "AGORA_HOME": str(place / "home")}
    return subprocess.run(command, cwd=place, env=environment, capture_output=True, text=True, check=False)


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Where the package is installed, without a network. It is built from a copy: nothing is left in the checkout."""
    place = tmp_path_factory.mktemp("plug-in")
    source = shutil.copytree(SAMPLE, place / "source", ignore=shutil.ignore_patterns("__pycache__"))
    options = ("--quiet", "--no-deps", "--no-index", "--no-build-isolation", "--target", str(place / "site"))
    done = run(place, place, sys.executable, "-m", "pip", "install", *options, str(source))
    assert done.returncode == 0, done.stderr
    return place / "site"


def test_its_files_are_found_by_name(site: Path, tmp_path: Path) -> None:
    for kind, name in (("markets", "lemonade-street"), ("agents", "undercutters"), ("campaigns", "lemonade-street")):
        done = run(site, tmp_path, *AGORA, "list", kind, "--json")
        assert done.returncode == 0, done.stderr
        found = {item["name"]: item for item in json.loads(done.stdout)}
        assert found[name]["origin"] == "sample"
        assert str(site) in str(found[name])


def test_its_market_and_its_policy_are_listed_with_the_package_that_brings_them(site: Path, tmp_path: Path) -> None:
    for kind, name, about in (
        ("markets", "lemonade", "Lemonade stands ask whole cents"),
        ("policies", "undercutter", "Asks one less than the cheapest rival"),
    ):
        done = run(site, tmp_path, *AGORA, "list", kind, "--json")
        assert done.returncode == 0, done.stderr
        (found,) = [item for item in json.loads(done.stdout) if item["name"] == name]
        assert found["origin"] == "agoranomos-sample-plugin"
        assert about in found["summary"]


def test_a_campaign_on_its_market_runs_and_its_log_verifies(site: Path, tmp_path: Path) -> None:
    done = run(site, tmp_path, *AGORA, "run", "lemonade-street", "--out", "street", "--set", "seeds=2")
    assert done.returncode == 0, done.stdout + done.stderr
    done = run(site, tmp_path, *AGORA, "log", "verify", "street")
    assert done.returncode == 0, done.stdout + done.stderr


def test_its_engine_is_listed_and_answers_prompts(site: Path, tmp_path: Path) -> None:
    done = run(site, tmp_path, *AGORA, "models", "list", "--json")
    assert done.returncode == 0, done.stderr
    (found,) = [item for item in json.loads(done.stdout) if item["name"].startswith("dice/")]
    assert "rolls dice" in found["title"]
    changed = ("--set", "rosters=[dice-players]", "--set", "seeds=1", "--set", "rounds=3")
    done = run(site, tmp_path, *AGORA, "run", "lemonade-street", "--out", "rolled", *changed)
    assert done.returncode == 0, done.stdout + done.stderr
    done = run(site, tmp_path, *AGORA, "log", "verify", "rolled")
    assert done.returncode == 0, done.stdout + done.stderr


def test_the_tests_that_it_inherits_pass(site: Path, tmp_path: Path) -> None:
    tests = shutil.copytree(SAMPLE / "tests", tmp_path / "tests")
    shutil.copy(SAMPLE / "pyproject.toml", tmp_path)
    done = run(site, tmp_path, sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", str(tests))
    assert done.returncode == 0, done.stdout
    assert int(done.stdout.splitlines()[-1].split(" passed")[0]) >= 60


@pytest.fixture
def broken(tmp_path: Path) -> Path:
    """A package whose entry points, one in each group, lead to a module that cannot be imported."""
    site = tmp_path / "site"
    info = site / "broken_street-1.0.dist-info"
    info.mkdir(parents=True)
    (site / "broken_street.py").write_text("import a_module_that_nobody_has\n")
    (info / "METADATA").write_text("Metadata-Version: 2.1\nName: broken-street\nVersion: 1.0\n")
    return site


@pytest.mark.parametrize("group", GROUPS)
def test_a_plug_in_that_does_not_load_is_named_in_one_message(group: str, broken: Path, tmp_path: Path) -> None:
    (broken / "broken_street-1.0.dist-info" / "entry_points.txt").write_text(f"[{group}]\nbroken = broken_street:IT\n")
    for kind in ("markets", "agents", "campaigns"):
        (tmp_path / kind).mkdir()
    (tmp_path / "agora.yaml").write_text("kind: workspace\nversion: 1\nname: lab\n")
    market = "type: broken\nname: street" if group == GROUPS[0] else "type: cournot\nname: street"
    (tmp_path / "markets" / "street.yaml").write_text(f"kind: market\nversion: 1\n{market}\n")
    policy = {GROUPS[1]: "broken", GROUPS[3]: "prompted\n    parameters: {model: broken/x}"}.get(group, "nash")
    (tmp_path / "agents" / "a.yaml").write_text(
        f"kind: roster\nversion: 1\nabout: Somebody.\nagents:\n  - policy: {policy}\n"
    )
    (tmp_path / "campaigns" / "c.yaml").write_text(
        "kind: campaign\nversion: 1\nname: c\nmarket: street\nrosters: [a]\nregimes: {ungoverned: {}}\nseeds: 1\n"
    )
    command = ("list", "agents") if group == GROUPS[2] else ("run", "c", "--out", "out")
    done = run(broken, tmp_path, *AGORA, *command)
    assert done.returncode == 3, done.stdout + done.stderr
    assert "'broken' of broken-street (broken_street:IT) does not load" in done.stderr
    assert "a_module_that_nobody_has" in done.stderr
    assert "Traceback" not in done.stderr
    assert done.stderr.count("error:") == 1
