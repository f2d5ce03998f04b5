"""A writer to be killed: appends batches to a log, and prints every acknowledgement the moment it has it.

    python program.py create|goes-on|reopen FOLDER BATCHES

Each line of output is `size root`, of a state that was promised. Exit code 3: the disk failed, and one line says how.
"""

from __future__ import annotations

import os
import sys
from pathlib import Path

from agoranomos.errors import AgoraError
from agoranomos.logs import LogWriter, SigningKey

ORIGIN = "lab/plan/ledger"
KEY = SigningKey.from_seed(ORIGIN, b"R" * 32)
CERTIFIER = SigningKey.from_seed("workspace", b"W" * 32)


def entry(index: int) -> bytes:
    """Entry `index`, the same in every run; some are long, so that a batch spans sectors."""
    return b'{"body":"%s","seq":%d}' % (b"%d-" % (index * 7919 % 1000) * (1 + index % 5 * 60), index)


def main(how: str, folder: Path, batches: int) -> None:
    """Write and tell."""
    if how == "reopen":
        log, _ = LogWriter.reopen(folder, key=KEY, certifier=CERTIFIER)
    else:
        log = LogWriter.create(folder, ORIGIN, key=KEY, certifier=CERTIFIER, durable="append", goes_on=how == "goes-on")
    for number in range(batches):
        log.put_blob(b"blob %d" % (log.size + number))
        tell(log.append([entry(index) for index in range(log.size, log.size + number % 3 + 1)]))
    tell(log.close())


def tell(acknowledged) -> None:
    os.write(1, f"{acknowledged.size} {acknowledged.root.hex()}\n".encode())


if __name__ == "__main__":
    try:
        main(sys.argv[1], Path(sys.argv[2]), int(sys.argv[3]))
    except AgoraError as error:
        print(error, file=sys.stderr)
        sys.exit(error.exit_code)
