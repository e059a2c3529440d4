"""Fixtures that several folders of tests use."""

from hypothesis import settings

# A machine that is busy is no reason to fail: nothing here is timed.
settings.register_profile("untimed", deadline=None)
settings.load_profile("untimed")

pytest_plugins = ["support.dynamodb", "support.fault_report"]
