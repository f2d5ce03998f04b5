import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from agoranomos.models.local.decoder import Decoder
from agoranomos.models.local.paged.model import PagedModel
from agoranomos.models.local.ragged import RaggedModel
from agoranomos.models.local.shape import PROBE, departure
from models.local.tiny_model import tiny_llama, tiny_tokenizer

torch = pytest.importorskip("torch")
pytest.importorskip("transformers")

PAGE = 4


def tiny_qwen(seed=0):
    from transformers import Qwen3Config, Qwen3ForCausalLM

    torch.manual_seed(seed)
    return Qwen3ForCausalLM(
        Qwen3Config(
            vocab_size=300, hidden_size=32, intermediate_size=48, num_hidden_layers=3, num_attention_heads=4,
            num_key_value_heads=1, head_dim=16, max_position_embeddings=256, initializer_range=0.3,
        )
    ).eval()  # fmt: skip


def tiny_mistral(seed=0):
    from transformers import MistralConfig, MistralForCausalLM

    torch.manual_seed(seed)
    return MistralForCausalLM(
        MistralConfig(
            vocab_size=300, hidden_size=36, intermediate_size=48, num_hidden_layers=2, num_attention_heads=6,
            num_key_value_heads=2, max_position_embeddings=256, sliding_window=None, initializer_range=0.3,
        )
    ).eval()  # fmt: skip


def llama(seed=0):
    return tiny_llama(tiny_tokenizer(), seed=seed, vocab_size=300)


FAMILIES = {"llama": llama, "qwen": tiny_qwen, "mistral": tiny_mistral}
SETTINGS = {
    "plain": {},
    "short passes": {"pass_tokens": 5},
    "steps": {"steps": 64},
    "steps and passes": {"steps": 3, "pass_tokens": 11},
}


@pytest.fixture(scope="module", params=FAMILIES)
def plain_and_decoders(request):
    make = FAMILIES[request.param]
    decoders = {name: PagedModel(make(), 200, page=PAGE, **options) for name, options in SETTINGS.items()}
    return make(), decoders, RaggedModel(make())


def plain_logits(model, ids):
    with torch.inference_mode():
        return model(input_ids=torch.tensor([ids])).logits[0, -1]


tokens = st.integers(3, 250)
sequences = st.lists(st.lists(tokens, min_size=1, max_size=30), min_size=1, max_size=5)


@settings(max_examples=25, deadline=None)
@given(sequences=sequences, cuts=st.lists(st.integers(0, 30), min_size=5, max_size=5), data=st.data())
def test_logits_equal_the_models_own_however_rows_are_cut_shared_and_mixed(plain_and_decoders, sequences, cuts, data):
    plain, decoders, _ = plain_and_decoders
    decoder = decoders[data.draw(st.sampled_from(sorted(decoders)))]
    rows = [decoder.row(31, ids[:-1]) for ids in sequences]
    firsts = [
        (row, ids[row.length : row.length + cut])
        for row, ids, cut in zip(rows, sequences, cuts, strict=False)
        if 0 < cut < len(ids) - row.length
    ]
    if firsts:
        decoder.read(firsts)
    found = decoder.read([(row, ids[row.length :]) for row, ids in zip(rows, sequences, strict=True)])
    assert found.dtype == torch.float32
    for logits, ids, row in zip(found, sequences, rows, strict=True):
        assert row.length == len(ids)
        torch.testing.assert_close(logits, plain_logits(plain, ids), atol=1e-4, rtol=0)
        decoder.keep(ids, row)
    decoder.release(rows)


def test_what_was_kept_is_not_read_again_and_means_the_same(plain_and_decoders):
    plain, decoders, ragged = plain_and_decoders
    ids = [5 + index for index in range(23)]
    for decoder in (*decoders.values(), ragged):
        row = decoder.row(30)
        decoder.read([(row, ids)])
        decoder.keep(ids, row)
        decoder.release([row])
    for decoder in decoders.values():
        for longer in (ids[:9], [*ids, 7, 8], [*ids[:17], 3, 3, 3]):
            row = decoder.row(30, longer[:-1])
            shared = next((i for i, (a, b) in enumerate(zip(ids, longer[:-1], strict=False)) if a != b), 22)
            assert row.length == min(shared, len(longer) - 1) // PAGE * PAGE
            logits = decoder.read([(row, longer[row.length :])])
            torch.testing.assert_close(logits[0], plain_logits(plain, longer), atol=1e-4, rtol=0)
            decoder.release([row])


