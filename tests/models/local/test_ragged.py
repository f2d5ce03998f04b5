import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from agoranomos.errors import MachineError
from agoranomos.models.local import loading
from agoranomos.models.local import ragged as ragged_module
from agoranomos.models.local.loading import generator_of
from agoranomos.models.local.ragged import RaggedModel
from agoranomos.models.local.shape import PROBE, departure
from models.local.tiny_model import tiny_llama, tiny_tokenizer

torch = pytest.importorskip("torch")
pytest.importorskip("transformers")


@pytest.fixture(scope="module")
def models():
    tokenizer = tiny_tokenizer()
    return tiny_llama(tokenizer), RaggedModel(tiny_llama(tokenizer))


def plain_logits(model, ids):
    with torch.inference_mode():
        return model(input_ids=torch.tensor([ids])).logits[0, -1]


sequences = st.lists(st.lists(st.integers(0, 250), min_size=1, max_size=40), min_size=1, max_size=5)


@settings(max_examples=30, deadline=None)
@given(sequences=sequences, cuts=st.lists(st.integers(0, 40), min_size=5, max_size=5))
def test_logits_equal_the_models_own_however_rows_are_cut_and_mixed(models, sequences, cuts):
    plain, ragged = models
    rows = [ragged.row(40) for _ in sequences]
    firsts = [(row, ids[:cut]) for row, ids, cut in zip(rows, sequences, cuts, strict=False) if 0 < cut < len(ids)]
    if firsts:
        ragged.read(firsts)
    found = ragged.read([(row, ids[row.length :]) for row, ids in zip(rows, sequences, strict=True)])
    for logits, ids in zip(found, sequences, strict=True):
        torch.testing.assert_close(logits, plain_logits(plain, ids), atol=1e-4, rtol=0)


@settings(max_examples=20, deadline=None)
@given(sequences=sequences, most=st.integers(1, 50))
def test_passes_stay_small_however_long_the_prompts_are(models, sequences, most):
    plain, ragged = models
    sizes, run = [], ragged.model.forward

    def measured(input_ids, **more):
        sizes.append(input_ids.shape[1])
        return run(input_ids=input_ids, **more)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(ragged_module, "PASS_TOKENS", most)
        patch.setattr(ragged.model, "forward", measured)
        rows = [ragged.row(44) for _ in sequences]
        aside = ragged.row(44)
        ragged.read([(aside, [9, 8, 7])])
        found = ragged.read(list(zip(rows, sequences, strict=True)), [(aside, [[4, 5], [6]])])
    assert max(sizes) <= most + 3
    expected = [*sequences, [9, 8, 7, 4, 5], [9, 8, 7, 6]]
    for logits, ids in zip(found, expected, strict=True):
        torch.testing.assert_close(logits, plain_logits(plain, ids), atol=1e-4, rtol=0)
    assert [row.length for row in (*rows, aside)] == [*map(len, sequences), 3]


def test_a_model_with_more_to_its_attention_is_refused(monkeypatch):
    tokenizer = tiny_tokenizer()
    monkeypatch.setattr(loading, "departure", lambda decoder, plain: 0.5)
    with pytest.raises(MachineError, match="attention this engine does not reproduce"):
        generator_of(tiny_llama(tokenizer), tokenizer, "odd", cache_bytes=0)


def test_the_probe_tells_attention_that_is_scaled_differently(models):
    plain, ragged = models
    ours = plain_logits(plain, list(PROBE))
    assert departure(ragged, ours) < 1e-5
    assert departure(ragged, ours + ours.abs().max() * 0.01) > 1e-3


def test_layers_of_other_kinds_are_refused():
    tokenizer = tiny_tokenizer()
    model = tiny_llama(tokenizer)
    model.config.layer_types = ["full_attention", "linear_attention"]
    with pytest.raises(MachineError, match="linear_attention"):
        generator_of(model, tokenizer, "odd", cache_bytes=0)


def test_a_sliding_window_bounds_the_context():
    tokenizer = tiny_tokenizer()
    model = tiny_llama(tokenizer)
    model.config.sliding_window = 128
    assert RaggedModel(model).context == 128


def test_a_model_without_a_chat_template_is_refused():
    tokenizer = tiny_tokenizer()
    model = tiny_llama(tokenizer)
    tokenizer.chat_template = None
    with pytest.raises(MachineError, match="no chat template"):
        generator_of(model, tokenizer, "base", cache_bytes=0)


def test_where_positions_change_with_the_longest_row_of_a_pass_rows_end_before(models):
    factors = {"short_factor": [1.0] * 4, "long_factor": [8.0] * 4, "rope_theta": 1e4}
    rotary = {"rope_type": "longrope", "original_max_position_embeddings": 64, **factors}
    ragged = RaggedModel(tiny_llama(tiny_tokenizer(), context=256, rope_parameters=rotary))
    ids = list(range(3, 40))
    assert ragged.context == 64

    def beside(length):
        return ragged.read([(ragged.row(length), ids), (ragged.row(length), [5] * length)])[0]

    alone = ragged.read([(ragged.row(64), ids)])[0]
    torch.testing.assert_close(beside(64), alone, atol=1e-4, rtol=0)
    assert float((beside(65) - alone).abs().max()) > 1  # So it would be with the context that the model claims.
