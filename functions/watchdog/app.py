"""watchdog: resume open slots, tell missing runs. No job: it has no claim, no cursor and no run record."""

from __future__ import annotations

from nightshift.watch.runtime import lambda_handler

__all__ = ["lambda_handler"]
