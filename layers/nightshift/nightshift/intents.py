"""What a run is about to do once outside: written down before, moved on with what came of it.

A fence cannot stop a late request to an outside service. An intent can: who would send first writes down
that he will, in one conditional write, and of two only one succeeds. What was begun and whose end nobody
knows stays visible, and whoever comes next looks at the service before he sends anything.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime

from nightshift.state.models import Intent, RunId
from nightshift.state.ports import IntentStore
from nightshift.times import Clock


class Intents:
    """The intents of all runs, as one run sees and moves them. A dry run reads, and moves nothing."""

    def __init__(self, store: IntentStore, run: RunId, clock: Clock, *, dry_run: bool) -> None:
        self._store = store
        self._run = run
        self._clock = clock
        self._dry_run = dry_run

    def find(self, kind: str, key: str) -> Intent | None:
        """The intent as it stands, strongly consistent."""
        return self._store.read(kind, key, self._clock.now())

    def begin(
        self,
        kind: str,
        key: str,
        state: str,
        body: Mapping[str, object],
        *,
        expires_at: datetime | None = None,
    ) -> Intent | None:
        """Write an intent that is not there yet; None where somebody has begun it already."""
        now = self._clock.now()
        return self._write(Intent(kind, key, 1, state, self._run, now, body, expires_at), now)

    def move(self, intent: Intent, state: str, body: Mapping[str, object] | None = None) -> Intent | None:
        """Move an intent on from where it was read; None where somebody else has moved it since."""
        now = self._clock.now()
        moved = replace(
            intent,
            revision=intent.revision + 1,
            state=state,
            run=self._run,
            at=now,
            body=intent.body if body is None else body,
        )
        return self._write(moved, now)

    def _write(self, intent: Intent, now: datetime) -> Intent | None:
        return intent if self._dry_run or self._store.move(intent, now) else None