def test_forks_go_their_own_ways(plain_and_decoders):
    plain, decoders, ragged = plain_and_decoders
    for decoder in (*decoders.values(), ragged):
        for start in ([9, 8, 7, 6, 5, 4], [9, 8, 7, 6]):
            row = decoder.row(12)
            decoder.read([(row, start)])
            forks = [decoder.fork(row, 12) for _ in range(3)]
            found = decoder.read([(fork, [10 + index, 20]) for index, fork in enumerate(forks)])
            for index, logits in enumerate(found):
                expected = plain_logits(plain, [*start, 10 + index, 20])
                torch.testing.assert_close(logits, expected, atol=1e-4, rtol=0)
            after = decoder.read([(row, [33])])
            torch.testing.assert_close(after[0], plain_logits(plain, [*start, 33]), atol=1e-4, rtol=0)
            decoder.release([row, *forks])


@settings(max_examples=20, deadline=None)
@given(
    start=st.lists(tokens, min_size=1, max_size=11),
    paths=st.lists(st.lists(tokens, min_size=1, max_size=5), min_size=1, max_size=5),
    data=st.data(),
)
def test_branches_are_read_side_by_side_and_forgotten(plain_and_decoders, start, paths, data):
    plain, decoders, ragged = plain_and_decoders
    name = data.draw(st.sampled_from([*sorted(decoders), "ragged"]))
    decoder = decoders.get(name, ragged)
    longest = max(len(path) for path in paths)
    row, other, third = (decoder.row(len(start) + longest + 1) for _ in range(3))
    decoder.read([(row, start), (third, start[:1])])
    found = decoder.read([(other, start)], [(row, paths), (third, paths[:2])])
    expected = [start, *([*start, *path] for path in paths), *([start[0], *path] for path in paths[:2])]
    assert len(found) == len(expected)
    for logits, ids in zip(found, expected, strict=True):
        torch.testing.assert_close(logits, plain_logits(plain, ids), atol=1e-4, rtol=0)
    assert (row.length, third.length) == (len(start), 1)
    after = decoder.read([(row, [33])])
    torch.testing.assert_close(after[0], plain_logits(plain, [*start, 33]), atol=1e-4, rtol=0)
    decoder.release([row, other, third])


def test_branches_need_no_room_of_their_own():
    plain = llama()
    decoder = PagedModel(llama(), 9, page=PAGE)
    ids = list(range(10, 26))
    row = decoder.row(20)
    other = decoder.row(12)
    decoder.read([(row, ids)])
    found = decoder.read([(other, [9])], [(row, [[7], [8, 9, 3], [4, 4]])])
    for logits, path in zip(found[1:], ([7], [8, 9, 3], [4, 4]), strict=True):
        torch.testing.assert_close(logits, plain_logits(plain, [*ids, *path]), atol=1e-4, rtol=0)
    torch.testing.assert_close(found[0], plain_logits(plain, [9]), atol=1e-4, rtol=0)
    assert row.length == 16


def test_room_for_branches_is_given_back_when_their_pass_fails(monkeypatch):
    decoder = PagedModel(llama(), 40, page=PAGE)
    row = decoder.row(16)
    decoder.read([(row, list(range(10, 20)))])
    free, read = decoder.free, decoder._run

    def broken(*_):
        raise torch.OutOfMemoryError("no memory")

    monkeypatch.setattr(decoder, "_run", broken)
    with pytest.raises(torch.OutOfMemoryError):
        decoder.read([], [(row, [[7], [8, 9]])])
    assert decoder.free == free
    monkeypatch.setattr(decoder, "_run", read)
    assert len(decoder.read([], [(row, [[7], [8, 9]])])) == 2


def test_the_logits_may_be_changed_and_are_not_those_of_the_next_pass(plain_and_decoders):
    _, decoders, ragged = plain_and_decoders
    for decoder in (*decoders.values(), ragged):
        row = decoder.row(8)
        first = decoder.read([(row, [4, 5])])
        kept = first.clone()
        with torch.inference_mode():
            first.fill_(-1.0)
        decoder.read([(row, [6])])
        assert bool((first == -1).all())
        again = decoder.row(8)
        torch.testing.assert_close(decoder.read([(again, [4, 5])]), kept)
        decoder.release([row, again])


def test_both_decoders_satisfy_the_seam_and_pass_the_probe(plain_and_decoders):
    plain, decoders, ragged = plain_and_decoders
    expected = plain_logits(plain, list(PROBE))
    for decoder in (*decoders.values(), ragged):
        found: Decoder = decoder
        assert departure(found, expected) < 1e-5
        assert departure(found, expected + expected.abs().max() / 50) > 1e-3
        assert found.vocabulary == 300
        assert found.device.type == "cpu"


def test_where_there_is_no_room_there_is_no_row_until_others_are_released():
    decoder = PagedModel(llama(), 9, page=PAGE)
    assert decoder.context == 32
    one, other = decoder.row(16), decoder.row(16)
    assert decoder.row(1) is None
    assert decoder.fork(one, 16) is None
    decoder.release([other])
    assert decoder.free == 16
    decoder.release([other])
    assert decoder.free == 16
    assert decoder.row(16) is not None


