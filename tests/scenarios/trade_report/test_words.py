"""The prompts are what they were, and no paraphrase is missing."""

from pathlib import Path

from agoranomos.scenarios.trade_report import TradeReportSpec
from agoranomos.scenarios.wording import wording
from scenarios.trade_report.prompts import prompts

SAME_IN_ALL = ("party-", "item-", "agent-", "no-answer", "found", "not-found", "earned", "lost")


def test_every_prompt_is_what_it_was():
    assert prompts() == (Path(__file__).parent / "prompts.txt").read_text()


def test_every_sentence_that_carries_a_treatment_has_all_paraphrases():
    words = wording("trade-report")
    for name in words.sentences:
        fact = name.startswith("colleague-") and name.endswith(("-yes", "-no"))
        treats = not (fact or name.startswith(SAME_IN_ALL) or name.endswith(("-0", "-1")))
        assert words.paraphrases(name) == (TradeReportSpec.WORDINGS if treats else 1), name
        if treats:
            assert len(set(words.sentences[name])) == TradeReportSpec.WORDINGS
