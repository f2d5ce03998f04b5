"""T15: a decision, evidence, a judgement or a manifest that its actor did not sign, or not so, is found and named."""

from __future__ import annotations

import base64
import json
from collections.abc import Callable
from typing import Any

import msgspec
import numpy as np
import pytest
import rfc8785
from hypothesis import given, settings
from hypothesis import strategies as st

from agoranomos.errors import UsageError
from agoranomos.institutions import Governed, ReplayMismatch, replay
from agoranomos.institutions.actor_check import ActorCheck, ActorsChecked, verify_actors
from agoranomos.institutions.attestation import actors_of, run_of
from agoranomos.institutions.attesting import Attestor
from agoranomos.institutions.entries import (
    ActorSignature,
    Attested,
    CallRecord,
    Closed,
    DecisionRecord,
    Entry,
    Round,
    decode_entry,
    encode_entry,
)
from agoranomos.institutions.judgement import Sanction
from agoranomos.logs import LogFault, MemoryLog, Verifier
from agoranomos.logs.actor_keys import run_secret
from agoranomos.logs.merkle import leaf_hashes, root_of
from agoranomos.markets.cournot_v0 import parallel_env
from institutions.playing import DIVISION, FAITHFUL, FIRMS, NASH, bound_to_duopoly, random_plan, shipped

RUN = "lab/small-12345678/governed/0"
SECRET = bytes(range(32))
ROUNDS = 12

Lines = list[bytes]


def attestor(run: str = RUN, governed: bool = True, secret: bytes = SECRET) -> Attestor:
    return Attestor(run, run_secret(secret, run), FIRMS, governed)


def signed_run(governed: bool = True, rounds: int = ROUNDS, run: str = RUN, closed: bool = True) -> Lines:
    """A run of division that is fined, with an account of every decision; signed."""
    log = MemoryLog()
    market = Governed(
        parallel_env(), bound_to_duopoly(FAITHFUL) if governed else None, log, attestor=attestor(run, governed)
    )
    market.reset(seed=3)
    for number in range(rounds):
        call = CallRecord("mock/m", 10, 2, "00" * 32, f"reply {number}")
        actions = {firm: np.array(amounts) for firm, amounts in (DIVISION if number % 3 else NASH).items()}
        pending = market.clear_and_judge(actions, {"firm_2": DecisionRecord("firm_2", (call,))})
        market.commit(pending)
        market.apply(pending)
    if closed:
        market.close_run()
    return log.entries


GOVERNED = signed_run()
KEYS = attestor().verifiers


def check(lines: Lines, keys: dict[str, Verifier] | None = KEYS, run: str = RUN, **options: Any) -> ActorsChecked:
    return verify_actors(lines, run, keys, **options)


def renumbered(entries: list[Entry]) -> Lines:
    return [encode_entry(entry.body, entry.round, seq) for seq, entry in enumerate(entries)]


def entries_of(lines: Lines) -> list[Entry]:
    return [decode_entry(line) for line in lines]


def index_of(kind: str, nth: int = 0, lines: Lines = GOVERNED) -> int:
    return [index for index, entry in enumerate(entries_of(lines)) if entry.kind == kind][nth]


def test_every_part_of_every_round_is_signed() -> None:
    found = check(GOVERNED)
    assert found.rounds == ROUNDS + 1
    assert found.signatures == 2 + 4 * ROUNDS
    assert set(found.actors) == set(actors_of(FIRMS, True)) == set(KEYS)
    assert {entry.kind for entry in entries_of(GOVERNED)} >= {"sanction", "transition", "notice", "attested"}


def test_without_an_institution_there_is_no_controller_to_sign() -> None:
    found = check(signed_run(governed=False), attestor(governed=False).verifiers)
    assert set(found.actors) == {"publisher", "agent:firm_1", "agent:firm_2", "oracle"}


def test_a_run_that_broke_off_after_a_round_is_signed_so_far() -> None:
    assert check(signed_run(rounds=4, closed=False)).rounds == 5