def test_remembered_prompts_give_way_to_rows():
    decoder = PagedModel(llama(), 9, page=PAGE)
    ids = list(range(10, 26))
    row = decoder.row(16)
    decoder.read([(row, ids)])
    decoder.keep(ids, row)
    decoder.release([row])
    assert decoder.free == 16
    large = decoder.row(32, [1, 2, 3])
    assert large is not None
    assert large.length == 0
    decoder.release([large])
    assert decoder.free == 32


def test_a_row_that_does_not_fit_leaves_what_it_would_have_shared():
    decoder = PagedModel(llama(), 9, page=PAGE)
    ids = list(range(10, 26))
    row = decoder.row(16)
    decoder.read([(row, ids)])
    decoder.keep(ids, row)
    held = decoder.row(16)
    assert decoder.row(28, ids) is None
    decoder.release([row, held])
    again = decoder.row(20, ids)
    assert again.length == 16


def test_steps_of_every_size_are_what_passes_are():
    plain = llama()
    decoder = PagedModel(llama(), 400, page=PAGE, steps=48)
    for count in (1, 2, 3, 5, 9, 17, 25, 40, 48):
        rows = [decoder.row(4) for _ in range(count)]
        found = decoder.read([(row, [3 + index]) for index, row in enumerate(rows)])
        for index in (0, count - 1):
            torch.testing.assert_close(found[index], plain_logits(plain, [3 + index]), atol=1e-4, rtol=0)
        decoder.release(rows)


def test_recording_that_fails_is_said_and_nothing_is_lost(monkeypatch):
    from agoranomos.models.local.paged.gathered import Gathered
    from agoranomos.models.local.shape import Shape

    plain = llama()
    attention = Gathered(Shape.of(plain.config))
    attention.recorded = True
    decoder = PagedModel(llama(), 50, page=PAGE, steps=8, record=True, attention=attention)
    monkeypatch.setattr(torch.cuda, "Stream", lambda *_: (_ for _ in ()).throw(RuntimeError("no stream here")))
    row = decoder.row(8)
    found = decoder.read([(row, [7, 8])])
    assert decoder.steps.failure == "RuntimeError: no stream here"
    assert decoder.steps.recorded == []
    torch.testing.assert_close(found[0], plain_logits(plain, [7, 8]), atol=1e-4, rtol=0)


def test_half_precision_stays_close():
    plain = llama().to(torch.bfloat16)
    decoder = PagedModel(llama().to(torch.bfloat16), 50, page=PAGE, steps=4)
    ids = list(range(20, 40))
    row = decoder.row(24)
    found = decoder.read([(row, ids)])
    expected = plain_logits(plain, ids).float()
    assert float((found[0] - expected).abs().max() / expected.abs().max()) < 5e-2


def test_what_a_recording_reads_is_kept_as_long_as_it_is_replayed(monkeypatch):
    """Without a card: torch's graph is replaced by one that runs the pass again when it is replayed."""
    import gc
    import weakref
    from contextlib import nullcontext

    from agoranomos.models.local.paged import steps
    from agoranomos.models.local.paged.gathered import Gathered
    from agoranomos.models.local.shape import Shape

    class Stream:
        def __init__(self, *_):
            pass

        def wait_stream(self, other):
            pass

    class Graph:
        def pool(self):
            return "pool"

        def replay(self):
            replayed.append(self)

    replayed, pools = [], []
    monkeypatch.setattr(torch.cuda, "Stream", Stream)
    monkeypatch.setattr(torch.cuda, "current_stream", Stream)
    monkeypatch.setattr(torch.cuda, "stream", lambda stream: nullcontext())
    monkeypatch.setattr(torch.cuda, "CUDAGraph", Graph)
    monkeypatch.setattr(
        torch.cuda, "graph", lambda graph, pool, capture_error_mode: pools.append(pool) or nullcontext()
    )
    plain = llama()
    attention = Gathered(Shape.of(plain.config))
    attention.recorded = True
    planned = []
    plan = attention.plan

    def remember(counts, lengths, device):
        batches = plan(counts, lengths, device)
        planned.append((lengths, weakref.ref(batches[0])))
        return batches

    attention.plan = remember
    decoder = PagedModel(llama(), 50, page=PAGE, steps=8, record=True, attention=attention)
    row = decoder.row(8)
    logits = decoder.read([(row, [7])])
    torch.testing.assert_close(logits[0], plain_logits(plain, [7]), atol=1e-4, rtol=0)
    decoder.read([(row, [8])])
    decoder.read([(row, [8, 9])])
    gc.collect()
    assert decoder.steps.failure == ""
    assert decoder.steps.recorded == [1, 2]
    assert (len(replayed), pools) == (3, [None, "pool"])
    assert [lengths for lengths, _ in planned] == [[decoder.context] * 1, [decoder.context] * 2]
    assert all(batch() is not None for _, batch in planned)
    assert steps.recorded_bytes(8, 10, 2) == (1 + 2 + 4 + 8) * 10 * 2
