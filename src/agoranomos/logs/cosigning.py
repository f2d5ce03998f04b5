"""What the owner of a log does to have it cosigned: the request for a witness, and keeping the line that comes back."""

from __future__ import annotations

import itertools
from dataclasses import dataclass
from pathlib import Path

from agoranomos.logs import layout
from agoranomos.logs.attached import COSIGNATURES, attach_cosignatures, read_cosignatures
from agoranomos.logs.checkpoint import Checkpoint, parse_checkpoint
from agoranomos.logs.compare import proof_of
from agoranomos.logs.cosignature import Cosigned, WitnessKey, cosigned_by
from agoranomos.logs.faults import LogFault
from agoranomos.logs.hashes import KeptHashes
from agoranomos.logs.heads import open_heads
from agoranomos.logs.journal import read_notes
from agoranomos.logs.keys import Verifier
from agoranomos.logs.note import parse_note
from agoranomos.logs.plain_file import unreadable
from agoranomos.logs.reader import read_small, read_vkey
from agoranomos.logs.storage import Storage
from agoranomos.logs.witness_client import Reply, Send, ask
from agoranomos.logs.witness_request import WitnessRequest

ADD_LOG = "/add-log"
"""Where a witness of ours takes certificates; others answer 404 there too."""


@dataclass(frozen=True, slots=True)
class Kept:
    """A cosignature that was attached: over which checkpoint, by whom, and when."""

    checkpoint: Checkpoint
    cosigned: Cosigned


class CosignedLog:
    """A log on its owner's disk, as far as its journal signs it; raises `LogFault` where that is broken.

    The entries are not verified by it: a request whose proof does not hold is never sent.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = Path(folder)
        self.key: Verifier = read_vkey(self.folder)
        try:
            heads = open_heads(self.folder, self.key)
            notes = itertools.islice(read_notes(self.folder / layout.JOURNAL), len(heads.checkpoints))
            self._notes = {checkpoint.size: note for checkpoint, note in zip(heads.checkpoints, notes, strict=True)}
        except OSError as error:
            raise unreadable(error, folder) from error
        self.head: Checkpoint = heads.head

    @property
    def certificate(self) -> bytes:
        """What its certifier signed for it."""
        return read_small(self.folder, layout.CERTIFICATE)

    def last_cosigned(self, witness: WitnessKey) -> int:
        """The size of the newest checkpoint that `witness` cosigned, by what was attached; 0 when there is none.

        Raises `LogFault` for a cosignature of this witness that does not verify.
        """
        sizes = sorted(
            (size for size in self._notes if (self.folder / COSIGNATURES / f"{size}").exists()), reverse=True
        )
        for size in sizes:
            note = self._notes[size]
            if cosigned_by(note + read_cosignatures(self.folder, note), [witness]):
                return size
        return 0

    def request(self, old: int) -> WitnessRequest:
        """The request to cosign the head, for a witness that cosigned the first `old` entries last."""
        note = self._notes[self.head.size]
        if not 0 < old <= self.head.size:
            return WitnessRequest(old, (), note)
        _, proof = proof_of(str(self.folder), KeptHashes(self.folder, self.head.size), old, self.head)
        return WitnessRequest(old, proof, note)

    def attach(self, lines: bytes, witness: WitnessKey, *, storage: Storage | None = None) -> Kept:
        """Keep the witness's signature lines, over whichever checkpoint they are: the log may have grown meanwhile.

        Raises `LogFault` when they are over none of its checkpoints, or not by `witness`.
        """
        note = self._cosigned_note(lines, witness)
        found = attach_cosignatures(self.folder, note, lines, (witness,), storage=storage)
        return Kept(parse_checkpoint(parse_note(note).text), found[0])

    def _cosigned_note(self, lines: bytes, witness: WitnessKey) -> bytes:
        for size in sorted(self._notes, reverse=True):
            try:
                if cosigned_by(parse_note(self._notes[size]).text.encode() + b"\n" + lines, [witness]):
                    return self._notes[size]
            except LogFault:
                continue
        return self._notes[self.head.size]  # with which it is said what is wrong with the lines

    def send(self, send: Send, witness: WitnessKey) -> Kept:
        """Have a witness cosign the head over HTTP, and keep the lines that it answers.

        A witness that does not know the log is shown the log's certificate first; it may know the certifier.
        """

        def introduced(path: str, body: bytes) -> Reply:
            reply = send(path, body)
            if reply.status == 404 and send(ADD_LOG, self.certificate).status == 200:
                return send(path, body)
            return reply

        lines = ask(introduced, self.request, self.last_cosigned(witness), size=self.head.size)
        return self.attach(lines, witness)
