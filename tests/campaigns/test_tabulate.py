from __future__ import annotations

from pathlib import Path

import pyarrow.parquet as pq
import pytest

from agoranomos.campaigns import build_tables
from agoranomos.campaigns.table_file import table_files
from agoranomos.campaigns.tables import ADDED, TABLES, TABLES_VERSION
from agoranomos.campaigns.tabulate import RunTables
from agoranomos.campaigns.tabulate_choices import menu_in
from agoranomos.campaigns.tabulate_enforcement import acts_of
from agoranomos.campaigns.timings import read_timings
from agoranomos.errors import Finding, MachineError, UsageError
from agoranomos.institutions.judgement import Transition
from campaigns.laboratory import SCRIPTED, Lab

DIVIDED = SCRIPTED.replace("[nash-noisy, ladder-gamer]", "[divider]").replace("rounds: 12", "rounds: 50")


def test_tables_hold_what_the_contract_says_and_the_logs_say(lab: Lab) -> None:
    made = lab.plan(DIVIDED)
    lab.run(made)
    folder = build_tables(lab.folder(made), lab.trusted())
    for name, table in TABLES.items():
        schema = pq.read_schema(folder / f"{name}.parquet")
        assert schema.names == [column.name for column in table.columns]
        assert schema.equals(table.schema)
        assert schema.metadata[b"agora_version"] == str(TABLES_VERSION).encode()
        assert all(schema.field(c.name).metadata[b"meaning"].decode() == c.meaning for c in table.columns)
    tables = lab.tables(made)
    runs = {(row["arm"], row["seed"]): row for row in tables["runs"]}
    assert [row["arm"] for row in tables["runs"]] == ["free", "free", "told", "told", "governed", "governed"]
    governed = runs["governed", 0]
    assert governed["nash_price"] == pytest.approx([190 / 3, 190 / 3], abs=1e-6)
    assert governed["monopoly_profit"] == [1800.0, 1800.0]
    assert governed["nash_consumer_surplus"] == pytest.approx(2688.888889)
    assert governed["policies"] == ["divider", "divider"]
    assert governed["institution"] == "cournot-antitrust"
    assert runs["told", 1]["told"] == "antitrust-constitution"
    assert runs["told", 1]["root"] == runs["free", 1]["root"]
    first = next(row for row in tables["rounds"] if row["arm"] == "governed")
    assert first["price"] == [70.0, 70.0]
    assert first["price_mean"] == 70.0
    assert first["hhi_mean"] == 1.0
    assert first["consumer_surplus"] == 1800.0
    assert first["profit_total"] == 3600.0


def test_enforcement_adds_up_across_tables_and_to_the_replay(lab: Lab) -> None:
    from agoranomos.institutions import replay

    made = lab.plan(DIVIDED)
    lab.run(made)
    tables = lab.tables(made)
    mine = [row for row in tables["enforcement"] if (row["arm"], row["seed"]) == ("governed", 0)]
    replayed = replay(lab.entries(made)["governed", 0][1])
    for agent, tally in replayed.tallies.items():
        kinds = [row["kind"] for row in mine if row["agent"] == agent]
        assert kinds.count("case") == tally.cases > 0
        assert kinds.count("transition") == tally.transitions
        assert kinds.count("blocked") == tally.blocked
        assert kinds.count("fine") == tally.fines > 0
        assert kinds.count("suspension") == tally.suspensions > 0
        assert kinds.count("warning") >= 1
        fined = sum(row["amount"] for row in mine if row["agent"] == agent and row["kind"] == "fine")
        assert fined == pytest.approx(tally.fines_e6 / 1e6)
        rows = [r for r in tables["agents"] if (r["arm"], r["seed"], r["agent"]) == ("governed", 0, agent)]
        assert sum(row["fine"] for row in rows) == pytest.approx(fined)
        sat_out = [row for row in rows if row["suspended"]]
        assert len(sat_out) > 0
        assert all(row["quantity"] == [0.0, 0.0] for row in sat_out)
    rounds = [row for row in tables["rounds"] if (row["arm"], row["seed"]) == ("governed", 0)]
    assert sum(row["cases"] for row in rounds) == sum(row["kind"] == "case" for row in mine)
    sanctions = sum(row["kind"] in {"fine", "suspension", "cap"} for row in mine)
    assert sum(row["sanctions"] for row in rounds) == sanctions
    assert [row["round"] for row in rounds if row["suspended"]] == sorted(
        {row["round"] for row in tables["agents"] if row["suspended"] and (row["arm"], row["seed"]) == ("governed", 0)}
    )


