"""One constraints file pins what the tests passed with."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path

from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

CHECKOUT = Path(__file__).resolve().parents[2]
LINES = [line for line in (CHECKOUT / "constraints.txt").read_text().splitlines() if line and not line.startswith("#")]
PINS = {Requirement(line).name: Requirement(line).specifier for line in LINES}
PROJECT = tomllib.loads((CHECKOUT / "pyproject.toml").read_text())["project"]


def test_every_line_pins_one_public_version() -> None:
    assert len(PINS) == len(LINES)
    for line in LINES:
        assert re.fullmatch(r"[a-z0-9-]+==[A-Za-z0-9.]+", line), line


def test_every_direct_requirement_is_pinned_within_its_range() -> None:
    extras = PROJECT["optional-dependencies"]
    for text in [*PROJECT["dependencies"], *extras["test"], *extras["local"]]:
        requirement = Requirement(text)
        name = canonicalize_name(requirement.name)
        assert name in PINS, f"{name} is not pinned: run make constraints"
        assert requirement.specifier.contains(str(PINS[name]).removeprefix("==")), text


def test_the_lean_install_has_no_torch() -> None:
    lean = {Requirement(text).name for text in PROJECT["dependencies"]}
    assert not lean & {"torch", "transformers", "gguf", "xgrammar", "accelerate"}
    assert str(PINS["torch"]) == "==2.13.0"
