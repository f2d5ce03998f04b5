"""The prompts are what they were, and no paraphrase is missing."""

from pathlib import Path

import pytest

from agoranomos.scenarios.trade_report import TradeReport, TradeReportSpec
from agoranomos.scenarios.wording import wording
from scenarios.trade_report.prompts import prompts

UNREAD = {"report": "report", "answer": "question"}
"""The item that goes to the manager, and the name of the stage whose question says so."""

SAME_IN_ALL = ("party-", "item-", "agent-", "no-answer", "found", "not-found", "earned", "lost")


def test_every_prompt_is_what_it_was():
    assert prompts() == (Path(__file__).parent / "prompts.txt").read_text()


@pytest.mark.parametrize("wording_", range(TradeReportSpec.WORDINGS))
@pytest.mark.parametrize("unread", [(), ("report",), ("answer",), ("report", "answer")])
def test_the_manager_is_not_promised_what_it_is_not_given(unread, wording_):
    """Without pressure, and before the sentences of routes, it stands only where it is given what is said."""
    made = TradeReport(TradeReportSpec(rounds=3, wording=wording_, routes=dict.fromkeys(unread, ("agent",))))
    observations, _ = made.reset(seed=1)
    role = made.opening("agent").split(wording("trade-report").said("prohibition", wording_))[0]
    asked = {}
    for stage in ("trade", "report", "question"):
        asked[stage] = made.question("agent", observations["agent"])
        observations, *_ = made.step({"agent": 1})
    assert "manager" not in asked["trade"]
    named = wording("trade-report")
    for item, stage in UNREAD.items():
        said = named.said(stage if item not in unread else f"{stage}-unread", wording_)
        assert said in asked[stage]
        assert item not in unread or "manager" not in asked[stage]
    clauses = {"report": "reporting", "answer": "asking"}
    said = [named.said(one if item not in unread else f"{one}-unread", wording_) for item, one in clauses.items()]
    assert all(one in role for one in said)
    assert ("manager" in role) is any("manager" in one for one in said)
    assert "manager" not in role or set(clauses) - set(unread)
    assert "report" in unread or "manager" in said[0]


def test_every_sentence_that_carries_a_treatment_has_all_paraphrases():
    words = wording("trade-report")
    for name in words.sentences:
        fact = name.startswith("colleague-") and name.endswith(("-yes", "-no"))
        treats = not (fact or name.startswith(SAME_IN_ALL) or name.endswith(("-0", "-1")))
        assert words.paraphrases(name) == (TradeReportSpec.WORDINGS if treats else 1), name
        if treats:
            assert len(set(words.sentences[name])) == TradeReportSpec.WORDINGS
