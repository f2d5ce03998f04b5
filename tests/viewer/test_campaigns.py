"""The list of campaigns and a campaign's page, over what lies in a folder: finished, running, damaged, or nothing."""

from __future__ import annotations

import json
import os
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from agoranomos.analysis.campaign import summarise
from agoranomos.analysis.export import as_json
from agoranomos.viewer.campaign_page import MOCK_ONLY, NO_TABLES, STALE, WORKING_OUT
from campaigns.laboratory import make_lab
from viewer.conftest import Made, Viewer

Over = Callable[..., Viewer]


def write_status(folder: Path, **changed: Any) -> None:
    path = folder / "status.json"
    written = folder / "status.new"
    written.write_text(json.dumps({**json.loads(path.read_bytes()), **changed}))
    written.replace(path)  # at once, as a campaign does: a server that looks meanwhile reads a whole file


def test_the_list_says_how_far_each_campaign_is(viewer: Viewer, made: Made) -> None:
    rows = viewer.json("campaigns")["campaigns"]
    assert {row["id"] for row in rows} == {made.scripted.name, made.mock.name}
    row = next(row for row in rows if row["name"] == "scripted")
    assert row["title"] == "Firms that follow rules"
    assert (row["state"], row["market"], row["arms"], row["calls"]) == ("finished", "cournot-duopoly", 4, 0)
    assert row["runs"] == {"planned": 8, "finished": 8, "failed": 0, "open": 0, "under_way": 0}
    assert row["rounds"]["done"] == 96
    assert row["written_unix_s"] == 1_700_000_000
    assert next(row for row in rows if row["name"] == "small")["calls"] == 24


def test_the_newest_stands_first(copied: Made, over: Over) -> None:
    write_status(copied.scripted, written_unix_s=1_800_000_000)
    rows = over(copied.logs, copied.workspace).json("campaigns")["campaigns"]
    assert [row["name"] for row in rows] == ["scripted", "small"]
    write_status(copied.mock, written_unix_s=1_900_000_000)
    rows = over(copied.logs, copied.workspace).json("campaigns")["campaigns"]
    assert [row["name"] for row in rows] == ["small", "scripted"]


def test_an_empty_folder_has_an_empty_list(tmp_path: Path, made: Made, over: Over) -> None:
    empty = over(tmp_path, made.workspace)
    assert empty.json("campaigns") == {"campaigns": []}
    assert empty.get(f"campaigns/{made.scripted.name}").status_code == 404


def test_a_campaign_s_own_folder_shows_that_campaign_by_its_name(made: Made, over: Over) -> None:
    alone = over(made.scripted, made.workspace)
    assert [row["id"] for row in alone.json("campaigns")["campaigns"]] == [made.scripted.name]
    assert alone.json(f"campaigns/{made.scripted.name}")["name"] == "scripted"
    assert alone.json(f"campaigns/{made.scripted.name}/runs")["total"] == 8


def test_campaigns_in_folders_of_a_study_are_found_by_their_path(copied: Made, tmp_path: Path, over: Over) -> None:
    study = tmp_path / "studies" / "first" / "logs"
    study.mkdir(parents=True)
    copied.mock.rename(study / copied.mock.name)
    shutil.copytree(study / copied.mock.name, tmp_path / "studies" / f"first~logs~{copied.mock.name}")
    both = over(tmp_path / "studies", copied.workspace)
    ids = {row["id"] for row in both.json("campaigns")["campaigns"]}
    within = f"first~logs~{copied.mock.name}"
    assert ids == {within, f"{within}~"}, "two folders never share an id"
    for name in ids:
        assert both.json(f"campaigns/{name}/runs")["total"] == 4


