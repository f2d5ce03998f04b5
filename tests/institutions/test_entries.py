"""Entries: one golden line for each kind, canonical as RFC 8785 has it, and nothing unknown is read.

A golden file is a promise to old logs: when one no longer reads or writes the same, the schema needs a new version.
"""

from __future__ import annotations

import json
import math
from pathlib import Path
from typing import Any

import msgspec
import pytest
import rfc8785
from hypothesis import given
from hypothesis import strategies as st

from agoranomos.errors import Finding
from agoranomos.institutions.choice_record import ChoiceRecord, as_log_e6, decode_choice, encode_choice
from agoranomos.institutions.entries import (
    BODY_OF_KIND,
    ActorSignature,
    AgentRecord,
    Attested,
    CallRecord,
    Closed,
    DecisionRecord,
    ForkRecord,
    InstitutionRecord,
    Opened,
    Part,
    Round,
    Seen,
    Switched,
    SwitchRecord,
    canonical_json,
    decode_entry,
    encode_entry,
)
from agoranomos.institutions.judgement import (
    Announced,
    CaseRecord,
    NoticeIssued,
    Sanction,
    SignalRecord,
    StandingRecord,
    Transition,
)
from agoranomos.markets.facts import MarketFacts, MeasureKind
from institutions.playing import FAITHFUL, random_plan, recorded

GOLDEN = Path(__file__).parent / "golden"

FACTS = MarketFacts(
    market="small",
    agents=("firm_1", "firm_2"),
    goods=("A",),
    measures={"hhi_e6": MeasureKind(("good",), "concentration"), "profit_e6": MeasureKind(("firm",), "profit")},
    benchmarks={"nash": {"hhi_e6": (500_000,), "profit_e6": (1_000_000, 1_000_000)}},
)
EXAMPLES = {
    "opened": (
        Opened(
            seed=7,
            rounds=2,
            market='{"type":"small"}',
            facts=FACTS,
            institution=InstitutionRecord("small", "ab" * 32, "cd" * 32, "kind: institution\n# größer ≥\n"),
            roster=(AgentRecord("firm_1", '{"policy":"nash"}'),),
        ),
        0,
        0,
    ),
    "round": (
        Round(
            actions=((1, 0), (0, 2_500_000)),
            measures={"hhi_e6": (None,), "profit_e6": (-5, 9_007_199_254_740_991)},
            draws=(3, 4),
            projected=("firm_2",),
            decisions=(
                DecisionRecord(
                    "firm_1", (CallRecord("mock/x", 12, 3, "ef" * 32, '{"q": 1}\n', failure="parse"),), True
                ),
            ),
            cases=(CaseRecord("1-firm_1", "firm_1", "R1", (SignalRecord("high", 5, 4, "A"),)),),
            standings=(StandingRecord("fined", (1, 2), 3, 250_000), StandingRecord("active")),
        ),
        1,
        2,
    ),
    "transition": (Transition("firm_1", "R1:active->fined", "violation", "1-firm_1", "cooldown", 4), 1, 3),
    "sanction": (Sanction("firm_1", "fine", "R1", "1-firm_1", 630_000_000, 0, 0), 1, 4),
    "announced": (Announced("firm_1", "fine", "R1", "1-firm_1", 630_000_000), 1, 8),
    "notice": (NoticeIssued("firm_1", 2, "fined", 'PENALISED \u2014 "pay"\n'), 1, 5),
    "switched": (Switched(2, "small", "ab" * 32), 1, 6),
    "attested": (Attested(Seen("12" * 32, 2), (ActorSignature("agent:firm_1", "34" * 32, "AAAA"),)), 1, 7),
    "closed": (Closed(2), 2, 6),
    "part": (Part(3, 2, '"kind":"round","r\u00e4'), 4, 9),
}
SWITCHED = Opened(
    seed=7,
    rounds=9,
    market='{"type":"small"}',
    facts=FACTS,
    institution=None,
    roster=(AgentRecord("firm_1", '{"policy":"nash"}'),),
    switches=(
        SwitchRecord(4, InstitutionRecord("small", "ab" * 32, "cd" * 32, "kind: institution\n")),
        SwitchRecord(7, None),
    ),
    forked=ForkRecord("lab/plan/arm/7/1", "ef" * 32, 3, 12),
)
SUMMARISED = Round(
    actions=((1, 0),),
    measures={},
    decisions=(
        DecisionRecord(
            "firm_1",
            (
                CallRecord("mock/x", 90, 3, "12" * 32, "", failure="overflow", purpose="summary"),
                CallRecord("mock/x", 12, 3, "34" * 32, "{}"),
            ),
            forgotten=7,
        ),
    ),
)
CHOICE = ChoiceRecord(
    ("cooperate", "defect", "stay out"),
    (-1_609_438, -223_144, None),
    ((-1_203_973, -356_675, None),) * 2,
    ("h\u00fcbsch",),
)
CHOSEN = Round(
    actions=((1_000_000,), (0,), (0,)),
    measures={},
    decisions=(
        DecisionRecord(
            "row", (CallRecord("mock/x", 12, 3, "ab" * 32, scored="after_reasoning", choice=CHOICE),), chosen=0
        ),
        DecisionRecord("column", (CallRecord("mock/x", 12, 0, "cd" * 32, reply_sha256="ef" * 32, scored="direct"),)),
        DecisionRecord("third", (CallRecord("mock/x", 12, 0, "12" * 32, failure="timeout", scored="direct"),), True),
    ),
)
WITHHELD = Round(
    actions=((1, 0),),
    measures={},
    decisions=(
        DecisionRecord(
            "firm_1", (CallRecord("mock/x", 12, 3, prompt_commitment="56" * 32, reply_commitment="78" * 32),)
        ),
    ),
)