def test_a_signed_run_is_repeated_byte_for_byte_and_replays() -> None:
    assert signed_run() == GOVERNED
    assert replay(GOVERNED).rounds == ROUNDS
    assert replay(GOVERNED, shipped("cournot-antitrust-hardened")).rounds == ROUNDS
    assert check(GOVERNED, again=attestor()).rounds == ROUNDS + 1


def test_signatures_change_nothing_that_was_decided() -> None:
    bare = [entry.body for entry in entries_of(GOVERNED) if not isinstance(entry.body, Attested)]
    log = MemoryLog()
    market = Governed(parallel_env(), bound_to_duopoly(FAITHFUL), log)
    market.reset(seed=3)
    for number in range(ROUNDS):
        call = CallRecord("mock/m", 10, 2, "00" * 32, f"reply {number}")
        actions = {firm: np.array(amounts) for firm, amounts in (DIVISION if number % 3 else NASH).items()}
        pending = market.clear_and_judge(actions, {"firm_2": DecisionRecord("firm_2", (call,))})
        market.commit(pending)
        market.apply(pending)
    market.close_run()
    assert [entry.body for entry in entries_of(log.entries)] == bare


def test_what_is_seen_is_the_log_before_the_round() -> None:
    start = 0
    for index, entry in enumerate(entries_of(GOVERNED)):
        if isinstance(entry.body, Attested):
            assert entry.body.seen.size == start
            assert entry.body.seen.root == root_of(leaf_hashes(GOVERNED[:start])).hex()
            start = index + 1


def test_portions_and_threads_give_the_same() -> None:
    whole = check(GOVERNED)
    assert check(GOVERNED, jobs=2) == whole
    for size in (1, 7):
        fold = ActorCheck(RUN, KEYS)
        for at in range(0, len(GOVERNED), size):
            fold.take(GOVERNED[at : at + size])
        assert fold.finish() == whole


@pytest.mark.parametrize("batch", [1, 4, 7])
def test_however_many_signatures_are_checked_together_the_first_bad_one_is_named(
    monkeypatch: pytest.MonkeyPatch, batch: int
) -> None:
    monkeypatch.setattr("agoranomos.institutions.actor_check.BATCH", batch)
    assert check(GOVERNED) == check(GOVERNED, jobs=2)
    assert check(GOVERNED).signatures == 2 + 4 * ROUNDS
    entries = entries_of(GOVERNED)
    for nth in (6, 4, 9):
        at = index_of("attested", nth)
        body = other_signature(entries[at].body, 1, signature=entries[at].body.signatures[0].signature)
        entries[at] = msgspec.structs.replace(entries[at], body=body)
    for jobs in (1, 2, 3):
        with pytest.raises(LogFault, match="agent:firm_2 does not fit its decision of round 4") as caught:
            check(renumbered(entries), jobs=jobs)
        assert caught.value.entry == index_of("attested", 4)


def test_without_keys_a_signed_run_is_undecided_and_an_unsigned_one_needs_none() -> None:
    with pytest.raises(LogFault, match="none of their keys is known") as caught:
        check(GOVERNED, None)
    assert caught.value.kind == "undecided"
    unsigned = renumbered([entry for entry in entries_of(GOVERNED) if not isinstance(entry.body, Attested)])
    assert check(unsigned, None) == ActorsChecked()


def test_with_keys_an_unsigned_run_is_tampered_with() -> None:
    unsigned = renumbered([entry for entry in entries_of(GOVERNED) if not isinstance(entry.body, Attested)])
    assert replay(unsigned).rounds == ROUNDS
    with pytest.raises(LogFault, match="round 0 is not signed") as caught:
        check(unsigned)
    assert (caught.value.kind, caught.value.entry) == ("tampered", 0)


def test_a_missing_key_is_undecided() -> None:
    with pytest.raises(LogFault, match="no key of oracle is known") as caught:
        check(GOVERNED, {actor: key for actor, key in KEYS.items() if actor != "oracle"})
    assert caught.value.kind == "undecided"


