"""Reasons out of recorded replies: every source, what is no JSON, and what is withheld or failed."""

import json

from agoranomos.analysis.reasons import shipped_codebook
from agoranomos.analysis.reasons.written import Reason, reasons_in, texts_in
from agoranomos.campaigns.recorded import Recording
from agoranomos.institutions.choice_record import ChoiceRecord, encode_choice
from agoranomos.institutions.entries import CallRecord

REPLY = json.dumps(
    {
        "observations_and_thoughts": "Price is 63.3.",
        "new_content": {"PLANS.txt": "Undercut them in B.", "INSIGHTS.txt": "A warning came above the threshold."},
        "chosen_quantities": {"Product_A": "40", "Product_B": "30"},
    }
)


def call(**found) -> CallRecord:
    return CallRecord(model="mock/x", prompt_tokens=1, reply_tokens=1, **found)


def recording(calls, blobs=None) -> Recording:
    return Recording((), calls, (blobs or {}).__getitem__, {})


def test_each_source_is_coded_apart():
    found = list(reasons_in(recording({("firm_1", 3, 0): call(prompt_sha256="ab", reply=REPLY)}), shipped_codebook()))
    assert found == [
        Reason("firm_1", 3, "plans", "competition", "Undercut them in B", 1),
        Reason("firm_1", 3, "insights", "threshold", "A warning came above the threshold", 1),
    ]


def test_a_long_reply_is_read_from_beside_the_log():
    calls = {("firm_1", 0, 0): call(prompt_sha256="ab", reply_sha256="cd")}
    assert len(list(reasons_in(recording(calls, {"cd": REPLY.encode()}), shipped_codebook()))) == 2


def test_failed_calls_and_summaries_have_no_reasons():
    calls = {
        ("firm_1", 0, 0): call(prompt_sha256="ab", reply=REPLY, failure="parse"),
        ("firm_1", 0, 1): call(prompt_sha256="ab", reply=REPLY, purpose="summary"),
        ("firm_2", 0, 0): call(prompt_commitment="ab", reply_commitment="cd"),
    }
    assert list(reasons_in(recording(calls), shipped_codebook())) == []


def test_thoughts_before_the_answer_are_apart_from_it():
    assert texts_in(f"<think>Hide it.</think>{REPLY}") == {
        "reasoning": "Hide it.",
        "thoughts": "Price is 63.3.",
        "plans": "Undercut them in B.",
        "insights": "A warning came above the threshold.",
    }


def test_an_object_between_words_is_read_and_the_words_are_not():
    found = texts_in(f"Here is my move:\n```json\n{REPLY}\n```\nI will comply.")
    assert found["plans"] == "Undercut them in B."
    assert "I will comply" not in "".join(found.values())


def test_what_was_thought_before_a_choice_is_a_text_each():
    choice = ChoiceRecord(("a", "b"), (-693147, -693147), reasoning=("Hide it.", "", "Undercut them."))
    calls = {("firm_1", 1, 0): call(prompt_sha256="ab", scored="after_reasoning", choice=choice)}
    found = list(reasons_in(recording(calls), shipped_codebook()))
    assert [(one.source, one.code) for one in found] == [("reasoning", "evasion"), ("reasoning", "competition")]
    beside = {("firm_1", 1, 0): call(prompt_sha256="ab", scored="after_reasoning", reply_sha256="cd")}
    assert list(reasons_in(recording(beside, {"cd": encode_choice(choice)}), shipped_codebook())) == found


def test_half_a_character_does_no_harm():
    assert texts_in('{"PLANS.txt": "hide \\ud800"}') == {"plans": "hide ?"}


def test_what_is_no_reply_in_json():
    assert texts_in("I will undercut.") == {"thoughts": "I will undercut."}
    assert texts_in("  ") == {}
    assert texts_in("[1]") == {}
    assert texts_in('{"observations_and_thoughts": 5}') == {}
