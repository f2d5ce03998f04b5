"""T19 for what lies beside a log's entries: blobs, cosignatures, time stamps and kept hashes."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from cli.conftest import Record
from cli.test_hostile import CONTENT, ODD, agora, require_refused

BESIDE = {
    "blob": lambda ledger: next(path for path in sorted((ledger / "blobs").rglob("*")) if path.is_file()),
    "cosignatures": lambda ledger: _new(ledger / "cosignatures" / _size(ledger)),
    "time stamp": lambda ledger: _new(ledger / "tsr" / f"{_size(ledger)}.tsr"),
    "kept hashes": lambda ledger: _new(ledger / "hashes/1.sha256"),
}
VERBS = {
    "verify": ("log", "verify", "LEDGER"),
    "export": ("log", "export", "LEDGER", "OUT"),
    "cosign": ("log", "cosign", "LEDGER", "--request-out", "OUT"),
    "prove": ("log", "prove", "LEDGER", "--entry", "1", "-o", "OUT"),
    "the campaign": ("log", "verify", "CAMPAIGN"),
    "report": ("report", "CAMPAIGN"),
}


def _size(ledger: Path) -> str:
    return (ledger / "checkpoint").read_text(encoding="utf-8").split("\n")[1]


def _new(path: Path) -> Path:
    path.parent.mkdir(exist_ok=True)
    return path


SPOILS = {**CONTENT, **ODD}
CASES = [(place, what, verb) for place in BESIDE for what in SPOILS for verb in VERBS]


def refused(record: Record, out: Path, place: str, what: str, verb: str) -> None:
    ledger = record.campaign / "ledger"
    at: Callable[[Path], Path] = BESIDE[place]
    SPOILS[what](at(ledger))
    words = {"LEDGER": str(ledger), "CAMPAIGN": str(record.campaign), "OUT": str(out / "out")}
    found = agora(out, *(words.get(word, word) for word in VERBS[verb]))
    # What a verb does not ask for it may pass over; verifying asks for every blob.
    require_refused(found, may_pass=not (verb == "verify" and place == "blob"), seconds=3.0)


@pytest.mark.parametrize(("place", "what", "verb"), CASES[::13])
def test_something_else_beside_a_log(record: Record, tmp_path: Path, place: str, what: str, verb: str) -> None:
    """One case in thirteen; the others are for `make long`."""
    refused(record, tmp_path, place, what, verb)


@pytest.mark.long
@pytest.mark.parametrize(("place", "what", "verb"), [case for number, case in enumerate(CASES) if number % 13])
def test_everything_else_beside_a_log(record: Record, tmp_path: Path, place: str, what: str, verb: str) -> None:
    refused(record, tmp_path, place, what, verb)
