"""Products that Medusa is told to refuse: the poisoned record that no validation foresees."""

from dataclasses import dataclass

from nightshift_tools.sandbox.exact_json import JsonObject
from nightshift_tools.sandbox.medusa.errors import invalid

REFUSABLE = ("external_id", "handle", "title")


@dataclass(frozen=True, slots=True)
class Refusal:
    """Products whose `field` (external_id, handle or title) is `value` are refused with `message`."""

    field: str
    value: str
    message: str


class Refusals:
    """The refusals in force."""

    def __init__(self) -> None:
        self._refusals: list[Refusal] = []

    def add(self, field: str, value: str, message: str | None) -> Refusal:
        """Refuse such products from now on, created or updated."""
        default = f"Product with {field}: {value}, was refused by the sandbox."
        refusal = Refusal(field, value, message or default)
        self._refusals.append(refusal)
        return refusal

    def clear(self) -> None:
        """Refuse nothing any more."""
        self._refusals.clear()

    def check(self, product: JsonObject) -> None:
        """Raise MedusaError where the product is refused."""
        for refusal in self._refusals:
            if product.get(refusal.field) == refusal.value:
                raise invalid(refusal.message)
