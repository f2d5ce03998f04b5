"""How each reader looks at a forged copy, with what that reader holds: by the functions of the command itself."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import timedelta
from functools import partial
from pathlib import Path
from typing import Any

from agoranomos.campaigns.attack.anchors import ANCHORED, Anchors
from agoranomos.campaigns.attack.odd_content import COMMANDS
from agoranomos.campaigns.attack.trust import Trust
from agoranomos.campaigns.folder import CampaignFolder
from agoranomos.campaigns.ledger import head_of
from agoranomos.campaigns.opening import read_opening, verify_opening
from agoranomos.campaigns.verification import verify_campaign, verify_run
from agoranomos.institutions import replay
from agoranomos.logs import LogFault, LogReader, Verifier, layout, verify_log
from agoranomos.logs.compare import compare_views, read_view
from agoranomos.logs.policy import Policy
from agoranomos.logs.proof_file import HEADER as PROOF
from agoranomos.logs.proving import ProvableLog
from agoranomos.logs.receipts import Trust as ReceiptTrust
from agoranomos.logs.receipts import require_held, verify_receipt

Check = Callable[[Path], object]
"""Raises `Finding` when a forged copy is found out."""

Printed = Callable[[Path], str]
"""What a command prints of a log."""


def checks_of_run(held: Anchors, actors: Mapping[str, Verifier], printed: Printed | None) -> Mapping[Trust, Check]:
    """One check for each trust that can be held of a run's log; those beside the key judge nothing a second time.

    `printed` gives what a command prints of a log; without it, nobody looks at that.
    """
    found: dict[Trust, Check] = {
        Trust.KEY: partial(_with_key, held, bool(actors)),
        Trust.LEDGER: partial(_with_ledger, held),
        Trust.REMEMBERED: lambda place: verify_log(place, held.trusted, remembered=held.remembered),
        Trust.WITNESS: lambda place: verify_log(place, held.trusted, policy=held.policy),
        Trust.FRESH: lambda place: verify_log(place, held.trusted, policy=_fresh(held)),
        Trust.RECEIPT: partial(_with_receipt, held),
        Trust.READER: partial(_compare, held),
    }
    if (authority := held.authority) is not None:
        found[Trust.TIME] = lambda place: verify_log(place, held.trusted, authorities=(authority,))
    if printed is not None:
        found[Trust.OUTPUT] = partial(_with_output, printed)
    if actors:
        found[Trust.ACTORS] = lambda place: verify_run(place, held.trusted, actors=tuple(actors.values()))
    return found


def checks_of_campaign(held: Anchors) -> Mapping[Trust, Check]:
    """The same for a campaign, where `held` is of its ledger."""

    def with_key(place: Path, **more: Any) -> None:
        fault = verify_campaign(CampaignFolder(place), held.trusted, **more).first_fault
        if fault is not None:
            raise fault

    found: dict[Trust, Check] = {
        Trust.KEY: with_key,
        Trust.REMEMBERED: partial(with_key, level="full", remembered=held.remembered),
        Trust.WITNESS: partial(with_key, level="full", policy=held.policy),
        Trust.FRESH: partial(with_key, level="full", policy=_fresh(held)),
        Trust.RECEIPT: lambda place: _with_receipt(held, place / "ledger"),
        Trust.READER: lambda place: _compare(held, place / "ledger"),
    }
    if held.authority is not None:
        found[Trust.TIME] = partial(with_key, level="full", authorities=(held.authority,))
    return found


def _with_key(held: Anchors, signed: bool, place: Path) -> None:
    """A receipt by itself, an opening of what was withheld, or a log at the deepest level.

    Where actors sign nobody gets there without their keys: such a reader checks all but that, and judges again.
    """
    if place.is_file():
        if place.read_bytes().startswith(PROOF):
            verify_receipt(place.read_bytes(), _vouching(held))
        else:
            verify_opening(read_opening(place), held.shown, held.trusted)
        return
    verify_log(place, held.trusted)  # most forgeries end here, and judging takes a hundred times as long
    if not signed:
        verify_run(place, held.trusted)
        return
    verify_run(place, held.trusted, level="strict")
    replay(LogReader(place).entries())


def _with_ledger(held: Anchors, place: Path) -> None:
    """As a campaign's verification does: the run must end where the ledger closed it."""
    verify_log(place, held.trusted, origin=held.head.origin)
    if head_of(LogReader(place).checkpoint) != head_of(held.head):
        raise LogFault("tampered", "it is not what the ledger closed")


def _with_receipt(held: Anchors, place: Path) -> None:
    """As `agora log verify-receipt` does with the log at hand."""
    require_held(verify_receipt(held.receipt, _vouching(held)), ProvableLog(place), _vouching(held))


def _compare(held: Anchors, place: Path) -> None:
    """As `agora log compare` does: two readers hold their copies against each other."""
    found = compare_views((read_view(held.shown), read_view(place)), held.trusted)
    if found.fork is not None:
        raise LogFault("tampered", "it is another history than the second reader's: both are signed")
    if (shorter := found.views[0]).checkpoint.size < held.head.size:
        raise LogFault("tampered", f"it has {shorter.checkpoint.size} entries, the second reader's {held.head.size}")


def _fresh(held: Anchors) -> Policy:
    """As with --max-age: what witnesses saw more than a day before does not count."""
    return replace(held.policy, since=int((ANCHORED - timedelta(days=1)).timestamp()))


def _with_output(printed: Printed, place: Path) -> None:
    """Commands to a terminal are found when they come out as text, and nothing of them is left."""
    if b"\\u001b" not in next(iter(LogReader(place).entries()), b""):
        return
    text = printed(place)
    if not any(letter in COMMANDS for letter in text if not letter.isascii() or not letter.isprintable()):
        raise LogFault("tampered", "commands to the terminal come out as text")


def _vouching(held: Anchors) -> ReceiptTrust:
    """The key, and the certificate that travels with a receipt."""
    return ReceiptTrust(held.trusted, (held.shown / layout.CERTIFICATE).read_bytes())