def test_one_key_under_two_names_is_refused() -> None:
    with pytest.raises(LogFault, match="one and the same key"):
        check(GOVERNED, {**KEYS, "oracle": Verifier("x/oracle", KEYS["controller"].public)})


def test_another_run_s_signatures_are_none_of_this_run_s() -> None:
    other = signed_run(run="lab/small-12345678/governed/1")
    with pytest.raises(LogFault, match="signed with a key that is not its own"):
        check(other)
    # The same keys under another run's name: the name is in what is signed.
    with pytest.raises(LogFault, match="does not fit"):
        check(GOVERNED, KEYS, run="lab/small-12345678/governed/1")


def change(kind: str, nth: int, make: Callable[[Any], Any]) -> Lines:
    index = index_of(kind, nth)
    entries = entries_of(GOVERNED)
    body = make(entries[index].body)
    entries[index] = msgspec.structs.replace(entries[index], body=body)
    return renumbered(entries)


def other_signature(body: Attested, position: int, **changes: Any) -> Attested:
    signatures = list(body.signatures)
    signatures[position] = msgspec.structs.replace(signatures[position], **changes)
    return msgspec.structs.replace(body, signatures=tuple(signatures))


def resigned(old: ActorSignature, payload: bytes, actor: str) -> ActorSignature:
    signature = attestor()._keys[actor].sign(payload)
    return msgspec.structs.replace(old, signature=base64.b64encode(signature).decode())


