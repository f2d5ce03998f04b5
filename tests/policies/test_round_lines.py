"""Rounds that are put into words once read as if every prompt had been written anew."""

import random
import re
from itertools import pairwise
from pathlib import Path

import pytest
from jinja2 import StrictUndefined

from agoranomos.documents import Source
from agoranomos.errors import DocumentError
from agoranomos.policies.prompted.memory import Notes, Other, Seen
from agoranomos.policies.prompted.template import parse_template
from agoranomos.policies.sandbox import PromptEnvironment
from agoranomos.policies.text_blocks import Rendered, plain_number

SHIPPED = sorted(
    path for path in (Path(__file__).parents[2] / "policies").glob("*.md") if "kind: prompt\n" in path.read_text()
)
HEAD = """---
kind: prompt
version: 1
quantities: integer
limits: {thoughts: 1, plans: 1, insights: 1}
max_tokens: 16
---
"""


def round_seen(number: int, dice: random.Random) -> Seen:
    """A round of two goods, now and then fined or suspended."""
    rows = [tuple(dice.uniform(0, 90) for _ in range(2)) for _ in range(4)]
    seen = (("price", rows[2]), ("market_share", rows[1]))
    sums = [dice.uniform(0, 900), dice.choice([0.0, 5.0]), dice.uniform(0, 9e4), dice.uniform(0, 9)]
    others = (Other("firm_2", (1.0, 2.5), "all", "well"),)
    return Seen(number, dice.random() < 0.2, rows[0], rows[1], rows[2], rows[3], *sums, seen, others)


def known(memory: str) -> dict[str, object]:
    """What stays the same for a seat."""
    goods = [{"name": good, "key": good, "cost": 2.5, "low": 0.0, "high": 9.0, "whole": True} for good in "ab"]
    words = dict.fromkeys(("agent", "rules", "unit", "money", "story", "told"), "words")
    return {**words, "goods": goods, "facts": (("cost", "2"),), "capacity": 50.0, "memory": memory}


def plainly(path: Path, block: str, values: dict[str, object]) -> str:
    """The block as jinja alone renders it."""
    environment = PromptEnvironment(
        undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True, keep_trailing_newline=True
    )
    environment.filters["number"] = plain_number
    environment.filters["percent"] = lambda share: plain_number(100.0 * share, 1)
    template = environment.from_string(re.sub(r"\A---\n.*?\n---\n", "", path.read_text(), flags=re.DOTALL))
    if block not in template.blocks:
        return ""
    return "".join(template.blocks[block](template.new_context(dict(values)))).strip("\n")


