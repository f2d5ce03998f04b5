"""Campaigns whose institutions are switched on, off and replaced: run, verified, replayed and tabulated."""

from __future__ import annotations

import json
from itertools import islice

import pytest

from agoranomos.campaigns import Plan
from agoranomos.campaigns.strict import Order, read_checked
from agoranomos.campaigns.verification import verify_campaign, verify_run
from agoranomos.errors import DocumentError
from agoranomos.institutions import replay
from agoranomos.institutions.entries import Opened, Switched, decode_entry, encode_entry
from agoranomos.logs import LogFault, LogReader
from agoranomos.logs.unverified import lines_as_they_lie
from campaigns.laboratory import Died, DyingStorage, Lab

SWITCHING = """
kind: campaign
version: 1
name: switching
market: cournot-duopoly
rosters: [ladder-gamer, divider]
regimes:
  free: {}
  on-off: {institution: cournot-antitrust, schedule: [{from: 14}]}
  off-on-off: {schedule: [{from: 5, institution: cournot-antitrust}, {from: 13}]}
  replaced: {institution: cournot-antitrust, schedule: [{from: 7, institution: cournot-antitrust-hardened}]}
seeds: 2
rounds: 18
"""

SIGNED = SWITCHING.replace("seeds: 2", "seeds: 1\nsignatures: actors").replace("[ladder-gamer, divider]", "[divider]")

MOCKED = SWITCHING.replace("[ladder-gamer, divider]", "[mock-duopoly]").replace("seeds: 2", "seeds: 1")


@pytest.fixture
def run(lab: Lab) -> tuple[Lab, Plan]:
    made = lab.plan(SWITCHING)
    assert not lab.run(made).failures
    return lab, made


def test_switches_take_effect_and_every_check_understands_them(run: tuple[Lab, Plan]) -> None:
    lab, made = run
    checked = verify_campaign(lab.folder(made), lab.trusted())
    assert checked.first_fault is None
    assert all(one.verified is not None for one in checked.runs)
    for (arm, _), (_, lines) in lab.entries(made).items():
        opened = decode_entry(lines[0]).body
        assert isinstance(opened, Opened)
        stated = [(switch.first_round, switch.institution_name) for switch in made.arm(arm).switches]
        assert [(s.first_round, s.institution.name if s.institution else "") for s in opened.switches] == stated
        begun = [entry.body for line in lines if isinstance((entry := decode_entry(line)).body, Switched)]
        assert [(one.effective_round, one.institution) for one in begun] == stated
        assert replay(lines).institution == made.arm(arm).institutions


def test_the_institution_judges_the_rounds_of_its_phase_and_no_others(run: tuple[Lab, Plan]) -> None:
    lab, made = run
    tables = lab.tables(made)
    phases = {"free": (), "on-off": range(1, 14), "off-on-off": range(5, 13), "replaced": range(1, 19)}
    states = {(row["arm"], row["round"]) for row in tables["agents"] if row["state"]}
    for regime, rounds in phases.items():
        for roster in ("divider", "ladder-gamer"):
            assert {number for arm, number in states if arm == f"{regime}.{roster}"} == set(rounds)
    accused = {row["arm"] for row in tables["enforcement"] if row["kind"] == "case"}
    assert accused >= {"on-off.divider", "off-on-off.divider", "replaced.divider"}
    for row in tables["enforcement"]:
        assert row["round"] in phases[row["arm"].partition(".")[0]]


def test_the_tables_say_who_held_when(run: tuple[Lab, Plan]) -> None:
    lab, made = run
    rows = {row["regime"]: row for row in lab.tables(made)["runs"]}
    assert rows["free"]["institution"] == ""
    assert rows["free"]["switch_rounds"] is rows["free"]["switch_institutions"] is None
    found = rows["off-on-off"]
    assert found["institution"] == "none, cournot-antitrust from round 5, none from round 13"
    assert found["switch_rounds"] == [5, 13]
    assert found["switch_institutions"] == ["", "cournot-antitrust", ""]
    replaced = rows["replaced"]["institution_sha256"].split(",")
    arm = made.arm("replaced.divider")
    assert replaced == [arm.institution_sha256, arm.switches[0].institution_sha256]


