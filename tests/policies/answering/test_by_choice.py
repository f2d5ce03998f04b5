"""Probabilities of adversarial option sets, against replies that are drawn and against every way to write an answer."""

from __future__ import annotations

import asyncio
import json
import math
from collections import Counter
from collections.abc import Sequence
from itertools import product

import numpy as np
import pytest

from agoranomos.models import Message, Question, open_engine
from agoranomos.models.local.scoring import Scores
from agoranomos.models.local.trie import OptionTrie
from agoranomos.policies.answering.by_choice import LEAD, TAIL, in_json
from agoranomos.scenarios import Option
from agoranomos.scenarios.replies import written_choice

SETS = [
    ("A", "B"),
    ("keep", "keep all", "keep all of it"),
    ("slow route", "slow roads", "fast route"),
    ('say "no"', "say 'no'", "say no"),
    ("a\\b", "a/b", "a\tb"),
    ("ναι", "να", "όχι"),
    ("Straße", "Strasse"),
    ("1", "10", "100"),
    ("\U0001f600", "\U0001f601"),
    ("}", '"}', "{"),
    ("A", "a", "Α"),
]
"""Labels that begin with one another, share their first token, or hold quotes, other scripts and half of the JSON."""


@pytest.mark.parametrize("labels", SETS)
def test_what_is_scored_is_what_is_written(labels: tuple[str, ...]) -> None:
    for label in labels:
        scored = LEAD + in_json(label) + TAIL
        assert scored == written_choice(Option(label, label, (0.0,), False))
        assert json.loads(scored) == {"choice": label}


def as_bytes(text: str) -> list[int]:
    """A vocabulary of 256 bytes and an end, so that every label is cut where it can be."""
    return list(text.encode())


@pytest.mark.parametrize("labels", SETS)
def test_the_trie_gives_the_products_of_masked_conditionals(labels: tuple[str, ...]) -> None:
    """Against an independent walk: a byte's probability among those with which any answer goes on."""
    torch = pytest.importorskip("torch")
    answers = [as_bytes(LEAD + in_json(label) + TAIL) for label in labels]
    trie = OptionTrie(answers)
    scores = Scores(trie, 0.7, (256,))
    logits = torch.randn((len(trie.branches), 257), generator=torch.Generator().manual_seed(3))
    assert scores.take(range(len(trie.branches)), logits)
    found = [math.exp(log) for log in scores.log_probabilities()]
    assert math.fsum(found) == pytest.approx(1.0)

    def independent(answer: Sequence[int]) -> float:
        share = 1.0
        for place in range(len(answer)):
            following = {
                other[place] for other in answers if other[:place] == list(answer[:place]) and len(other) > place
            }
            if len(following) > 1:
                row = [branch.path for branch in trie.branches].index(tuple(answer[:place]))
                weights = {token: math.exp(float(logits[row][token]) / 0.7) for token in following}
                share *= weights[answer[place]] / math.fsum(weights.values())
        return share

    assert found == pytest.approx([independent(answer) for answer in answers])


@pytest.mark.parametrize("labels", SETS)
def test_no_answer_is_the_beginning_of_another(labels: tuple[str, ...]) -> None:
    """With what follows the label scored too, whether an answer ends is never asked of the model."""
    answers = [LEAD + in_json(label) + TAIL for label in labels]
    assert not any(one != other and other.startswith(one) for one, other in product(answers, repeat=2))


@pytest.mark.parametrize("labels", SETS)
def test_options_are_drawn_as_often_as_the_mock_finds_them_probable(labels: tuple[str, ...]) -> None:
    """Brute force: 2,000 draws of Gumbel-max on the scores of the mock, within five deviations."""
    engine = open_engine("mock/valid")
    question = Question((Message("user", "Which?"),), tuple(map(in_json, labels)), lead=LEAD, tail=TAIL)
    answer = asyncio.run(engine.choose(question))
    noise = np.random.default_rng(5).gumbel(size=(2000, len(labels)))
    drawn = Counter((np.array(answer.log_probabilities) + noise).argmax(axis=1).tolist())
    for place, log in enumerate(answer.log_probabilities):
        share = math.exp(log)
        assert abs(drawn[place] - 2000 * share) <= 5 * (2000 * share * (1 - share)) ** 0.5
