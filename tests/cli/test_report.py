"""`agora report`: exit codes, what it prints, and folders that are none."""

import json

import pytest
import typer

from agoranomos.cli.report import report
from agoranomos.cli.run import run
from agoranomos.errors import UsageError
from analysis.synthetic import DIVISION, NASH, Arm, Run, steady, write_campaign

DIVIDER = {"policy": "divider", "parameters": {}}


@pytest.fixture
def campaign(tmp_path):
    folder = write_campaign(tmp_path / "logs" / "c-12345678", [Arm("a", [Run(steady(NASH, 5))])])
    (folder / "plan.json").unlink()
    return folder


def test_it_writes_the_report_and_names_it(campaign, capsys):
    report(campaign)
    out = capsys.readouterr().out
    assert f"report: {campaign / 'report' / 'index.html'}" in out
    assert (campaign / "report" / "index.html").is_file()
    assert (campaign / "report" / "figures" / "prices.pdf").is_file()
    assert (campaign / "report" / "tables" / "arms.tex").is_file()


def test_the_help_says_what_lies_where():
    told = " ".join((report.__doc__ or "").split())
    for place in ("index.html", "summary.json", "figures/NAME.svg", "tables/NAME.tex", "captions.json"):
        assert place in told


def test_json_is_an_object_for_a_campaign_and_a_list_for_a_folder_of_them(campaign, capsys):
    report(campaign, as_json=True)
    assert json.loads(capsys.readouterr().out)["complete"] is True
    report(campaign.parent, as_json=True, case_cost=2.0)
    (only,) = json.loads(capsys.readouterr().out)
    assert only["case_cost"] == 2.0


def test_a_failed_check_is_a_finding(tmp_path):
    arm = Arm("a", [Run(steady(DIVISION))], "ruled", institution="i", policy=DIVIDER)
    folder = write_campaign(tmp_path / "c", [arm])
    (folder / "plan.json").unlink()
    with pytest.raises(typer.Exit) as left:
        report(folder)
    assert left.value.exit_code == 1


def test_folders_that_are_no_campaign(campaign):
    with pytest.raises(UsageError, match="no such folder") as missing:
        report(campaign.parent / "c-1234567")
    assert "c-12345678" in missing.value.advice
    with pytest.raises(UsageError, match="no such folder"):
        report(campaign.parent / "nowhere" / "at-all")
    with pytest.raises(UsageError, match="holds none"):
        report(campaign / "tables")


def test_tables_that_are_missing_or_old_are_derived_from_the_logs(tmp_path, monkeypatch, capsys):
    monkeypatch.setenv("AGORA_HOME", str(tmp_path / "home"))
    monkeypatch.chdir(tmp_path)
    (tmp_path / "small.yaml").write_text(
        "kind: campaign\nversion: 1\nname: small\nmarket: cournot-duopoly\nrosters: [nash]\n"
        "regimes: {ungoverned: {}}\nseeds: 2\nrounds: 3\n"
    )
    run("small.yaml", out=tmp_path / "logs", limit=1, workers=1)
    (folder,) = (tmp_path / "logs").iterdir()
    for table in (folder / "tables").iterdir():
        table.unlink()
    capsys.readouterr()
    report(folder)
    first = capsys.readouterr().out
    assert "INCOMPLETE: 1 of 2 runs are finished" in first
    (folder / "tables" / "rounds.parquet").write_bytes(b"old")
    (folder / "status.json").touch()
    report(folder)
    assert capsys.readouterr().out == first
