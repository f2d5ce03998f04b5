"""Entries in parts: one way to cut a line, and whatever was cut otherwise is found."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from agoranomos.errors import Finding
from agoranomos.institutions.entries import Closed, Part, Round, Said, decode_entry, encode_entry
from agoranomos.institutions.judgement import NoticeIssued
from agoranomos.institutions.parts import MOST_PARTS, PIECE_BYTES, Joiner, encode_lines, is_part, whole_entries
from agoranomos.logs import MAX_ENTRY_BYTES

FIRST = 7
TEXTS = st.text(st.characters(codec="utf-8", exclude_categories=["Cs"]), min_size=1, max_size=5)


def long_lines(text: str = 'x"\\\n\u00e4\u4e16\U0001f600') -> tuple[bytes, ...]:
    """A long entry that begins at index `FIRST`."""
    body = Round(((1,),), {}, messages=(Said("firm_1", text * (100_000 // len(text.encode()) + 1)),))
    return encode_lines(body, 4, FIRST)


def put(part: bytes, **changed: object) -> bytes:
    """A part with other members, and its own place."""
    entry = decode_entry(part)
    body = {"of": entry.body.of, "part": entry.body.part, "text": entry.body.text, **changed}
    return encode_entry(Part(**body), entry.round, entry.seq)  # type: ignore[arg-type]


@settings(deadline=None, max_examples=25)
@given(TEXTS)
def test_a_long_entry_is_cut_and_joined_again(text: str) -> None:
    lines = long_lines(text)
    assert len(lines) >= 3
    assert all(len(line) <= MAX_ENTRY_BYTES for line in lines)
    assert all(line.endswith(b'"seq":%d}' % index) for index, line in enumerate(lines, FIRST))
    assert all(len(decode_entry(line).body.text.encode()) <= PIECE_BYTES for line in lines)
    closed = encode_entry(Closed(4), 4, FIRST + len(lines))
    whole, last = whole_entries([*lines, closed], FIRST)
    assert (whole.first, whole.lines) == (FIRST, lines)
    entry = decode_entry(whole.line)
    assert (entry.seq, entry.round, entry.kind) == (FIRST, 4, "round")
    assert entry.body.messages[0].text.startswith(text)
    assert (last.first, last.line) == (FIRST + len(lines), closed)


@pytest.mark.parametrize("more", [0, 1])
def test_only_a_line_that_is_too_long_is_cut(more: int) -> None:
    short = encode_entry(NoticeIssued("firm_1", 1, "fined", ""), 1, 0)
    body = NoticeIssued("firm_1", 1, "fined", "x" * (MAX_ENTRY_BYTES - len(short) + more))
    lines = encode_lines(body, 1, 0)
    assert len(lines) == (3 if more else 1)
    (whole,) = whole_entries(lines)
    assert whole.line == encode_entry(body, 1, 0)


def test_a_part_within_a_text_is_no_part() -> None:
    line = encode_entry(NoticeIssued("firm_1", 1, "fined", '"kind":"part","round":1,"seq":1}'), 1, 0)
    assert not is_part(line)
    assert is_part(long_lines()[1])


def test_parts_that_do_not_follow_each_other_are_found() -> None:
    one, two, three, four = lines = long_lines()
    closed = encode_entry(Closed(4), 4, FIRST + 1)
    for faulty, words in (
        ([two], "part 2 of 4 where part 1 of 4 belongs"),
        ([one, three], "part 3 of 4 where part 2 of 4 belongs"),
        ([one, one], "part 1 of 4 where part 2 of 4 belongs"),
        ([one, put(two, of=5)], "part 2 of 5 where part 2 of 4 belongs"),
        ([put(one, of=1)], "part 1 of 1"),
        ([put(one, of=MOST_PARTS + 1)], "belongs"),
        ([one, two, three], "its part 4 of 4 is missing"),
        ([one, closed], "its part 2 of 4 is missing"),
        ([], ""),
    ):
        if not faulty:
            continue
        with pytest.raises(Finding, match=words):
            list(whole_entries(faulty, FIRST))
    assert len(list(whole_entries(lines, FIRST))) == 1
    assert four == lines[-1]


def test_a_text_that_is_cut_elsewhere_or_changed_is_found() -> None:
    one, two, three, four = long_lines()
    text, after = decode_entry(one).body.text, decode_entry(two).body.text
    moved = [put(one, text=text[:-1]), put(two, text=text[-1] + after), three, four]
    with pytest.raises(Finding, match="not those of an entry that stands here"):
        list(whole_entries(moved, FIRST))
    with pytest.raises(Finding, match="not those of an entry that stands here"):
        list(whole_entries([one, two, three, put(four, text=decode_entry(four).body.text[:-1])], FIRST))
    with pytest.raises(Finding, match="not those of an entry that stands here"):
        list(whole_entries([one, two, three, four], FIRST + 1))
    # A letter that is another one is another entry: this reader joins it, and the log's hashes do not fit.
    changed = [one, put(two, text=after.replace("x", "y", 1)), three, four]
    (whole,) = whole_entries(changed, FIRST)
    assert decode_entry(whole.line).body != decode_entry(next(whole_entries([one, two, three, four], FIRST)).line).body


def test_a_short_entry_in_parts_and_parts_in_parts_are_refused() -> None:
    line = encode_entry(Closed(4), 4, FIRST).decode()
    halves = [encode_entry(Part(2, k + 1, line[k * 20 : (k + 1) * 20 + 100 * k]), 4, FIRST + k) for k in (0, 1)]
    with pytest.raises(Finding, match="not those of an entry that stands here"):
        list(whole_entries(halves, FIRST))
    inner = encode_entry(Part(2, 1, "x" * 70_000), 4, FIRST)
    nested = encode_lines(Part(2, 1, "x" * 70_000), 4, FIRST)
    assert len(inner) > MAX_ENTRY_BYTES
    with pytest.raises(Finding, match="not those of an entry that stands here"):
        list(whole_entries(nested, FIRST))


def test_a_joiner_says_whether_it_waits() -> None:
    lines = long_lines()
    joiner = Joiner(FIRST)
    assert not joiner.waits
    assert joiner.take(lines[0]) is None
    assert joiner.waits
    assert [joiner.take(line) is None for line in lines[1:]] == [True, True, False]
    assert not joiner.waits
    joiner.end()
