"""Which campaigns lie in the folder that is shown, by the names under which a page asks for them."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

from agoranomos.campaigns.folder import CampaignFolder
from agoranomos.errors import nearest
from agoranomos.viewer.confined import inside
from agoranomos.viewer.refusals import NotThere

DEPTH = 4
"""Folders between the folder that is shown and a campaign's."""
MOST_FOLDERS = 50_000
"""That are looked into."""
_NEVER = frozenset({"runs", "packs", "ledger", "tables", "abandoned", "report", "blobs", "node_modules", "__pycache__"})


def is_campaign(folder: Path) -> bool:
    """Whether a folder is a campaign's: it has a plan, a ledger or tables."""
    return CampaignFolder(folder).reportable or (folder / "ledger").is_dir()


class Catalogue:
    """The campaigns in `root`, which may be one itself. What a client names is looked up here, and never joined."""

    def __init__(self, root: Path) -> None:
        self.root = root.resolve()
        self._known: dict[str, CampaignFolder] = {}

    def campaigns(self) -> dict[str, CampaignFolder]:
        """All of them as they lie there now, by id: the path from `root` on with `~` for `/`."""
        found: dict[str, CampaignFolder] = {}
        for folder in self._walk():
            within = folder.relative_to(self.root).as_posix()
            name = (self.root.name if within == "." else within).replace("/", "~")
            while name in found:  # a folder's own name may hold `~`
                name += "~"
            found[name] = CampaignFolder(folder)
        self._known = found
        return found

    def campaign(self, name: str) -> CampaignFolder:
        """The campaign with this id; raises `NotThere` with the nearest one."""
        found = self._known.get(name) or self.campaigns().get(name)
        if found is None or not is_campaign(inside(found.root, self.root)):
            raise NotThere(f"no campaign {name[:200]!r} here", advice=nearest(name[:200], self._known))
        return found

    def id_of(self, folder: Path) -> str | None:
        """The id of the campaign in `folder`; None where it is none of these."""
        wanted = folder.resolve()
        return next((name for name, one in self.campaigns().items() if one.root == wanted), None)

    def _walk(self) -> Iterator[Path]:
        waiting = [(self.root, 0)]
        for _ in range(MOST_FOLDERS):
            if not waiting:
                return
            folder, depth = waiting.pop()
            if is_campaign(folder):
                yield folder
            elif depth < DEPTH:
                waiting += [(path, depth + 1) for path in _folders(folder)]


def _folders(folder: Path) -> list[Path]:
    """The folders in one, without links and what is hidden, the last name first."""
    try:
        with os.scandir(folder) as there:
            names = [one.name for one in there if one.is_dir(follow_symlinks=False)]
    except OSError:
        return []
    return [folder / name for name in sorted(names, reverse=True) if not name.startswith(".") and name not in _NEVER]
