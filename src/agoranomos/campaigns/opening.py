"""Opening files: withheld prompts and replies of one entry, with the nonces that show what was committed to."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Literal

import msgspec

from agoranomos.campaigns.private import Part
from agoranomos.campaigns.private_store import PrivateStore
from agoranomos.errors import Finding, MachineError, UsageError, nearest
from agoranomos.institutions.entries import Round, decode_entry
from agoranomos.institutions.parts import Joiner, whole_entries
from agoranomos.logs import LogFault, Verification, Verifier, verify_log
from agoranomos.logs.disclosure import Opening
from agoranomos.logs.merkle import CompactRange, leaf_hashes
from agoranomos.logs.plain_file import open_plain
from agoranomos.logs.tiles import ENTRY_BUNDLES, MAX_BUNDLE_BYTES, TILE_WIDTH, parse_bundle, tile_path
from agoranomos.logs.tree import read_file
from agoranomos.logs.verified_tree import verify_exported

OPENING_VERSION: Literal[1] = 1
MAX_OPENING_BYTES = 64 << 20
"""The largest opening file that is read."""

_Hex = Annotated[str, msgspec.Meta(pattern="^[0-9a-f]{64}$")]
_Index = Annotated[int, msgspec.Meta(ge=0, lt=2**53)]


@dataclass(frozen=True, slots=True)
class Withheld:
    """A text that a log's entry commits to: whose call it was (`call` counts from 0), and which half of it."""

    entry: int
    round: int
    agent: str
    call: int
    part: Part
    commitment: str


class Disclosed(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One text that is opened. `content` is what the commitment is over: of a prompt, its messages as JSON."""

    agent: str
    call: _Index
    part: Literal["prompt", "reply"]
    commitment: _Hex
    nonce: _Hex
    content: str

    @property
    def opening(self) -> Opening:
        """Nonce and content as bytes."""
        return Opening(bytes.fromhex(self.nonce), self.content.encode())


class OpeningFile(msgspec.Struct, frozen=True, forbid_unknown_fields=True, tag_field="kind", tag="agoranomos opening"):
    """What is given to a reader: texts of one entry of the log of this origin."""

    version: Literal[1]
    origin: str
    entry: _Index
    round: _Index
    openings: tuple[Disclosed, ...]


def withheld_in(lines: Iterable[bytes], first: int = 0) -> Iterator[Withheld]:
    """The texts that the entries commit to, in order; `first` is the index of the first line."""
    for index, line, _ in whole_entries(lines, first):
        if b'"prompt_commitment"' not in line:
            continue
        entry = decode_entry(line)
        if not isinstance(entry.body, Round):
            continue
        for decision in entry.body.decisions:
            for number, call in enumerate(decision.calls):
                if call.withheld:
                    place = index, entry.round, decision.agent, number
                    yield Withheld(*place, "prompt", call.prompt_commitment)
                    yield Withheld(*place, "reply", call.reply_commitment)


def chosen(
    texts: Collection[Withheld], entry: int | None, agent: str | None, part: str | None = None
) -> tuple[Withheld, ...]:
    """Those of one entry, agent and half (None: of all); raises `UsageError` where there are none."""
    if not texts:
        raise UsageError(
            "this log withholds nothing: its entries commit to no prompt and no reply",
            advice="Only runs of a campaign with `privacy: committed` whose agents ask language models do.",
        )
    found = [text for text in texts if entry is None or text.entry == entry]
    if not found:
        near = min({text.entry for text in texts}, key=lambda index: abs(index - (entry or 0)))
        raise UsageError(f"entry {entry} commits to nothing", advice=f"The nearest entry that does is {near}.")
    mine = [text for text in found if agent is None or text.agent == agent]
    if not mine:
        raise UsageError(
            f"{agent!r} made no withheld call there", advice=nearest(agent or "", {t.agent for t in found})
        )
    return tuple(text for text in mine if part is None or text.part == part)


def disclose(origin: str, texts: Sequence[Withheld], store: PrivateStore) -> OpeningFile:
    """The opening of `texts`, which are of one entry; raises `Finding` for one that is not in the store any more."""
    openings = []
    for text in texts:
        opening = store.find(text.commitment)
        if opening is None:
            raise Finding(
                f"entry {text.entry}: the {text.part} of {text.agent} (call {text.call + 1}) is not in {store.folder}",
                advice="It was erased, or the private folder is elsewhere: --private DIR names it.",
            )
        openings.append(
            Disclosed(text.agent, text.call, text.part, text.commitment, opening.nonce.hex(), opening.content.decode())
        )
    return OpeningFile(OPENING_VERSION, origin, texts[0].entry, texts[0].round, tuple(openings))


def encode_opening(opening: OpeningFile) -> bytes:
    """The file's bytes: JSON, two spaces deep, one newline at the end."""
    return msgspec.json.format(msgspec.json.encode(opening), indent=2) + b"\n"


def read_opening(path: Path) -> OpeningFile:
    """The opening in a file; raises `UsageError` for a file that is none."""
    try:
        with open_plain(path) as file:
            data = file.read(MAX_OPENING_BYTES + 1)
    except (FileNotFoundError, IsADirectoryError):
        raise UsageError(f"there is no file {path}") from None
    except OSError as error:
        raise MachineError(f"cannot read {path}: {error.strerror}") from error
    if len(data) > MAX_OPENING_BYTES:
        raise UsageError(f"{path} is longer than {MAX_OPENING_BYTES} bytes: no opening file")
    try:
        return msgspec.json.decode(data, type=OpeningFile)
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError) as error:
        raise UsageError(f"{path} is no opening file: {error}", advice="`agora log disclose` makes one.") from None