LENIENT = """\
kind: institution
version: 1
name: lenient
states: {free: {label: FREE}, suspect: {label: SUSPECT}, caught: {label: CAUGHT}}
initial: free
signals: {high: {statistic: mean, measure: price_elevation, window: 1, at_least: 0.2, goods: mean}}
events: {offence: {when: high, accuses: R}, clean: {when: "!high"}}
counters: {credits: {max: 9, initial: 5}}
transitions:
  - {rule: R, from: free, to: suspect, on: offence, when: credits > 0, forfeit: {credits: 2}}
  - {rule: R, from: suspect, to: caught, on: offence, fine: {rate: 1, leniency: {share: 0.5, within: 5}}}
  - {rule: R, from: suspect, to: free, on: clean}
  - {rule: R, from: caught, to: free, on: clean}
"""


def test_who_came_forward_what_it_was_spared_and_what_was_forfeited(lab: Lab) -> None:
    (lab.workspace.root / "institutions").mkdir(exist_ok=True)
    (lab.workspace.root / "institutions/lenient.yaml").write_text(LENIENT)
    text = SCRIPTED.replace("[nash-noisy, ladder-gamer]", "[informer]").replace("cournot-antitrust", "lenient")
    made = lab.plan(text, "seeds=1")
    lab.run(made)
    tables = lab.tables(made)
    acts = [row for row in tables["enforcement"] if row["arm"] == "governed"]
    informer, divider = "firm_1", "firm_2"
    forfeitures = [row for row in acts if row["kind"] == "forfeiture"]
    assert {(row["agent"], row["amount"], row["reason"]) for row in forfeitures} == {
        (informer, 2.0, "credits"),
        (divider, 2.0, "credits"),
    }
    fines = {row["agent"]: row for row in acts if row["kind"] == "fine"}
    assert fines[informer]["spared"] == pytest.approx(fines[informer]["amount"])
    assert fines[divider]["spared"] == 0.0
    reports = [row for row in tables["agents"] if row["arm"] == "governed" and row["reported"]]
    assert reports
    assert {row["agent"] for row in reports} == {informer}
    assert not any(row["reported"] for row in tables["agents"] if row["arm"] == "free")


def test_calls_are_told_with_their_seconds(lab: Lab) -> None:
    made = lab.plan()
    lab.run(made)
    folder = build_tables(lab.folder(made), lab.trusted())
    calls = pq.read_table(folder / "calls.parquet").to_pylist()
    assert len(calls) >= 24
    assert all(row["seconds"] is not None and row["seconds"] >= 0 for row in calls)
    assert {row["model"] for row in calls} == {"mock/valid"}
    assert len(read_timings(lab.folder(made).timings_file)) == len(calls)
    agents = lab.tables(made)["agents"]
    assert sum(row["calls"] for row in agents) == len(calls)
    assert sum(row["failures"] for row in agents) == sum(bool(row["failure"]) for row in calls)


def test_attempts_tell_how_the_campaign_was_executed(lab: Lab) -> None:
    made = lab.plan()
    lab.run(made)
    folder = build_tables(lab.folder(made), lab.trusted())
    rows = pq.read_table(folder / "attempts.parquet").to_pylist()
    assert [(row["arm"], row["seed"], row["attempt"], row["status"]) for row in rows] == [
        ("free", 0, 1, "closed"),
        ("free", 1, 1, "closed"),
        ("governed", 0, 1, "closed"),
        ("governed", 1, 1, "closed"),
    ]
    assert rows[0]["origin"] == f"lab/{made.label}/free/0/1"


def test_a_log_that_the_ledger_did_not_close_is_a_finding(lab: Lab) -> None:
    made = lab.plan(SCRIPTED)
    lab.run(made)
    one, other = lab.folder(made).run("free.nash-noisy", 0), lab.folder(made).run("free.nash-noisy", 1)
    one.rename(one.with_name("aside"))
    other.rename(one)
    with pytest.raises(Finding, match="is not the log that the ledger closed"):
        build_tables(lab.folder(made), lab.trusted())


