"""The sentences of a scenario: templates in `policies/words/TYPE.yaml`, one file a type, filled strictly.

A file maps the name of each sentence to its text, or to a list of paraphrases that say the same. Places are written
`$name`; one without a value is an error, never an empty text. What a run says follows from the file and the
specification, so the file belongs to the type as its code does, and a test holds the prompts against what they were.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from string import Template

from ruamel.yaml import YAML

from agoranomos.errors import MachineError
from agoranomos.workspace.library import library_root


@dataclass(frozen=True, slots=True)
class Wording:
    """The sentences of one type, by name."""

    type: str
    sentences: Mapping[str, str | Sequence[str]]

    def said(self, name: str, paraphrase: int = 0, **values: str) -> str:
        """A sentence with its places filled; of paraphrases the one at that place, counted round and round.

        Raises `KeyError` for a sentence that the file does not have, and for a place without a value.
        """
        found = self.sentences[name]
        text = found if isinstance(found, str) else found[paraphrase % len(found)]
        return Template(text.strip()).substitute(values)

    def paraphrases(self, name: str) -> int:
        """In how many ways a sentence is said."""
        found = self.sentences[name]
        return 1 if isinstance(found, str) else len(found)


@cache
def wording(type_name: str) -> Wording:
    """The sentences of a type; raises `MachineError` where its file is missing, which is a broken installation."""
    path = library_root() / "policies" / "words" / f"{type_name}.yaml"
    if not path.is_file():
        raise MachineError(f"the words of {type_name} are missing: there is no {path}")
    return Wording(type_name, YAML(typ="safe").load(path))
