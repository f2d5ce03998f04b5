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
    parser = argparse.ArgumentParser(description="Verify an exported log, under keys that did not come with it.")
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
    head = found.checkpoint
    print(f"verified: {head.origin}\n  {head.size} entries, root {head.root.hex()}, {found.blobs} blobs")
    print(f"  signed by    {found.signer.vkey}\n  trusted for  {found.trusted_by.vkey}")
    for one in found.cosigned:
        print(f"  cosigned by  {one.witness.name} at {one.time} s after 1970")
    print("not excluded by this check:", *(f"  - {line}" for line in found.not_excluded), sep="\n")
    return 0
