"""Errors, a tree by consequence: the engine decides by class, never by text.

NightshiftError
├── ConfigurationError   wrong use: a person must change something before anything can run
│   └── TriggerError     the event that woke a job cannot be understood
├── RunError             stops the run, which ends `failed`
│   ├── TryLaterError    the cause is expected to pass: an upstream that is down or asks us to wait
│   ├── UpstreamError    an upstream answered what its contract does not allow, or refused us
│   ├── MissingFileError a file that the job reads is not there
│   ├── OversizeError    something is larger than the state takes; nothing of it was written
│   └── StateVersionError  a record was written by a version we cannot read; nothing was changed
├── RecordError          sets one record aside, in quarantine; the run goes on
├── LostLeaseError       another run has taken over: stop at once and write nothing more
├── SlotHeldError        a live run holds this very slot: raise, so that Lambda tries again
└── DeadlineError        no time is left for what was asked; the run ends `incomplete`
"""

from __future__ import annotations


class NightshiftError(Exception):
    """Base of all errors whose text is written for the person who operates the shop."""


class ConfigurationError(NightshiftError):
    """Something a person set, or forgot to set, keeps the job from running."""


class TriggerError(ConfigurationError):
    """The event names another job, an unknown key, or a time that is none."""


class RunError(NightshiftError):
    """The run cannot go on. What was committed stays; the slot stays open."""


class TryLaterError(RunError):
    """The run cannot go on now; the same run is expected to succeed later."""


class UpstreamError(RunError):
    """An upstream refused the request or broke its contract."""


class MissingFileError(RunError):
    """There is no file of the name that was asked for."""


class OversizeError(RunError):
    """An item or a key is larger than DynamoDB takes. It was not sent; a person must make it smaller."""


class StateVersionError(RunError):
    """A state record has a version this code does not know. It is refused, never reset."""


class RecordError(NightshiftError):
    """One source record cannot be written to the target."""

    def __init__(self, key: str, reason: str) -> None:
        super().__init__(f"{key}: {reason}")
        self.key = key
        self.reason = reason


class LostLeaseError(NightshiftError):
    """The fence has moved on: another run owns the job now."""


class SlotHeldError(NightshiftError):
    """The slot is being worked on by a run whose lease is still live."""


class DeadlineError(NightshiftError):
    """The time the run was given is used up, but for the reserve that its last commit needs."""
