"""Forks: the same run up to a round, then under another institution; under the same one, the rest byte for byte."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from agoranomos.campaigns import Plan
from agoranomos.campaigns.forked_runs import ForkedRun, play_forks, stretch_after
from agoranomos.campaigns.forking import fork_of, plan_of
from agoranomos.campaigns.logbook import Logbook
from agoranomos.campaigns.session_models import SessionModels
from agoranomos.campaigns.verified_run import verify_run
from agoranomos.errors import AgoraError, Finding, MachineError, UsageError
from agoranomos.institutions import Institution
from agoranomos.institutions.entries import Opened, Round, Switched, decode_entry
from agoranomos.logs import LogFault, LogReader
from agoranomos.models import Engine, MockEngine
from campaigns.laboratory import CountingEngine, Lab
from institutions.playing import FAITHFUL, HARDENED, shipped

CAMPAIGN = """
kind: campaign
version: 1
name: forked
market: cournot-duopoly
rosters: [divider, learner, mixed]
regimes:
  free: {}
  governed: {institution: cournot-antitrust}
  switched: {schedule: [{from: 5, institution: cournot-antitrust}, {from: 11}]}
seeds: 1
rounds: 14
"""
MOCK = CAMPAIGN.replace("[divider, learner, mixed]", "[mock-duopoly]")


def forks(
    lab: Lab,
    made: Plan,
    round_number: int,
    institution: Institution,
    *,
    arms: Callable[[str], bool] = lambda name: True,
    anew: bool = False,
    opener: Callable[[str], Engine] = lambda name: MockEngine("valid"),
    out: str = "forks",
) -> list[ForkedRun]:
    folder = lab.folder(made)
    again = plan_of(folder, lab.workspace)
    places = [folder.run(*run.key) for run in again.runs() if arms(run.arm.name)]
    asked = [fork_of(again, place, round_number, institution, anew) for place in places]
    return play_forks(asked, folder.root / out, Logbook(again, lab.keys), SessionModels(opener))


def lines(place: Path) -> list[bytes]:
    return list(LogReader(place).entries())


def upto(place: Path, last: int) -> list[bytes]:
    """The rounds' own entries after entry 0 up to a round: what was done and published."""
    return [line for line in lines(place) if isinstance((e := decode_entry(line)).body, Round) and e.round <= last]


@pytest.fixture
def run(lab: Lab) -> tuple[Lab, Plan]:
    made = lab.plan(CAMPAIGN)
    assert not lab.run(made).failures
    return lab, made


@pytest.fixture
def mocked(lab: Lab) -> tuple[Lab, Plan]:
    made = lab.plan(MOCK)
    assert not lab.run(made).failures
    return lab, made


def test_under_the_same_institution_the_rest_comes_out_byte_for_byte(run: tuple[Lab, Plan]) -> None:
    """Scripted firms, a learner, and both together; entry 0 alone says that it is a fork."""
    lab, made = run
    for number in (1, 6, 13):
        played = forks(lab, made, number, shipped(FAITHFUL), arms=lambda name: name.startswith("governed"))
        assert len(played) == 3
        for one in played:
            recorded, forked = lines(one.fork.place), lines(one.place)
            assert forked[1:] == recorded[1:]
            first, own = decode_entry(forked[0]).body, decode_entry(recorded[0]).body
            assert isinstance(first, Opened)
            assert first.forked is not None
            checkpoint = LogReader(one.fork.place).checkpoint
            assert (first.forked.root, first.forked.size) == (checkpoint.root.hex(), checkpoint.size)
            assert (first.forked.origin, first.forked.round) == (LogReader(one.fork.place).origin, number)
            assert (first.institution, first.roster, first.seed) == (own.institution, own.roster, own.seed)
            assert one.recorded == one.forked


def test_with_a_mock_model_the_rest_comes_out_too_and_recorded_calls_are_not_asked_again(
    mocked: tuple[Lab, Plan],
) -> None:
    lab, made = mocked
    engines: list[CountingEngine] = []

    def opener(name: str) -> Engine:
        engines.append(CountingEngine())
        return engines[-1]

    (same,) = forks(lab, made, 9, shipped(FAITHFUL), arms=lambda name: name == "governed", opener=opener)
    assert lines(same.place)[1:] == lines(same.fork.place)[1:]
    assert {caller[1] for caller, _ in engines[0].asked} == set(range(10, 15))
    (other,) = forks(lab, made, 9, shipped(HARDENED), arms=lambda name: name == "governed", opener=opener)
    assert {caller[1] for caller, _ in engines[1].asked} == set(range(10, 15))
    assert upto(other.place, 9) == upto(other.fork.place, 9)


