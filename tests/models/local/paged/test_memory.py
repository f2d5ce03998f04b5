from types import SimpleNamespace

import pytest

from agoranomos.errors import MachineError
from agoranomos.models.local.paged.memory import page_bytes, pages_in, working_bytes
from agoranomos.models.local.shape import Shape

LLAMA_8B = Shape(layers=32, heads=32, shared_heads=8, size=128, vocabulary=128_256, context=131_072)
CONFIG = SimpleNamespace(hidden_size=4096, intermediate_size=14336)


def test_a_page_of_a_llama_of_8_billion_parameters_in_half_precision_is_two_mebibytes():
    assert page_bytes(LLAMA_8B, 2, 16) == 2 * 32 * 16 * 8 * 128 * 2 == 2 << 20


def test_pages_fill_the_room_and_not_more():
    assert pages_in(10 << 30, LLAMA_8B, 2) == 5 * 1024


def test_too_little_room_is_refused_with_what_there_is():
    with pytest.raises(MachineError, match="keys and values of 240 tokens only"):
        pages_in(15 * (2 << 20), LLAMA_8B, 2)
    with pytest.raises(MachineError, match="of 0 tokens only"):
        pages_in(-5, LLAMA_8B, 2)


def test_working_memory_grows_with_tokens_and_rows():
    none = working_bytes(CONFIG, LLAMA_8B, 2, 0, 0)
    assert none == 0
    assert working_bytes(CONFIG, LLAMA_8B, 2, 1, 0) == 2 * (8 * 4096 + 3 * 14336)
    assert working_bytes(CONFIG, LLAMA_8B, 2, 0, 540) == 540 * 128_256 * 14
