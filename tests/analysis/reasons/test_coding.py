"""A campaign coded: planted texts are found, nothing else is touched, and what is withheld is counted and not read."""

from __future__ import annotations

import hashlib
import json
import os
from dataclasses import replace
from pathlib import Path

import pyarrow.parquet as pq
import pytest

from agoranomos.analysis.campaign import summarise
from agoranomos.analysis.frames import results
from agoranomos.analysis.reasons import code_campaign, read_codebook, shipped_codebook, summarise_reasons
from agoranomos.analysis.reasons.coding import _alone
from agoranomos.analysis.reasons.table import reasons_file
from agoranomos.analysis.report import write_report
from agoranomos.campaigns import CampaignFolder, build_tables
from agoranomos.campaigns.packs.packed import is_packed
from agoranomos.campaigns.tables import TABLES
from agoranomos.errors import Finding, MachineError, UsageError
from analysis.reasons.planting import HIDE, THRESHOLD, UNDERCUT, plant, rows_of
from campaigns.laboratory import SCRIPTED, Lab, make_lab


@pytest.fixture
def lab(tmp_path: Path) -> Lab:
    return make_lab(tmp_path)


def test_what_was_planted_is_found_where_it_was_planted(lab: Lab) -> None:
    folder = plant(lab)
    done = code_campaign(folder, lab.trusted(), shipped_codebook())
    rows = rows_of(done.path)
    assert (done.texts, done.hidden, done.coding.runs) == (20, 0, 4)
    assert [(r["arm"], r["seed"]) for r in rows] == [
        run for run in (("free", 0), ("free", 1), ("governed", 0), ("governed", 1))
        for _ in range(5)
    ]  # fmt: skip
    digests = [hashlib.sha256(text.encode()).hexdigest() for text in (UNDERCUT, THRESHOLD, HIDE)]
    assert [(r["round"], r["agent"], r["source"], r["text_sha256"], r["codes"], r["sentences"]) for r in rows[:5]] == [
        (2, "firm_1", "thoughts", hashlib.sha256(b"Price is 63.3.").hexdigest(), [], []),
        (2, "firm_1", "plans", digests[0], ["competition"], ["Undercut them in B"]),
        (3, "firm_1", "thoughts", hashlib.sha256(b"Price is 63.3.").hexdigest(), [], []),
        (3, "firm_1", "plans", digests[1], ["threshold"], ["Stay below the threshold"]),
        (3, "firm_1", "insights", digests[2], ["evasion"], ["Hide it from the regulator"]),
    ]
    assert all(row["judged"] is None and not row["hidden"] for row in rows)


def test_shares_are_those_of_the_closed_form(lab: Lab) -> None:
    folder = plant(lab)
    code_campaign(folder, lab.trusted(), shipped_codebook())
    found = summarise_reasons(folder)
    assert found is not None
    assert not found.stale
    assert found.texts == {"free": 10, "governed": 10}
    for code in ("competition", "threshold", "evasion"):
        share = found.share("free", code)
        assert share is not None
        assert (share.texts, share.coded, share.share.n) == (10, 2, 2)
        assert share.share.point == pytest.approx(1 / 5)
    plans = found.share("governed", "threshold", "plans")
    assert plans is not None
    assert plans.share.point == pytest.approx(1 / 2)
    none = found.share("free", "coordination")
    assert none is not None
    assert none.coded == 0
    assert none.share.point == 0
    assert list(found.coding.codes) == list(shipped_codebook().codes)
    assert found.agreements == ()


def test_no_other_table_changes_and_no_other_table_builder_touches_it(lab: Lab) -> None:
    folder = plant(lab)
    before = {path.name: path.read_bytes() for path in (folder / "tables").glob("*.parquet")}
    plain = write_report(summarise(folder))
    behaviour = {path.name: path.read_bytes() for path in plain.files}
    path = code_campaign(folder, lab.trusted(), shipped_codebook()).path
    written = path.read_bytes()
    build_tables(CampaignFolder(folder), lab.trusted())
    after = {path.name: path.read_bytes() for path in (folder / "tables").glob("*.parquet")}
    assert after.pop("reasons.parquet") == written
    assert after == before
    assert "reasons" not in TABLES
    assert "reasons" not in dir(results(folder))
    report = write_report(summarise(folder))
    files = {path.name: path.read_bytes() for path in report.files}
    assert set(files) - set(behaviour) == {"reasons.json", "reasons.csv"}
    assert {name for name in behaviour if files[name] != behaviour[name]} == {"index.html", "captions.json"}
    page, old = files["index.html"].decode(), behaviour["index.html"].decode()
    begin, end = page.index("<section>\n<h2>What agents wrote, not what they did"), page.index("<h2>Limits")
    end = page.rindex("<section>", 0, end)
    listed = next(line for line in page.splitlines() if line.startswith("<li>reasons: <a "))  # its files for papers
    assert (page[:begin] + page[end:].replace(listed, "")).split() == old.split()
    assert "no behaviour" in page
    assert shipped_codebook().sha256 in page
    assert "What agents wrote" not in old