def test_a_folder_without_a_plan_is_wrong_usage(lab: Lab, tmp_path) -> None:
    from agoranomos.campaigns import CampaignFolder

    with pytest.raises(UsageError, match="is no campaign's folder"):
        build_tables(CampaignFolder(tmp_path), lab.trusted())


@pytest.mark.parametrize(
    ("entries", "message"),
    [
        ([b"{"], "cannot be read"),
        ([b'{"body":{},"kind":"round","round":1,"seq":0}'], "cannot be read"),
        ([b'{"body":{"rounds":0},"kind":"closed","round":0,"seq":0}'], "does not begin with"),
    ],
)
def test_entries_that_cannot_be_read_are_a_finding(entries: list[bytes], message: str) -> None:
    with pytest.raises(Finding, match=message):
        RunTables({}).add("arm", 0, entries, {}.__getitem__)


def test_the_columns_of_this_version_are_those_of_its_golden_file() -> None:
    """Who reads tables relies on them: whatever changes here is a new version, with its own golden file."""
    lines = [f"{table.name}.{column.name}: {column.type}" for table in TABLES.values() for column in table.columns]
    golden = Path(__file__).parent / "golden"
    assert "\n".join(lines) + "\n" == (golden / f"tables-{TABLES_VERSION}.txt").read_text()
    before = set((golden / f"tables-{TABLES_VERSION - 1}.txt").read_text().splitlines())
    added = [line for line in lines if line not in before]
    assert before <= set(lines)
    assert {line.split(".")[0] for line in added} == set(ADDED[TABLES_VERSION])
    for table, columns in ADDED[TABLES_VERSION].items():
        mine = [line.removeprefix(f"{table}.").split(":")[0] for line in added if line.startswith(f"{table}.")]
        assert mine == list(columns or [column.name for column in TABLES[table].columns])


@pytest.mark.parametrize(
    ("description", "menu"),
    [
        ('{"policy":"nash"}', {}),
        ('{"menu":[{"action_e6":[1,2],"option":"a"}],"policy":"choosing"}', {"a": (1, 2)}),
        ('{"inner":{"inner":{"menu":[{"action_e6":[3],"option":"b"}]},"policy":"noisy"}}', {"b": (3,)}),
        ("[]", {}),
    ],
)
def test_a_menu_is_found_in_a_description_that_is_wrapped_too(description: str, menu: dict) -> None:
    assert menu_in(description) == menu


@pytest.mark.parametrize(
    "other",
    [
        '{"menu":[1]}',
        '{"menu":[{"option":"a"}]}',
        '{"menu":7}',
        '{"menu":["low","high"]}',
        '{"menu":[{"option":"a","action_e6":["x"]}]}',
        "no JSON",
    ],
)
def test_what_another_policy_calls_a_menu_is_its_own_business(other: str) -> None:
    assert menu_in(other) == {}


def test_tables_that_cannot_be_written_are_the_machine_s_fault(tmp_path) -> None:
    (tmp_path / "tables").write_text("a file")
    with pytest.raises(MachineError, match="cannot write"), table_files(tmp_path / "tables", (TABLES["runs"],)):
        pytest.fail("there is no such folder")


@pytest.mark.parametrize(
    ("case", "sanctioned", "blocked", "kinds"),
    [
        ("c1", set(), "", ["transition", "warning"]),
        ("c1", {("firm_2", "c1"), ("firm_1", "c0")}, "", ["transition", "warning"]),
        ("c1", {("firm_1", "c1")}, "", ["transition"]),
        ("c1", set(), "cooldown", ["blocked"]),
        ("", set(), "", ["transition"]),
    ],
)
def test_a_warning_is_what_follows_a_case_and_takes_nothing(
    case: str, sanctioned: set[tuple[str, str]], blocked: str, kinds: list[str]
) -> None:
    transition = Transition("firm_1", "R1:calm->on_notice", "violation", case=case, blocked=blocked)
    assert [act["kind"] for act in acts_of(transition, sanctioned)] == kinds