def test_the_page_says_what_the_report_says(viewer: Viewer, made: Made) -> None:
    page, summary = viewer.json(f"campaigns/{made.scripted.name}"), summarise(made.scripted)
    report = as_json(summary)
    assert page["checks"] == report["manipulation_checks"]
    assert (page["incomplete"], page["state"]) == (False, "finished")
    assert page["plan"]["regimes"] == ["free", "governed"]
    assert page["plan"]["rounds"] == {"least": 12, "most": 12}
    assert (page["plan"]["seeds"], page["plan"]["outcome"], page["caveats"]) == (2, "price", [])
    assert page["plan"]["digest"].startswith(made.scripted.name.rpartition("-")[2])
    for arm, told in zip(page["arms"], report["arms"], strict=True):
        assert (arm["arm"], arm["regime"], arm["roster"]) == (told["arm"], told["regime"], told["roster"])
        assert (arm["runs"], arm["finished"], arm["failed"]) == (2, 2, 0)
        for name in ("price", "welfare", "profit"):
            found = arm["measures"][name]
            assert {key: found[key] for key in ("mean", "low", "high", "n", "level")} == {
                key: told["means"][name][key] for key in ("mean", "low", "high", "n", "level")
            }
            assert found["method"] == "t"
        acts = told["enforcement"]
        assert (arm["cases"], arm["sanctions"]) == (acts["cases_per_run"], acts["sanctions_per_run"])
        assert arm["fines"] == acts["fines_amount_per_run"]
    divider = next(arm for arm in page["arms"] if arm["arm"] == "governed.divider")
    assert divider["cases"] > 0
    assert divider["fines"] > 0
    compared = {(one["a"], one["b"], one["outcome"]): one for one in page["comparisons"]}
    for one in report["comparisons"]:
        found = compared[one["first"], one["second"], one["measure"]]
        assert (found["difference"], found["p"], found["kind"]) == (one["difference"], one["welch_p"], "exploratory")


def test_the_page_of_models_says_calls_tokens_failures_and_cost(viewer: Viewer, made: Made) -> None:
    page = viewer.json(f"campaigns/{made.mock.name}")
    assert page["caveats"] == [MOCK_ONLY]
    assert MOCK_ONLY in page["notes"]
    assert [arm["calls"] for arm in page["arms"]] == [12, 12]
    assert page["arms"][0]["models"] == ["mock/valid"]
    assert sum(arm["tokens"] for arm in page["arms"]) == sum(
        use["prompt_tokens"] + use["reply_tokens"] for use in page["costs"]["models"].values()
    )
    assert page["costs"]["models"]["mock/valid"]["calls"] == 24


HYPOTHESIS = """
kind: campaign
version: 1
name: asked
market: cournot-duopoly
rosters: [divider]
regimes:
  free: {}
  governed: {institution: cournot-antitrust}
outcome: price
hypotheses:
  it-lowers-prices: {first: governed, second: free, expects: lower}
seeds: 3
rounds: 12
"""


def test_what_a_campaign_asked_before_it_ran_stands_first(tmp_path: Path, over: Over) -> None:
    lab = make_lab(tmp_path)
    plan = lab.plan(HYPOTHESIS)
    lab.run(plan)
    lab.tables(plan)
    folder = lab.folder(plan).root
    page = over(lab.logs, lab.workspace).json(f"campaigns/{folder.name}")
    (answer,) = as_json(summarise(folder))["hypotheses"]
    first = page["comparisons"][0]
    assert (first["name"], first["kind"], first["p"], first["holm"]) == (
        "it-lowers-prices", answer["role"], answer["p"], answer["p_holm"],
    )  # fmt: skip
    assert (first["a"], first["b"], first["difference"]) == ("governed", "free", answer["estimate"]["point"])
    (account,) = page["costs"]["accounts"]
    assert account["lines"] == answer["accounts"]
    assert [arm["arm"] for arm in page["costs"]["errors"]["arms"]]


