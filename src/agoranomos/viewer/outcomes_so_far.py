"""What a campaign that is under way comes to so far: from the logs of its finished runs, in a process of its own."""

from __future__ import annotations

import threading
import time
from collections.abc import Hashable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from agoranomos.campaigns.folder import CampaignFolder
from agoranomos.errors import AgoraError, MachineError
from agoranomos.logs import layout
from agoranomos.viewer.confined import no_link_leads_out
from agoranomos.viewer.jobs import OutOfTime, Worker
from agoranomos.viewer.kept import stamp_of
from agoranomos.viewer.listeners import MOST_LISTENERS
from agoranomos.workspace import Workspace

SECONDS_TO_WORK_OUT = 120.0
RESTS = 5.0
"""After a working-out, at least so many times as long goes by before the next: campaigns that run need the machine."""
LEAST_REST_S = 2.0
SECONDS_TO_END = 10.0
TOO_MANY = "there are too many for that while the campaign runs; its tables will have them all"


@dataclass(frozen=True, slots=True)
class SoFar:
    """What finished runs come to, in the words of a campaign's page, or `fault`: why newer figures are not known.

    `tried` is how many runs were finished when they were last worked out. `wanted`: newer ones will be, if asked again.
    """

    page: Mapping[str, Any] | None = None
    tried: int = 0
    fault: str = ""
    wanted: bool = False


class OutcomesSoFar:
    """Works out one campaign's outcomes at a time, where somebody asks and other runs are finished than before.

    Tables go to a temporary folder: nothing is written where campaigns lie. The server's threads may share it.
    """

    def __init__(self, root: Path, workspace: Workspace, seconds: float = SECONDS_TO_WORK_OUT) -> None:
        self._root = root
        self._workspace = workspace
        self._seconds = seconds
        self._lock = threading.Lock()
        self._held: dict[Hashable, SoFar] = {}
        self._given_up: set[Hashable] = set()
        self._due = 0.0
        self._thread: threading.Thread | None = None
        self._worker: Worker | None = None
        self._closed = False

    def of(self, folder: CampaignFolder, finished: int, *, under_way: bool) -> SoFar:
        """The newest there are, at once. Begins newer ones where `finished` runs ask for it and it is `under_way`."""
        key = folder.root, stamp_of((folder.plan_file,))
        with self._lock:
            held = self._held.get(key, SoFar())
            if held.tried > finished:  # another campaign, where the first one lay
                held = SoFar()
            may = under_way and key not in self._given_up and not self._closed
            wanted = may and held.tried != finished
            if (wanted or (may and held.fault)) and self._thread is None and self._due <= time.monotonic():
                thread = threading.Thread(target=self._work_out, args=(key, folder, finished, held), daemon=True)
                thread.start()
                self._thread = thread
        return replace(held, wanted=wanted)

    def close(self) -> None:
        """End what is being worked out, and leave nothing behind."""
        with self._lock:
            self._closed = True
            thread, worker = self._thread, self._worker
        if worker is not None:
            worker.close()
        if thread is not None:
            thread.join(SECONDS_TO_END)

    def _work_out(self, key: Hashable, folder: CampaignFolder, finished: int, before: SoFar) -> None:
        began, too_long = time.monotonic(), False
        try:
            found = SoFar(self._asked(folder), finished)
        except OutOfTime:
            found, too_long = replace(before, tried=finished, fault=TOO_MANY), True
        except AgoraError as error:
            found = replace(before, tried=finished, fault=error.in_one_line)
        except Exception as error:  # whatever it is, the page says it, and the next asker finds no lock
            found = replace(before, tried=finished, fault=f"{type(error).__name__}: {error}")
        ended = time.monotonic()
        with self._lock:
            self._held.pop(key, None)
            self._held[key] = found
            for oldest in list(self._held)[:-MOST_LISTENERS]:
                del self._held[oldest]
            if too_long:
                self._given_up.add(key)
            self._due = ended + max(LEAST_REST_S, RESTS * (ended - began))
            self._thread = None

    def _asked(self, folder: CampaignFolder) -> Mapping[str, Any]:
        no_link_leads_out(folder.root, self._root, but=(layout.BLOBS,))
        request = {
            "job": "outcomes",
            "root": str(self._workspace.root),
            "campaign": str(folder.root),
            "trusted": [key.vkey for key in self._workspace.key_store.trusted()],
        }
        # The process ends with its job: it takes memory by the run. What it leaves lies in the folder that goes.
        with TemporaryDirectory(prefix="agora-view-", ignore_cleanup_errors=True) as place:
            worker = Worker(self._seconds, {"TMPDIR": place})
            with self._lock:
                if self._closed:
                    raise MachineError("the server ends")
                self._worker = worker
            try:
                answer: Mapping[str, Any] = worker.do({**request, "into": f"{place}/so-far"})
            finally:
                worker.close()
        return answer


def worked_out(campaign: Path, trusted: Sequence[str], into: Path) -> Mapping[str, Any]:
    """The summary of the campaign's finished runs; its tables go to the new folder `into`.

    Raises what `build_tables` and `summarise` raise.
    """
    from agoranomos.analysis.campaign import summarise
    from agoranomos.campaigns.harvest import build_tables
    from agoranomos.logs.keys import Verifier
    from agoranomos.viewer.summary_page import summary_page

    folder = CampaignFolder(campaign)
    into.mkdir()
    (into / "plan.json").write_bytes(folder.plan_bytes())
    build_tables(folder, [Verifier.from_vkey(vkey) for vkey in trusted], workers=1, into=into / "tables")
    return summary_page(summarise(into))
