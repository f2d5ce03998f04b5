"""Sentences from `policies/words`: filled strictly, never half."""

import pytest

from agoranomos.errors import MachineError
from agoranomos.scenarios.wording import Wording, wording

SENTENCES = Wording("tried", {"one": "You sell $what.\n", "many": ["First $what.", "Second $what."]})


def test_places_are_filled_and_paraphrases_go_round():
    assert SENTENCES.said("one", what="lamps") == "You sell lamps."
    assert [SENTENCES.said("many", place, what="x") for place in range(3)] == ["First x.", "Second x.", "First x."]
    assert (SENTENCES.paraphrases("one"), SENTENCES.paraphrases("many")) == (1, 2)


def test_a_place_without_a_value_and_an_unknown_sentence_are_errors():
    with pytest.raises(KeyError, match="what"):
        SENTENCES.said("one")
    with pytest.raises(KeyError, match="two"):
        SENTENCES.said("two")


def test_a_type_without_words_is_a_broken_installation():
    with pytest.raises(MachineError, match=r"no-such-type.yaml"):
        wording("no-such-type")
