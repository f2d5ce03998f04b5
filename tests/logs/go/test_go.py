"""Stock Go packages read a 70,000-entry export and make the same proofs. They need no code of ours: see main.go.

apt-get install --no-install-recommends golang-go golang-golang-x-mod-dev
"""

from __future__ import annotations

import os
import shutil
import subprocess
from pathlib import Path

import pytest

from agoranomos.cli.entry import run_command
from agoranomos.logs.export import export_log
from agoranomos.logs.tiles import tile_path, tile_paths
from logs.building import RUN, make_log

SIZE = 70_000
INDEXES = (0, 1, 255, 256, 34_999, 65_535, 65_536, 69_887, 69_888, 69_999)
OLD = (1, 2, 255, 256, 257, 40_000, 65_535, 65_536, 65_537, 69_888, 69_999, 70_000)
REQUIRED = "go" in os.environ.get("AGORA_REQUIRE", "").replace(",", " ").split()

pytestmark = pytest.mark.skipif(
    shutil.which("go") is None and not REQUIRED, reason="go is not installed (AGORA_REQUIRE=go makes this a failure)"
)


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Path:
    place = tmp_path_factory.mktemp("go")
    make_log(place / "log", (SIZE,))
    export_log(place / "log", place / "out")
    for index in INDEXES:
        assert (
            run_command(["log", "prove", f"{place / 'log'}", "--entry", f"{index}", "-o", f"{place / f'{index}.p'}"])
            == 0
        )
    for old in OLD:
        assert run_command(["log", "prove", f"{place / 'log'}", "--from", f"{old}", "-o", f"{place / f'{old}.c'}"]) == 0
    return place


@pytest.fixture(scope="module")
def program(tmp_path_factory: pytest.TempPathFactory) -> Path:
    made = tmp_path_factory.mktemp("build") / "check"
    environment = {
        **os.environ,
        "GO111MODULE": "off",
        "GOPATH": "/usr/share/gocode",
        "GOFLAGS": "",
        "GOPROXY": "off",
        "GOCACHE": os.environ.get("GOCACHE", f"{made.parent / 'cache'}"),
    }
    command = ["go", "build", "-o", f"{made}", f"{Path(__file__).with_name('main.go')}"]
    done = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return made


def check(program: Path, tree: Path, *proofs: Path, vkey: str = RUN.vkey) -> subprocess.CompletedProcess[str]:
    return subprocess.run([program, tree, vkey, *proofs], capture_output=True, text=True, check=False)


def test_go_opens_the_export_and_makes_the_same_proofs(place: Path, program: Path) -> None:
    proofs = sorted(place.glob("*.[pc]"))
    done = check(program, place / "out", *proofs)
    assert done.stderr == ""
    assert done.stdout == f"{SIZE} entries, {len(INDEXES)} record proofs, {len(OLD)} tree proofs\n"


def test_go_reads_proofs_made_of_the_export_too(place: Path, program: Path, tmp_path: Path) -> None:
    made = tmp_path / "one"
    assert run_command(["log", "prove", f"{place / 'out'}", "--entry", "65535", "-o", f"{made}"]) == 0
    assert made.read_bytes() == (place / "65535.p").read_bytes()
    assert check(program, place / "out", made).returncode == 0


def test_go_refuses_what_we_refuse(place: Path, program: Path, tmp_path: Path) -> None:
    out = tmp_path / "out"
    shutil.copytree(place / "out", out)
    other = RUN.vkey.replace("lab/plan", "lab/Plan")
    assert "invalid verifier" in check(program, out, vkey=other).stderr
    above = [name for name in tile_paths(SIZE) if name.startswith(("tile/1/", "tile/2/"))]
    for name in (tile_path("entries", 3), tile_path(0, 0), tile_path(0, 273, 112), *above):
        data = (out / name).read_bytes()
        (out / name).write_bytes(data[:-1] + bytes([data[-1] ^ 1]))
        assert check(program, out).returncode == 1
        (out / name).write_bytes(data)
    assert check(program, out).returncode == 0
    swapped = (place / "256.p").read_text().split("\n")
    swapped[4], swapped[5] = swapped[5], swapped[4]
    (tmp_path / "swapped").write_text("\n".join(swapped))
    assert "hash 1 is" in check(program, out, tmp_path / "swapped").stderr
