"""What a new job is to be."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from nightshift.errors import ConfigurationError
from nightshift.settings import environment_prefix
from nightshift_tools.manifest.names import check_job
from nightshift_tools.manifest.values import Plain
from nightshift_tools.manifest.written import flow, scalar

MAX_DESCRIPTION = 200


class Kind(StrEnum):
    """How a job knows what to do: it compares a whole source, or is given a list of what is due."""

    LIST = "list"
    SCAN = "scan"


_SCHEDULES: Mapping[Kind, Mapping[str, Plain]] = {Kind.LIST: {"daily": "00:15"}, Kind.SCAN: {"hourly": 15}}
_MORE: Mapping[Kind, list[str]] = {
    Kind.LIST: ["params:", "  first_days: 7   # how many days back the very first run begins"],
    Kind.SCAN: ["enabled: false   # until source and mapping are your own"],
}


@dataclass(frozen=True, slots=True)
class NewJob:
    """A job that is not there yet. `schedule` is a form of the manifest; empty for the usual one of its kind.

    ConfigurationError where the name, or the description, cannot be one.
    """

    name: str
    kind: Kind = Kind.LIST
    description: str = ""
    schedule: Mapping[str, Plain] = field(default_factory=dict)
    batch_size: int = 50

    def __post_init__(self) -> None:
        try:
            check_job(self.name)
        except ValueError as error:
            raise ConfigurationError(f"{self.name!a} cannot be a job's name: {error}") from None
        if not self.told.isprintable() or len(self.told) > MAX_DESCRIPTION:
            raise ConfigurationError(
                f"the description is to be one line of at most {MAX_DESCRIPTION} printable characters"
            )

    @property
    def package(self) -> str:
        return self.name.replace("-", "_")

    @property
    def told(self) -> str:
        """What it does, in words; the name's own where nobody has said."""
        return self.description.strip().rstrip(".") or self.name.replace("-", " ").capitalize()

    @property
    def variable(self) -> str:
        """What its environment variables begin with."""
        return environment_prefix(self.name).rstrip("_")

    @property
    def manifest_lines(self) -> list[str]:
        """Its entry in `schedules.yaml`, below its name."""
        schedule = dict(self.schedule or _SCHEDULES[self.kind])
        return [
            f"description: {scalar(self.told)}",
            f"schedule: {flow(schedule['cron'] if set(schedule) == {'cron'} else schedule)}",
            f"batch_size: {self.batch_size}",
            *_MORE[self.kind],
        ]