FORGERIES: dict[str, tuple[Callable[[], Lines], str]] = {
    "an agent's action": (
        lambda: change("round", 4, lambda b: msgspec.structs.replace(b, actions=((1, 1), b.actions[1]))),
        "agent:firm_1 does not fit its decision of round 5",
    ),
    "an agent's reply": (
        lambda: change("round", 4, lambda b: msgspec.structs.replace(b, decisions=(DecisionRecord("firm_2"),))),
        "agent:firm_2 does not fit its decision of round 5",
    ),
    "a decision put in for an agent": (
        lambda: change(
            "round", 4, lambda b: msgspec.structs.replace(b, decisions=(*b.decisions, DecisionRecord("firm_1")))
        ),
        "agent:firm_1 does not fit its decision of round 5",
    ),
    "a second decision of an agent": (
        lambda: change(
            "round", 4, lambda b: msgspec.structs.replace(b, decisions=(DecisionRecord("firm_2"), *b.decisions))
        ),
        "agent:firm_2 does not fit its decision of round 5",
    ),
    "a stranger's decision": (
        lambda: change(
            "round",
            4,
            lambda b: msgspec.structs.replace(
                b, decisions=(*b.decisions, DecisionRecord("firm_9"), DecisionRecord("z" * 99))
            ),
        ),
        "decisions of firm_9, " + "z" * 92 + ", who take no part",
    ),
    "an action left out": (
        lambda: change("round", 4, lambda b: msgspec.structs.replace(b, actions=b.actions[:1])),
        "1 actions of 2 agents",
    ),
    "a measure": (
        lambda: change("round", 4, lambda b: msgspec.structs.replace(b, measures={**b.measures, "welfare_e6": 1})),
        "oracle does not fit its evidence of round 5",
    ),
    "a case": (
        lambda: change("round", 10, lambda b: msgspec.structs.replace(b, cases=())),
        "oracle does not fit its evidence of round 11",
    ),
    "who was projected": (
        lambda: change("round", 4, lambda b: msgspec.structs.replace(b, projected=("firm_1",))),
        "oracle does not fit",
    ),
    "a standing": (
        lambda: change("round", 4, lambda b: msgspec.structs.replace(b, standings=b.standings[:1])),
        "controller does not fit its judgement of round 5",
    ),
    "a sanction": (
        lambda: change("sanction", 0, lambda b: msgspec.structs.replace(b, amount_e6=1)),
        "controller does not fit its judgement",
    ),
    "a notice": (
        lambda: change("notice", 0, lambda b: msgspec.structs.replace(b, text="Do as you like.")),
        "controller does not fit its judgement of round 0",
    ),
    "the seed in entry 0": (
        lambda: change("opened", 0, lambda b: msgspec.structs.replace(b, seed=4)),
        "publisher does not fit its publication of round 0",
    ),
    "the institution in entry 0": (
        lambda: change(
            "opened",
            0,
            lambda b: msgspec.structs.replace(
                b, institution=msgspec.structs.replace(b.institution, text=b.institution.text + "\n")
            ),
        ),
        "publisher does not fit its publication of round 0",
    ),
    "a signature left out": (
        lambda: change("attested", 4, lambda b: msgspec.structs.replace(b, signatures=b.signatures[:-1])),
        "controller did not sign round 4",
    ),
    "a signature twice": (
        lambda: change(
            "attested", 4, lambda b: msgspec.structs.replace(b, signatures=(*b.signatures, b.signatures[0]))
        ),
        "signed by agent:firm_1, agent:firm_2, oracle, controller, agent:firm_1; it should be by",
    ),
    "signatures in another order": (
        lambda: change("attested", 4, lambda b: msgspec.structs.replace(b, signatures=b.signatures[::-1])),
        "it should be by",
    ),
    "one actor's signature as another's": (
        lambda: change("attested", 4, lambda b: other_signature(b, 0, signature=b.signatures[1].signature)),
        "agent:firm_1 does not fit",
    ),
    "another actor's key": (
        lambda: change("attested", 4, lambda b: other_signature(b, 0, kid=b.signatures[1].kid)),
        "agent:firm_1 signed with a key that is not its own",
    ),
    "bytes with loose padding": (
        lambda: change("attested", 4, lambda b: other_signature(b, 0, signature=b.signatures[0].signature + "=")),
        "is not base64",
    ),
    "bare JSON signed": (
        lambda: change(
            "attested", 4, lambda b: msgspec.structs.replace(
                b, signatures=(resigned(b.signatures[0], b"{}", "agent:firm_1"), *b.signatures[1:])
            ),
        ),
        "agent:firm_1 does not fit",
    ),
    "another root seen": (
        lambda: change(
            "attested", 4, lambda b: msgspec.structs.replace(b, seen=msgspec.structs.replace(b.seen, root="00" * 32))
        ),
        "the signers had seen",
    ),
    "another size seen": (
        lambda: change(
            "attested", 4, lambda b: msgspec.structs.replace(b, seen=msgspec.structs.replace(b.seen, size=1))
        ),
        "the signers had seen 1 entries",
    ),
}  # fmt: skip


@pytest.mark.parametrize("what", FORGERIES)
def test_what_is_changed_under_a_signature_is_found(what: str) -> None:
    forge, words = FORGERIES[what]
    lines = forge()
    assert lines != GOVERNED
    with pytest.raises(LogFault, match=words) as caught:
        check(lines)
    assert caught.value.kind == "tampered"
    assert caught.value.entry is not None


def test_signatures_that_are_moved_are_found() -> None:
    entries = entries_of(GOVERNED)
    first, second = index_of("attested", 3), index_of("attested", 5)
    entries[first], entries[second] = entries[second], entries[first]
    with pytest.raises(LogFault, match="signatures where there is nothing to sign") as caught:
        check(renumbered(entries))
    assert caught.value.entry == first
    moved = entries_of(GOVERNED)
    moved.insert(index_of("round", 4), moved.pop(index_of("attested", 4)))
    with pytest.raises(LogFault) as caught:
        check(renumbered(moved))
    assert caught.value.kind == "tampered"


@pytest.mark.parametrize("nth", [0, 1, 5, ROUNDS])
def test_a_round_s_signatures_that_are_left_out_are_found(nth: int) -> None:
    entries = entries_of(GOVERNED)
    entries.pop(index_of("attested", nth))
    lines = renumbered(entries)
    with pytest.raises(LogFault, match=f"round {nth} is not signed") as caught:
        check(lines)
    assert caught.value.entry == (index_of("round", nth - 1) if nth else 0)
    if nth:
        with pytest.raises(ReplayMismatch, match=f"round {nth} is not signed"):
            replay(lines)


