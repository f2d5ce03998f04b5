"""The command line of an export's `verify.py`."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path

from agoranomos.logs.cosignature import WitnessKey
from agoranomos.logs.faults import LogFault
from agoranomos.logs.keys import Verifier
from agoranomos.logs.tree import verify_tree


def main(arguments: Sequence[str] | None = None) -> int:
    """Verify a tree: exit code 0 verified, 1 tampered, damaged or undecided, 2 wrong usage, 3 the machine failed."""
    parser = argparse.ArgumentParser(
        description="Verify an exported log. Get the keys by another way than the folder: one that came with it "
        "proves nothing."
    )
    parser.add_argument("tree", type=Path, help="the folder of the export")
    parser.add_argument("--key", metavar="VKEY", action="append", required=True, help="trust this key")
    parser.add_argument("--witness", metavar="VKEY", action="append", default=[], help="it must have cosigned")
    given = parser.parse_args(arguments)
    try:
        trusted = [Verifier.from_vkey(text) for text in given.key]
        witnesses = [WitnessKey.from_vkey(text) for text in given.witness]
    except LogFault as fault:
        parser.error(fault.message)
    if not given.tree.is_dir():
        parser.error(f"{str(given.tree)!r} is not a folder")
    try:
        found = verify_tree(given.tree, trusted, witnesses)
    except LogFault as fault:
        print(f"{fault.kind}: {fault.message}", file=sys.stderr)
        return 1
    except OSError as error:
        print(f"error: cannot read {error.filename!r}: {error.strerror}", file=sys.stderr)
        return 3
    print(f"verified: {found.checkpoint.origin}")
    print(f"  {found.checkpoint.size} entries, root {found.checkpoint.root.hex()}, {found.blobs} blobs")
    print(f"  signed by    {found.signer.vkey}")
    print(f"  trusted for  {found.trusted_by.vkey}")
    for one in found.cosigned:
        print(f"  cosigned by  {one.witness.vkey} at {one.time} s after 1970")
    print("not excluded by this check:")
    for line in found.not_excluded:
        print(f"  - {line}")
    return 0