def test_every_kind_has_an_example() -> None:
    assert EXAMPLES.keys() == BODY_OF_KIND.keys()


@pytest.mark.parametrize("kind", sorted(BODY_OF_KIND))
def test_an_entry_is_written_and_read_as_its_golden_file_says(kind: str) -> None:
    body, round_number, seq = EXAMPLES[kind]
    golden = (GOLDEN / f"{kind}.json").read_bytes().removesuffix(b"\n")
    assert encode_entry(body, round_number, seq) == golden
    entry = decode_entry(golden)
    assert (entry.body, entry.kind, entry.round, entry.seq) == (body, kind, round_number, seq)


def test_switches_and_a_fork_are_written_and_read_as_the_golden_file_says() -> None:
    golden = (GOLDEN / "opened-switched.json").read_bytes().removesuffix(b"\n")
    assert encode_entry(SWITCHED, 0, 0) == golden
    assert decode_entry(golden).body == SWITCHED
    assert SWITCHED.governed


def test_a_withheld_call_is_written_and_read_as_its_golden_file_says() -> None:
    golden = (GOLDEN / "round-withheld.json").read_bytes().removesuffix(b"\n")
    assert encode_entry(WITHHELD, 1, 2) == golden
    assert decode_entry(golden).body == WITHHELD


def test_a_summary_and_forgotten_rounds_are_written_and_read_as_the_golden_file_says() -> None:
    golden = (GOLDEN / "round-summarised.json").read_bytes().removesuffix(b"\n")
    assert encode_entry(SUMMARISED, 1, 2) == golden
    assert decode_entry(golden).body == SUMMARISED


def test_a_choice_is_written_and_read_as_its_golden_file_says() -> None:
    golden = (GOLDEN / "round-chosen.json").read_bytes().removesuffix(b"\n")
    assert encode_entry(CHOSEN, 1, 2) == golden
    assert decode_entry(golden).body == CHOSEN
    assert decode_choice(encode_choice(CHOICE)) == CHOICE


