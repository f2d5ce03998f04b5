"""What constraints allow, token by token."""

import itertools
import json

import pytest

from agoranomos.errors import UsageError
from agoranomos.models.local.grammar import MOST_SCHEMAS, GrammarConstraint, Grammars, TrieConstraint
from agoranomos.models.local.trie import OptionTrie
from models.local.tiny_model import tiny_tokenizer

torch = pytest.importorskip("torch")
pytest.importorskip("transformers")
pytest.importorskip("xgrammar")

VALUES = ["cooperate", "coop", "defect"]


@pytest.fixture(scope="module")
def tokenizer():
    return tiny_tokenizer()


@pytest.fixture(scope="module")
def grammars(tokenizer):
    return Grammars(tokenizer, len(tokenizer), [tokenizer.eos_token_id])


def allowed(grammars, constraint, size):
    logits = torch.zeros((2, size))
    grammars.forbid(logits, [(1, constraint)])
    assert bool((logits[0] == 0).all())
    return [int(token) for token in torch.isfinite(logits[1]).nonzero()]


def spellings(grammars, tokenizer, schema):
    """All that can be said under a schema, as tokens, by following every token that is allowed."""
    found = []

    def follow(taken):
        constraint = grammars.constraint(schema)
        so_far = list(constraint.forced())
        for token in taken:
            constraint.accept(token)
            so_far += [token, *constraint.forced()]
        if constraint.complete:
            found.append(tuple(so_far))
            return
        for token in allowed(grammars, constraint, len(tokenizer)):
            follow((*taken, token))

    follow(())
    return found


def test_a_schema_with_few_values_allows_each_in_the_tokenizers_own_spelling_alone(grammars, tokenizer):
    found = spellings(grammars, tokenizer, {"enum": VALUES})
    expected = [tuple(tokenizer.encode(f'"{value}"', add_special_tokens=False)) for value in VALUES]
    assert sorted(found) == sorted(expected)


def test_where_a_value_begins_another_only_a_stop_token_ends_it(grammars, tokenizer):
    schema = {"enum": [1, 12, 123]}
    found = [tokenizer.decode(tokens, skip_special_tokens=True) for tokens in spellings(grammars, tokenizer, schema)]
    assert sorted(found) == ["1", "12", "123"]
    constraint = grammars.constraint(schema)
    assert constraint.forced() == tokenizer.encode("1", add_special_tokens=False)
    assert tokenizer.eos_token_id in allowed(grammars, constraint, len(tokenizer))
    constraint.accept(tokenizer.eos_token_id)
    assert constraint.complete


def test_a_grammar_over_characters_allows_every_spelling(grammars, tokenizer):
    """Why `choose` and sampling share a trie: the same text has more than one way to be said."""
    schema = {"type": "string", "pattern": "^the price$"}
    found = spellings(grammars, tokenizer, schema)
    assert {tokenizer.decode(tokens) for tokens in found} == {'"the price"'}
    assert isinstance(grammars.constraint(schema), GrammarConstraint)


def test_a_token_that_is_not_allowed_is_refused(grammars, tokenizer):
    constraint = grammars.constraint({"enum": VALUES})
    constraint.forced()
    assert isinstance(constraint, TrieConstraint)
    with pytest.raises(AssertionError, match="against its options"):
        constraint.accept(tokenizer.encode("z", add_special_tokens=False)[0])


def test_a_value_that_spells_a_control_token_is_left_to_a_grammar(grammars):
    assert isinstance(grammars.constraint({"enum": ["<|im_end|>", "stay"]}), GrammarConstraint)


def test_a_single_value_is_forced_whole(grammars, tokenizer):
    constraint = grammars.constraint({"const": "defect"})
    assert tokenizer.decode(constraint.forced()) == '"defect"'
    assert constraint.complete


