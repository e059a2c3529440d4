"""The manifest: `schedules.yaml` read, checked, and compiled for the runtime."""

from nightshift_tools.manifest.compile import compile_manifest
from nightshift_tools.manifest.errors import ManifestError, Problem
from nightshift_tools.manifest.load import load, parse
from nightshift_tools.manifest.model import Entry, Job, Manifest

__all__ = ["Entry", "Job", "Manifest", "ManifestError", "Problem", "compile_manifest", "load", "parse"]
