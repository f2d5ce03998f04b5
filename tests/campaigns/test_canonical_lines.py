"""T12: no line but the canonical one passes for an entry, in a run's log or in a ledger, and none other is written."""

from __future__ import annotations

import json
import types
import typing
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

import msgspec
import pytest
import rfc8785
from hypothesis import given, settings
from hypothesis import strategies as st

from agoranomos.campaigns import ledger_entries
from agoranomos.campaigns.ledger_entries import Ended, RunAbandoned, decode_ledger_entry, encode_ledger_entry
from agoranomos.campaigns.strict import read_checked
from agoranomos.errors import Finding, UsageError
from agoranomos.institutions import entries
from agoranomos.institutions.entries import CallRecord, Closed, Round, decode_entry, encode_entry
from agoranomos.institutions.judgement import NoticeIssued
from agoranomos.logs import LogWriter, MemoryLog, SigningKey, verify_log
from agoranomos.logs.faults import LogFault
from agoranomos.logs.log import MAX_ENTRY_BYTES

RUN = b'{"body":{"agent":"A","effective_round":2,"state":"fined","text":"a/b"},"kind":"notice","round":1,"seq":0}'
LEDGER = (
    b'{"body":{"arm":"A","attempt":2,"claimed_unix_s":3,"head":null,"reason":"a/b","seed":1,"unsigned":null},'
    b'"kind":"abandoned","seq":0}'
)

Spoil = Callable[[bytes], bytes]


def put(old: bytes, new: bytes) -> Spoil:
    def spoil(line: bytes) -> bytes:
        assert old in line
        return line.replace(old, new, 1)

    return spoil


def number(text: bytes) -> Spoil:
    """Write a number of the body, which is 2 in both lines, as `text`."""
    return lambda line: put(b":2,", b":" + text + b",")(line)


def in_another_order(line: bytes) -> bytes:
    """The same members, the body's turned round."""
    value = json.loads(line)
    value["body"] = dict(reversed(value["body"].items()))
    return json.dumps(value, separators=(",", ":")).encode()


WRITTEN_OTHERWISE: dict[str, Spoil] = {
    "a key twice in the envelope": put(b'"kind":', b'"kind":"closed","kind":'),
    "a key twice in the body": put(b'"body":{', b'"body":{"agent":"B","agent":"A",'),
    "a space": put(b'"kind":', b'"kind": '),
    "a space before": lambda line: b" " + line,
    "a tab": put(b",", b",\t"),
    "a carriage return": put(b",", b",\r"),
    "a carriage return at the end": lambda line: line + b"\r",
    "a byte-order mark": lambda line: b"\xef\xbb\xbf" + line,
    "UTF-16": lambda line: line.decode().encode("utf-16"),
    "2.0": number(b"2.0"),
    "2e0": number(b"2e0"),
    "1e2": number(b"1e2"),
    "-0": number(b"-0"),
    "+2": number(b"+2"),
    "02": number(b"02"),
    "2 to the 53": number(b"9007199254740992"),
    "minus 2 to the 53": number(b"-9007199254740992"),
    "2 to the 64": number(b"18446744073709551616"),
    "a number of a million digits": number(b"9" * 1_000_000),
    "true for a number": number(b"true"),
    "NaN": number(b"NaN"),
    "Infinity": number(b"-Infinity"),
    "an escaped letter": put(b'"A"', b'"\\u0041"'),
    "an escaped letter of a key": put(b'"kind"', b'"k\\u0069nd"'),
    "an escaped slash": put(b"a/b", b"a\\/b"),
    "an escape in capitals": put(b"a/b", b"a\\u001Fb"),
    "an escape that is not the short one": put(b"a/b", b"a\\u000ab"),
    "keys in another order": in_another_order,
    "half a surrogate pair": put(b"a/b", b"\\ud800"),
    "the other half": put(b"a/b", b"\\udc00"),
    "a surrogate in UTF-8": put(b"a/b", b"\xed\xa0\x80"),
    "an overlong byte": put(b"a/b", b"\xc0\xaf"),
    "a NUL": put(b"a/b", b"a\0b"),
    "a NUL at the end": lambda line: line + b"\0",
    "a control character": put(b"a/b", b"a\x1fb"),
    "something after it": lambda line: line + b"{}",
    "nothing": lambda line: b"",
}


def new_log(folder: Path) -> tuple[SigningKey, LogWriter]:
    certifier = SigningKey.from_seed("workspace", b"w" * 32)
    key = SigningKey.from_seed("lab/plan/arm/1/1", b"r" * 32)
    return certifier, LogWriter.create(folder, key.name, key=key, certifier=certifier, durable="close")


@pytest.mark.parametrize("line", [RUN, LEDGER], ids=["run", "ledger"])
@pytest.mark.parametrize("how", WRITTEN_OTHERWISE)
def test_an_entry_that_is_written_otherwise_is_none(tmp_path: Path, line: bytes, how: str) -> None:
    """Each is refused by whoever reads entries, and by strict verification even where its owner signed it."""
    read_checked(tmp_path, line)
    other = WRITTEN_OTHERWISE[how](line)
    assert other != line
    for read in (decode_entry, decode_ledger_entry, lambda text: read_checked(tmp_path, text)):
        with pytest.raises(Finding):
            read(other)
    certifier, log = new_log(tmp_path / "log")
    try:
        log.append([other])
    except UsageError:  # a log takes no line that does not end in its number, or is too long
        return
    log.close()
    trusted = [certifier.verifier]
    verify_log(tmp_path / "log", trusted)
    with pytest.raises(LogFault) as caught:
        verify_log(tmp_path / "log", trusted, check=partial(read_checked, tmp_path))
    assert (caught.value.kind, caught.value.entry) == ("tampered", 0)


