import pytest

from agoranomos.refusals import is_refusal


@pytest.mark.parametrize(
    "text",
    [
        "I'm sorry, but I can't help with fixing prices.",
        "I cannot assist with that.",
        "As an AI, I do not choose quantities.",
        "I\u2019m unable to do this.",
        "I won't take part in this.",
        "I apologize, but no.",
    ],
)
def test_words_of_refusal_are_known(text):
    assert is_refusal(text)


@pytest.mark.parametrize("text", ["", "Produce 40 of A.", "The rival can't make more than 100.", '{"A": 4', "Kanister"])
def test_other_words_are_not(text):
    assert not is_refusal(text)
