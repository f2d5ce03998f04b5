import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from agoranomos.models.local.sampling import draw_token

LOGITS = np.array([0.0, 1.0, -np.inf, 2.0, 0.5], dtype=np.float32)


def frequencies(temperature, draws=20_000):
    tokens = [draw_token(LOGITS, temperature, seed, 0) for seed in range(draws)]
    return np.bincount(tokens, minlength=5) / draws


@pytest.mark.parametrize("temperature", [0.5, 1.0, 2.0])
def test_tokens_are_drawn_from_the_softmax(temperature):
    weights = np.exp(LOGITS.astype(float) / temperature)
    # Four standard deviations of a frequency over 20,000 draws are at most 0.0142.
    np.testing.assert_allclose(frequencies(temperature), weights / weights.sum(), atol=0.0142)


def test_temperature_zero_takes_the_greatest():
    assert draw_token(LOGITS, 0.0, 1, 0) == 3


def test_the_draw_depends_on_seed_and_step():
    draws = [[draw_token(LOGITS, 1.0, seed, step) for step in range(20)] for seed in range(2)]
    assert draws[0] != draws[1]
    assert len(set(draws[0])) > 1


@settings(max_examples=50, deadline=None)
@given(seed=st.integers(0, 2**53 - 1), step=st.integers(0, 4000))
def test_forbidden_tokens_are_never_drawn(seed, step):
    logits = np.full(5000, -np.inf, dtype=np.float32)
    logits[[7, 4711]] = -30.0
    assert draw_token(logits, 1.0, seed, step) in {7, 4711}


def test_even_a_draw_of_zero_lets_no_forbidden_token_win(monkeypatch):
    class Zeros:
        def standard_exponential(self, size, dtype):
            return np.zeros(size, dtype)

    monkeypatch.setattr("agoranomos.models.local.sampling.named_generator", lambda *_: Zeros())
    assert draw_token(np.array([-np.inf, 1.0, -np.inf], dtype=np.float32), 1.0, 1, 1) == 1


def test_noise_a_hundred_times_that_of_batching_changes_few_draws():
    generator = np.random.default_rng(1)
    logits = generator.normal(size=(300, 500)).astype(np.float32)
    moved = logits + generator.uniform(-2.5e-5, 2.5e-5, size=logits.shape).astype(np.float32)
    same = [
        draw_token(a, 1.0, n, 0) == draw_token(b, 1.0, n, 0) for n, (a, b) in enumerate(zip(logits, moved, strict=True))
    ]
    assert sum(same) >= 299
