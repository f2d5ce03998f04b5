"""How inputs are drawn for all tests: as many on a busy machine as on an idle one."""

from hypothesis import HealthCheck, settings

settings.register_profile("whatever-the-load", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("whatever-the-load")