def verify_opening(opening: OpeningFile, folder: Path, trusted: Sequence[Verifier]) -> Verification:
    """Check that the log in `folder`, or an exported copy of it, committed to these texts in this entry.

    The log is verified with it, under the keys of `trusted`. Raises `LogFault`: `undecided` where no trusted key
    vouches for the log.
    """
    verification, line = _verified_line(folder, opening.entry, trusted)
    if verification.origin != opening.origin:
        raise LogFault("tampered", f"the opening is of {opening.origin}; this log is {verification.origin}")
    if line is None:
        raise LogFault(
            "tampered", f"the log has {verification.size} entries, and the opening is of entry {opening.entry}"
        )
    committed = {(text.agent, text.call, text.part): text for text in withheld_in([line], opening.entry)}
    for given in opening.openings:
        what = f"the {given.part} of {given.agent} (call {given.call + 1})"
        text = committed.get((given.agent, given.call, given.part))
        if text is None or text.round != opening.round:
            raise LogFault(
                "tampered", f"entry {opening.entry} does not commit to {what} in round {opening.round}",
                entry=opening.entry,
            )  # fmt: skip
        try:
            given.opening.check(bytes.fromhex(text.commitment))
        except LogFault:
            raise LogFault(
                "tampered", f"{what} is not what entry {opening.entry} commits to", entry=opening.entry
            ) from None
    if not opening.openings:
        raise LogFault("undecided", "the file opens nothing")
    return verification


def _verified_line(folder: Path, wanted: int, trusted: Sequence[Verifier]) -> tuple[Verification, bytes | None]:
    """Verify the log, and give the line of one entry as it was hashed; None where the log is shorter."""
    found: list[bytes] = []
    joiner = Joiner(wanted)
    taken = 0

    def take(lines: list[bytes]) -> None:
        nonlocal taken
        for line in lines[max(wanted - taken, 0) :]:
            if found:
                break
            whole = joiner.take(line)
            found.extend([] if whole is None else [whole.line])
        taken += len(lines)

    if (folder / "tile").is_dir():
        verification = _verified_copy(folder, trusted, take)
    else:
        # As far as it is signed: an attempt that died, or a run under way, committed to what it had recorded.
        verification = verify_log(folder, trusted, consume=take, still_open=True)
    return verification, found[0] if found and wanted < verification.size else None


def _verified_copy(folder: Path, trusted: Sequence[Verifier], take: Callable[[list[bytes]], None]) -> Verification:
    """Verify an exported copy; what is taken are the entries of the root that was verified, and not of a later look."""
    verification = verify_exported(folder, trusted)
    tree = CompactRange()
    for first in range(0, verification.size, TILE_WIDTH):
        width = min(TILE_WIDTH, verification.size - first)
        name = tile_path(ENTRY_BUNDLES, first // TILE_WIDTH, width)
        entries = parse_bundle(read_file(folder, name, MAX_BUNDLE_BYTES), width)
        tree.extend(leaf_hashes(entries))
        take(entries)
    if tree.root() != verification.root:
        raise LogFault("damaged", "the entries were changed while they were read")
    return verification
