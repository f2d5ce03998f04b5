"""The body of an add-checkpoint request."""

from __future__ import annotations

import base64

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from agoranomos.logs.faults import LogFault
from agoranomos.logs.witness_request import MAX_REQUEST_BYTES, WitnessRequest, parse_witness_request
from logs.building import vectors

HASH = base64.b64encode(bytes(32)).decode()


@pytest.mark.parametrize("step", vectors("witness_transcript.json")["steps"])
def test_official_requests_come_out_as_they_went_in(step: dict[str, str]) -> None:
    body = step["body"].encode()
    assert parse_witness_request(body).body == body


@settings(max_examples=50)
@given(st.integers(0, 2**63 - 1), st.lists(st.binary(min_size=32, max_size=32), max_size=63), st.binary(max_size=50))
def test_any_request_comes_out_as_it_went_in(old: int, proof: list[bytes], note: bytes) -> None:
    request = WitnessRequest(old, tuple(proof), note)
    assert parse_witness_request(request.body) == request


@pytest.mark.parametrize(
    "body",
    [
        "",
        "old 1\n",
        "old 1",
        "\n\nnote",
        "old 01\n\nnote",
        "old -1\n\nnote",
        "old 1_0\n\nnote",
        "old  1\n\nnote",
        "old +1\n\nnote",
        "old ١\n\nnote",
        "Old 1\n\nnote",
        "old 1 \n\nnote",
        "old 1\r\n\r\nnote",
        "old 9223372036854775808\n\nnote",
        f"old 1\n{HASH[:-1]}\n\nnote",
        f"old 1\n{HASH[:-2]}B=\n\nnote",
        f"old 1\n {HASH}\n\nnote",
        "old 1\nAAAA\n\nnote",
        "old 1\nÄ\n\nnote",
        "old 1\n" + f"{HASH}\n" * 64 + "\nnote",
        "old 1\n\n" + "n" * MAX_REQUEST_BYTES,
    ],
)
def test_what_is_no_request_is_refused(body: str) -> None:
    with pytest.raises(LogFault) as caught:
        parse_witness_request(body.encode())
    assert caught.value.kind == "damaged"
