"""The list of mutants, each with what caught it, under the results of the tests that ran them."""

from __future__ import annotations

import pytest


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Print a line for each mutant."""
    reports = [*terminalreporter.getreports("passed"), *terminalreporter.getreports("failed")]
    lines = sorted(
        str(text)
        for report in reports
        for name, text in report.user_properties
        if name == "mutant" and report.when == "call"
    )
    if lines:
        terminalreporter.section("mutants and what caught them")
        for line in lines:
            terminalreporter.write_line(line)
