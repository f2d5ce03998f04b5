import json

import pytest

from agoranomos.models.local.finite import MOST, texts_of

ACTION = {
    "type": "object",
    "properties": {"action": {"enum": ["cooperate", "defect"]}, "report": {"type": "boolean"}},
    "required": ["action", "report"],
    "additionalProperties": False,
}


def test_the_values_of_an_enumeration_are_written_as_json():
    assert texts_of({"enum": ["a b", 1, None, True, {"x": [1, "é"]}]}) == [
        '"a b"',
        "1",
        "null",
        "true",
        '{"x":[1,"é"]}',
    ]


def test_objects_have_a_text_for_each_choice_of_values_with_keys_in_order():
    texts = texts_of(ACTION)
    assert texts[0] == '{"action":"cooperate","report":true}'
    assert [tuple(json.loads(text).values()) for text in texts] == [
        (action, report) for action in ("cooperate", "defect") for report in (True, False)
    ]


@pytest.mark.parametrize(
    ("schema", "texts"),
    [
        ({"const": 3, "description": "three"}, ["3"]),
        ({"type": "string", "enum": ["x", "x"]}, ['"x"']),
        ({"type": "integer", "enum": [1, 2]}, ["1", "2"]),
        ({"type": "boolean"}, ["true", "false"]),
        ({"type": "null"}, ["null"]),
    ],
)
def test_small_schemas_are_listed(schema, texts):
    assert texts_of(schema) == texts


@pytest.mark.parametrize(
    "schema",
    [
        {"type": "string"},
        {"type": "integer", "minimum": 0, "maximum": 3},
        {"enum": ["a"], "pattern": "b"},
        {"type": "integer", "enum": ["a", 1]},
        {"type": "integer", "enum": [True]},
        {"type": ["string", "null"], "enum": ["a"]},
        {"type": "nonsense"},
        {"enum": []},
        {},
        {**ACTION, "additionalProperties": True},
        {**ACTION, "required": ["action"]},
        {**ACTION, "minProperties": 3},
        {**ACTION, "properties": {**ACTION["properties"], "note": {"type": "string"}}, "required": ["action", "note"]},
        {"enum": list(range(MOST + 1))},
        {
            "type": "object",
            "properties": {f"k{n}": {"type": "boolean"} for n in range(11)},
            "required": [f"k{n}" for n in range(11)],
            "additionalProperties": False,
        },
    ],
)
def test_whatever_says_more_is_left_to_a_grammar(schema):
    assert texts_of(schema) is None
