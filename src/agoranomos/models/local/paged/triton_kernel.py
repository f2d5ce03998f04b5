"""The kernel of `triton_paged`; importing this module needs Triton."""

from __future__ import annotations

import triton
import triton.language as tl


@triton.jit  # type: ignore[untyped-decorator]
def attend(  # type: ignore[no-untyped-def]  # noqa: D103
    query, keys, values, out,
    table, starts, lengths, block_rows, block_firsts,
    scale,
    query_token, query_head, out_token, out_head,
    key_page, key_place, key_head, table_row,
    group: tl.constexpr,
    tokens: tl.constexpr,
    high: tl.constexpr,
    wide: tl.constexpr,
    size: tl.constexpr,
    padded: tl.constexpr,
    page: tl.constexpr,
    exact: tl.constexpr,
):  # fmt: skip
    row = tl.load(block_rows + tl.program_id(0))
    first = tl.load(block_firsts + tl.program_id(0))
    shared_head = tl.program_id(1)
    start = tl.load(starts + row)
    count = tl.load(starts + row + 1) - start
    length = tl.load(lengths + row)

    # Folded rows of the block: the heads of the group for its first token, then for its second, and so on.
    folded = tl.arange(0, high)
    token = first + folded // group
    head = shared_head * group + folded % group
    element = tl.arange(0, padded)
    here = (folded < tokens * group) & (token < count)
    inside = here[:, None] & (element < size)[None, :]
    at = (start + token).to(tl.int64)[:, None] * query_token + head[:, None] * query_head + element[None, :]
    asked = tl.load(query + at, mask=inside, other=0.0)

    position = length - count + token
    largest = tl.full([high], float("-inf"), tl.float32)
    total = tl.zeros([high], tl.float32)
    result = tl.zeros([high, padded], tl.float32)
    end = tl.minimum(length, length - count + first + tokens)
    for near in range(0, end, wide):
        column = near + tl.arange(0, wide)
        known = column < end
        number = tl.load(table + row.to(tl.int64) * table_row + column // page, mask=known, other=0).to(tl.int64)
        place = number * key_page + (column % page) * key_place + shared_head * key_head
        states = place[:, None] + element[None, :]
        there = known[:, None] & (element < size)[None, :]
        key = tl.load(keys + states, mask=there, other=0.0)
        if exact:
            score = tl.dot(asked, tl.trans(key), input_precision="ieee") * scale
        else:
            score = tl.dot(asked, tl.trans(key)) * scale
        score = tl.where(known[None, :] & (column[None, :] <= position[:, None]), score, float("-inf"))
        larger = tl.maximum(largest, tl.max(score, 1))
        weight = tl.exp(score - larger[:, None])
        shrunk = tl.exp(largest - larger)
        total = total * shrunk + tl.sum(weight, 1)
        value = tl.load(values + states, mask=there, other=0.0)
        if exact:  # noqa: SIM108
            added = tl.dot(weight, value, input_precision="ieee")
        else:
            added = tl.dot(weight.to(value.dtype), value)
        result = result * shrunk[:, None] + added
        largest = larger
    at = (start + token).to(tl.int64)[:, None] * out_token + head[:, None] * out_head + element[None, :]
    tl.store(out + at, (result / total[:, None]).to(out.dtype.element_ty), mask=inside)
