"""What stands outside of a log and speaks for its head: witnesses' cosignatures and authorities' time stamps."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from agoranomos.logs.attached import COSIGNATURES, cosignatures_file, read_cosignatures
from agoranomos.logs.cosignature import cosigned_by
from agoranomos.logs.faults import LogFault, within
from agoranomos.logs.heads import Heads
from agoranomos.logs.policy import NONE, Policy, Witnessed

if TYPE_CHECKING:
    from agoranomos.logs.timestamp import Authority, Stamp

TIME_STAMPS = "tsr"

NOBODY = Witnessed(satisfied=False, quorum=NONE, cosigned=(), missing=(), as_of=None)
"""What is known of witnesses when no policy names any."""


def witnessed(folder: Path, heads: Heads, policy: Policy | None) -> Witnessed:
    """Who of the policy's witnesses cosigned the head; raises `LogFault`, `undecided` where there is no quorum.

    Cosignatures of older checkpoints do not count: they say nothing of what was added since.
    """
    if policy is None or policy.quorum == NONE:
        return NOBODY
    lines = read_cosignatures(folder, heads.note)
    with within(cosignatures_file(heads.head.size)):
        cosigned = cosigned_by(heads.note + lines, policy.keys)
    try:
        return policy.require(cosigned)
    except LogFault as fault:
        older = [size for size in _sizes(folder) if size < heads.head.size]
        more = f"; {COSIGNATURES}/ holds some of size {max(older)}" if older else ""
        raise LogFault(
            fault.kind, f"the checkpoint of size {heads.head.size}: {fault.message}{more}", advice=fault.advice
        ) from None


def stamped(folder: Path, heads: Heads, authorities: Sequence[Authority]) -> tuple[Stamp, ...]:
    """The time stamps of the log under the certificates given; raises `LogFault` for a bad one, and for none at all."""
    if not authorities:
        return ()
    from agoranomos.logs.timestamp import check_tokens

    return check_tokens(folder, heads.checkpoints, authorities)


def unchecked(folder: Path, policy: Policy | None, authorities: Sequence[Authority]) -> list[str]:
    """What lies beside the log and was not looked at, since nothing was given to check it by."""
    noted = []
    if policy is None and _sizes(folder):
        noted.append(f"{COSIGNATURES}/ holds cosignatures; none was checked (no policy was given)")
    for host, names in policy.same_host if policy is not None else ():
        noted.append(f"same host: the witnesses {', '.join(names)} are all at {host}, and prove no more than one")
    if not authorities and any((folder / TIME_STAMPS).glob("*.tsr")):
        noted.append(f"{TIME_STAMPS}/ holds time stamps; none was checked (no authority was given)")
    return noted


def _sizes(folder: Path) -> list[int]:
    """The sizes of which there are cosignatures."""
    names = [path.name for path in (folder / COSIGNATURES).glob("*")]
    return [int(name) for name in names if name.isascii() and name.isdecimal() and len(name) < 20]