def test_objects_of_few_values_are_told_apart_by_their_first_difference(grammars, tokenizer):
    schema = {
        "type": "object",
        "properties": {"action": {"enum": VALUES}, "report": {"type": "boolean"}},
        "required": ["action", "report"],
        "additionalProperties": False,
    }
    found = {tokenizer.decode(tokens) for tokens in spellings(grammars, tokenizer, schema)}
    assert found == {
        f'{{"action":"{action}","report":{report}}}' for action, report in itertools.product(VALUES, ("true", "false"))
    }


def test_a_schema_without_a_grammar_is_refused(grammars):
    with pytest.raises(UsageError, match="no grammar"):
        grammars.constraint({"type": "nonsense"})


def test_tokens_beyond_the_first_word_of_a_bitmask_are_allowed_too(grammars, tokenizer):
    last = len(tokenizer) - 1
    constraint = TrieConstraint(OptionTrie([(31,), (last,)]), [])
    assert allowed(grammars, constraint, len(tokenizer)) == [31, last]


@pytest.mark.parametrize("length", [128, 129, 1200])
def test_texts_may_be_long(grammars, length):
    text = {"type": "string", "pattern": f"^[ !#-\\[\\]-~]{{0,{length}}}$"}
    schema = {"type": "object", "properties": {"note": text}, "required": ["note"], "additionalProperties": False}
    assert isinstance(grammars.constraint(schema), GrammarConstraint)


def draws_from(grammars, tokenizer, schema, seed):
    """One reply under a schema, drawn from flat logits: its text, whose tokens are all allowed."""
    constraint, generator = grammars.constraint(schema), torch.Generator().manual_seed(seed)
    taken = list(constraint.forced())
    while not constraint.complete and len(taken) < 200:
        options = allowed(grammars, constraint, len(tokenizer))
        token = options[int(torch.randint(len(options), (1,), generator=generator))]
        constraint.accept(token)
        taken += [token, *constraint.forced()]
    assert constraint.complete
    return tokenizer.decode(taken, skip_special_tokens=True)


def test_a_number_that_may_go_on_is_not_ended_after_its_first_digit(grammars, tokenizer):
    schema = {"type": "integer", "minimum": 0, "maximum": 120}
    found = {tokenizer.decode(tokens, skip_special_tokens=True) for tokens in spellings(grammars, tokenizer, schema)}
    assert found == {str(number) for number in range(121)}


def test_a_number_that_nothing_can_follow_needs_no_stop_token(grammars, tokenizer):
    constraint = grammars.constraint({"type": "integer", "minimum": 5, "maximum": 12})
    assert not constraint.complete
    constraint.accept(tokenizer.encode("7", add_special_tokens=False)[0])
    assert constraint.complete


@pytest.mark.parametrize("values", [["é", "è"], ["😀", "😁"], ["ав", "аг"]])
def test_texts_that_part_within_a_character_can_be_asked_for(grammars, tokenizer, values):
    schema = {
        "type": "object",
        "properties": {"word": {"type": "string", "enum": values}, "units": {"type": "integer", "minimum": 0}},
        "required": ["word", "units"],
        "additionalProperties": False,
    }
    said = [json.loads(draws_from(grammars, tokenizer, schema, seed))["word"] for seed in range(24)]
    assert set(said) == set(values)


def test_values_that_the_tokenizer_writes_alike_are_left_to_a_grammar():
    from tokenizers.normalizers import NFKC

    tokenizer = tiny_tokenizer()
    tokenizer.backend_tokenizer.normalizer = NFKC()
    grammars = Grammars(tokenizer, len(tokenizer), [tokenizer.eos_token_id])
    assert isinstance(grammars.constraint({"enum": ["1", "①"]}), GrammarConstraint)


def test_schemas_without_end_are_not_all_kept(grammars):
    for most in range(MOST_SCHEMAS + 8):
        grammars.constraint({"type": "integer", "minimum": 0, "maximum": most})
    assert grammars._compiled.cache_info().currsize == MOST_SCHEMAS
