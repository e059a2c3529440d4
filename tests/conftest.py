"""Fixtures that several folders of tests use."""

pytest_plugins = ["support.dynamodb", "support.fault_report"]
