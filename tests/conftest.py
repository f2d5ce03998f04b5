"""How inputs are drawn for all tests: as many on a busy machine as on an idle one."""

import os

from hypothesis import HealthCheck, settings

SAME_EXAMPLES = {"derandomize": True, "database": None} if os.environ.get("AGORA_SAME_EXAMPLES") else {}
"""Where the variable is set the examples are the same each time; elsewhere new ones are looked for."""

settings.register_profile(
    "whatever-the-load", deadline=None, suppress_health_check=[HealthCheck.too_slow], **SAME_EXAMPLES
)
settings.load_profile("whatever-the-load")