def test_a_suspension_ends_with_the_institution_that_ordered_it(run: tuple[Lab, Plan]) -> None:
    """Firms that divide sit suspended when the institution is switched off; they act from that very round on."""
    lab, made = run
    rows = [row for row in lab.tables(made)["agents"] if row["arm"] == "on-off.divider" and row["seed"] == 0]
    assert any(row["suspended"] for row in rows)
    assert not any(row["suspended"] for row in rows if row["round"] >= 14)
    assert all(row["action"] for row in rows if row["round"] >= 14)
    assert any(row["suspended"] for row in rows if row["round"] == 13)


def test_workers_make_no_difference(run: tuple[Lab, Plan], second_lab: Lab) -> None:
    lab, made = run
    again = second_lab.plan(SWITCHING)
    second_lab.run(again, workers=2)
    assert {key: root for key, (root, _) in second_lab.entries(again).items()} == {
        key: root for key, (root, _) in lab.entries(made).items()
    }


def test_actors_sign_where_an_institution_comes_later(lab: Lab) -> None:
    made = lab.plan(SIGNED)
    assert not lab.run(made).failures
    checked = verify_campaign(lab.folder(made), lab.trusted())
    assert checked.first_fault is None
    signers = {one.arm: one.verified.actors.actors for one in checked.runs if one.verified and one.verified.actors}
    assert "controller" in signers["off-on-off"]
    assert "controller" not in signers["free"]


def test_a_run_that_died_after_a_switch_is_resumed(lab: Lab, second_lab: Lab) -> None:
    made, whole = lab.plan(MOCKED), second_lab.plan(MOCKED)
    with pytest.raises(Died):
        lab.run(made, DyingStorage(385, Died))
    lab.run(made)
    second_lab.run(whole)
    assert {key: root for key, (root, _) in lab.entries(made).items()} == {
        key: root for key, (root, _) in second_lab.entries(whole).items()
    }
    checked = verify_campaign(lab.folder(made), lab.trusted())
    assert checked.first_fault is None
    (broken,) = checked.attempts
    assert broken.arm == "off-on-off"
    place = lab.folder(made).abandoned(broken.arm, broken.seed, broken.attempt)
    recorded = list(islice(lines_as_they_lie(place), broken.entries))
    assert any(isinstance(decode_entry(line).body, Switched) for line in recorded)


@pytest.mark.parametrize("round_number", [4, 6])
def test_the_plan_must_name_the_switches_that_entry_0_has(run: tuple[Lab, Plan], round_number: int) -> None:
    lab, made = run
    folder = lab.folder(made)
    document = json.loads(folder.plan_file.read_text())
    for arm in document["arms"]:
        if arm["name"] == "off-on-off.divider":
            arm["switches"][0]["from"] = round_number
    folder.plan_file.write_text(json.dumps(document))
    checked = verify_campaign(folder, lab.trusted())
    faults = [one.fault.message for one in checked.runs if one.fault is not None]
    assert len(faults) == 2
    assert all("its institutions are not those that the plan names" in fault for fault in faults)


def test_strict_order_wants_every_switch_in_its_place(run: tuple[Lab, Plan]) -> None:
    lab, made = run
    place = lab.folder(made).run("off-on-off.divider", 0)
    lines = list(LogReader(place).entries())
    verify_run(place, lab.trusted(), level="strict")
    at = next(i for i, line in enumerate(lines) if isinstance(decode_entry(line).body, Switched))

    def follow(changed: list[bytes]) -> None:
        order = Order()
        for index, line in enumerate(changed):
            order.follow(index, [read_checked(place, line)])

    follow(lines)
    with pytest.raises(LogFault, match="entry 0 has another institution begin with round 5"):
        follow([*lines[:at], *lines[at + 1 :]])
    with pytest.raises(LogFault, match="of which entry 0 knows nothing"):
        follow([*lines[:at], lines[at], *lines[at:]])
    with pytest.raises(LogFault, match="another institution from round 6 on, of which entry 0 knows nothing"):
        follow([*lines[:at], encode_entry(Switched(6, "", ""), 4, at), *lines[at + 1 :]])


def test_a_switch_after_the_last_round_is_refused_with_its_place(lab: Lab) -> None:
    with pytest.raises(DocumentError, match="switches in round 14, and a run has 12 rounds"):
        lab.plan(SWITCHING, "rounds=12")