@pytest.mark.parametrize("number", [1, 7, 13])
def test_another_institution_holds_from_the_next_round_on(run: tuple[Lab, Plan], number: int) -> None:
    lab, made = run
    for one in forks(lab, made, number, shipped(HARDENED)):
        verified = verify_run(one.place, lab.trusted())
        assert verified.replayed is not None
        assert verified.replayed.switches[-1][:2] == (number + 1, HARDENED)
        opened = decode_entry(lines(one.place)[0]).body
        own = decode_entry(lines(one.fork.place)[0]).body
        assert opened.institution == own.institution
        assert upto(one.place, number) == upto(one.fork.place, number)
        switched = [entry for line in lines(one.place) if isinstance((entry := decode_entry(line)).body, Switched)]
        assert (switched[-1].round, switched[-1].body.institution) == (number, HARDENED)
        assert one.head.size == LogReader(one.place).checkpoint.size


def test_a_fork_does_something(run: tuple[Lab, Plan]) -> None:
    """Free firms that divide the market are accused after the fork, and the learner plays otherwise."""
    lab, made = run
    found = {one.fork.run.arm.name: one for one in forks(lab, made, 4, shipped(FAITHFUL))}
    assert found["free.divider"].recorded.cases == 0 < found["free.divider"].forked.cases
    assert found["free.divider"].forked.fined > 0
    free = found["free.divider"]
    assert stretch_after(LogReader(free.place).entries(), 0).rounds == 14
    assert free.forked.rounds == free.recorded.rounds == 10


def test_a_schedule_gives_way_to_the_institution_of_the_fork(run: tuple[Lab, Plan]) -> None:
    """Forked where its own institution holds already, it holds to the end; the switch of round 11 does not come."""
    lab, made = run
    (held,) = forks(lab, made, 8, shipped(FAITHFUL), arms=lambda name: name == "switched.divider")
    switches = [(s.first_round, s.institution) for s in decode_entry(lines(held.place)[0]).body.switches]
    assert [number for number, _ in switches] == [5]
    until = next(i for i, line in enumerate(lines(held.fork.place)) if decode_entry(line).round == 10)
    assert lines(held.place)[1:until] == lines(held.fork.place)[1:until]
    # At the very round of its own switch: the same institution changes nothing, another one takes its place.
    (same,) = forks(lab, made, 4, shipped(FAITHFUL), arms=lambda name: name == "switched.divider")
    assert lines(same.place)[1:until] == lines(same.fork.place)[1:until]
    (other,) = forks(lab, made, 4, shipped(HARDENED), arms=lambda name: name == "switched.divider")
    assert [s.institution.name for s in decode_entry(lines(other.place)[0]).body.switches] == [HARDENED]


def test_anew_the_same_institution_forgets_what_it_saw(run: tuple[Lab, Plan]) -> None:
    lab, made = run
    (one,) = forks(lab, made, 8, shipped(FAITHFUL), arms=lambda name: name == "governed.divider", anew=True)
    assert one.place.parents[2].name == "cournot-antitrust@8-anew"
    assert [s.first_round for s in decode_entry(lines(one.place)[0]).body.switches] == [9]
    assert one.forked != one.recorded


def test_a_record_that_does_not_come_out_again_is_not_forked(
    run: tuple[Lab, Plan], monkeypatch: pytest.MonkeyPatch
) -> None:
    lab, made = run
    from agoranomos.campaigns import forking

    lied = forking.run_one

    async def other(governed: Any, agents: Any, seed: int, **rest: Any) -> Any:
        return await lied(governed, agents, seed + 1, **rest)

    monkeypatch.setattr(forking, "run_one", other)
    with pytest.raises(Finding, match="fork refused: entry 0 comes out differently from what is recorded"):
        forks(lab, made, 6, shipped(HARDENED), arms=lambda name: name == "free.mixed")


def test_a_policy_that_plays_otherwise_before_the_fork_is_found(
    run: tuple[Lab, Plan], monkeypatch: pytest.MonkeyPatch
) -> None:
    from agoranomos.institutions.governed import Governed

    lab, made = run
    limited = Governed._limited

    def other(self: Governed, agent: str, actions: Any) -> Any:
        return limited(self, agent, actions) if self.round < 3 else self.adapter.idle(agent)

    monkeypatch.setattr(Governed, "_limited", other)
    with pytest.raises(Finding, match="fork refused: entry 4 comes out differently from what is recorded"):
        forks(lab, made, 6, shipped(HARDENED), arms=lambda name: name == "free.divider")


