from __future__ import annotations

import json
from pathlib import Path

import pytest

from agoranomos.cli.entry import run_command
from campaigns.laboratory import SCRIPTED


@pytest.fixture(scope="module")
def campaign(tmp_path_factory: pytest.TempPathFactory) -> Path:
    from campaigns.laboratory import make_lab

    lab = make_lab(tmp_path_factory.mktemp("replay"))
    made = lab.plan(SCRIPTED, "rosters=[divider]", "regimes={governed: {institution: cournot-antitrust}, free: {}}")
    lab.run(made)
    return lab.folder(made).root


def test_every_judgement_of_a_run_comes_out_again(campaign: Path, capfd) -> None:
    assert run_command(["replay", str(campaign / "runs" / "governed" / "0")]) == 0
    out = capfd.readouterr().out
    assert "1 run, 12 rounds: every judgement came out as recorded" in out
    assert "cournot-antitrust" in out


def test_a_campaign_is_replayed_as_a_whole(campaign: Path, capfd) -> None:
    assert run_command(["replay", str(campaign)]) == 0
    assert "4 runs, 48 rounds" in capfd.readouterr().out


def test_arms_are_told_apart(campaign: Path, capfd) -> None:
    """An arm without an institution has nobody to accuse, whatever was found in the other."""
    assert run_command(["replay", str(campaign)]) == 0
    rows = [line.split() for line in capfd.readouterr().out.splitlines()]
    heading = next(row for row in rows if row[:2] == ["arm", "agent"])
    firsts = {row[0]: row for row in rows if row and row[0] in ("free", "governed")}
    assert heading[3] == "cases"
    assert firsts["free"][1:5] == ["firm_1", "no", "institution", "0"]
    assert firsts["governed"][1:3] == ["firm_1", "cournot-antitrust"]
    assert int(firsts["governed"][3]) > 0
    assert run_command(["replay", str(campaign / "runs" / "free" / "0")]) == 0
    assert "arm" not in capfd.readouterr().out.split()


def test_a_file_and_a_ledger_are_no_runs(campaign: Path, capfd) -> None:
    run = campaign / "runs" / "free" / "0"
    assert run_command(["replay", str(run / "checkpoint")]) == 2
    said = capfd.readouterr().err
    assert "is a file" in said
    assert f"It lies in {run}: give that." in said
    assert run_command(["replay", str(campaign / "ledger")]) == 2
    assert "is a campaign's ledger" in capfd.readouterr().err


def test_a_run_that_was_never_closed_is_not_replayed(campaign: Path, tmp_path: Path, capfd) -> None:
    import shutil

    shutil.copytree(campaign / "runs" / "free" / "0", tmp_path / "died")
    (tmp_path / "died" / "checkpoint").unlink()
    assert run_command(["replay", str(tmp_path / "died")]) == 2
    assert "never closed" in capfd.readouterr().err


def test_another_institution_shows_the_difference(campaign: Path, capfd) -> None:
    place = str(campaign / "runs" / "governed" / "0")
    assert run_command(["replay", place, "--institution", "cournot-antitrust-hardened", "--json"]) == 0
    (said,) = json.loads(capfd.readouterr().out)
    (found,) = said["counterfactuals"]
    own, other = said["recorded"]["agents"]["firm_1"], found["agents"]["firm_1"]
    assert own["cases"] > 0
    assert found["difference"]["firm_1"]["cases"] == other["cases"] - own["cases"]
    assert found["difference"]["firm_1"]["fines_e6"] == other["fines_e6"] - own["fines_e6"]
    assert found["causal"] is False
    assert said["not_causal"].startswith("NOT CAUSAL")
    assert run_command(["replay", place, "--institution", "cournot-antitrust-hardened"]) == 0
    out = capfd.readouterr().out
    assert "difference" in out
    assert "NOT CAUSAL" in out
    assert "cournot-antitrust-hardened, not causal" in out
    assert "welfare" in out


