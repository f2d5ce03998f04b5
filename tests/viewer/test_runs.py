"""The list of runs, and the files of one run: as they lie there, in portions, wherever they lie."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from hashlib import sha256
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq
import pytest

from agoranomos.campaigns.packs.packed import opened_run
from agoranomos.logs import LogReader
from campaigns.laboratory import MOCK, make_lab
from viewer.conftest import Made, Viewer

Over = Callable[..., Viewer]


def rows_of(viewer: Viewer, folder: Path, query: str = "") -> list[dict[str, Any]]:
    return list(viewer.json(f"campaigns/{folder.name}/runs?{query}")["rows"])


def read_log(folder: Path) -> list[bytes]:
    return (folder / "entries" / f"{0:012d}.jsonl").read_bytes().splitlines(keepends=True)


def test_a_row_says_what_its_run_came_to(viewer: Viewer, made: Made) -> None:
    rows = rows_of(viewer, made.scripted)
    tables = {
        name: pq.read_table(made.scripted / "tables" / f"{name}.parquet").to_pylist() for name in ("runs", "rounds")
    }
    assert [(row["arm"], row["seed"]) for row in rows] == [(row["arm"], row["seed"]) for row in tables["runs"]]
    for row, run in zip(rows, tables["runs"], strict=True):
        mine = [one for one in tables["rounds"] if (one["arm"], one["seed"]) == (row["arm"], row["seed"])]
        assert (row["status"], row["failure"], row["rounds"], row["entries"]) == ("closed", "", 12, run["entries"])
        assert row["price"] == pytest.approx(sum(one["price_mean"] for one in mine) / 12)
        assert row["welfare"] == pytest.approx(sum(one["welfare"] for one in mine) / 12)
        assert row["profit"] == pytest.approx(sum(one["profit_total"] for one in mine) / 12)
        assert row["fines"] == pytest.approx(sum(one["fine_total"] for one in mine))
        assert row["cases"] == sum(one["cases"] for one in mine)
        assert row["sanctions"] == sum(one["sanctions"] for one in mine)
        assert row["price_of_nash"] == pytest.approx(sum(run["nash_price"]) / len(run["nash_price"]))
        assert (row["calls"], row["failures"]) == (0, 0)
    assert [row["calls"] for row in rows_of(viewer, made.mock)] == [6, 6, 6, 6]


def test_rows_are_sorted_filtered_and_given_in_portions(viewer: Viewer, made: Made) -> None:
    every = rows_of(viewer, made.scripted)
    by_price = rows_of(viewer, made.scripted, "sort=price&descending=1")
    assert [row["price"] for row in by_price] == sorted((row["price"] for row in every), reverse=True)
    assert rows_of(viewer, made.scripted, "offset=3&count=2") == every[3:5]
    assert rows_of(viewer, made.scripted, "offset=8") == []
    assert viewer.json(f"campaigns/{made.scripted.name}/runs?count=0") == {"total": 8, "rows": []}
    governed = viewer.json(f"campaigns/{made.scripted.name}/runs?arm=governed.divider&count=1")
    assert (governed["total"], governed["rows"][0]["arm"]) == (2, "governed.divider")
    assert {row["arm"] for row in rows_of(viewer, made.scripted, "text=DIVIDER/1")} == {
        "free.divider",
        "governed.divider",
    }
    assert rows_of(viewer, made.scripted, "status=failed") == []
    assert [row["seed"] for row in rows_of(viewer, made.scripted, "sort=seed&descending=true")] == [1] * 4 + [0] * 4


@pytest.mark.parametrize(
    "query",
    [
        "count=501",
        "count=-1",
        "count=1e3",
        "count=%D9%A1",
        "offset=10000000000000",
        "offset=",
        "sort=root",
        "sort=__class__",
        "status=done",
        "descending=maybe",
        "text=" + "x" * 201,
        "arm=" + "x" * 201,
        "count=1&count=2",
        "rows=1",
    ],
)
def test_parameters_have_bounds(viewer: Viewer, made: Made, query: str) -> None:
    answer = viewer.get(f"campaigns/{made.scripted.name}/runs?{query}")
    assert answer.status_code == 400
    assert answer.json()["error"]


@pytest.mark.parametrize("query", ["first=-1", "count=0", "count=5001", "first=x", "last=3"])
def test_portions_of_entries_have_bounds(viewer: Viewer, made: Made, query: str) -> None:
    assert viewer.get(viewer.run(made.scripted, "free.divider", 0, f"entries?{query}")).status_code == 400


def test_entries_come_as_they_lie_there_in_portions(viewer: Viewer, made: Made) -> None:
    lines = read_log(made.scripted / "runs" / "governed.divider" / "0")
    assert len(lines) > 20
    at = viewer.run(made.scripted, "governed.divider", 0, "entries")
    answer = viewer.get(f"{at}?first=0&count=5000")
    assert answer.content == b"".join(lines)
    assert answer.headers["content-type"] == "text/plain; charset=utf-8"
    for first in range(len(lines) + 2):
        assert viewer.get(f"{at}?first={first}&count=3").content == b"".join(lines[first : first + 3])
    assert viewer.get(f"{at}?first=1000000000000&count=3").content == b""


def test_a_portion_is_no_longer_than_it_may_be(viewer: Viewer, made: Made, monkeypatch: pytest.MonkeyPatch) -> None:
    lines = read_log(made.scripted / "runs" / "governed.divider" / "0")
    monkeypatch.setattr("agoranomos.viewer.run_place.MOST_OCTETS", len(lines[0]) + len(lines[1]))
    at = viewer.run(made.scripted, "governed.divider", 0, "entries")
    found: list[bytes] = []
    while portion := viewer.get(f"{at}?first={len(found)}&count=5000").content.splitlines(keepends=True):
        assert len(portion) == 1 or sum(map(len, portion)) <= len(lines[0]) + len(lines[1])
        found += portion
    assert found == lines


def test_entries_go_on_from_one_segment_into_the_next(
    copied: Made, over: Over, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = copied.scripted / "runs" / "governed.divider" / "0"
    lines, leaves = read_log(folder), (folder / "leaves" / f"{0:012d}.sha256").read_bytes()
    monkeypatch.setattr("agoranomos.logs.layout.SEGMENT_ENTRIES", 8)
    for first in range(0, len(lines), 8):
        (folder / "entries" / f"{first:012d}.jsonl").write_bytes(b"".join(lines[first : first + 8]))
        (folder / "leaves" / f"{first:012d}.sha256").write_bytes(leaves[32 * first : 32 * (first + 8)])
    shown = over(copied.logs, copied.workspace)
    at = shown.run(copied.scripted, "governed.divider", 0, "entries")
    for first, count in ((0, 5000), (0, 8), (7, 2), (8, 8), (3, 14), (len(lines) - 1, 9)):
        assert shown.get(f"{at}?first={first}&count={count}").content == b"".join(lines[first : first + count])
    assert shown.get(shown.run(copied.scripted, "governed.divider", 0, "leaves")).content == leaves


def test_seals_are_the_files_that_vouch_for_a_log(viewer: Viewer, made: Made) -> None:
    folder = made.mock / "runs" / "governed" / "1"
    seals = viewer.json(viewer.run(made.mock, "governed", 1, "seals"))
    assert seals["origin"] == LogReader(folder).origin
    for name, file in (("vkey", "log.vkey"), ("certificate", "certificate"), ("checkpoint", "checkpoint")):
        assert seals[name] == (folder / file).read_text()
    assert seals["signed"] == seals["checkpoint"]
    assert seals["trusted"] == [key.vkey for key in made.lab.trusted()]
    leaves = viewer.get(viewer.run(made.mock, "governed", 1, "leaves")).content
    hashes = [sha256(b"\0" + line.rstrip(b"\n")).digest() for line in read_log(folder)]
    assert leaves == b"".join(hashes)


def test_a_log_that_goes_on_is_read_as_far_as_it_is(copied: Made, over: Over) -> None:
    folder = copied.mock / "runs" / "governed" / "1"
    lines = read_log(folder)
    signed = (folder / "checkpoint").read_text()
    (folder / "checkpoint").unlink()
    entries = folder / "entries" / f"{0:012d}.jsonl"
    entries.write_bytes(b"".join(lines) + lines[-1][:20])
    shown = over(copied.logs, copied.workspace)

    def at(what: str) -> str:
        return shown.run(copied.mock, "governed", 1, what)

    seals = shown.json(at("seals"))
    assert (seals["checkpoint"], seals["signed"]) == ("", signed)
    assert seals["origin"] == signed.split("\n")[0]
    assert shown.get(at("entries")).content == b"".join(lines), "a torn line is no line yet"
    entries.write_bytes(b"".join(lines) + lines[-1])
    assert shown.get(f"{at('entries')}?first={len(lines)}").content == lines[-1], "what is added is seen"
    assert "not finished" in shown.json(at("spoken"))["why"]
    verdict = shown.json(at("verdict"))
    assert (verdict["verdict"], verdict["message"].split(":")[0]) == ("damaged", "checkpoint is missing")


def test_a_run_that_was_not_begun_is_listed_and_has_no_log(copied: Made, over: Over) -> None:
    shutil.rmtree(copied.mock / "runs" / "governed" / "1")
    answer = over(copied.logs, copied.workspace).get(f"runs/{copied.mock.name}/governed/1/seals")
    assert answer.status_code == 404
    assert "no log" in answer.json()["error"]


def test_failed_and_open_runs_say_so(tmp_path: Path, over: Over) -> None:
    from agoranomos.workspace import Workspace

    lab = make_lab(tmp_path)
    made = lab.plan(MOCK)
    lab.run(made, limit=1)
    folder = lab.folder(made).root
    shown = over(lab.logs, Workspace(lab.workspace.root, "lab", keys=lab.keys.folder))
    rows = rows_of(shown, folder)
    assert sorted(row["status"] for row in rows) == ["closed", "open", "open", "open"]
    assert all(row["price"] is None for row in rows if row["status"] == "open")
    assert rows_of(shown, folder, "sort=price")[0]["status"] == "closed", "what is undefined comes last"
    assert rows_of(shown, folder, "sort=price&descending=1")[0]["status"] == "closed"


def test_blobs_are_given_by_their_digest_and_only_if_they_have_it(copied: Made, over: Over) -> None:
    folder = copied.mock / "runs" / "governed" / "0"
    content = b"a reply <b>\xff"
    digest = sha256(content).hexdigest()
    file = folder / "blobs" / "sha256" / digest[:2] / digest
    file.parent.mkdir(parents=True)
    file.write_bytes(content)
    shown = over(copied.logs, copied.workspace)
    at = shown.run(copied.mock, "governed", 0, f"blobs/{digest}")
    answer = shown.get(at)
    assert (answer.content, answer.headers["content-type"]) == (content, "application/octet-stream")
    file.write_bytes(b"another")
    assert shown.get(at).status_code == 422
    for other in ("0" * 64, digest.upper(), digest[:-1], "log.vkey"):
        assert shown.get(shown.run(copied.mock, "governed", 0, f"blobs/{other}")).status_code == 404


def test_runs_in_packs_are_read_as_those_in_folders(tmp_path: Path, over: Over) -> None:
    lab, text = make_lab(tmp_path), (
        "kind: campaign\nversion: 1\nname: packed\nmarket: cournot-duopoly\nrosters: [divider]\n"
        "regimes: {governed: {institution: cournot-antitrust}}\nseeds: 3\nrounds: 6\n"
    )  # fmt: skip
    made = lab.plan(text)
    lab.run(made, packed=True)
    lab.tables(made)
    folder = lab.folder(made).root
    assert list((folder / "packs").rglob("*.zip"))
    assert not list((folder / "runs").rglob("checkpoint"))
    from agoranomos.workspace import Workspace

    shown = over(lab.logs, Workspace(lab.workspace.root, "lab", keys=lab.keys.folder))
    (arm,) = {row["arm"] for row in rows_of(shown, folder)}
    place = folder / "runs" / arm / "1"
    with opened_run(place) as unpacked:
        lines, origin = read_log(unpacked), LogReader(unpacked).origin
    assert shown.get(shown.run(folder, arm, 1, "entries?first=2&count=4")).content == b"".join(lines[2:6])
    assert shown.json(shown.run(folder, arm, 1, "seals"))["origin"] == origin
    assert len(shown.get(shown.run(folder, arm, 1, "leaves")).content) == 32 * len(lines)
    assert len(shown.json(shown.run(folder, arm, 1, "drawings"))) == 1
    assert shown.json(shown.run(folder, arm, 1, "verdict"))["verdict"] == "verified"
    assert shown.get(shown.run(folder, arm, 3, "seals")).status_code == 404


def test_a_line_that_is_no_text_comes_as_it_lies_there(copied: Made, over: Over) -> None:
    folder = copied.scripted / "runs" / "free.divider" / "0"
    lines = read_log(folder)
    lines[3] = b"\xef\xbb\xbf\xff\x00<script>" + lines[3]
    (folder / "entries" / f"{0:012d}.jsonl").write_bytes(b"".join(lines))
    shown = over(copied.logs, copied.workspace)
    assert shown.get(shown.run(copied.scripted, "free.divider", 0, "entries")).content == b"".join(lines)


def test_runs_are_measured_alike_one_by_one_and_together(made: Made, over: Over) -> None:
    whole = rows_of(over(made.logs, made.workspace), made.scripted, "sort=price&count=8")
    alone = over(made.logs, made.workspace)
    one_by_one = [rows_of(alone, made.scripted, f"offset={offset}&count=1")[0] for offset in range(8)]
    assert sorted(whole, key=lambda row: (row["arm"], row["seed"])) == sorted(
        one_by_one, key=lambda row: (row["arm"], row["seed"])
    )
    assert alone.json(f"campaigns/{made.scripted.name}/runs?count=0") == {"total": 8, "rows": []}


def test_row_groups_without_a_run_are_not_read(copied: Made, over: Over, monkeypatch: pytest.MonkeyPatch) -> None:
    file = copied.scripted / "tables" / "rounds.parquet"
    pq.write_table(pq.read_table(file), file, row_group_size=12)  # a run each
    whole = rows_of(over(copied.logs, copied.workspace), copied.scripted, "sort=price&count=8")
    read: list[list[int]] = []

    class Counting(pq.ParquetFile):  # type: ignore[misc]
        def read_row_groups(self, groups: list[int], **options: Any) -> Any:
            read.append(groups)
            return super().read_row_groups(groups, **options)

    monkeypatch.setattr(pq, "ParquetFile", Counting)
    (row,) = rows_of(over(copied.logs, copied.workspace), copied.scripted, "offset=5&count=1")
    assert row in whole
    assert read[0] == [5]
