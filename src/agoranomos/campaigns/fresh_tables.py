"""Tables that are as new as what they are derived from."""

from __future__ import annotations

from agoranomos.campaigns.folder import CampaignFolder
from agoranomos.campaigns.harvest import build_tables
from agoranomos.logs import KeyStore
from agoranomos.workspace import state_folder


def bring_tables_up_to_date(folder: CampaignFolder) -> None:
    """Derive the tables from the logs where a campaign was broken off before it wrote them, or went on since.

    A folder without a plan is left as it is. Raises what `build_tables` raises.
    """
    if not folder.plan_file.is_file():
        return
    tables = folder.tables / "attempts.parquet"
    stale = folder.status_file.is_file() and (
        not tables.is_file() or folder.status_file.stat().st_mtime_ns > tables.stat().st_mtime_ns
    )
    if stale or not tables.is_file():
        build_tables(folder, KeyStore(state_folder() / "keys").trusted())
