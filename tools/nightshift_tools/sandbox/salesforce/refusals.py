"""Records that the org refuses to write, for a reason of its own: a validation rule, a lock."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from nightshift_tools.sandbox.salesforce.errors import SalesforceError


@dataclass(slots=True)
class Refusal:
    """Writes of records of `object` whose `field` holds `value` fail with code and message, `times` times;
    None for ever."""

    object: str
    field: str
    value: str
    code: str
    message: str
    times: int | None = None


@dataclass(slots=True)
class Refusals:
    """The refusals in force."""

    entries: list[Refusal] = field(default_factory=list)

    def meet(self, name: str, record: Mapping[str, object]) -> None:
        """Raise what a write of this record meets."""
        for refusal in self.entries:
            if refusal.times == 0 or refusal.object.lower() != name.lower():
                continue
            if str(record.get(refusal.field)) == refusal.value:
                refusal.times = None if refusal.times is None else refusal.times - 1
                raise SalesforceError(refusal.code, refusal.message)