def test_a_fork_that_died_is_played_again_under_another_origin(run: tuple[Lab, Plan]) -> None:
    lab, made = run
    from agoranomos.campaigns import forking

    def dies(lab: Lab) -> None:
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(forking.ForkedLog, "close", _full)
            forks(lab, made, 6, shipped(HARDENED), arms=lambda name: name == "free.divider")

    with pytest.raises(MachineError, match="the disk is full"):
        dies(lab)
    (one,) = forks(lab, made, 6, shipped(HARDENED), arms=lambda name: name == "free.divider")
    assert one.head.origin.endswith("/free.divider/0/cournot-antitrust-hardened@6-2")
    assert (one.place.parents[2] / "unfinished" / "free.divider" / "0" / "1").is_dir()
    with pytest.raises(UsageError, match="is there already"):
        forks(lab, made, 6, shipped(HARDENED), arms=lambda name: name == "free.divider")


def _full(self: Any) -> Any:
    raise MachineError("the disk is full")


def test_a_tampered_run_is_not_forked(run: tuple[Lab, Plan]) -> None:
    lab, made = run
    place = lab.folder(made).run("free.divider", 0)
    entries = place / "entries" / "000000000000.jsonl"
    entries.write_bytes(entries.read_bytes().replace(b'"round":3', b'"round":4', 1))
    with pytest.raises(LogFault):
        forks(lab, made, 6, shipped(HARDENED), arms=lambda name: name == "free.divider")


def test_what_a_fork_says_of_its_descent_is_told_as_not_looked_at(run: tuple[Lab, Plan]) -> None:
    lab, made = run
    (forked,) = forks(lab, made, 7, shipped(FAITHFUL), arms="free.learner".__eq__)
    root = LogReader(forked.fork.place).checkpoint.root.hex()
    told = verify_run(forked.place, lab.trusted()).not_excluded
    assert any("the first 7 rounds were not held against" in line and root[:16] in line for line in told)
    told = verify_run(forked.fork.place, lab.trusted()).not_excluded
    assert not any("descent" in line for line in told)


def test_a_fork_does_not_pass_for_a_run_of_the_campaign(run: tuple[Lab, Plan]) -> None:
    from agoranomos.campaigns.verification import verify_campaign

    lab, made = run
    (one,) = forks(lab, made, 6, shipped(FAITHFUL), arms=lambda name: name == "governed.divider")
    shutil.rmtree(one.fork.place)
    shutil.copytree(one.place, one.fork.place)
    checked = verify_campaign(lab.folder(made), lab.trusted())
    assert checked.first_fault is not None


def test_a_campaign_with_settings_is_planned_again_from_its_folder(lab: Lab) -> None:
    made = lab.plan(CAMPAIGN, "rounds=12", "rosters=[divider]", "seeds=[4,7]")
    lab.run(made)
    again = plan_of(lab.folder(made), lab.workspace)
    assert (again.digest, again.label, [run.key for run in again.runs()]) == (
        made.digest,
        made.label,
        [run.key for run in made.runs()],
    )


def test_names_stay_in_the_order_of_the_file(lab: Lab) -> None:
    factors = "factors: {zeta: {b: {rounds: 12}, a: {}}, alpha: {y: {}, x: {parameters: {sharpness: 0.9}}}}"
    made = lab.plan(f"{CAMPAIGN}{factors}\n", "rosters=[divider]", "regimes={z: {}, a: {}}")
    lab.folder(made)
    again = plan_of(lab.folder(made), lab.workspace)
    assert [arm.name for arm in again.arms] == [arm.name for arm in made.arms]
    assert again.digest == made.digest


def test_files_that_changed_since_are_named(lab: Lab) -> None:
    (lab.workspace.root / "institutions").mkdir()
    own = lab.workspace.root / "institutions" / "mine.yaml"
    from institutions.playing import text_of

    own.write_text(text_of(FAITHFUL).replace("name: cournot-antitrust", "name: mine", 1))
    made = lab.plan(CAMPAIGN.replace("institution: cournot-antitrust", "institution: mine"), "rosters=[divider]")
    lab.run(made)
    own.write_text(own.read_text().replace("at_least: 0.70", "at_least: 0.71"))
    with pytest.raises(Finding, match=r"has changed since it was planned \(arms\[governed\].institution.file_sha256"):
        plan_of(lab.folder(made), lab.workspace)


@pytest.mark.parametrize(
    ("setting", "name", "number", "message"),
    [
        ("durable=auto", "free.divider", 14, "the run has 14 rounds"),
        ("durable=auto", "free.dividr", 3, "is no run of the campaign's plan"),
        ("signatures=actors", "free.divider", 3, "its actors signed it"),
        ("privacy=committed", "free.divider", 3, "are withheld"),
    ],
)
def test_what_cannot_be_forked_is_said_before_anything_runs(
    lab: Lab, setting: str, name: str, number: int, message: str
) -> None:
    made = lab.plan(CAMPAIGN, setting)
    with pytest.raises(AgoraError, match=message):
        fork_of(made, Path("runs") / name / "0", number, shipped(HARDENED))
