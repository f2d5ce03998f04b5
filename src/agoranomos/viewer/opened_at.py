"""Which folder to show for the one that was given, and the page to begin with."""

from __future__ import annotations

from pathlib import Path
from urllib.parse import quote

from agoranomos.campaigns.packs.packed import is_there
from agoranomos.errors import UsageError
from agoranomos.viewer.catalogue import Catalogue, is_campaign


def opened_at(directory: Path) -> tuple[Path, str]:
    """The folder, and the page's part of its address: the list, the campaign, or the run that `directory` is.

    Raises `UsageError` for a folder inside a campaign that is no run's.
    """
    place = directory.resolve()
    if is_campaign(place):
        return place, f"#/c/{_quoted(_id_of(place))}"
    for campaign in place.parents:
        if is_campaign(campaign):
            if place.parent.parent == campaign / "runs" and is_there(place):
                words = (_id_of(campaign), place.parent.name, place.name)
                return campaign, "#/r/" + "/".join(map(_quoted, words))
            raise UsageError(
                f"{directory} lies in a campaign's folder, and is no run's",
                advice=f"Give {campaign}, or one of its runs: runs/ARM/SEED.",
            )
    return place, "#/"


def _id_of(campaign: Path) -> str:
    return Catalogue(campaign).id_of(campaign) or campaign.name


def _quoted(word: str) -> str:
    return quote(word, safe="~")
