"""One of the things that an agent can do, as it is put to the agent and as it is carried out."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Option:
    """`label` is what a reply says to choose it (a letter, or the text itself), `text` what it is in words.

    `action` has one number a part, as the scenario's `action_shape` has them; `violates` says whether it breaks the
    rule that the agent is under.
    """

    label: str
    text: str
    action: tuple[float, ...]
    violates: bool