def test_an_invented_sanction_after_the_signatures_is_found() -> None:
    entries = entries_of(GOVERNED)
    at = index_of("attested", 5)
    entries.insert(at + 1, Entry(Sanction("firm_1", "fine", "R1", amount_e6=5), "sanction", 5, 0))
    with pytest.raises(LogFault, match="a sanction after its round was signed") as caught:
        check(renumbered(entries))
    assert caught.value.entry == at + 1


def test_rounds_cut_out_of_the_middle_are_found_by_what_later_signers_saw() -> None:
    entries = entries_of(GOVERNED)
    del entries[index_of("round", 4) : index_of("round", 5)]
    with pytest.raises(LogFault, match="the signers had seen"):
        check(renumbered(entries))


def test_an_early_entry_that_is_rewritten_and_signed_anew_is_found_by_what_later_signers_saw() -> None:
    """T7: even with the key of that one actor, everybody else has signed the log as it was."""
    lines = change("round", 2, lambda b: msgspec.structs.replace(b, projected=("firm_1",)))
    entries = entries_of(lines)
    keys = attestor()
    fold = Attestor(RUN, run_secret(SECRET, RUN), FIRMS, True)
    begin = index_of("round", 2)
    end = index_of("attested", 3)
    fold._tree.extend(leaf_hashes(lines[:begin]))
    remade = decode_entry(fold.attest(3, [e.body for e in entries[begin:end]], lines[begin:end])[-1]).body
    entries[end] = msgspec.structs.replace(entries[end], body=remade)
    with pytest.raises(LogFault, match="the signers had seen") as caught:
        check(renumbered(entries), keys.verifiers)
    assert caught.value.entry == index_of("attested", 4)


def test_what_is_no_entry_is_damaged() -> None:
    with pytest.raises(LogFault) as caught:
        check([*GOVERNED[:4], b"{}"])
    assert (caught.value.kind, caught.value.entry) == ("damaged", 4)


def test_signed_anew_with_another_secret_it_comes_out_otherwise() -> None:
    with pytest.raises(LogFault, match="signed anew, it comes out otherwise") as caught:
        check(GOVERNED, again=attestor(secret=bytes(32)))
    assert caught.value.entry == index_of("attested", 0)


@settings(max_examples=40, deadline=None)
@given(st.data())
def test_no_single_change_of_a_signed_run_goes_unseen(data: st.DataObject) -> None:
    """Any integer or text of any entry before the last, changed at random."""
    at = data.draw(st.integers(0, len(GOVERNED) - 2))
    value = json.loads(GOVERNED[at])
    places = list(leaves_in(value["body"], ()))
    path = data.draw(st.sampled_from(places))
    parent = value["body"]
    for key in path[:-1]:
        parent = parent[key]
    old = parent[path[-1]]
    parent[path[-1]] = old + 1 if isinstance(old, int) else (old[1:] + "x" if isinstance(old, str) else 7)
    lines = [*GOVERNED[:at], rfc8785.dumps(value), *GOVERNED[at + 1 :]]
    with pytest.raises(LogFault):
        check(lines)


def leaves_in(value: Any, path: tuple[Any, ...]) -> Any:
    if isinstance(value, dict | list):
        items = value.items() if isinstance(value, dict) else enumerate(value)
        for key, item in items:
            yield from leaves_in(item, (*path, key))
    else:
        yield path


