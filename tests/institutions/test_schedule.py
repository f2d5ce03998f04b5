"""Institutions that change within a run: each begins as its file begins, judges its own rounds, and is on record."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import pytest
from pettingzoo.test import parallel_api_test, parallel_seed_test

from agoranomos.errors import Finding, UsageError
from agoranomos.institutions import Governed, ReplayMismatch, bind, initial_standings, replay
from agoranomos.institutions.actor_check import verify_actors
from agoranomos.institutions.attesting import Attestor
from agoranomos.institutions.entries import Entry, NoticeIssued, Opened, Round, Switched, decode_entry, encode_entry
from agoranomos.institutions.judge import record_of
from agoranomos.institutions.recorded_schedule import check_same_institution, recorded_schedule
from agoranomos.institutions.schedule import in_words, schedule_of
from agoranomos.logs import LogFault, MemoryLog
from agoranomos.markets.cournot_v0 import parallel_env
from institutions.playing import DIVISION, FAITHFUL, FIRMS, HARDENED, duopoly_facts, shipped

DIVIDE = {firm: np.array(quantities) for firm, quantities in DIVISION.items()}


def switching(first: str | None, switches: Mapping[int, str | None], log: Any = None, **options: Any) -> Governed:
    rounds = options.pop("rounds", 30)
    later = {number: shipped(name) if name else None for number, name in switches.items()}
    return Governed(parallel_env(rounds=rounds), shipped(first) if first else None, log, switches=later, **options)


def played(market: Governed, seed: int = 3) -> list[dict[str, Any]]:
    """The market played to its end by firms that divide it; the infos of every round."""
    market.reset(seed=seed)
    infos = []
    while market.agents:
        infos.append(market.step(DIVIDE)[4])
    market.close_run()
    return infos


def entries(log: MemoryLog) -> list[Entry[Any]]:
    return [decode_entry(line) for line in log.entries]


def replaced(log: MemoryLog, index: int, body: Any) -> list[bytes]:
    old = decode_entry(log.entries[index])
    return [*log.entries[:index], encode_entry(body, old.round, old.seq), *log.entries[index + 1 :]]


@pytest.mark.parametrize("observe", [False, True])
@pytest.mark.parametrize(
    ("first", "switches"),
    [(None, {11: FAITHFUL, 21: None}), (FAITHFUL, {5: None, 9: HARDENED}), (HARDENED, {2: FAITHFUL})],
)
def test_pettingzoo_accepts_a_market_whose_institution_changes(
    first: str | None, switches: dict[int, str | None], observe: bool
) -> None:
    parallel_api_test(switching(first, switches, observe_standing=observe, reporting=observe), num_cycles=60)
    parallel_seed_test(lambda: switching(first, switches, observe_standing=observe), num_cycles=40)


def test_standings_stay_in_their_space_whichever_institution_holds() -> None:
    market = switching(FAITHFUL, {8: HARDENED, 20: None}, observe_standing=True)
    observations, _ = market.reset(seed=1)
    while market.agents:
        for agent, observation in observations.items():
            assert market.observation_space(agent).contains(observation)
        observations = market.step(DIVIDE)[0]


def test_each_phase_is_a_run_of_its_own_under_its_institution() -> None:
    """A phase that begins in round 11 decides what a run that begins there decides, ten rounds earlier."""
    log, alone = MemoryLog(), MemoryLog()
    played(switching(None, {11: FAITHFUL, 26: None}, log, rounds=40))
    played(switching(FAITHFUL, {}, alone, rounds=15))
    found = {entry.round: entry.body for entry in entries(log) if isinstance(entry.body, Round)}
    expected = {entry.round: entry.body for entry in entries(alone) if isinstance(entry.body, Round)}
    for number, body in expected.items():
        assert [(s.state, s.rounds_left) for s in found[number + 10].standings] == [
            (s.state, s.rounds_left) for s in body.standings
        ]
        assert [(case.agent, case.rule) for case in found[number + 10].cases] == [
            (case.agent, case.rule) for case in body.cases
        ]
    assert any(body.cases for body in expected.values())
    for number in [*range(1, 11), *range(26, 41)]:
        assert found[number].standings == found[number].cases == ()


def test_an_institution_begins_with_the_standings_of_its_file_and_ends_what_the_other_ordered() -> None:
    """Firms that divide are suspended under the faithful ladder; the switch comes in the middle of a suspension."""
    before = switching(FAITHFUL, {}, rounds=40)
    before.reset(seed=3)
    while not any(standing.suspended for standing in before.standings.values()):
        before.step(DIVIDE)
    middle = before.round + 2  # the suspension still runs: without a switch nobody acts
    before.step(DIVIDE)
    assert not before.may_act(FIRMS[0])
    market = switching(FAITHFUL, {middle: HARDENED}, rounds=40)
    market.reset(seed=3)
    while market.round < middle - 1:
        market.step(DIVIDE)
    bound = bind(shipped(HARDENED), duopoly_facts())
    assert [record_of(s) for s in market.standings.values()] == [record_of(s) for s in initial_standings(bound)]
    assert market.may_act(FIRMS[0])
    assert market.institution is not None
    assert market.institution.name == HARDENED
    notice = market.notices[FIRMS[0]]
    assert notice is not None
    assert notice.effective_round == middle


def test_a_notice_that_nobody_reads_is_not_recorded() -> None:
    """Nobody is told of the standing that the switch ends: every notice on record is one that somebody holds."""
    for last in range(2, 26):
        log = MemoryLog()
        market = switching(FAITHFUL, {last: HARDENED}, log, rounds=26)
        held: dict[tuple[str, int], str] = {}
        market.reset(seed=0)
        while market.agents:
            for agent, notice in market.notices.items():
                assert notice is not None
                held[agent, notice.effective_round] = notice.text
            market.step(DIVIDE)
        for agent, notice in market.notices.items():
            assert notice is not None
            held[agent, notice.effective_round] = notice.text
        issued = [entry.body for entry in entries(log) if isinstance(entry.body, NoticeIssued)]
        assert issued
        assert all(held[one.agent, one.effective_round] == one.text for one in issued)


def test_without_an_institution_nobody_holds_a_notice() -> None:
    market = switching(FAITHFUL, {4: None}, rounds=8)
    infos = played(market)
    assert [bool(one[FIRMS[0]].get("notice")) for one in infos] == [True, True, *[False] * 6]
    assert market.notices == dict.fromkeys(FIRMS)
    assert market.standings == {}


def test_a_switched_run_replays_byte_for_byte_and_tells_who_held_when() -> None:
    log = MemoryLog()
    played(switching(None, {11: FAITHFUL, 21: None, 25: HARDENED}, log, rounds=40))
    found = replay(log.entries)
    assert (found.rounds, found.closed, found.entries) == (40, True, len(log.entries))
    assert found.institution == (
        "none, cournot-antitrust from round 11, none from round 21, cournot-antitrust-hardened from round 25"
    )
    assert [(number, name) for number, name, _ in found.switches] == [(11, FAITHFUL), (21, ""), (25, HARDENED)]
    assert sum(tally.cases for tally in found.tallies.values()) == sum(
        len(entry.body.cases) for entry in entries(log) if isinstance(entry.body, Round)
    )
    switched = [entry for entry in entries(log) if isinstance(entry.body, Switched)]
    assert [(entry.round, entry.body.effective_round) for entry in switched] == [(10, 11), (20, 21), (24, 25)]


def test_a_counterfactual_of_a_switched_run_is_judged_by_the_other_institution_throughout() -> None:
    log, whole = MemoryLog(), MemoryLog()
    played(switching(None, {11: FAITHFUL}, log, rounds=10))
    played(switching(FAITHFUL, {}, whole, rounds=10))
    assert replay(log.entries, shipped(FAITHFUL)).tallies == replay(whole.entries, shipped(FAITHFUL)).tallies


def test_a_firm_that_a_replaced_institution_had_suspended_is_evidence_again() -> None:
    log = MemoryLog()
    market = switching(FAITHFUL, {}, log, rounds=12)
    market.reset(seed=3)
    while not any(standing.suspended for standing in market.standings.values()):
        market.step(DIVIDE)
    first = market.round + 1
    cut = MemoryLog()
    played(switching(FAITHFUL, {first: None}, cut, rounds=first + 5))
    assert replay(cut.entries, shipped(HARDENED)).disturbed == 0


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (lambda body: Switched(12, body.institution, body.semantic_sha256), "`effective_round` is recorded as 12"),
        (lambda body: Switched(11, "other", body.semantic_sha256), "`institution` is recorded as other"),
        (lambda body: Switched(11, body.institution, "0" * 64), "`semantic_sha256` is recorded"),
    ],
)
def test_a_switch_that_entry_0_does_not_name_is_found(change: Any, message: str) -> None:
    log = MemoryLog()
    played(switching(None, {11: FAITHFUL}, log, rounds=15))
    at = next(entry.seq for entry in entries(log) if isinstance(entry.body, Switched))
    with pytest.raises(ReplayMismatch, match=message) as found:
        replay(replaced(log, at, change(decode_entry(log.entries[at]).body)))
    assert found.value.entry == at


def test_entry_0_cannot_hide_a_switch_or_tell_of_one_that_did_not_come() -> None:
    log, constant = MemoryLog(), MemoryLog()
    played(switching(FAITHFUL, {11: HARDENED}, log, rounds=15))
    played(switching(FAITHFUL, {}, constant, rounds=15))
    opened, plain = decode_entry(log.entries[0]).body, decode_entry(constant.entries[0]).body
    with pytest.raises(ReplayMismatch):
        replay(replaced(log, 0, plain))
    with pytest.raises(ReplayMismatch):
        replay(replaced(constant, 0, opened))


def test_switches_out_of_order_and_a_changed_text_are_refused() -> None:
    log = MemoryLog()
    played(switching(FAITHFUL, {5: HARDENED, 9: None}, log, rounds=12))
    opened = decode_entry(log.entries[0]).body
    assert isinstance(opened, Opened)
    with pytest.raises(ReplayMismatch, match="rounds 9, 5, out of order"):
        recorded_schedule(_with(opened, opened.switches[::-1]))
    first = opened.switches[0]
    assert first.institution is not None
    record = type(first.institution)(
        first.institution.name, "0" * 64, first.institution.file_sha256, first.institution.text
    )
    with pytest.raises(ReplayMismatch, match="semantic digest"):
        recorded_schedule(_with(opened, (type(first)(5, record),)))


def _with(opened: Opened, switches: Any) -> Opened:
    return Opened(opened.seed, opened.rounds, opened.market, opened.facts, opened.institution, opened.roster, switches)


def test_one_institution_does_not_pass_for_the_regime_of_a_switched_run() -> None:
    log = MemoryLog()
    played(switching(FAITHFUL, {5: None}, log, rounds=8))
    opened = decode_entry(log.entries[0]).body
    with pytest.raises(ReplayMismatch, match="several institutions after each other"):
        check_same_institution(opened, shipped(FAITHFUL))


def test_actors_sign_the_switch_with_its_round() -> None:
    log = MemoryLog()
    attestor = Attestor("lab/plan/arm/3", bytes(32), FIRMS, governed=True)
    played(switching(None, {4: FAITHFUL, 8: None}, log, rounds=10, attestor=attestor))
    keys = attestor.verifiers
    checked = verify_actors(log.entries, "lab/plan/arm/3", keys)
    assert checked.rounds == 11
    assert "controller" in checked.actors
    at = next(entry.seq for entry in entries(log) if isinstance(entry.body, Switched))
    with pytest.raises(LogFault, match="the signature of controller does not fit its judgement of round 3"):
        verify_actors(replaced(log, at, Switched(4, "x", "0" * 64)), "lab/plan/arm/3", keys)
    assert replay(log.entries).rounds == 10


def test_a_run_may_begin_anew_under_the_same_institution() -> None:
    log, once = MemoryLog(), MemoryLog()
    played(switching(FAITHFUL, {16: FAITHFUL}, log, rounds=30))
    played(switching(FAITHFUL, {}, once, rounds=30))
    assert replay(log.entries).tallies != replay(once.entries).tallies


@pytest.mark.parametrize("number", [1, 0, -3])
def test_a_switch_before_round_2_is_refused(number: int) -> None:
    with pytest.raises(UsageError, match=f"cannot be replaced in round {number}"):
        switching(FAITHFUL, {number: None})


def test_a_later_institution_is_checked_before_anything_runs() -> None:
    with pytest.raises(UsageError, match="was bound to another market"):
        Governed(parallel_env(), None, switches={5: bind(shipped(FAITHFUL), parallel_env(capacity=80).facts)})


def test_runs_without_switches_keep_their_bytes() -> None:
    plain, empty = MemoryLog(), MemoryLog()
    played(Governed(parallel_env(rounds=6), shipped(FAITHFUL), plain))
    played(switching(FAITHFUL, {}, empty, rounds=6))
    assert plain.entries == empty.entries
    assert b"switch" not in b"".join(plain.entries)
    assert b"forked" not in b"".join(plain.entries)


def test_a_schedule_in_words() -> None:
    assert in_words("a", []) == "a"
    assert in_words("", []) == ""
    assert in_words("", [(3, "b"), (7, "")]) == "none, b from round 3, none from round 7"
    schedule = schedule_of(None, {3: bind(shipped(FAITHFUL), duopoly_facts())})
    assert schedule.governed
    assert schedule.at(2) is None
    assert schedule.at(3) is not None
    assert not schedule_of(None).governed


def test_a_switched_entry_of_another_shape_is_no_entry() -> None:
    line = encode_entry(Switched(2, "", ""), 1, 1).replace(b'"effective_round":2', b'"effective_round":"2"')
    with pytest.raises(Finding, match="not a valid entry"):
        decode_entry(line)