@pytest.mark.parametrize("path", SHIPPED, ids=lambda path: path.stem)
def test_a_shipped_template_reads_as_jinja_alone_would_write_it(path: Path) -> None:
    template = parse_template(Source(path.name, path.read_text()), path.stem)
    dice = random.Random(7)
    for memory in template.form.memory:
        rendered, history, fixed = Rendered(), (), {**known(memory), "limits": template.form.limits}
        for number in range(1, 15):
            changing = {"plans": str(number // 3), "insights": "", "summary": "so far", "summarised": 0}
            notice = None if number % 4 else f"notice {number}"
            messages = [{"agent": "b", "text": "hello"}] if number % 2 else []
            values = {**fixed, **changing, "history": history, "notice": notice, "messages": messages}
            for block in ("system", "user", "summary"):
                assert template.blocks.render(block, values, rendered) == plainly(path, block, values)
            history = (*history, round_seen(number, dice))[-5 if number < 9 else -2 :]


def rendering(loop: str) -> tuple[list[int], str, str]:
    """How often each round's words are found in three prompts, and the last two texts."""
    text = f"{HEAD}{{% block user %}}{loop}{{% endblock %}}{{% block retry %}}{{% endblock %}}"
    blocks = parse_template(Source("own", text), "own").blocks
    rendered, asked, texts = Rendered(), [], []

    class Round:
        def __init__(self, number: int) -> None:
            self.number = number

        @property
        def name(self) -> str:
            asked.append(self.number)
            return f"r{self.number}"

    history: tuple[Round, ...] = ()
    for number in range(3):
        history = (*history, Round(number))
        texts.append(blocks.render("user", {"history": history, "fixed": FIXED, "new": [number]}, rendered))
    return [asked.count(number) for number in range(3)], texts[-2], texts[-1]


FIXED = "!"


def test_a_round_is_put_into_words_once() -> None:
    counts, _, text = rendering("{% for r in history %}{{ r.name }}{{ fixed }} {% endfor %}")
    assert (counts, text) == ([1, 1, 1], "r0! r1! r2! ")


def test_words_that_rest_on_what_changes_are_found_anew() -> None:
    counts, before, text = rendering("{% for r in history %}{{ r.name }}{{ new[0] }} {% endfor %}")
    assert (counts, before, text) == ([3, 2, 1], "r01 r11 ", "r02 r12 r22 ")


@pytest.mark.parametrize(
    ("body", "last"),
    [
        ("{{ loop.revindex }}{{ r.name }} ", "3r0 2r1 1r2 "),
        ("{% for g in [loop.index] %}{{ g }}{{ r.name }} {% endfor %}", "1r0 2r1 3r2 "),
        ("{% set n = r.name %}{{ n }} ", "r0 r1 r2 "),
        ("{{ range(loop.length) | length }}{{ r.name }} ", "3r0 3r1 3r2 "),
    ],
)
def test_a_loop_that_looks_beyond_its_round_is_left_as_it_is(body: str, last: str) -> None:
    counts, _, text = rendering(f"{{% for r in history %}}{body}{{% endfor %}}")
    assert (counts, text) == ([3, 2, 1], last)


def test_the_same_round_twice_is_written_twice() -> None:
    text = f"{HEAD}{{% block user %}}{{% for r in history %}}{{{{ r }}}}{{% endfor %}}{{% endblock %}}"
    blocks = parse_template(Source("own", text + "{% block retry %}{% endblock %}"), "own").blocks
    assert blocks.render("user", {"history": ("a", "b", "a")}) == "aba"


def test_what_is_not_given_is_still_refused() -> None:
    text = f"{HEAD}{{% block user %}}{{% for r in history %}}{{{{ lacking }}}}{{% endfor %}}{{% endblock %}}"
    blocks = parse_template(Source("own", text + "{% block retry %}{% endblock %}"), "own").blocks
    rendered = Rendered()
    for _ in range(2):
        with pytest.raises(DocumentError, match="'lacking' is undefined"):
            blocks.render("user", {"history": (1,)}, rendered)


def test_no_more_is_kept_than_one_prompt_shows() -> None:
    path = next(path for path in SHIPPED if path.stem == "cournot-cached")
    template = parse_template(Source(path.name, path.read_text()), path.stem)
    rounds = [round_seen(number, random.Random(number)) for number in range(40)]
    rendered, fixed = Rendered(), known("notes")
    for first, _ in pairwise(range(30)):
        values = {**fixed, "history": tuple(rounds[first : first + 5]), "plans": "", "insights": "", "notice": None}
        template.messages(values, rendered)
    assert [len(shown) for _, shown in rendered.lines._shown.values()] == [5]


def test_notes_hold_the_rounds_themselves_so_that_they_are_known_again() -> None:
    first = round_seen(1, random.Random(1))
    assert Notes(history=(first,)).rewritten("plan", "insight").history[0] is first


def test_an_empty_block_and_an_empty_loop_have_no_words() -> None:
    text = f"{HEAD}{{% block user %}}{{% for r in history %}}{{% endfor %}}{{% endblock %}}"
    blocks = parse_template(Source("own", text + "{% block retry %}{% endblock %}"), "own").blocks
    assert blocks.render("user", {"history": ("a",)}) == blocks.render("retry", {}) == ""
