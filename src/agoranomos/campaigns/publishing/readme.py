"""The page that a stranger reads first: what lies in the package, and how to check it."""

from __future__ import annotations

from collections.abc import Sequence

_TEXT = """\
# {name}

A package of Agoranomos {version}: the record of {what}, with everything that is needed to check it.

    ROOT            the root hash over all files, and how many there are
    FILES.jsonl     every file with its SHA-256 and size; the leaves of the tree behind ROOT
    CODEBOOK.md     what each table and column means (CODEBOOK.json for programs)
    KEYS            the public keys that certify the logs in here
{places}
In each campaign's folder:

    campaign.yaml   the experiment as it was written; plan.json: the same with every name resolved to a digest
    env.json        Python, packages and models that it ran on
    ledger/         the campaign's own signed log: the plan before the first run, then every attempt at every run
    runs/           the signed log of each run: who decided what, what the market did, what was judged
    tables/         the same as Parquet tables, derived from the logs
    report/         what was found, derived from the tables

## Check it

    pip install agoranomos
    agora publish --check PACKAGE.tar.gz --root ROOT_HASH --key PUBLIC_KEY

The root hash and the public key must reach you by another way than this package: a paper, a web page, a person.
Somebody who changed the package can change what is written in it too. Without them the check still says whether the
package is one piece, and that it cannot say whose it is.

The check hashes every file, verifies the ledger and every run's log under the key, makes every judgement again, and
builds the tables anew from the logs and compares them.

## Check the list of files by hand

Without any program of ours: each line of FILES.jsonl names a file's SHA-256 (`sha256sum` prints the same). The root is
that of RFC 6962, section 2.1, over the lines without their newlines: SHA-256 of 0x00 and the line for a leaf, of 0x01
and both hashes for a node.

    import hashlib
    lines = open("FILES.jsonl", "rb").read().splitlines()
    level = [hashlib.sha256(b"\\0" + line).digest() for line in lines]
    while len(level) > 1:
        odd = level[-1:] if len(level) % 2 else []
        level = [hashlib.sha256(b"\\1" + a + b).digest() for a, b in zip(level[::2], level[1::2])] + odd
    print(level[0].hex())

{withheld}A signature says who committed to a record, not that it is true. `agora publish --check` prints what it cannot
exclude.
"""

_WITHHELD = """\
## What is not here

Prompts and replies of models are withheld in this campaign: the logs hold salted commitments to them, and their owner
can open single ones (`agora log disclose`), which you check with `agora log verify-opening`.

"""


def readme(name: str, version: str, campaigns: Sequence[str], withheld: bool) -> bytes:
    """The page; `campaigns` are their places in the package, empty for the package itself."""
    several = [place for place in campaigns if place]
    places = "".join(f"    {place}/\n" for place in several) + (
        "    LOCK.json, report/   the study over them\n" if several else ""
    )
    what = f"{len(several)} campaigns of one study" if several else "one campaign"
    return _TEXT.format(
        name=name, version=version, what=what, places=places, withheld=_WITHHELD if withheld else ""
    ).encode()
