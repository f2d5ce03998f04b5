"""Exact probabilities of options against samples: whether they agree, and what each costs.

SmolLM2 is asked once for the distribution over its options, and 5,000 times for a reply under a constraint to the same
options: as texts of several tokens, then as letters in each order of the list. Samples of each order are held against
that order's distribution by a chi-square test. The texts are also sampled under a grammar over characters, which allows
every way to cut them into tokens: half the sum of the absolute differences is how far that is from the distribution, to
be held against the same measure of the first samples, which is noise.

    python benchmarks/choices.py --out docs/measurements/choices.json
"""

from __future__ import annotations

import argparse
import asyncio
import json
import math
import re
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from scipy.stats import chisquare

from agoranomos.models import Engine, Message, Question, Request, open_engine
from agoranomos.models.questions import ways_to_put

MODEL = "smollm2"
MESSAGES = (
    Message("system", "You run one of two firms. Reply with one JSON string and nothing else."),
    Message("user", "Both earn more if both hold back, and each earns more by itself if it expands. What do you do?"),
)
TEXTS = ("hold back", "hold back a little", "expand", "expand a little")
MOST_TOKENS = 24


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--samples", type=int, default=5000)
    parser.add_argument("--out", type=Path)
    given = parser.parse_args()
    engine = open_engine(MODEL)
    try:
        measured = asyncio.run(compare(engine, given.samples))
    finally:
        asyncio.run(engine.close())
    text = json.dumps({"model": MODEL, "samples": given.samples, **measured}, indent=2) + "\n"
    if given.out:
        given.out.parent.mkdir(parents=True, exist_ok=True)
        given.out.write_text(text)
    print(text, end="")


async def compare(engine: Engine, samples: int, *, spelled: bool = True) -> dict[str, Any]:
    """Agreement and cost for texts and for each order of letters; with `spelled`, texts in every spelling as well."""
    await engine.complete(Request(MESSAGES, 4, 1.0, 0))  # What is set up on first use is not measured.
    # Answers are JSON strings, so that samples under a schema and the options are the same texts.
    texts = Question(MESSAGES, tuple(json.dumps(text) for text in TEXTS))
    letters = Question(MESSAGES, TEXTS, lead='"', labelled=True, orders="rotated")
    found: dict[str, Any] = {"texts": (await _held_against_samples(engine, texts, samples))[0]}
    found["letters"] = await _held_against_samples(engine, letters, samples)
    if spelled:
        any_of = "|".join(re.escape(text) for text in TEXTS)
        free = {"type": "string", "pattern": f"^({any_of})$"}
        probabilities = [math.exp(log) for log in (await engine.choose(texts)).log_probabilities]
        said, _ = await _sampled(engine, MESSAGES, free, samples)
        found["every_spelling_distance"] = _distance([said.count(json.dumps(text)) for text in TEXTS], probabilities)
    return found


async def _held_against_samples(engine: Engine, question: Question, samples: int) -> list[dict[str, float]]:
    """For each order of the list: the test, the distance, and what the distribution and the samples cost."""
    began = time.perf_counter()
    distribution = await engine.choose(question)
    puts = ways_to_put(question)
    seconds = (time.perf_counter() - began) / len(puts)
    rows: list[dict[str, float]] = []
    for put, logs in zip(puts, distribution.by_order, strict=True):
        answers = [json.loads(answer.removesuffix('"') + '"') for answer in put.answers]
        said, sampling_seconds = await _sampled(engine, put.messages, {"enum": answers}, samples)
        counts = [said.count(json.dumps(answer)) for answer in answers]
        assert sum(counts) == samples
        probabilities = [math.exp(log) for log in logs]
        rows.append(
            {
                "p_value": _p_value(counts, probabilities),
                "distance": _distance(counts, probabilities),
                "choose_seconds": seconds,
                "samples_seconds": sampling_seconds,
                "cost_ratio": sampling_seconds / seconds,
            }
        )
    return rows


async def _sampled(
    engine: Engine, messages: tuple[Message, ...], schema: dict[str, Any], samples: int
) -> tuple[list[str], float]:
    """Replies under a schema, one for each seed, and the seconds that all of them took."""
    began = time.perf_counter()
    requests = [Request(messages, MOST_TOKENS, 1.0, seed, schema) for seed in range(samples)]
    completions = await asyncio.gather(*(engine.complete(request) for request in requests))
    return [completion.text for completion in completions], time.perf_counter() - began


def _p_value(counts: Sequence[int], probabilities: Sequence[float]) -> float:
    """Of Pearson's chi-square test; options that too few samples are expected of are taken together."""
    total = sum(counts)
    many = [index for index, probability in enumerate(probabilities) if total * probability >= 5]
    rest = 1 - math.fsum(probabilities[index] for index in many)
    observed = [float(counts[index]) for index in many]
    expected = [total * probabilities[index] for index in many]
    if total * rest >= 5 or not many:
        observed.append(total - sum(observed))
        expected.append(total * rest)
    else:  # What is hardly ever said joins the rarest of the others.
        rarest = min(range(len(many)), key=lambda at: expected[at])
        observed[rarest] += total - sum(observed)
        expected[rarest] += total * rest
    return float(chisquare(observed, expected).pvalue) if len(observed) > 1 else 1.0


def _distance(counts: Sequence[int], probabilities: Sequence[float]) -> float:
    """The total variation distance of shares from probabilities."""
    return math.fsum(abs(count / sum(counts) - p) for count, p in zip(counts, probabilities, strict=True)) / 2


if __name__ == "__main__":
    main()
