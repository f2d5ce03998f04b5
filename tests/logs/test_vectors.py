"""Every published vector is here in its full number, has an origin and a licence on record, and is read by a test."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from logs.building import VECTORS, vectors

TESTS = VECTORS.parent


def cases(name: str = "cases") -> Callable[[Any], int]:
    return lambda value: len(value[name])


def wycheproof(result: str) -> Callable[[Any], int]:
    return lambda value: sum(case["result"] == result for group in value["testGroups"] for case in group["tests"])


FILES = (
    ("reference_tree.json", "test_merkle", cases("leaf_inputs_hex"), 8),
    ("reference_tree.json", "test_merkle", cases("root_hashes_hex_by_size"), 9),
    ("inclusion.json", "test_proofs", cases(), 98),
    ("consistency.json", "test_proofs", cases(), 98),
    ("signed_notes.json", "test_note", cases(), 16),
    ("signed_notes.json", "test_keys", cases("bad_vkeys"), 2),
    ("checkpoints.json", "test_checkpoint", cases("signed"), 2),
    ("checkpoints.json", "test_checkpoint", cases("bodies_bad"), 7),
    ("rekor_v2.json", "test_note", cases(), 11),
    ("cosignatures.json", "test_cosignature", cases(), 3),
    ("witness_transcript.json", "test_witness", cases("steps"), 9),
    ("tlog_policy.json", "test_policy", cases("good"), 2),
    ("tlog_policy.json", "test_policy", cases("bad"), 6),
    ("tlog_proof.json", "test_proof_file", cases("marshal"), 3),
    ("tlog_proof.json", "test_proof_file", cases("bad"), 7),
    ("tile_paths.json", "test_tiles", cases("go"), 7),
    ("tile_paths.json", "test_tiles", cases("c2sp"), 3),
    ("rfc8032_vectors.json", "test_keys", cases(), 5),
    ("wycheproof_ed25519_test.json", "test_keys", wycheproof("valid"), 88),
    ("wycheproof_ed25519_test.json", "test_keys", wycheproof("invalid"), 63),
    ("speccheck_cases.json", "test_keys", len, 12),
    ("small_order_public_keys.json", "test_keys", cases("reject_as_public_key_hex"), 14),
    ("dsse_protocol_vector.json", "test_actors", lambda value: 1, 1),
)


@pytest.mark.parametrize(("file", "test", "count", "expected"), FILES, ids=lambda value: str(value).split("<")[0])
def test_a_file_holds_all_its_cases_and_a_test_reads_it(
    file: str, test: str, count: Callable[[Any], int], expected: int
) -> None:
    assert count(vectors(file)) == expected
    assert f'"{file}"' in (TESTS / f"{test}.py").read_text(encoding="utf-8")


def test_two_whole_logs_are_here() -> None:
    tessera, mirror = VECTORS / "tessera_15", VECTORS / "sunlight_300"
    assert len(list(tessera.glob("checkpoint.*"))) == 16
    assert len(vectors("tessera_15/meta.json")["entries"]) == 15
    assert sum(path.is_file() for path in (tessera / "tile/0").rglob("*")) == 15
    assert sum(path.is_file() for path in (tessera / "tile/entries").rglob("*")) == 15
    assert sum(path.stat().st_size for path in (mirror / "tile").rglob("*") if path.is_file()) == 300 * 32


def test_whatever_is_here_has_its_origin_and_licence_on_record() -> None:
    told = (VECTORS / "ORIGIN.md").read_text(encoding="utf-8")
    for path in VECTORS.iterdir():
        assert path.name == "ORIGIN.md" or path.name in told, path.name
    listed = {name for name, *_ in FILES}
    assert {path.name for path in VECTORS.glob("*.json")} == listed
