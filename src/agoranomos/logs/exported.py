"""What stands in an export beside the tiles: policy and README."""

from __future__ import annotations

from agoranomos.logs.checkpoint import Checkpoint
from agoranomos.logs.keys import Verifier


def own_policy(signer: Verifier) -> bytes:
    """The policy (c2sp.org/tlog-policy) of a log that names no witness."""
    return (
        "# What the log says of itself. Whoever checks it trusts a key, or a policy, that came by another way.\n"
        f"log {signer.vkey}\nquorum none\n"
    ).encode()


def readme(head: Checkpoint, signer: Verifier) -> bytes:
    """How a third party checks the export: three commands, none of which needs the program that wrote it."""
    return f"""\
# The log {head.origin}, {head.size} entries

A signed, append-only log as https://c2sp.org/tlog-tiles describes it: `checkpoint`, hash tiles in `tile/`, entries in
`tile/entries/` (256 a file, each behind its length in two bytes), and `certificate`, which says whose key vouches for
the key in `log.vkey`.

Whoever holds the public key of the workspace that made it, by another way than this folder, can see that nobody
changed, removed, added, swapped or repeated an entry after the checkpoint was signed. That does not bind the owner of
the workspace, who could have signed another history, or may show an older state of this one: against that help
witnesses, time stamps, and copies of checkpoints that others keep. And a signature says who committed to these bytes,
not that they are true.

1. Every entry, hash and signature. It needs Python 3.10 and its package `cryptography`; verify.py is short: read it.

       python verify.py . --key WORKSPACE_VKEY

2. The same, and that witnesses saw this history. Each is named by its own key, obtained from its operator.

       python verify.py . --key WORKSPACE_VKEY --witness WITNESS_VKEY

3. When it was there, if `tsr/` holds a time stamp (RFC 3161) over the first three lines of `checkpoint`.

       head -n 3 checkpoint > text && openssl ts -verify -data text -in tsr/{head.size}.tsr -CAfile AUTHORITY.pem

Programs that read tlog-tiles know the log by its own key: {signer.vkey}
""".encode()
