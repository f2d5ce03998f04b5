"""What a campaign that is under way comes to so far: from the logs of its finished runs, in a process of its own."""

from __future__ import annotations

import shutil
import threading
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from agoranomos.campaigns.folder import CampaignFolder
from agoranomos.errors import AgoraError
from agoranomos.viewer.jobs import Worker
from agoranomos.workspace import Workspace

SECONDS_TO_WORK_OUT = 120.0
RESTS = 5.0
"""After a working-out, at least so many times as long goes by before the next: campaigns that run need the machine."""
LEAST_REST_S = 2.0
MOST_CAMPAIGNS = 8
"""Whose outcomes so far are kept."""


@dataclass(frozen=True, slots=True)
class SoFar:
    """What the first `runs` finished runs come to, as `campaign_page.summary_page` has it; or why that is not known."""

    runs: int
    page: Mapping[str, Any] | None = None
    fault: str = ""
    due: float = 0.0
    """When the next working-out may begin, by the monotonic clock."""


class OutcomesSoFar:
    """Works out one campaign's outcomes at a time, where somebody asks and more runs are finished than before.

    Tables go to a temporary folder: nothing is written where the campaign lies. The server's threads may share it.
    """

    def __init__(self, workspace: Workspace, seconds: float = SECONDS_TO_WORK_OUT) -> None:
        self._workspace = workspace
        self._worker = Worker(seconds)
        self._lock = threading.Lock()
        self._busy = False
        self._held: dict[Path, SoFar] = {}
        self._place: TemporaryDirectory[str] | None = None

    def of(self, folder: CampaignFolder, finished: int) -> SoFar | None:
        """The newest there are, at once; None where there are none. Begins newer ones where `finished` says so."""
        with self._lock:
            held = self._held.get(folder.root)
            stale = finished > 0 and (held is None or (held.runs != finished and held.due <= time.monotonic()))
            begins = stale and not self._busy
            self._busy = self._busy or begins
        if begins:
            threading.Thread(target=self._work_out, args=(folder, finished, held), daemon=True).start()
        return held

    def close(self) -> None:
        """End what is being worked out."""
        self._worker.close()

    def _work_out(self, folder: CampaignFolder, finished: int, before: SoFar | None) -> None:
        began = time.monotonic()
        try:
            found = SoFar(finished, self._asked(folder))
        except (AgoraError, OSError) as error:
            fault = error.message if isinstance(error, AgoraError) else str(error)
            found = replace(before, fault=fault) if before and before.page else SoFar(finished, fault=fault)
        finally:
            self._busy = False
        rest = max(LEAST_REST_S, RESTS * (time.monotonic() - began))
        with self._lock:
            self._held.pop(folder.root, None)
            self._held[folder.root] = replace(found, due=time.monotonic() + rest)
            for oldest in list(self._held)[:-MOST_CAMPAIGNS]:
                del self._held[oldest]

    def _asked(self, folder: CampaignFolder) -> Mapping[str, Any]:
        if self._place is None:
            self._place = TemporaryDirectory(prefix="agora-view-")
        into = Path(self._place.name) / folder.root.name
        trusted = [key.vkey for key in self._workspace.key_store.trusted()]
        request = {"job": "outcomes", "campaign": str(folder.root), "trusted": trusted, "into": str(into)}
        try:
            answer: Mapping[str, Any] = self._worker.do({**request, "root": str(self._workspace.root)})
        finally:
            shutil.rmtree(into, ignore_errors=True)
        return answer


def worked_out(campaign: Path, trusted: Sequence[str], into: Path) -> Mapping[str, Any]:
    """The summary of the campaign's finished runs; its tables go to the new folder `into`.

    Raises what `build_tables` and `summarise` raise.
    """
    from agoranomos.analysis.campaign import summarise
    from agoranomos.campaigns.harvest import build_tables
    from agoranomos.logs.keys import Verifier
    from agoranomos.viewer.campaign_page import summary_page

    folder = CampaignFolder(campaign)
    into.mkdir()
    (into / "plan.json").write_bytes(folder.plan_bytes())
    build_tables(folder, [Verifier.from_vkey(vkey) for vkey in trusted], workers=1, into=into / "tables")
    return summary_page(summarise(into))
