import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.stats import chisquare

from agoranomos.models.local.noise import philox, seed_words, uniform, words
from agoranomos.models.local.sampling import PAGE, PAGES, PLACES, Draw, draw_tokens

torch = pytest.importorskip("torch")

LOGITS = np.array([0.0, 1.0, -np.inf, 2.0, 0.5], dtype=np.float32)


def gumbel(seed, step, stream, count):
    table = words(*seed_words(seed), np.int64(step), stream, np.arange(-(-count // 4)))
    return -np.log(-np.log(uniform(np.stack(table, axis=1).reshape(-1)[:count])))


def by_definition(logits, temperature, seed, step):
    """The two arg maxima of logits and noise in NumPy, page by page, in double precision."""
    scaled = logits.astype(np.float64) / temperature
    pages = [scaled[start : start + PAGE] for start in range(0, len(scaled), PAGE)]
    with np.errstate(divide="ignore"):
        totals = np.array([np.log(np.exp(page - scaled.max()).sum()) for page in pages])
    page = int(np.argmax(totals + gumbel(seed, step, PAGES, len(pages))))
    return page * PAGE + int(np.argmax(pages[page] + gumbel(seed, step, PLACES, PAGE)[: len(pages[page])]))


def draw(logits, temperature=1.0, seed=0, step=0, top_p=1.0):
    return draw_tokens(torch.tensor(logits)[None], [Draw(temperature, top_p, seed, step)])[0]


def frequencies(temperature, top_p=1.0, draws=20_000):
    rows = torch.tensor(LOGITS).expand(draws, -1)
    tokens = draw_tokens(rows, [Draw(temperature, top_p, seed, 0) for seed in range(draws)])
    return np.bincount(tokens, minlength=5) / draws


def test_tokens_of_many_pages_are_drawn_from_the_softmax():
    logits = np.random.default_rng(5).normal(size=1000).astype(np.float32)
    draws = 40_000
    rows = torch.tensor(logits).expand(draws, -1)
    tokens = np.bincount(draw_tokens(rows, [Draw(1.0, 1.0, seed, 3) for seed in range(draws)]), minlength=1000)
    expected = draws * np.exp(logits.astype(float)) / np.exp(logits.astype(float)).sum()
    assert chisquare(tokens, expected).pvalue > 1e-6


@pytest.mark.parametrize("temperature", [0.5, 1.0, 2.0])
def test_tokens_are_drawn_from_the_softmax(temperature):
    weights = np.exp(LOGITS.astype(float) / temperature)
    # Four standard deviations of a frequency over 20,000 draws are at most 0.0142.
    np.testing.assert_allclose(frequencies(temperature), weights / weights.sum(), atol=0.0142)


def test_the_tail_is_left_out_and_the_rest_keeps_its_proportions():
    # Probabilities 0.56, 0.21, 0.13, 0.08: the first two are the smallest set that has 0.7.
    weights = np.exp(LOGITS.astype(float)) * [0, 1, 0, 1, 0]
    np.testing.assert_allclose(frequencies(1.0, top_p=0.7), weights / weights.sum(), atol=0.0142)


def test_the_most_probable_token_is_never_left_out():
    assert draw(LOGITS, top_p=1e-6) == 3


@settings(max_examples=60, deadline=None)
@given(seed=st.integers(0, 2**53 - 1), top_p=st.floats(0.01, 0.999), temperature=st.floats(0.2, 2))
def test_the_nucleus_is_that_of_a_full_sort(seed, top_p, temperature):
    generator = np.random.default_rng(seed)
    logits = generator.normal(scale=4, size=(3, 400)).astype(np.float32)
    drawn = {token for step in range(40) for token in [draw(logits[0], temperature, seed, step, top_p)]}
    scaled = (logits[0] / np.float32(temperature)).astype(float)
    chances = np.exp(scaled - scaled.max()) / np.exp(scaled - scaled.max()).sum()
    order = np.argsort(-chances)
    size = int(np.searchsorted(chances[order].cumsum(), top_p)) + 1
    assert drawn <= set(order[: size + 1].tolist())  # One more: single and double precision may differ by it.


def test_temperature_zero_takes_the_greatest():
    assert draw(LOGITS, 0.0) == 3
    assert draw(LOGITS, 0.0, top_p=0.5) == 3


def test_of_equal_logits_the_first_is_taken_at_temperature_zero_among_others_that_are_drawn():
    rows = torch.tensor([[1.0, 5.0, 5.0], [1.0, 1.0, 1.0]])
    assert draw_tokens(rows, [Draw(0.0, 1.0, 1, 0), Draw(1.0, 1.0, 1, 0)])[0] == 1


def test_the_draw_depends_on_seed_and_step():
    draws = [[draw(LOGITS, 1.0, seed, step) for step in range(20)] for seed in range(2)]
    assert draws[0] != draws[1]
    assert len(set(draws[0])) > 1


@settings(max_examples=100, deadline=None)
@given(
    seed=st.integers(0, 2**53 - 1),
    step=st.integers(0, 4000),
    spread=st.floats(0.01, 30),
    temperature=st.floats(0.1, 2),
)
def test_draws_are_those_of_the_definition(seed, step, spread, temperature):
    logits = np.random.default_rng(seed).normal(scale=spread, size=3000).astype(np.float32)
    logits[::7] = -np.inf
    assert draw(logits, temperature, seed, step) == by_definition(logits, temperature, seed, step)


def test_a_row_is_drawn_alike_alone_and_among_others():
    logits = np.random.default_rng(2).normal(size=(20, 700)).astype(np.float32)
    draws = [Draw(1.0 if n % 3 else 0.0, 0.9 if n % 2 else 1.0, n, n) for n in range(20)]
    together = draw_tokens(torch.tensor(logits), draws)
    assert together == [draw_tokens(torch.tensor(logits[n : n + 1]), [draws[n]])[0] for n in range(20)]


@settings(max_examples=50, deadline=None)
@given(seed=st.integers(0, 2**53 - 1), step=st.integers(0, 4000))
def test_forbidden_tokens_are_never_drawn(seed, step):
    logits = np.full(5000, -np.inf, dtype=np.float32)
    logits[[7, 4711]] = -30.0
    assert draw(logits, 1.0, seed, step) in {7, 4711}


@pytest.mark.parametrize("temperature", [0.0, 1.0])
@pytest.mark.parametrize("value", [-np.inf, np.nan])
def test_a_row_with_nothing_to_draw_says_so_and_harms_no_other(temperature, value):
    rows = torch.tensor(np.stack([LOGITS, np.full(5, value, np.float32)]))
    tokens = draw_tokens(rows, [Draw(temperature, 1.0, 1, 0)] * 2)
    assert tokens[0] == draw(LOGITS, temperature, 1, 0)
    assert tokens[1] == -1


def test_noise_a_hundred_times_that_of_batching_changes_few_draws():
    generator = np.random.default_rng(1)
    logits = generator.normal(size=(300, 500)).astype(np.float32)
    moved = logits + generator.uniform(-2.5e-5, 2.5e-5, size=logits.shape).astype(np.float32)
    draws = [Draw(1.0, 1.0, seed, 0) for seed in range(300)]
    one, other = draw_tokens(torch.tensor(logits), draws), draw_tokens(torch.tensor(moved), draws)
    assert sum(a == b for a, b in zip(one, other, strict=True)) >= 299


@pytest.mark.parametrize("word", [0, 0xFFFFFFFF])
def test_the_least_and_the_greatest_noise_are_finite_and_let_no_forbidden_token_win(monkeypatch, word):
    def extreme(low, high, step, stream, blocks):
        return (low * 0 + blocks * 0 + word,) * 4

    monkeypatch.setattr("agoranomos.models.local.sampling.words", extreme)
    logits = np.full(700, -np.inf, dtype=np.float32)
    logits[[300, 301]] = [0.0, 1.0]
    assert draw(logits) == 301


@pytest.mark.parametrize(
    ("counter", "key", "expected"),
    [  # Random123 1.14, tests/kat_vectors, philox4x32 with 10 rounds.
        ((0,) * 4, (0,) * 2, (0x6627E8D5, 0xE169C58D, 0xBC57AC4C, 0x9B00DBD8)),
        ((0xFFFFFFFF,) * 4, (0xFFFFFFFF,) * 2, (0x408F276D, 0x41C83B0E, 0xA20BC7C6, 0x6D5451FD)),
        (
            (0x243F6A88, 0x85A308D3, 0x13198A2E, 0x03707344),
            (0xA4093822, 0x299F31D0),
            (0xD16CFE09, 0x94FDCCEB, 0x5001E420, 0x24126EA1),
        ),
    ],
)
def test_philox_gives_the_published_vectors(counter, key, expected):
    array = philox(tuple(np.array([c]) for c in counter), key)
    tensor = philox(tuple(torch.tensor([c]) for c in counter), key)
    assert tuple(int(word[0]) for word in array) == expected
    assert tuple(int(word[0]) for word in tensor) == expected


@settings(max_examples=50, deadline=None)
@given(seed=st.integers(0, 2**64 - 1), step=st.integers(0, 2**31), first=st.integers(0, 200_000))
def test_noise_is_the_same_in_numpy_and_torch_for_any_part_of_a_vocabulary(seed, step, first):
    blocks = np.arange(first, first + 50)
    whole = np.stack(words(*seed_words(seed), np.int64(step), 1, blocks))
    part = torch.stack(words(*seed_words(seed), step, 1, torch.tensor(blocks[20:30])))
    np.testing.assert_array_equal(whole[:, 20:30], part.numpy())
    logs = np.log(uniform(whole[:, 20:30]))
    np.testing.assert_array_max_ulp(logs, uniform(part.double()).log().numpy(), maxulp=2)


def test_streams_steps_and_seeds_have_noise_of_their_own():
    blocks = np.arange(100)
    tables = [
        np.stack(words(*seed_words(seed), np.int64(step), stream, blocks)).tobytes()
        for seed in (1, 1 + 2**32)
        for step in (0, 1)
        for stream in (0, 1)
    ]
    assert len(set(tables)) == 8
