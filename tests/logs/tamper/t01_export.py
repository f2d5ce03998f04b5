"""T1 for an exported log: each bit of its tiles, entry bundles, checkpoint, key and certificate."""

from __future__ import annotations

from pathlib import Path

from agoranomos.logs.export import export_log
from agoranomos.logs.verified_tree import verify_exported
from logs.building import TRUSTED
from logs.tamper import t01_bits
from logs.tamper.t01_anchors import flipped
from logs.tamper.tally import Tally, take

LEFT_ALONE = ("policy", "verify.py", "README.md")
"""What travels along for those who have no program yet: nobody who has one reads them."""


def flips(place: Path, step: int, shard: int = 0) -> Tally:
    """One bit at a time, in every file that is verified."""
    export_log(t01_bits.build(place / "log"), place / "export")
    tally, mine, number = Tally(), take(step, shard), 0
    for path in sorted(path for path in (place / "export").rglob("*") if path.is_file()):
        if path.name in LEFT_ALONE:
            continue
        good = path.read_bytes()
        for bit in range(len(good) * 8):
            number += 1
            if mine(number):
                path.write_bytes(flipped(good, bit))
                tally.look(f"{path.relative_to(place)}: bit {bit}", lambda: verify_exported(place / "export", TRUSTED))
        path.write_bytes(good)
    verify_exported(place / "export", TRUSTED)
    return tally