@pytest.mark.parametrize("position", ["twice", "before a round", "of another round", "first of all but not after"])
def test_replay_checks_where_signatures_stand(position: str) -> None:
    entries = entries_of(GOVERNED)
    at = index_of("attested", 4)
    if position == "twice":
        entries.insert(at, entries[at])
    elif position == "before a round":
        entries.insert(index_of("closed"), entries[index_of("attested", ROUNDS)])
    elif position == "of another round":
        entries[at] = msgspec.structs.replace(entries[at], round=9)
    else:
        entries = [e for n, e in enumerate(entries) if not isinstance(e.body, Attested) or n == at]
    with pytest.raises(ReplayMismatch, match=r"signatures of round|is not signed|institution decided"):
        replay(renumbered(entries))


def test_replay_misses_signatures_at_the_end_of_a_broken_run() -> None:
    lines = signed_run(rounds=3, closed=False)
    assert replay(lines).closed is False
    with pytest.raises(ReplayMismatch, match="the log ends where the signatures of round 3 should be"):
        replay(lines[:-1])


def test_signatures_need_a_log() -> None:
    with pytest.raises(UsageError, match="kept nowhere"):
        Governed(parallel_env(), None, None, attestor=attestor(governed=False))


def test_a_long_play_of_every_ladder_is_signed_throughout() -> None:
    log = MemoryLog()
    market = Governed(parallel_env(), bound_to_duopoly(FAITHFUL), log, attestor=attestor())
    market.reset(seed=5)
    plan = random_plan(4)
    for number in range(1, 40):
        market.step({firm: np.array(amounts) for firm, amounts in plan(number, market).items()})
    market.close_run()
    assert check(log.entries).rounds == 40
    assert isinstance(decode_entry(log.entries[-1]).body, Closed)
    assert sum(isinstance(entry.body, Round) for entry in entries_of(log.entries)) == 39


def test_the_run_is_the_origin_without_the_attempt() -> None:
    assert run_of("lab/small-12345678/governed/0/3") == "lab/small-12345678/governed/0"


def fault_of(lines: Lines, keys: dict[str, Verifier] | None = KEYS, size: int = 10**6, **options: Any) -> LogFault:
    """The fault that is found when entries come in portions of `size`."""
    fold = ActorCheck(RUN, keys, **options)
    with pytest.raises(LogFault) as caught:  # noqa: PT012
        for at in range(0, len(lines), size):
            fold.take(lines[at : at + size])
        fold.finish()
    return caught.value


def an_invented_sanction() -> Lines:
    entries = entries_of(GOVERNED)
    entries.insert(index_of("attested", 5) + 1, Entry(Sanction("firm_1", "fine", "R1"), "sanction", 5, 0))
    return renumbered(entries)


def signed_twice() -> Lines:
    entries = entries_of(GOVERNED)
    entries.insert(index_of("attested", 5), entries[index_of("attested", 5)])
    return renumbered(entries)


def nobody_signs() -> Lines:
    return change("attested", 4, lambda b: msgspec.structs.replace(b, signatures=()))


def strangers_sign() -> Lines:
    return change(
        "attested", 4, lambda b: msgspec.structs.replace(
            b, signatures=tuple(b.signatures) + tuple(msgspec.structs.replace(s, actor="x" * 60) for s in b.signatures)
        ),
    )  # fmt: skip


WITHOUT_ORACLE = {actor: key for actor, key in KEYS.items() if actor != "oracle"}

