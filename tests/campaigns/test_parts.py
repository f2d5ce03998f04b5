"""A market with so many firms that a round is no line any more: run, resumed, tabulated, verified, forged."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest

from agoranomos.campaigns import CampaignFolder, Plan
from agoranomos.campaigns.strict import Order, read_checked
from agoranomos.campaigns.verification import verify_campaign
from agoranomos.cli.log_show import _Lying
from agoranomos.errors import Finding, UsageError
from agoranomos.institutions import ReplayMismatch, replay
from agoranomos.institutions.entries import Part, decode_entry, encode_entry
from agoranomos.institutions.parts import is_part, whole_entries
from agoranomos.logs import LogFault, LogReader
from campaigns.laboratory import Died, DyingStorage, Lab

FIRMS, ROUNDS = 1000, 2
CROWD = f"""
kind: market
version: 1
type: cournot
name: crowd
firms: {FIRMS}
marginal_cost: 40
capacity: 10
rounds: {ROUNDS}
"""
CAMPAIGN = """
kind: campaign
version: 1
name: crowd
market: crowd
rosters: [nash-noisy]
regimes: {governed: {institution: cournot-antitrust}}
seeds: 1
"""


def planned(lab: Lab, text: str = CAMPAIGN) -> Plan:
    folder = lab.workspace.folder("markets")
    folder.mkdir(exist_ok=True)
    (folder / "crowd.yaml").write_text(CROWD)
    return lab.plan(text)


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory) -> tuple[Lab, Plan, Path]:
    from campaigns.laboratory import make_lab

    lab = make_lab(tmp_path_factory.mktemp("crowd"))
    plan = planned(lab)
    assert lab.run(plan).finished == 1
    return lab, plan, next((lab.folder(plan).root / "runs").glob("*/*"))


def test_long_entries_lie_in_parts_and_everything_reads_them(run: tuple[Lab, Plan, Path]) -> None:
    lab, plan, place = run
    lines = list(LogReader(place).entries())
    kinds = [decode_entry(whole.line).kind for whole in whole_entries(lines)]
    assert kinds == ["opened", *["notice"] * FIRMS, *["round"] * ROUNDS, "closed"]
    assert sum(map(is_part, lines)) > 3 * (1 + ROUNDS)
    assert verify_campaign(lab.folder(plan), lab.trusted()).first_fault is None
    replayed = replay(lines)
    assert (replayed.rounds, replayed.entries, replayed.closed) == (ROUNDS, len(lines), True)
    shown = list(_Lying(place).entries(None))
    assert [entry["kind"] for entry in shown] == kinds
    assert [entry["seq"] for entry in shown] == [whole.first for whole in whole_entries(lines)]
    assert len(lab.tables(plan)["agents"]) == FIRMS * ROUNDS


def test_a_run_that_died_goes_on_to_the_same_bytes(run: tuple[Lab, Plan, Path], tmp_path: Path) -> None:
    from campaigns.laboratory import make_lab

    other = make_lab(tmp_path)
    plan = planned(other)
    with pytest.raises(Died):
        other.run(plan, DyingStorage(40, Died))
    other.run(plan)
    lab, made, _ = run
    assert other.entries(plan) == lab.entries(made)


def test_a_forged_part_is_named(run: tuple[Lab, Plan, Path]) -> None:
    lines = list(LogReader(run[2]).entries())
    last_round = [whole for whole in whole_entries(lines) if decode_entry(whole.line).kind == "round"][-1]
    at = last_round.first + 1
    entry = decode_entry(lines[at])
    for body, words in (
        (Part(entry.body.of, entry.body.part, entry.body.text[:-1]), "not those of an entry that stands here"),
        (Part(entry.body.of, entry.body.part + 1, entry.body.text), "where part 2 of"),
    ):
        forged = [*lines[:at], encode_entry(body, entry.round, entry.seq), *lines[at + 1 :]]
        with pytest.raises(ReplayMismatch, match=words) as found:
            replay(forged)
        assert found.value.entry == last_round.first
    for forged in (lines[:at], [*lines[:at], lines[-1]]):
        with pytest.raises(ReplayMismatch, match="its part 2 of"):
            replay(forged)


def test_a_changed_byte_in_a_part_is_found(run: tuple[Lab, Plan, Path], tmp_path: Path) -> None:
    lab, plan, place = run
    campaign = lab.folder(plan)
    copy = shutil.copytree(campaign.root, tmp_path / "copy")
    entries = next((copy / place.relative_to(campaign.root) / "entries").glob("*.jsonl"))
    data = entries.read_bytes()
    at = data.rindex(b'\\"profit_e6\\":[') + 16
    entries.write_bytes(data[:at] + bytes([data[at] ^ 1]) + data[at + 1 :])
    fault = verify_campaign(CampaignFolder(copy), lab.trusted()).first_fault
    assert isinstance(fault, LogFault)
    assert fault.kind == "tampered"


def test_the_strict_level_puts_parts_together(run: tuple[Lab, Plan, Path]) -> None:
    place = run[2]
    lines = list(LogReader(place).entries())

    def followed(given: list[bytes]) -> Order:
        order = Order()
        order.follow(0, [read_checked(place, line) for line in given])
        return order

    found = followed(lines).run
    assert found is not None
    assert found.closed
    assert found.rounds == ROUNDS
    assert found.opened is not None
    assert len(found.opened.facts.agents) == FIRMS
    closed = lines[-1]
    with pytest.raises(LogFault, match="goes on here, and there is another entry"):
        followed([*lines[:1], closed])
    with pytest.raises(LogFault, match="after the run was closed"):
        followed([*lines, lines[0]])
    with pytest.raises(LogFault, match="where part 1 of"):
        followed(lines[1:])


def test_a_cut_log_is_shown_as_far_as_entries_are_whole(run: tuple[Lab, Plan, Path], tmp_path: Path) -> None:
    lines = list(LogReader(run[2]).entries())
    with pytest.raises(Finding, match="is missing"):
        list(whole_entries(lines[:-2]))
    log = shutil.copytree(run[2], tmp_path / "log")
    entries = next((log / "entries").glob("*.jsonl"))
    entries.write_bytes(
        b"".join(line + b"\n" for line in [*lines, lines[0].replace(b'"seq":0}', b'"seq":%d}' % len(lines))])
    )
    lying = _Lying(log)
    assert [entry["kind"] for entry in lying.entries(None)][-2:] == ["round", "closed"]
    assert (lying.unsigned, lying.torn) == (1, "parts of an entry whose last part is missing")
    assert json.loads(next(whole_entries(lines)).line)["kind"] == "opened"


def test_actors_do_not_sign_parts(lab: Lab) -> None:
    with pytest.raises(UsageError, match="actors sign 65,535 at most"):
        planned(lab, CAMPAIGN + "signatures: actors\n")


def test_attacks_on_parts_are_refused_in_words(run: tuple[Lab, Plan, Path], tmp_path: Path) -> None:
    from random import Random

    from agoranomos.campaigns.attack.campaign_twin import make_campaign_twin
    from agoranomos.campaigns.attack.twin import make_twin

    lab, plan, place = run
    with pytest.raises(UsageError, match="has entries in parts"):
        make_twin(place, tmp_path / "a", Random(1))
    with pytest.raises(UsageError, match="has entries in parts"):
        make_campaign_twin(lab.folder(plan), tmp_path / "b", Random(1))
    shutil.rmtree(tmp_path)
