"""The generated region: all jobs of a manifest as text of template.yaml."""

from __future__ import annotations

from collections.abc import Mapping
from textwrap import indent

from nightshift_tools.manifest import Manifest
from nightshift_tools.template.job import render
from nightshift_tools.template.needs import Needs


def generate(manifest: Manifest, needs: Mapping[str, Needs]) -> str:
    """The region between the markers, jobs sorted by name. A job that is not in `needs` needs nothing."""
    jobs = [manifest.jobs[name] for name in sorted(manifest.jobs)]
    return "\n".join(indent(render(job, needs.get(job.name, Needs())), "  ") for job in jobs)
