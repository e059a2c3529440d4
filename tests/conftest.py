"""Fixtures that several folders of tests use, and how far the random ones search.

`make faults` searches deeper. Both profiles try the same examples each time, so that what fails fails again.
"""

from __future__ import annotations

from hypothesis import HealthCheck, settings

# A machine that is busy is no reason to fail: nothing here is timed.
settings.register_profile("untimed", deadline=None)
settings.load_profile("untimed")

pytest_plugins = ["support.deployed", "support.dynamodb", "support.fault_report"]

settings.register_profile(
    "ci",
    derandomize=True,
    deadline=None,
    max_examples=100,
    stateful_step_count=30,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.function_scoped_fixture],
)
settings.register_profile("deep", settings.get_profile("ci"), max_examples=120, stateful_step_count=50)
settings.load_profile("ci")
