"""A user's workspace with rosters, templates, texts and markets of its own, and what is found between two arms."""

from __future__ import annotations

from pathlib import Path

import pytest

from agoranomos.campaigns import Plan, plan
from agoranomos.campaigns.matching import match, require_matched
from agoranomos.documents import Source
from agoranomos.errors import DocumentError
from agoranomos.workspace import Workspace, library_root

HEAD = """\
kind: campaign
version: 1
name: compared
market: cournot-duopoly
regimes:
  ungoverned: {}
  constitutional: {told: antitrust-constitution}
  institutional: {institution: cournot-antitrust}
seeds: 2
rounds: 12
"""

CLEAN = HEAD + "rosters: [mock-duopoly]\n"

PAIR = """\
arms:
  free: {regime: ungoverned, roster: clean}
  governed: {regime: institutional, roster: otherwise}
"""


class Bench:
    """A user's workspace with a roster `clean`, and a way to write others beside it."""

    def __init__(self, root: Path) -> None:
        self.workspace = Workspace(root, "bench")
        for kind in ("agents", "policies", "markets"):
            self.workspace.folder(kind).mkdir(parents=True)
        self.roster("clean")

    def roster(self, name: str, policy: str = "prompted", **parameters: object) -> None:
        said = {"model": "mock/valid", "template": "cournot-cached", **parameters}
        inner = ", ".join(f"{key}: {value}" for key, value in said.items())
        text = f"kind: roster\nversion: 1\nagents: [{{policy: {policy}, parameters: {{{inner}}}}}]\n"
        (self.workspace.folder("agents") / f"{name}.yaml").write_text(text)

    def template(self, name: str, old: str, new: str, of: str = "cournot-cached") -> None:
        text = (library_root() / "policies" / f"{of}.md").read_text()
        assert old in text
        (self.workspace.folder("policies") / f"{name}.md").write_text(text.replace(old, new))

    def told(self, name: str, text: str) -> None:
        (self.workspace.folder("policies") / f"{name}.md").write_text(text)

    def market(self, name: str, old: str, new: str) -> None:
        text = (library_root() / "markets" / "cournot-duopoly.yaml").read_text()
        assert old in text
        (self.workspace.folder("markets") / f"{name}.yaml").write_text(text.replace(old, new))

    def plan(self, text: str = HEAD + PAIR) -> Plan:
        return plan(Source("compared.yaml", text), self.workspace)

    def refused(self, text: str = HEAD + PAIR) -> tuple[set[str], str]:
        """The aspects that were found to differ, and the whole error."""
        made = self.plan(text)
        found = {one.aspect for pair in match(made).unmatched for one in pair.undeclared}
        with pytest.raises(DocumentError) as error:
            require_matched(made)
        assert error.value.exit_code == 2
        for aspect in found:
            assert aspect in error.value.advice
        return found, str(error.value)
