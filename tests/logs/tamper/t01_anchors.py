"""T1 for what lies beside a log: each bit of its cosignatures, and of the policy by which they are read."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from agoranomos.errors import DocumentError
from agoranomos.logs import LogFault, verify_log
from agoranomos.logs.attached import cosignatures_file
from agoranomos.logs.policy import Policy
from logs.building import TRUSTED
from logs.tamper.t04_rollback import SIZES, WITNESSES, shown
from logs.tamper.tally import Tally, take

POLICY = "".join(f"witness w{number} {one.key.vkey}\n" for number, one in enumerate(WITNESSES))
POLICY += "group g all w0 w1 w2\nquorum g\n"
"""All three must have cosigned: a line that is no longer one of them is missed."""


def flips(place: Path, step: int, shard: int = 0) -> Tally:
    """One bit at a time, each verified under the policy that asks for all three witnesses."""
    folder, _ = shown(place)
    tally, mine, number = Tally(), take(step, shard), 0
    cosignatures = folder / cosignatures_file(SIZES[-1])
    good = cosignatures.read_bytes()
    for bit in range(len(good) * 8):
        number += 1
        if mine(number):
            cosignatures.write_bytes(flipped(good, bit))
            tally.look(f"cosignatures: bit {bit}", lambda: _verify(folder, POLICY.encode()))
    cosignatures.write_bytes(good)
    _verify(folder, POLICY.encode())
    for bit in range(len(POLICY) * 8):
        number += 1
        if mine(number):
            changed = flipped(POLICY.encode(), bit)
            tally.look(f"policy: bit {bit}", _of_policy(lambda changed=changed: _verify(folder, changed)))
    return tally


def flipped(data: bytes, bit: int) -> bytes:
    changed = bytearray(data)
    changed[bit // 8] ^= 1 << bit % 8
    return bytes(changed)


def _verify(folder: Path, policy: bytes) -> None:
    verify_log(folder, TRUSTED, policy=Policy.parse(policy))


def _of_policy(check: Callable[[], None]) -> Callable[[], None]:
    """A policy that is none any more is refused as a document: that counts as damaged here."""

    def look() -> None:
        try:
            check()
        except DocumentError as error:
            raise LogFault("damaged", error.message) from None

    return look