def test_withheld_replies_are_hidden_and_not_read(lab: Lab) -> None:
    folder = plant(lab, "privacy=committed")
    done = code_campaign(folder, lab.trusted(), shipped_codebook())
    assert (done.texts, done.hidden) == (0, 4 * 2 * 3)
    rows = rows_of(done.path)
    assert {(r["source"], r["text_sha256"], tuple(r["codes"])) for r in rows} == {("", "", ())}
    assert all(row["hidden"] for row in rows)
    assert b"ndercut" not in done.path.read_bytes()
    found = summarise_reasons(folder)
    assert found is not None
    assert found.hidden == {"free": 12, "governed": 12}
    assert found.shares == ()
    assert "What agents wrote" in write_report(summarise(folder)).index.read_text()


def test_packed_runs_are_read_as_others(lab: Lab, tmp_path: Path) -> None:
    apart = rows_of(code_campaign(plant(lab), lab.trusted(), shipped_codebook()).path)
    made = lab.plan(SCRIPTED)
    lab.run(made, packed=True)
    root = lab.folder(made).root
    assert is_packed(lab.folder(made).run(*next(iter(made.runs())).key))
    done = code_campaign(root, lab.trusted(), shipped_codebook())
    assert (done.texts, done.coding.runs) == (0, 12)  # scripted agents write nothing
    build_tables(lab.folder(made), lab.trusted())
    found = summarise_reasons(root)
    assert found is not None
    assert not found.stale
    assert set(found.texts.values()) == {0}
    assert len(apart) == 20


def test_a_log_that_is_not_the_closed_one_is_a_finding_and_the_table_stays(lab: Lab) -> None:
    folder = plant(lab)
    before = code_campaign(folder, lab.trusted(), shipped_codebook()).path.read_bytes()
    runs = folder / "runs" / "free"
    (runs / "0").rename(runs / "x")
    (runs / "1").rename(runs / "0")
    with pytest.raises(Finding, match="is not the log that the ledger closed"):
        code_campaign(folder, lab.trusted(), shipped_codebook())
    assert reasons_file(folder).read_bytes() == before
    assert not list((folder / "tables").glob("*.new"))


def test_a_campaign_without_a_finished_run_is_refused(lab: Lab) -> None:
    made = lab.plan(SCRIPTED)
    folder = lab.folder(made)
    lab.run(replace(made, arms=()))
    with pytest.raises(UsageError, match="holds no finished run"):
        code_campaign(folder.root, lab.trusted(), shipped_codebook())


def test_runs_that_finished_since_make_the_table_stale(lab: Lab) -> None:
    folder = plant(lab)
    code_campaign(folder, lab.trusted(), shipped_codebook())
    path = reasons_file(folder)
    table = pq.read_table(path)
    said = json.loads(table.schema.metadata[b"agora_coding"])
    said |= {"runs": 3, "roots_sha256": "00" * 32}
    metadata = {**table.schema.metadata, b"agora_coding": json.dumps(said).encode()}
    pq.write_table(table.replace_schema_metadata(metadata), path)
    found = summarise_reasons(folder)
    assert found is not None
    assert found.stale
    assert "Other runs are finished now than the 3 that were coded" in write_report(summarise(folder)).index.read_text()


def test_a_codebook_of_ones_own_is_named_by_its_digest(lab: Lab, tmp_path: Path) -> None:
    text = "kind: codebook\nversion: 1\nedition: 7\ncodes:\n  price: {about: Speaks of price., patterns: ['price']}\n"
    (tmp_path / "own.yaml").write_text(text)
    folder = plant(lab)
    code_campaign(folder, lab.trusted(), read_codebook(tmp_path / "own.yaml"))
    found = summarise_reasons(folder)
    assert found is not None
    assert (found.coding.edition, found.coding.sha256) == (7, hashlib.sha256(text.encode()).hexdigest())
    share = found.share("free", "price")
    assert share is not None
    assert share.share.point == pytest.approx(2 / 5)


def test_two_at_once_are_refused_and_damage_is_told(lab: Lab) -> None:
    folder = plant(lab)
    with _alone(folder / "tables"), pytest.raises(UsageError, match="another `agora code` is at work"):
        code_campaign(folder, lab.trusted(), shipped_codebook())
    path = code_campaign(folder, lab.trusted(), shipped_codebook()).path
    os.truncate(path, 100)
    with pytest.raises(MachineError, match="cannot read"):
        summarise_reasons(folder)
    pq.write_table(pq.read_table(folder / "tables" / "runs.parquet"), path)
    with pytest.raises(UsageError, match=r"is of version '[0-9]+'"):
        summarise_reasons(folder)
