"""For tests of jobs: the contract that every job keeps to. docs/testing-a-job.md shows how it is used.

Beside it, what this project's own tests and benchmarks share: DynamoDB Local, Lambda's emulator, tables.
"""

from nightshift_tools.testing.clock import START, FakeClock
from nightshift_tools.testing.contract import JobContract, Report, check_job
from nightshift_tools.testing.entries import entry_of
from nightshift_tools.testing.world import JobWorld

__all__ = ["START", "FakeClock", "JobContract", "JobWorld", "Report", "check_job", "entry_of"]