def test_a_campaign_that_runs_is_shown_as_far_as_it_is(copied: Made, over: Over) -> None:
    shutil.rmtree(copied.mock / "tables")
    shutil.rmtree(copied.mock / "runs" / "governed" / "1")
    status = json.loads((copied.mock / "status.json").read_bytes())
    runs = {"planned": 4, "finished": 2, "failed": 0, "open": 2, "under_way": 1}
    arms = [{**arm, "calls": 9} for arm in status["arms"]]
    write_status(copied.mock, state="running", runs=runs, arms=arms, seconds_left=12.5)
    ledger = next((copied.mock / "ledger" / "entries").iterdir())
    kept = [line for line in ledger.read_bytes().splitlines(True) if not _is_end_of(line, "governed", 1)]
    ledger.write_bytes(b"".join(kept) + b'{"body":{"torn')
    watched = over(copied.logs, copied.workspace)
    row = next(row for row in watched.json("campaigns")["campaigns"] if row["name"] == "small")
    assert (row["state"], row["runs"], row["seconds_left"]) == ("running", runs, 12.5)
    page = watched.json(f"campaigns/{copied.mock.name}")
    assert page["incomplete"] is True
    assert [(arm["arm"], arm["runs"], arm["finished"], arm["under_way"]) for arm in page["arms"]] == [
        ("free", 2, 2, 0),
        ("governed", 2, 1, 1),
    ]
    assert [arm["calls"] for arm in page["arms"]] == [9, 9]
    assert all(arm["measures"] == {} for arm in page["arms"])
    assert all(arm[name] is None for arm in page["arms"] for name in FROM_TABLES), "what is unknown is no zero"
    assert page["caveats"] == [MOCK_ONLY, WORKING_OUT]


FROM_TABLES = ("cases", "sanctions", "fines", "tokens", "failures")


def test_a_finished_campaign_without_tables_says_so_and_shows_no_zeros(copied: Made, over: Over) -> None:
    for table in (copied.scripted / "tables").iterdir():
        table.unlink()
    page = over(copied.logs, copied.workspace).json(f"campaigns/{copied.scripted.name}")
    assert page["caveats"] == [NO_TABLES]
    assert NO_TABLES in page["notes"]
    assert [arm["finished"] for arm in page["arms"]] == [2, 2, 2, 2]
    assert all(arm[name] is None for arm in page["arms"] for name in FROM_TABLES)


def test_rounds_are_those_of_the_shortest_and_the_longest_arm(copied: Made, over: Over) -> None:
    plan = json.loads((copied.scripted / "plan.json").read_bytes())
    plan["arms"][0]["rounds"] = 200
    (copied.scripted / "plan.json").write_text(json.dumps(plan))
    page = over(copied.logs, copied.workspace).json(f"campaigns/{copied.scripted.name}")
    assert page["plan"]["rounds"] == {"least": 12, "most": 200}


@pytest.mark.parametrize(
    ("content", "why"),
    [
        (b"", "cannot be read: Input data was truncated"),
        (b'{"arms": [', "cannot be read: Input data was truncated"),
        (b"[" * 99_999, "cannot be read: it is nested too deeply"),
        (b'{"arms": 1, "seeds": "x"}', "cannot be read: it has no list of arms and of seeds"),
        (None, "is not there"),
    ],
)
def test_a_plan_that_cannot_be_read_is_named_and_nothing_is_made_up(
    copied: Made, over: Over, content: bytes | None, why: str
) -> None:
    for name in ("tables", "status.json"):
        path = copied.scripted / name
        shutil.rmtree(path) if path.is_dir() else path.unlink()
    plan = copied.scripted / "plan.json"
    plan.unlink() if content is None else plan.write_bytes(content)
    shown = over(copied.logs, copied.workspace)
    row = next(row for row in shown.json("campaigns")["campaigns"] if row["id"] == copied.scripted.name)
    assert row["state"] == "unknown"
    assert [row[name] for name in ("arms", "runs", "rounds", "calls")] == [None] * 4
    page = shown.json(f"campaigns/{copied.scripted.name}")
    assert page["caveats"] == page["notes"] == [f"plan.json {why}."]
    assert [page["plan"][name] for name in ("rounds", "seeds")] == [None, None]


