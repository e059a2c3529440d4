"""Distances in time: what the manifest has for them, or why it has nothing."""

from __future__ import annotations

from nightshift_tools.manifest.values import Plain

COUNTED_ANEW = "the distance is counted from the deployment on, as it was from the start of the process"


def rate_of(seconds: float) -> tuple[dict[str, Plain], str]:
    """A schedule for a distance, or the reason why there is none. Only whole minutes have one."""
    if not 0 < seconds < 1e10 or seconds % 60:
        return {}, f"{seconds:g} seconds are no whole minutes, and EventBridge knows nothing finer"
    minutes = int(seconds) // 60
    return {"rate": f"{minutes} minute" if minutes == 1 else f"{minutes} minutes"}, ""