@pytest.mark.parametrize(
    "wrong",
    [
        {"options": ("a", "b"), "log_probabilities_e6": (0,)},
        {"options": ("a", "b"), "log_probabilities_e6": (1, None)},
        {"options": ("a", "b"), "log_probabilities_e6": (-1_000_000, -1_000_000)},
        {"options": ("a", "b"), "log_probabilities_e6": (0, 0)},
        {"options": ("a", "b"), "log_probabilities_e6": (0, -(10**400))},
        {"options": ("a", "b"), "log_probabilities_e6": (0, None), "by_order_e6": ((0, None), (None, None))},
    ],
)
def test_a_choice_that_is_no_distribution_is_none(wrong: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match=r"choice|log-probability"):
        ChoiceRecord(**wrong)
    line = json.dumps(wrong, sort_keys=True, separators=(",", ":")).encode()
    with pytest.raises(Finding, match="no recorded choice"):
        decode_choice(line)


def test_content_that_is_no_choice_in_canonical_form_is_refused() -> None:
    content = encode_choice(CHOICE)
    for changed in (content[:-1], content + b" ", content.replace(b":[", b": [", 1), b"\xff", b"[]"):
        with pytest.raises(Finding):
            decode_choice(changed)


@given(st.floats(max_value=0.0, min_value=-2000.0))
def test_a_log_probability_is_recorded_to_the_millionth(log: float) -> None:
    recorded = as_log_e6(log)
    assert recorded is not None
    assert abs(recorded / 1e6 - log) <= 0.5000001e-6
    assert as_log_e6(recorded / 1e6) == recorded


def test_impossible_options_are_null_and_no_log_probability_is_above_0() -> None:
    assert as_log_e6(-math.inf) is None
    assert as_log_e6(1e-9) == 0
    for wrong in (math.nan, math.inf, 0.5):
        with pytest.raises(ValueError, match="no log-probability"):
            as_log_e6(wrong)


@pytest.mark.parametrize(
    "mixed",
    [
        {"choice": CHOICE},
        {"choice": CHOICE, "scored": "direct", "reply": "a"},
        {"choice": CHOICE, "scored": "direct", "reply_sha256": "ab" * 32},
    ],
)
def test_a_call_brings_a_reply_or_a_choice(mixed: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match="either a reply or a choice"):
        CallRecord("mock/x", 1, 1, "ab" * 32, **mixed)
    with pytest.raises(ValueError, match="withheld in whole"):
        CallRecord("m", 1, 1, prompt_commitment="ab", reply_commitment="cd", choice=CHOICE, scored="direct")


@pytest.mark.parametrize(
    "mixed",
    [
        {},
        {"prompt_sha256": "00" * 32, "prompt_commitment": "11" * 32, "reply_commitment": "22" * 32},
        {"reply": "{}", "prompt_commitment": "11" * 32, "reply_commitment": "22" * 32},
        {"reply_sha256": "00" * 32, "prompt_commitment": "11" * 32, "reply_commitment": "22" * 32},
        {"prompt_commitment": "11" * 32},
        {"prompt_sha256": "00" * 32, "reply_commitment": "22" * 32},
    ],
)
def test_a_call_is_withheld_in_whole_or_not_at_all(mixed: dict[str, str]) -> None:
    with pytest.raises(ValueError, match="a call"):
        CallRecord("mock/x", 1, 1, **mixed)
    call = {"model": "m", "prompt_tokens": 1, "reply_tokens": 1, **mixed}
    body = {"actions": [[1]], "measures": {}, "decisions": [{"agent": "a", "calls": [call]}]}
    with pytest.raises(Finding, match="a call"):
        decode_entry(rfc8785.dumps({"body": body, "kind": "round", "round": 1, "seq": 1}))


@pytest.mark.parametrize("kind", sorted(BODY_OF_KIND))
def test_an_entry_is_canonical_json_and_ends_in_its_number(kind: str) -> None:
    body, round_number, seq = EXAMPLES[kind]
    line = encode_entry(body, round_number, seq)
    assert line == rfc8785.dumps(json.loads(line))
    assert line.endswith(b',"seq":%d}' % seq)
    assert b"\n" not in line


def test_a_whole_run_is_canonical_and_holds_no_float() -> None:
    def no_float(text: str) -> Any:
        raise AssertionError(f"a float in the record: {text}")

    for line in recorded(FAITHFUL, random_plan(1), 25):
        assert line == rfc8785.dumps(json.loads(line, parse_float=no_float))
        entry = decode_entry(line)
        assert encode_entry(entry.body, entry.round, entry.seq) == line


