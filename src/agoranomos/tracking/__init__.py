"""What a campaign comes to, told to trackers of experiments. Nothing here is loaded unless a tracker is asked for."""

from agoranomos.tracking.tracker import Story, Tracker, TrackerKind
from agoranomos.tracking.trackers import TRACKERS, open_tracker

__all__ = ["TRACKERS", "Story", "Tracker", "TrackerKind", "open_tracker"]