@pytest.mark.parametrize("line", [RUN, LEDGER], ids=["run", "ledger"])
def test_the_entry_itself_is_one(tmp_path: Path, line: bytes) -> None:
    certifier, log = new_log(tmp_path / "log")
    log.append([line])
    log.close()
    assert verify_log(tmp_path / "log", [certifier.verifier], check=partial(read_checked, tmp_path)).size == 1


@pytest.mark.parametrize(
    "body",
    [
        Closed(2**53),
        Closed(-(2**53)),
        Closed(2.0),  # type: ignore[arg-type]
        Closed(1e300),  # type: ignore[arg-type]
        NoticeIssued("\ud800", 1, "fined", ""),
        NoticeIssued("firm_1", 1, "fined", "a\udfffb"),
        Round(actions=(), measures={"h\u00f6he": 1}),
    ],
)
def test_what_canonical_json_does_not_hold_is_not_written(body: Any) -> None:
    with pytest.raises(UsageError, match="cannot be recorded"):
        encode_entry(body, 1, 0)


def test_the_ledger_does_not_write_it_either() -> None:
    for body in (Ended(2**53), Ended(0.5), RunAbandoned("arm", 1, 1, "\udc80", None, None, 0)):  # type: ignore[arg-type]
        with pytest.raises(UsageError, match="cannot be recorded"):
            encode_ledger_entry(body, 0)


@pytest.mark.parametrize("more", [0, 1])
def test_a_line_that_is_too_long_is_refused_when_it_is_appended(tmp_path: Path, more: int) -> None:
    line = encode_entry(NoticeIssued("firm_1", 1, "fined", ""), 1, 0)
    text = "x" * (MAX_ENTRY_BYTES - len(line) + more)
    long = encode_entry(NoticeIssued("firm_1", 1, "fined", text), 1, 0)
    assert len(long) == MAX_ENTRY_BYTES + more
    for log in (MemoryLog(), new_log(tmp_path / "log")[1]):
        if more:
            with pytest.raises(UsageError, match="at most 65,535 fit into a log"):
                log.append([long])
        else:
            assert log.append([long]).size == 1


TEXTS = st.text(st.characters(codec="utf-8", exclude_categories=["Cs"]), max_size=8)
INTEGERS = st.integers(-(2**53) + 1, 2**53 - 1) | st.integers(-3, 3)
NAMES = st.from_regex(r"[a-z0-9_.:-]{1,12}", fullmatch=True)


def values_of(hint: Any) -> st.SearchStrategy[Any]:
    """Values of a type as entries have them: structs, tuples, dictionaries, unions, texts and integers."""
    origin, of = typing.get_origin(hint), typing.get_args(hint)
    if hint in (int, str, bool, type(None)):
        return {int: INTEGERS, str: TEXTS, bool: st.booleans(), type(None): st.none()}[hint]
    if hint is CallRecord:
        digests = st.fixed_dictionaries({"prompt_sha256": TEXTS.filter(bool), "reply": TEXTS, "failure": TEXTS})
        return digests.map(lambda more: CallRecord("mock/x", 1, 2, **more))
    if origin is typing.Literal:
        return st.sampled_from(of)
    if origin in (typing.Union, types.UnionType):
        return st.one_of(*map(values_of, of))
    if origin is tuple and of[1:] == (...,):
        return st.lists(values_of(of[0]), max_size=2).map(tuple)
    if origin is dict:
        return st.dictionaries(NAMES, values_of(of[1]), max_size=2)
    assert issubclass(hint, msgspec.Struct), hint
    hints = typing.get_type_hints(hint)
    return st.builds(hint, **{name: values_of(hints[name]) for name in hint.__struct_fields__})


BODIES = st.one_of(*map(values_of, entries.BODY_OF_KIND.values()))
LEDGER_BODIES = st.one_of(*map(values_of, ledger_entries.BODY_OF_KIND.values()))
COUNTS = st.integers(0, 2**53 - 1)


@given(BODIES, COUNTS, COUNTS)
@settings(max_examples=150, deadline=None)
def test_every_entry_of_a_run_is_what_the_standard_makes_of_it(body: Any, round_number: int, seq: int) -> None:
    line = encode_entry(body, round_number, seq)
    assert line == rfc8785.dumps(json.loads(line))
    assert line == rfc8785.dumps(
        {
            "body": msgspec.to_builtins(body),
            "kind": entries.KIND_OF_BODY[type(body)],
            "round": round_number,
            "seq": seq,
        }
    )
    entry = decode_entry(line)
    assert (entry.body, entry.round, entry.seq) == (body, round_number, seq)


@given(LEDGER_BODIES, COUNTS)
@settings(max_examples=100, deadline=None)
def test_every_entry_of_a_ledger_is_what_the_standard_makes_of_it(body: Any, seq: int) -> None:
    line = encode_ledger_entry(body, seq)
    assert line == rfc8785.dumps(json.loads(line))
    assert decode_ledger_entry(line) == body
