"""A run is judged while it is hashed: what is found first is not always what is told first."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator, Sequence
from pathlib import Path
from typing import Any

import pytest

from agoranomos.campaigns import verified_run
from agoranomos.campaigns.verified_run import verify_run
from agoranomos.errors import MachineError, UsageError
from agoranomos.institutions import ReplayMismatch
from agoranomos.logs import LogFault, LogReader, LogWriter, SigningKey, Verifier
from campaigns.laboratory import Lab, make_lab

CAMPAIGN = """
kind: campaign
version: 1
name: one
market: cournot-duopoly
rosters: [divider]
regimes: {governed: {institution: cournot-antitrust}}
seeds: 1
rounds: 12
"""


@pytest.fixture(scope="module")
def recorded(tmp_path_factory: pytest.TempPathFactory) -> tuple[Lab, list[bytes]]:
    lab = make_lab(tmp_path_factory.mktemp("recorded"))
    made = lab.plan(CAMPAIGN)
    lab.run(made)
    return lab, list(LogReader(lab.folder(made).run("governed", 0)).entries())


@pytest.fixture
def laid(recorded: tuple[Lab, list[bytes]], tmp_path: Path) -> Callable[[list[bytes]], tuple[Path, tuple[Verifier]]]:
    """Lays lines down as a log that somebody signed."""
    certifier = recorded[0].keys.signing_key("workspace")

    def lay(lines: list[bytes]) -> tuple[Path, tuple[Verifier]]:
        key = SigningKey.generate("lab/one/governed/0/1")
        log = LogWriter.create(tmp_path / "log", key.name, key=key, certifier=certifier, durable="close")
        log.append(lines)
        log.close()
        return tmp_path / "log", (certifier.verifier,)

    return lay


Laid = Callable[[list[bytes]], tuple[Path, tuple[Verifier]]]


def lied(lines: list[bytes]) -> tuple[list[bytes], int]:
    index = next(index for index, line in enumerate(lines) if b'"kind":"sanction"' in line)
    return [
        line.replace(b'"amount_e6":', b'"amount_e6":1') if n == index else line for n, line in enumerate(lines)
    ], index


def test_every_level_of_an_intact_run(recorded: tuple[Lab, list[bytes]], laid: Laid) -> None:
    place, trusted = laid(recorded[1])
    found = {level: verify_run(place, trusted, level=level) for level in verified_run.LEVELS}
    assert {level: one.verification.level for level, one in found.items()} == {level: level for level in found}
    assert [one.replayed is not None for one in found.values()] == [False] * 4 + [True]
    assert [one.opened is not None for one in found.values()] == [False] * 2 + [True] * 3
    assert [one.closed for one in found.values()] == [None, None, True, True, True]
    assert [one.actors is not None for one in found.values()] == [False] * 3 + [True] * 2
    assert all(one.ledger is None for one in found.values())
    open_ends = [len(one.verification.not_excluded) for one in found.values()]
    assert open_ends == sorted(open_ends, reverse=True)
    assert len(set(open_ends)) == 5
    # Nobody signs this run: that its recorder put words into an agent's mouth is never excluded.
    for level, one in found.items():
        assert [line for line in one.not_excluded if "into an agent's mouth" in line], level
        assert (verified_run.NO_ACTOR_SIGNED in one.not_excluded) == (level in ("actors", "replay"))


def test_a_signed_lie_is_found_from_the_lines_that_were_hashed(recorded: tuple[Lab, list[bytes]], laid: Laid) -> None:
    lines, index = lied(recorded[1])
    place, trusted = laid(lines)
    with pytest.raises(ReplayMismatch) as caught:
        verify_run(place, trusted)
    assert caught.value.entry == index
    assert verify_run(place, trusted, level="actors").verification.level == "actors"


@pytest.mark.parametrize(
    ("keys", "value", "words"),
    [
        (("measures", "share_e6", "axes"), [], "cannot govern market cournot-duopoly"),
        (("benchmarks", "nash", "quantity_e6", 0), [], "IndexError: "),
    ],
)
def test_facts_that_no_market_has_are_a_fault_of_the_log(
    recorded: tuple[Lab, list[bytes]], laid: Laid, keys: Sequence[Any], value: object, words: str
) -> None:
    """Each entry is one, and all are signed: only what follows from them shows that somebody made them up."""
    opened = json.loads(recorded[1][0])
    holder = opened["body"]["facts"]
    for key in keys[:-1]:
        holder = holder[key]
    holder[keys[-1]] = value
    first = json.dumps(opened, sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode()
    place, trusted = laid([first, *recorded[1][1:]])
    assert verify_run(place, trusted, level="strict")
    with pytest.raises(LogFault, match=f"what is recorded cannot be judged again: .*{words}") as caught:
        verify_run(place, trusted)
    assert caught.value.kind == "tampered"


def test_a_changed_byte_after_a_lie_is_told_first(recorded: tuple[Lab, list[bytes]], laid: Laid) -> None:
    lines, index = lied(recorded[1])
    place, trusted = laid(lines)
    entries = place / "entries/000000000000.jsonl"
    entries.write_bytes(entries.read_bytes()[:-3] + b"9}\n")
    with pytest.raises(LogFault) as caught:
        verify_run(place, trusted)
    assert caught.value.entry == len(lines) - 1 > index


def test_a_lie_is_told_before_the_want_of_trust(recorded: tuple[Lab, list[bytes]], laid: Laid) -> None:
    lines, _ = lied(recorded[1])
    place, _ = laid(lines)
    with pytest.raises(ReplayMismatch):
        verify_run(place, ())
    with pytest.raises(LogFault, match="consistent in itself") as caught:
        verify_run(place, (), level="strict")
    assert caught.value.kind == "undecided"


def test_a_breach_of_order_is_told_before_a_lie(recorded: tuple[Lab, list[bytes]], laid: Laid) -> None:
    lines, index = lied(recorded[1])
    number = next(n for n in range(index + 1, len(lines)) if b'"kind":"round"' in lines[n])
    tail = lines[number].rindex(b'"round":')
    lines[number] = lines[number][:tail] + b'"round":99,"seq":%d}' % number
    place, trusted = laid(lines)
    with pytest.raises(LogFault, match="round 99 is recorded where") as caught:
        verify_run(place, trusted)
    assert caught.value.entry == number


@pytest.mark.parametrize(
    ("error", "words"),
    [
        (RuntimeError("any"), "what is recorded cannot be judged again: RuntimeError: any"),
        (RecursionError(), "what is recorded cannot be judged again: RecursionError: "),
        (UsageError("no such measure"), "what is recorded cannot be judged again: no such measure"),
        (LogFault("tampered", "odd"), "odd"),
    ],
)
def test_what_judging_stumbles_over_is_a_fault_and_waits_for_the_hashes(
    recorded: tuple[Lab, list[bytes]], laid: Laid, monkeypatch: pytest.MonkeyPatch, error: Exception, words: str
) -> None:
    def stumble(lines: Iterable[bytes]) -> None:
        next(iter(lines))
        raise error

    monkeypatch.setattr(verified_run, "replay", stumble)
    place, trusted = laid(recorded[1])
    with pytest.raises(LogFault) as caught:
        verify_run(place, trusted)
    assert (caught.value.kind, caught.value.message) == ("tampered", words)
    entries = place / "entries/000000000000.jsonl"
    entries.write_bytes(entries.read_bytes().replace(b'"kind":"round"', b'"kind":"sound"', 1))
    with pytest.raises(LogFault, match="was changed"):
        verify_run(place, trusted)


def test_a_disk_that_fails_while_judging_is_the_machines_fault(
    recorded: tuple[Lab, list[bytes]], laid: Laid, monkeypatch: pytest.MonkeyPatch
) -> None:
    def failing(lines: Iterable[bytes]) -> None:
        raise MachineError("disk")

    monkeypatch.setattr(verified_run, "replay", failing)
    place, trusted = laid(recorded[1])
    with pytest.raises(MachineError, match="disk"):
        verify_run(place, trusted)


def test_lines_are_judged_one_at_a_time_and_never_gathered(
    recorded: tuple[Lab, list[bytes]], laid: Laid, monkeypatch: pytest.MonkeyPatch
) -> None:
    judged = verified_run.replay
    kinds = []

    def watched(lines: Iterable[bytes]) -> object:
        kinds.append(isinstance(lines, Iterator) and not isinstance(lines, list | tuple))
        return judged(lines)

    monkeypatch.setattr(verified_run, "replay", watched)
    place, trusted = laid(recorded[1])
    assert verify_run(place, trusted).replayed is not None
    assert kinds == [True]


def test_a_run_cut_short_by_damage_is_not_judged_further(recorded: tuple[Lab, list[bytes]], laid: Laid) -> None:
    place, trusted = laid(recorded[1])
    entries = place / "entries/000000000000.jsonl"
    entries.write_bytes(b"")
    with pytest.raises(LogFault, match="entry 0 is missing") as caught:
        verify_run(place, trusted)
    assert caught.value.kind == "damaged"


def test_what_is_no_entry_of_ours_is_refused_from_strict_on(tmp_path: Path, laid: Laid) -> None:
    place, trusted = laid([b'{"seq":0}', b'{"seq":1}'])
    assert verify_run(place, trusted, level="full").verification.size == 2
    for level in ("strict", "actors", "replay"):
        with pytest.raises(LogFault, match="entry 0: not a valid ledger entry"):
            verify_run(place, trusted, level=level)
