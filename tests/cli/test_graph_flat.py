"""`agora graph show --flat`."""

from __future__ import annotations

from pathlib import Path

import pytest

from agoranomos.cli.entry import run_command
from agoranomos.cli.graph_schema import json_schema
from agoranomos.documents import Source
from agoranomos.institutions import load_institution
from institutions.playing import HARDENED, shipped, text_of

DERIVED = "cournot-antitrust-no-warning"


def test_what_is_printed_means_the_same_and_extends_nothing(capsys: pytest.CaptureFixture[str]) -> None:
    assert run_command(["graph", "show", DERIVED, "--flat"]) == 0
    printed = load_institution(Source("flat.yaml", capsys.readouterr().out))
    assert printed.semantic_sha256 == shipped(DERIVED).semantic_sha256
    assert printed.manifest.extends is None


def test_what_extends_nothing_is_printed_as_it_stands(capsys: pytest.CaptureFixture[str]) -> None:
    assert run_command(["graph", "show", HARDENED, "--flat"]) == 0
    assert capsys.readouterr().out == text_of(HARDENED)


def test_it_goes_with_no_other_form(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    for other in (["--json"], ["-o", str(tmp_path / "a.svg")]):
        assert run_command(["graph", "show", DERIVED, "--flat", *other]) == 2
    assert "neither" in capsys.readouterr().err


def test_the_schema_asks_less_of_what_extends() -> None:
    schema = json_schema("institution")
    assert schema["required"] == ["kind", "version", "name"]
    assert schema["if"] == {"required": ["extends"]}
    assert "states" in schema["else"]["required"]