def _is_end_of(line: bytes, arm: str, seed: int) -> bool:
    entry = json.loads(line)
    body = entry["body"]
    return entry["kind"] in ("closed", "ended") and (body.get("arm"), body.get("seed")) in ((arm, seed), (None, None))


def test_tables_that_are_older_than_the_ledger_are_called_so_and_left_alone(copied: Made, over: Over) -> None:
    tables = {path: path.read_bytes() for path in (copied.mock / "tables").iterdir()}
    watched = over(copied.logs, copied.workspace)
    assert STALE not in watched.json(f"campaigns/{copied.mock.name}")["notes"]
    ledger = next((copied.mock / "ledger" / "entries").iterdir())
    newest = max(path.stat().st_mtime_ns for path in tables)
    os.utime(ledger, ns=(newest + 10**9, newest + 10**9))
    assert STALE in watched.json(f"campaigns/{copied.mock.name}")["notes"]
    assert {path: path.read_bytes() for path in (copied.mock / "tables").iterdir()} == tables


@pytest.mark.parametrize("file", ["plan.json", "status.json", "campaign.yaml", "spending.json", "tables/runs.parquet"])
@pytest.mark.parametrize(
    "content", [b"", b"{", b"[1]", b"\xff\xfe", b'{"arms": 1, "seeds": "x"}', b"[" * 99_999, b'{"state": NaN}']
)
def test_a_damaged_file_breaks_no_page(copied: Made, over: Over, file: str, content: bytes) -> None:
    (copied.scripted / file).write_bytes(content)
    damaged = over(copied.logs, copied.workspace)
    assert len(damaged.json("campaigns")["campaigns"]) == 2
    damaged.json(f"campaigns/{copied.scripted.name}")
    damaged.json(f"campaigns/{copied.mock.name}")


@pytest.mark.parametrize("name", ["rounds", "agents", "calls", "enforcement", "choices"])
def test_a_damaged_table_is_named_on_the_page(copied: Made, over: Over, name: str) -> None:
    (copied.scripted / "tables" / f"{name}.parquet").write_bytes(b"PAR1 no table")
    page = over(copied.logs, copied.workspace).json(f"campaigns/{copied.scripted.name}")
    assert any(f"{name}.parquet" in note for note in page["notes"]), page["notes"]
    assert len(page["arms"]) == 4


def test_a_folder_with_tables_alone_is_a_campaign(copied: Made, over: Over) -> None:
    for path in copied.scripted.iterdir():
        if path.name != "tables":
            shutil.rmtree(path) if path.is_dir() else path.unlink()
    shown = over(copied.logs, copied.workspace)
    row = next(row for row in shown.json("campaigns")["campaigns"] if row["id"] == copied.scripted.name)
    assert (row["state"], row["name"]) == ("unknown", copied.scripted.name)
    assert len(shown.json(f"campaigns/{copied.scripted.name}")["arms"]) == 4
    assert shown.json(f"campaigns/{copied.scripted.name}/runs")["total"] == 8


def test_a_name_that_is_none_is_told_the_nearest(viewer: Viewer, made: Made) -> None:
    answer = viewer.get(f"campaigns/{made.scripted.name}x")
    assert answer.status_code == 404
    assert made.scripted.name in answer.json()["advice"]


def test_nothing_is_written(copied: Made, over: Over) -> None:
    def all_of() -> dict[str, tuple[int, int]]:
        return {str(path): (path.stat().st_mtime_ns, path.stat().st_size) for path in sorted(copied.logs.rglob("*"))}

    before, shown = all_of(), over(copied.logs, copied.workspace)
    for folder, arm in ((copied.scripted, "governed.divider"), (copied.mock, "governed")):
        shown.json(f"campaigns/{folder.name}")
        shown.json(f"campaigns/{folder.name}/runs?sort=price")
        for what in ("seals", "drawings", "spoken", "verdict", "under/cournot-antitrust-hardened"):
            shown.json(shown.run(folder, arm, 0, what))
        assert shown.get(shown.run(folder, arm, 0, "entries")).status_code == 200
    assert all_of() == before
