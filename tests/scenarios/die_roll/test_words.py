"""The prompts are what they were, and no paraphrase is missing."""

from pathlib import Path

from agoranomos.scenarios.die_roll import DieRollSpec
from agoranomos.scenarios.wording import wording
from scenarios.die_roll.prompts import prompts

SAME_IN_ALL = (
    "option",
    "row",
    "spelled",
    "said",
    "paid",
    "was",
    "reported",
    "no-report",
    "found",
    "not-found",
    "earned",
    "lost",
)


def test_every_prompt_is_what_it_was():
    assert prompts() == (Path(__file__).parent / "prompts.txt").read_text()


def test_every_sentence_that_carries_a_treatment_has_all_paraphrases():
    words = wording("die-roll")
    for name in words.sentences:
        treats = not name.startswith(SAME_IN_ALL) and not name.endswith("row")
        assert words.paraphrases(name) == (DieRollSpec.WORDINGS if treats else 1), name
        if treats:
            assert len(set(words.sentences[name])) == DieRollSpec.WORDINGS
