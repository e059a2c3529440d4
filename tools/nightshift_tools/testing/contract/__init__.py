"""The job contract: what every job keeps to, checked on any job from a description of its world."""

from nightshift_tools.testing.contract.findings import Breach, Findings, Promise, Report, Verdict
from nightshift_tools.testing.contract.suite import JobContract, check_job

__all__ = ["Breach", "Findings", "JobContract", "Promise", "Report", "Verdict", "check_job"]