def test_a_profit_is_what_the_market_paid_less_the_fines_of_each_institution(campaign: Path, capfd) -> None:
    place = str(campaign / "runs" / "governed" / "0")
    assert run_command(["replay", place, "--institution", "cournot-antitrust-hardened", "--json"]) == 0
    (said,) = json.loads(capfd.readouterr().out)
    own, other = said["recorded"]["agents"]["firm_1"], said["counterfactuals"][0]["agents"]["firm_1"]
    before = own["profit_after_fines"] + own["fines_e6"] / 1e6
    assert other["profit_after_fines"] + other["fines_e6"] / 1e6 == pytest.approx(before)
    assert own["fines_e6"] > 0
    assert said["welfare_per_round"] > 0


def test_several_institutions_judge_the_same_conduct(campaign: Path, capfd) -> None:
    names = ["cournot-antitrust", "cournot-antitrust-hardened", "cournot-antitrust-no-warning"]
    asked = [word for name in names for word in ("--institution", name)]
    assert run_command(["replay", str(campaign), *asked, "--json"]) == 0
    said = json.loads(capfd.readouterr().out)
    assert len(said) == 4
    for one in said:
        assert [found["institution"] for found in one["counterfactuals"]] == names
        if one["arm"] == "governed":  # its own institution, on conduct of which some rounds are no evidence
            assert one["counterfactuals"][0]["rounds_without_evidence"] == 0
            assert one["counterfactuals"][0]["difference"]["firm_1"]["cases"] == 0
    assert run_command(["replay", str(campaign), *asked]) == 0
    rows = [line for line in capfd.readouterr().out.splitlines() if "not causal" in line]
    assert len(rows) == 2 * 2 * 3


def test_an_institution_is_named_once(campaign: Path, capfd) -> None:
    twice = ["--institution", "cournot-antitrust", "--institution", "cournot-antitrust"]
    assert run_command(["replay", str(campaign), *twice]) == 2
    assert "name it once" in capfd.readouterr().err


def test_a_replay_without_another_institution_says_nothing_of_causes(campaign: Path, capfd) -> None:
    assert run_command(["replay", str(campaign)]) == 0
    assert "CAUSAL" not in capfd.readouterr().out
    assert run_command(["replay", str(campaign), "--json"]) == 0
    assert all(not one["counterfactuals"] and "not_causal" not in one for one in json.loads(capfd.readouterr().out))


def test_an_institution_of_another_market_is_refused(campaign: Path, capfd) -> None:
    assert run_command(["replay", str(campaign), "--institution", "commons-ostrom"]) == 2
    assert "cannot govern market" in capfd.readouterr().err


def test_an_ungoverned_run_has_no_judgement_and_can_have_a_counterfactual(campaign: Path, capfd) -> None:
    place = str(campaign / "runs" / "free" / "0")
    assert run_command(["replay", place, "--institution", "cournot-antitrust", "--json"]) == 0
    (said,) = json.loads(capfd.readouterr().out)
    assert said["recorded"]["institution"] == ""
    assert said["recorded"]["agents"]["firm_1"]["cases"] == 0
    assert said["counterfactuals"][0]["agents"]["firm_1"]["cases"] > 0


def test_a_changed_measure_is_a_finding_that_names_the_entry(campaign: Path, tmp_path: Path, capfd) -> None:
    import shutil

    copy = tmp_path / "copy"
    shutil.copytree(campaign / "runs" / "governed" / "0", copy)
    entries = copy / "entries" / "000000000000.jsonl"
    lines = entries.read_bytes().splitlines(keepends=True)
    where = next(index for index, line in enumerate(lines) if b'"cases":[{' in line)
    lines[where] = lines[where].replace(b'"cv_e6":[1000000', b'"cv_e6":[0', 1)
    entries.write_bytes(b"".join(lines))
    assert run_command(["replay", str(copy)]) == 1
    assert f"entry {where}" in capfd.readouterr().err


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["nowhere"], "no such log"),
        (["."], "holds no finished run"),
    ],
)
def test_a_place_without_runs_is_wrong_usage(
    arguments: list[str], message: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capfd
) -> None:
    monkeypatch.chdir(tmp_path)
    assert run_command(["replay", *arguments]) == 2
    assert message in capfd.readouterr().err


def test_an_unknown_institution_is_named(campaign: Path, capfd) -> None:
    assert run_command(["replay", str(campaign), "--institution", "cournot-antitrsut"]) == 2
    assert "cournot-antitrust" in capfd.readouterr().err
