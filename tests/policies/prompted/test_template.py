from pathlib import Path

import pytest

from agoranomos.documents import Source
from agoranomos.errors import DocumentError
from agoranomos.policies.prompted.firm import Firm
from agoranomos.policies.prompted.reply import reply_schema
from agoranomos.policies.prompted.template import parse_template, read_template
from agoranomos.policies.text_blocks import plain_number
from agoranomos.workspace import resolve
from policies.prompted.asking import WORKSPACE

HEAD = """---
kind: prompt
version: 1
quantities: integer
limits: {thoughts: 10, plans: 10, insights: 10}
max_tokens: 90
---
"""
BODY = "{% block user %}{{ plans }}{% endblock %}{% block retry %}{{ error }}{% endblock %}"


def parsed(text):
    return parse_template(Source("mine.md", text), "mine")


@pytest.mark.parametrize(
    ("text", "place", "message"),
    [
        (BODY, "mine.md:1:1", "`---`"),
        (HEAD.replace("integer", "integr") + BODY, "mine.md:4:1", "integer"),
        (HEAD.replace("max_tokens", "max_token") + BODY, "mine.md:6:1", "max_tokens"),
        (HEAD.replace("version: 1", "version: 1\nkey: good") + BODY, "mine.md:4:1", "{good}"),
        (HEAD + "{% block user %}{% endblock %}", "mine.md:8:1", "`retry`"),
        (HEAD + "{% block retry %}{% endblock %}", "mine.md:8:1", "`user`"),
        (HEAD + BODY + "{% block usr %}{% endblock %}", "mine.md", "usr"),
        (HEAD + "{% block user %}\n{{ plans }\n{% endblock %}", "mine.md:9:1", ""),
    ],
)
def test_faults_are_named_with_their_place(text, place, message):
    with pytest.raises(DocumentError) as refused:
        parsed(text)
    assert refused.value.place == place
    assert message in str(refused.value)


def test_names_that_no_template_is_given_are_errors():
    template = parsed(HEAD + BODY.replace("plans", "rival_costs"))
    with pytest.raises(DocumentError, match="rival_costs"):
        template.messages({"plans": "x"})


@pytest.mark.parametrize("body", ["{{ plans.__class__.__mro__ }}", "{{ goods.append(1) }}", "{% include 'secret' %}"])
def test_templates_reach_nothing_but_their_values(body):
    template = parsed(HEAD + BODY.replace("{{ plans }}", body))
    with pytest.raises(DocumentError):
        template.messages({"plans": "x", "goods": []})


def test_what_an_agent_wrote_is_never_read_as_a_template():
    template = parsed(HEAD + BODY)
    assert template.messages({"plans": "{{ 7 * 7 }} {% raw %}"})[0].content == "{{ 7 * 7 }} {% raw %}"


@pytest.mark.parametrize("name", ["cournot-cached", "cournot-faithful"])
def test_the_longest_reply_fits_the_budget_even_at_a_token_a_character(name):
    template = read_template(resolve("policies", name, WORKSPACE))
    limits = template.form.limits
    keys = reply_schema(template.form, Firm("f", ("A", "B"), (1.0, 2.0), 100.0))
    assert "chosen_quantities" in keys["properties"]
    # The keys and punctuation of a reply for two goods are at most 51 tokens of SmolLM2.
    assert limits.thoughts + limits.plans + limits.insights + 51 + 8 <= template.form.max_tokens


@pytest.mark.parametrize(
    ("value", "places", "text"),
    [(46.666, 2, "46.67"), (40.0, 2, "40"), (-3.5, 2, "-3.5"), (-0.001, 2, "0"), (1200.0, 0, "1200"), (0.0, 1, "0")],
)
def test_numbers_are_written_plainly(value, places, text):
    assert plain_number(value, places) == text


def test_a_template_is_known_by_the_digest_of_its_bytes():
    path = resolve("policies", "cournot-cached", WORKSPACE)
    import hashlib

    assert read_template(path).sha256 == hashlib.sha256(Path(path).read_bytes()).hexdigest()
