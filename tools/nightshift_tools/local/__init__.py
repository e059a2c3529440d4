"""Nightshift on one machine: the project, its state and its jobs, put together as in Lambda."""

from nightshift_tools.local.composition import Local
from nightshift_tools.local.project import Project

__all__ = ["Local", "Project"]
