"""What every policy must satisfy lies in the package, where plug-ins find it; the library's tests name it here."""

from agoranomos.conformance.policy import PolicyConformance, Trace, digests
from agoranomos.conformance.policy_play import (
    COURNOT,
    COURNOT_MARKETS,
    MARKETS,
    STANDINGS,
    STATES,
    Setting,
    decide,
    is_action,
    notice,
    play,
    seated,
)

__all__ = [
    "COURNOT",
    "COURNOT_MARKETS",
    "MARKETS",
    "STANDINGS",
    "STATES",
    "PolicyConformance",
    "Setting",
    "Trace",
    "decide",
    "digests",
    "is_action",
    "notice",
    "play",
    "seated",
]
