"""What honest readers hold of a twin, and how each checks a forged copy: by the functions of `agora log verify`."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from agoranomos.campaigns.attack.authority import ThrowAwayAuthority
from agoranomos.campaigns.attack.laying import notes_of
from agoranomos.campaigns.attack.trust import Trust
from agoranomos.campaigns.attack.twin import Twin
from agoranomos.campaigns.ledger import head_of
from agoranomos.campaigns.verification import verify_run
from agoranomos.errors import MachineError
from agoranomos.logs import Checkpoint, LogFault, LogReader, Verifier
from agoranomos.logs.checkpoint import parse_checkpoint
from agoranomos.logs.note import parse_note
from agoranomos.logs.timestamp import Authority, check_tokens, signed_states, token_file

STAMPED = datetime(2026, 1, 1, tzinfo=UTC)

Check = Callable[[Path], None]
"""Raises `Finding` when a forged copy is found out."""


@dataclass(frozen=True, slots=True)
class Anchors:
    """The key that readers trust, the head that others know, and the authority that stamped it, if any did."""

    key: Verifier
    head: Checkpoint
    authority: Authority | None

    def checks(self) -> Mapping[Trust, Check]:
        """One check for each trust that can be held of this twin."""
        found: dict[Trust, Check] = {Trust.KEY: self._with_key, Trust.LEDGER: self._with_ledger}
        if self.authority is not None:
            found[Trust.TIME] = self._with_time
        return found

    def _with_key(self, place: Path) -> None:
        verify_run(place, (self.key,))

    def _with_ledger(self, place: Path) -> None:
        """As a campaign's verification does: the run must end where the ledger closed it."""
        verify_run(place, (self.key,), origin=self.head.origin, judge_again=False)
        if head_of(LogReader(place).checkpoint) != head_of(self.head):
            raise LogFault("tampered", "it is not what the ledger closed")

    def _with_time(self, place: Path) -> None:
        assert self.authority is not None
        verify_run(place, (self.key,), judge_again=False)
        check_tokens(place, signed_states(place), (self.authority,))


def anchor(twin: Twin) -> Anchors:
    """Make the twin's head known outside of it, and have it stamped where that can be done."""
    head = parse_checkpoint(parse_note(notes_of(twin.lines, twin.sizes[-1:], twin.keys.run)[0]).text)
    return Anchors(twin.keys.workspace.verifier, head, _stamp(twin, head))


def _stamp(twin: Twin, head: Checkpoint) -> Authority | None:
    authority = ThrowAwayAuthority.make("authority")
    token = twin.folder / token_file(head.size)
    token.parent.mkdir()
    token.write_bytes(authority.stamp(head.text.encode(), STAMPED))
    try:
        check_tokens(twin.folder, signed_states(twin.folder), (authority.authority,))
    except MachineError:  # the extra `time` is not installed: nobody here can hold a time stamp
        token.unlink()
        token.parent.rmdir()
        return None
    return authority.authority
