"""One OS file lock per job: held while a run works, gone with its process however that ends.

A lease cannot tell a slow owner from a dead one; on one machine the operating system can. The lock is taken
and given back inside a write transaction of the database, so that a claim which is about to be refused is
never taken for a run.
"""

from __future__ import annotations

import os
import sys
from dataclasses import dataclass
from enum import Enum
from pathlib import Path
from threading import Lock
from typing import Protocol
from urllib.parse import quote

from nightshift.errors import ConfigurationError
from nightshift.state.models import JobKey, RunId


class Holder(Enum):
    """Who holds a job's lock."""

    US = "us"  # it was free, or this run had it: whoever held the lease before is dead
    ANOTHER = "another"  # its owner is alive, whatever the lease says
    UNKNOWN = "unknown"  # there are no locks: only the lease tells


class JobLocks(Protocol):
    """The locks of all jobs."""

    def take(self, key: JobKey, run: RunId) -> Holder:
        """Try to take a job's lock for a run, without waiting."""
        ...

    def drop(self, key: JobKey, run: RunId) -> None:
        """Give the lock back if this run holds it."""
        ...

    def close(self) -> None:
        """Give all locks back."""
        ...


class NoLocks:
    """No locks: leases end by time only, as in DynamoDB."""

    def take(self, key: JobKey, run: RunId) -> Holder:
        return Holder.UNKNOWN

    def drop(self, key: JobKey, run: RunId) -> None:
        return

    def close(self) -> None:
        return


@dataclass(frozen=True, slots=True)
class _Held:
    run: RunId
    descriptor: int


class FileLocks:
    """Locks as files `<job>[@storefront].lock` in a folder. A forked child shares its parent's locks."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._held: dict[JobKey, _Held] = {}
        self._guard = Lock()

    def take(self, key: JobKey, run: RunId) -> Holder:
        with self._guard:
            held = self._held.get(key)
            if held is not None:
                return Holder.US if held.run == run else Holder.ANOTHER
            path = self._folder / f"{quote(str(key), safe='@')}.lock"
            try:
                descriptor = _open_locked(path)
            except OSError as error:
                raise ConfigurationError(
                    f"cannot lock {path}: {error.strerror}; keep the state on a local disk, in a folder "
                    "you may write"
                ) from error
            if descriptor is None:
                return Holder.ANOTHER
            self._held[key] = _Held(run, descriptor)
            return Holder.US

    def drop(self, key: JobKey, run: RunId) -> None:
        with self._guard:
            held = self._held.get(key)
            if held is not None and held.run == run:
                os.close(self._held.pop(key).descriptor)

    def close(self) -> None:
        with self._guard:
            while self._held:
                os.close(self._held.popitem()[1].descriptor)


def _open_locked(path: Path) -> int | None:
    """A descriptor that holds the lock until it is closed; None where another one holds it."""
    path.parent.mkdir(mode=0o700, exist_ok=True)
    descriptor = os.open(path, os.O_RDWR | os.O_CREAT, 0o600)
    try:
        taken = _lock(descriptor)
    except BaseException:
        os.close(descriptor)
        raise
    if taken:
        return descriptor
    os.close(descriptor)
    return None


if sys.platform == "win32":
    import msvcrt

    def _lock(descriptor: int) -> bool:
        try:
            msvcrt.locking(descriptor, msvcrt.LK_NBLCK, 1)
        except OSError:
            return False
        return True

else:
    import fcntl

    def _lock(descriptor: int) -> bool:
        # flock, not lockf: a POSIX lock would be lost when any descriptor of the file is closed.
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return False
        return True