names = st.text(st.characters(codec="utf-8", exclude_categories=["Cs"]), max_size=12)
integers = st.integers(-(2**53) + 1, 2**53 - 1)


@given(names, names, integers, st.integers(0, 10**6), st.integers(0, 10**6))
def test_any_text_and_integer_survives_as_canonical_json(a: str, b: str, n: int, number: int, seq: int) -> None:
    body = Round(actions=((n,),), measures={"m_e6": (n, None)}, projected=(a,), cases=(CaseRecord(a, b, a, ()),))
    line = encode_entry(body, number, seq)
    assert line == rfc8785.dumps(json.loads(line))
    assert decode_entry(line).body == body


def changed(kind: str, **changes: Any) -> bytes:
    value = json.loads((GOLDEN / f"{kind}.json").read_bytes())
    value.update(changes)
    return rfc8785.dumps(value)


@pytest.mark.parametrize("kind", sorted(BODY_OF_KIND))
def test_unknown_fields_and_missing_ones_are_refused(kind: str) -> None:
    value = json.loads((GOLDEN / f"{kind}.json").read_bytes())
    with pytest.raises(Finding, match="not a valid entry"):
        decode_entry(changed(kind, body={**value["body"], "zest": 1}))
    with pytest.raises(Finding, match="not a valid entry"):
        decode_entry(changed(kind, zest=1))
    required = [field.encode_name for field in msgspec.structs.fields(BODY_OF_KIND[kind]) if field.required]
    for name in required:
        body = {key: item for key, item in value["body"].items() if key != name}
        with pytest.raises(Finding, match="not a valid entry"):
            decode_entry(changed(kind, body=body))


@pytest.mark.parametrize(
    ("line", "words"),
    [
        (b"", "not a valid entry"),
        (b"{}", "not a valid entry"),
        (b"\xff\xfe", "not a valid entry"),
        (b"[1]", "not a valid entry"),
        (b'{"body":{"rounds":2},"kind":"closed","round":2,"seq":6', "not a valid entry"),
        (b'{"body":{"rounds":2.5},"kind":"closed","round":2,"seq":6}', "not a valid entry"),
        (b'{"body":{"rounds":"2"},"kind":"closed","round":2,"seq":6}', "not a valid entry"),
        (b'{"body":{"rounds":2},"kind":"ended","round":2,"seq":6}', "unknown kind 'ended'"),
        (b'{"body":{"rounds":2},"kind":"round","round":2,"seq":6}', "not a valid entry"),
        (b'{"body":{"rounds":2},"kind":"closed","round":2,"seq":6} ', "not in canonical form"),
        (b'{"body": {"rounds":2},"kind":"closed","round":2,"seq":6}', "not in canonical form"),
        (b'{"kind":"closed","body":{"rounds":2},"round":2,"seq":6}', "not in canonical form"),
        (b'{"body":{"rounds":2,"rounds":2},"kind":"closed","round":2,"seq":6}', "not in canonical form"),
        (b"[" * 100_000, "not a valid entry"),
    ],
)
def test_what_is_no_entry_is_refused(line: bytes, words: str) -> None:
    with pytest.raises(Finding, match=words):
        decode_entry(line)


def test_another_schema_version_is_refused() -> None:
    value = json.loads((GOLDEN / "opened.json").read_bytes())
    assert value["body"]["schema"] == 1
    with pytest.raises(Finding, match="not a valid entry"):
        decode_entry(changed("opened", body={**value["body"], "schema": 2}))


def test_a_default_that_is_written_out_is_not_canonical() -> None:
    value = json.loads((GOLDEN / "sanction.json").read_bytes())
    with pytest.raises(Finding, match="not in canonical form"):
        decode_entry(changed("sanction", body={**value["body"], "rounds": 0}))


def test_texts_inside_entries_are_json_of_one_line() -> None:
    assert canonical_json({"b": [1, None], "a": "größer"}) == '{"a":"größer","b":[1,null]}'
    with pytest.raises(ValueError):
        canonical_json(float("nan"))
