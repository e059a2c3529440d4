"""HTTP as the connectors use it: one pooled client per service, and the only layer that retries.

It promises: no request without a time limit, none sent or waited for past the run's deadline, none repeated
that may have had its effect, no half answer taken for a whole one, no redirect followed, no secret in an
error's text.
"""

from nightshift.http.client import Client, Options, Sent
from nightshift.http.failures import UnknownOutcomeError
from nightshift.http.pace import Pace
from nightshift.http.response import Response

__all__ = ["Client", "Options", "Pace", "Response", "Sent", "UnknownOutcomeError"]