FAULTS: dict[str, tuple[Callable[[], LogFault], str, Callable[[], int | None], str, str]] = {
    "no keys": (
        lambda: fault_of(GOVERNED, None), "undecided", lambda: index_of("attested"),
        "actors signed this run, and none of their keys is known",
        "Verify the whole campaign, whose ledger holds the keys, or give them with --actors FILE.",
    ),
    "one key short": (
        lambda: fault_of(GOVERNED, WITHOUT_ORACLE), "undecided", lambda: index_of("attested", 1),
        "no key of oracle is known", "The file of actors' keys needs one line for everybody who signs.",
    ),
    "after the signatures": (
        lambda: fault_of(an_invented_sanction()), "tampered", lambda: index_of("attested", 5) + 1,
        "a sanction after its round was signed", "",
    ),
    "signed twice": (
        lambda: fault_of(signed_twice()), "tampered", lambda: index_of("attested", 5) + 1,
        "signatures where there is nothing to sign", "",
    ),
    "another secret": (
        lambda: fault_of(GOVERNED, again=attestor(secret=bytes(32))), "tampered", lambda: index_of("attested"),
        "signed anew, it comes out otherwise", "",
    ),
    "nobody": (
        lambda: fault_of(nobody_signs()), "tampered", lambda: index_of("attested", 4),
        "agent:firm_1 did not sign round 4", "",
    ),
    "strangers": (
        lambda: fault_of(strangers_sign()), "tampered", lambda: index_of("attested", 4),
        "signed by agent:firm_1, agent:firm_2, oracle, controller, " + ", ".join(["x" * 60] * 2) + ", " + "x" * 25
        + "...; it should be by agent:firm_1, agent:firm_2, oracle, controller", "",
    ),
}  # fmt: skip


@pytest.mark.parametrize("what", FAULTS)
def test_a_fault_says_its_kind_its_entry_and_what_to_do(what: str) -> None:
    find, kind, entry, words, advice = FAULTS[what]
    fault = find()
    assert (fault.kind, fault.entry, fault.advice) == (kind, entry(), advice)
    assert fault.message == f"entry {fault.entry}: {words}"


@pytest.mark.parametrize("size", [1, 3, 16])
def test_a_fault_has_the_same_entry_in_whatever_portions_entries_come(size: int) -> None:
    for lines in (an_invented_sanction(), signed_twice(), nobody_signs(), [*GOVERNED[:23], b"{}"]):
        whole, parts = fault_of(lines), fault_of(lines, size=size)
        assert (parts.kind, parts.entry, parts.message) == (whole.kind, whole.entry, whole.message)
        assert whole.entry is not None
    assert fault_of(GOVERNED, None, size=size).entry == index_of("attested")
    assert fault_of([*GOVERNED[:23], b"{}"]).message.startswith("not a valid entry: ")


def test_who_signs_depends_on_whether_there_is_an_institution() -> None:
    assert actors_of(FIRMS, True) == ("publisher", "agent:firm_1", "agent:firm_2", "oracle", "controller")
    assert actors_of(FIRMS, False) == ("publisher", "agent:firm_1", "agent:firm_2", "oracle")


@pytest.mark.parametrize("jobs", [1, 2, 3])
@pytest.mark.parametrize("nth", [0, 1, ROUNDS])
@pytest.mark.parametrize("position", [0, -1])
def test_no_signature_is_passed_over_whoever_checks_it(jobs: int, nth: int, position: int) -> None:
    entries = entries_of(GOVERNED)
    at = index_of("attested", nth)
    signatures = list(entries[at].body.signatures)
    signatures[position] = msgspec.structs.replace(signatures[position], signature=base64.b64encode(bytes(64)).decode())
    entries[at] = msgspec.structs.replace(
        entries[at], body=msgspec.structs.replace(entries[at].body, signatures=tuple(signatures))
    )
    fault = fault_of(renumbered(entries), jobs=jobs)
    assert (fault.kind, fault.entry) == ("tampered", at)
    assert f"the signature of {signatures[position].actor} does not fit" in fault.message


@pytest.mark.parametrize("first", [1, 3, 4, 5])
def test_a_log_that_does_not_begin_with_entry_0_is_tampered_with(first: int) -> None:
    fault = fault_of(GOVERNED[first:])
    assert fault.kind == "tampered"


def test_what_signers_saw_is_shown_beside_what_is_there() -> None:
    lines = change("attested", 4, lambda b: msgspec.structs.replace(b, seen=msgspec.structs.replace(b.seen, size=1)))
    start = index_of("round", 3)
    root = root_of(leaf_hashes(GOVERNED[:start])).hex()[:16]
    fault = fault_of(lines)
    assert fault.message == (
        f"entry {fault.entry}: the signers had seen 1 entries with root {root}...; "
        f"before round 4 there are {start} with root {root}..."
    )
