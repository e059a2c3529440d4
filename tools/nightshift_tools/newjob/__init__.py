"""A new job: everything that a job has, written so that it runs at once."""

from nightshift_tools.newjob.making import make, planned
from nightshift_tools.newjob.model import Kind, NewJob

__all__ = ["Kind", "NewJob", "make", "planned"]
