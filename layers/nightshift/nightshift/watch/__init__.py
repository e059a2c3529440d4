"""The watchdog: open slots are resumed, missing runs are told. It is no job: nothing claims it."""

from nightshift.watch.keys import watched_keys
from nightshift.watch.missing import LOOK_BACK, seen_until, suspects
from nightshift.watch.open import due_slots, open_slots
from nightshift.watch.watchdog import Findings, Watchdog

__all__ = [
    "LOOK_BACK",
    "Findings",
    "Watchdog",
    "due_slots",
    "open_slots",
    "seen_until",
    "suspects",
    "watched_keys",
]
