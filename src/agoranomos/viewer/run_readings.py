"""What is worked out from one run's log: drawings, prompts, the verdict, other institutions' judgements."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping
from dataclasses import asdict
from pathlib import Path
from typing import Any

from agoranomos.campaigns.transcript import transcript
from agoranomos.campaigns.verification_json import fault_json, run_json
from agoranomos.campaigns.verified_run import verify_run
from agoranomos.documents import read_text
from agoranomos.errors import AgoraError, Finding, unknown_name
from agoranomos.institutions import load_institution
from agoranomos.institutions.fold import Conduct
from agoranomos.institutions.replay import replay_conduct
from agoranomos.logs import layout
from agoranomos.logs.plain_file import unreadable
from agoranomos.logs.unverified import lines_as_they_lie
from agoranomos.viewer.drawings import drawings_of
from agoranomos.viewer.judged_under import judged_under
from agoranomos.viewer.kept import Kept
from agoranomos.viewer.refusals import NotThere
from agoranomos.viewer.run_place import RunPlace
from agoranomos.workspace import Workspace, list_names

KEPT_OCTETS = 1 << 26
"""Of answers that are long and take long to work out."""

NO_MODEL = "No model took part."
NOT_FINISHED = "The run is not finished: what models were asked is written again from a finished one."


def encoded(value: Any) -> bytes:
    """JSON in ASCII: also of texts that are not valid Unicode. Raises `ValueError` for what JSON does not have."""
    return json.dumps(value, ensure_ascii=True, allow_nan=False, separators=(",", ":")).encode()


class RunReadings:
    """What is said of runs; `workspace` holds the keys that are trusted, and the institutions that can be named."""

    def __init__(self, workspace: Workspace) -> None:
        self._workspace = workspace
        self._answers: Kept[bytes] = Kept(256, octets=KEPT_OCTETS, weigh=len)
        self._conducts: Kept[Conduct] = Kept(4)

    def trusted(self) -> list[str]:
        """The public keys whose logs are trusted here, as vkeys."""
        return [key.vkey for key in self._workspace.key_store.trusted()]

    def institutions(self) -> Mapping[str, Any]:
        """The files of institutions that conduct can be judged under, by name."""
        return {one.name: one.path for one in list_names("institutions", self._workspace)}

    def drawings(self, run: RunPlace) -> bytes:
        """Each recorded institution's drawing, by semantic digest."""
        return self._kept(run, "drawings", lambda: self._drawings(run))

    def spoken(self, run: RunPlace) -> bytes:
        """`{"calls", "why"}`: what models were asked, word for word; where it cannot be told, none, and why."""
        return self._kept(run, "spoken", lambda: self._spoken(run))

    def verdict(self, run: RunPlace) -> bytes:
        """What `agora log verify --level strict --json` says; of a log that goes on, as far as it is signed.

        A log whose run came to its end does not go on: without its checkpoint it is refused.
        """
        return self._kept(run, "verdict", lambda: self._verdict(run))

    def under(self, run: RunPlace, name: str) -> bytes:
        """The same conduct as the institution of this name judges it; raises `NotThere`, `Finding`, `UsageError`."""
        files = self.institutions()
        if name not in files:
            raise _not_there(name, files)
        institution = load_institution(read_text(files[name]))
        key = f"under {institution.semantic_sha256}"
        return self._kept(run, key, lambda: judged_under(self._conduct(run), institution))

    def _kept(self, run: RunPlace, what: str, make: Callable[[], Any]) -> bytes:
        stamp = run.stamp, tuple(self.trusted())
        return self._answers.get((run.folder, what), stamp, lambda: encoded(make()))

    def _drawings(self, run: RunPlace) -> Any:
        with run.opened() as place:
            try:
                return drawings_of(_lines(place))
            except AgoraError:
                return {}

    def _conduct(self, run: RunPlace) -> Conduct:
        def read() -> Conduct:
            with run.opened() as place:
                return replay_conduct(_lines(place))[1]

        return self._conducts.get(run.folder, run.stamp, read)

    def _spoken(self, run: RunPlace) -> Any:
        with run.opened() as place:
            if not (place / layout.CHECKPOINT).is_file():
                return {"calls": [], "why": NOT_FINISHED}
            if not _may_hold_calls(place):
                return {"calls": [], "why": NO_MODEL}
        try:
            calls = transcript(run.folder, self._workspace, self._workspace.key_store.trusted())
        except AgoraError as error:
            return {"calls": [], "why": error.in_one_line}
        told = [
            {
                "agent": one.agent,
                "round": one.round,
                "call": one.call,
                "model": one.model,
                "messages": [asdict(message) for message in one.asked.messages],
            }
            for one in calls
        ]
        return {"calls": told, "why": "" if told else NO_MODEL}

    def _verdict(self, run: RunPlace) -> Any:
        with run.opened() as place:
            log = f"runs/{run.arm}/{run.seed}"
            still_open = not (place / layout.CHECKPOINT).exists()
            trusted = self._workspace.key_store.trusted()
            try:
                verified = verify_run(place, trusted, level="strict", still_open=still_open)
                if still_open and verified.closed:
                    verified = verify_run(place, trusted, level="strict")
            except Finding as fault:
                return {"log": log, **fault_json(fault), "message": _without(str(place), fault.message, log)}
            return {"log": log, "verdict": "verified", **run_json(verified)}


def _lines(place: Path) -> Iterator[bytes]:
    """The entries of a log as they lie there; raises `LogFault` or `MachineError` where they cannot be read."""
    try:
        yield from lines_as_they_lie(place)
    except OSError as error:
        raise unreadable(error, place) from error


def _may_hold_calls(place: Path) -> bool:
    """Whether a call of a model can be on record: of a run without any nothing needs to be played again."""
    try:
        return any(b'"calls"' in line or b'\\"calls\\"' in line for line in _lines(place))
    except AgoraError:
        return True


def _without(place: str, text: str, log: str) -> str:
    """A message that names the log as the page does, wherever it lies or was unpacked."""
    return text.replace(place, log)


def _not_there(name: str, known: Mapping[str, Any]) -> NotThere:
    unknown = unknown_name("institution", name[:200], known)
    return NotThere(unknown.message, advice=unknown.advice)
