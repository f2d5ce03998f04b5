import re

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from agoranomos.errors import UsageError
from agoranomos.models.mock.schema_sampling import middle_value, sample_value

leaves = st.one_of(
    st.tuples(st.integers(-50, 50), st.integers(0, 100)).map(
        lambda bounds: {"type": "integer", "minimum": bounds[0], "maximum": bounds[0] + bounds[1]}
    ),
    st.just({"type": "number", "minimum": 0, "maximum": 10}),
    st.integers(0, 40).map(lambda limit: {"type": "string", "pattern": f"^[ !#-\\[\\]-~]{{0,{limit}}}$"}),
    st.just({"type": "string", "pattern": "^[0-9]{1,2}$"}),
    st.integers(0, 30).map(lambda limit: {"type": "string", "maxLength": limit}),
    st.just({"enum": ["a", 2, None]}),
    st.just({"const": 7}),
    st.just({"type": "boolean"}),
    st.just({"type": "null"}),
)
schemas = st.recursive(
    leaves,
    lambda inner: st.one_of(
        st.dictionaries(st.text("abc", min_size=1, max_size=3), inner, max_size=4).map(
            lambda properties: {"type": "object", "properties": properties}
        ),
        inner.map(lambda item: {"type": "array", "items": item, "minItems": 2}),
        st.lists(inner, min_size=1, max_size=3).map(lambda options: {"anyOf": options}),
    ),
    max_leaves=8,
)


def satisfies(value, schema):
    if "const" in schema:
        return value == schema["const"]
    if "enum" in schema:
        return value in schema["enum"]
    if "anyOf" in schema:
        return any(satisfies(value, option) for option in schema["anyOf"])
    match schema["type"]:
        case "object":
            properties = schema["properties"]
            return (
                isinstance(value, dict)
                and list(value) == list(properties)
                and all(satisfies(value[key], properties[key]) for key in properties)
            )
        case "array":
            return (
                isinstance(value, list)
                and len(value) == schema["minItems"]
                and all(satisfies(item, schema["items"]) for item in value)
            )
        case "integer":
            return isinstance(value, int) and schema["minimum"] <= value <= schema["maximum"]
        case "number":
            return isinstance(value, int | float) and schema["minimum"] <= value <= schema["maximum"]
        case "string":
            if not isinstance(value, str):
                return False
            return len(value) <= schema.get("maxLength", 99) and re.search(schema.get("pattern", ""), value) is not None
        case "boolean":
            return isinstance(value, bool)
        case "null":
            return value is None


@settings(max_examples=150, deadline=None)
@given(schema=schemas, seed=st.integers(0, 1000))
def test_values_satisfy_their_schema(schema, seed):
    assert satisfies(sample_value(schema, np.random.default_rng(seed)), schema)
    assert satisfies(middle_value(schema), schema)
    assert middle_value(schema) == middle_value(schema)


@pytest.mark.parametrize("schema", [{"type": "nonsense"}, {}, {"type": "string", "pattern": "^[#]+$"}])
def test_what_the_subset_lacks_is_refused_by_name(schema):
    with pytest.raises(UsageError, match="mock engine"):
        sample_value(schema, np.random.default_rng(0))
