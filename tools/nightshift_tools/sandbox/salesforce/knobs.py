"""What a test, or a person beside the job, does with the org: fill it, change it, break it, look at it."""

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from typing import Any

from nightshift_tools.sandbox import exact_json
from nightshift_tools.sandbox.errors import ControlError
from nightshift_tools.sandbox.exact_json import JsonObject
from nightshift_tools.sandbox.salesforce.errors import SalesforceError
from nightshift_tools.sandbox.salesforce.ids import full_id
from nightshift_tools.sandbox.salesforce.refusals import Refusal
from nightshift_tools.sandbox.salesforce.schema import SObject
from nightshift_tools.sandbox.salesforce.seed import Amounts
from nightshift_tools.sandbox.salesforce.surface import Salesforce


class Knobs:
    """Every method takes the shop's lock, counts as no request, and raises ControlError for what cannot be
    meant. Fields are named as in the API."""

    def __init__(
        self,
        lock: AbstractContextManager[Any],
        surface: Callable[[], Salesforce],
        on_seed: Callable[[], None],
    ) -> None:
        self._lock = lock
        self._surface = surface
        self._on_seed = on_seed

    def seed(self, **amounts: Any) -> dict[str, list[str]]:
        """Make records that fit together, as `Amounts` says; their ids by object. Orders are at Digital River
        as well."""
        with self._using() as org:
            made = org.seeder.make(Amounts(**amounts))
            self._on_seed()
            return made

    def clear(self) -> None:
        """Take every record away."""
        with self._using() as org:
            for owner in org.store.schema:
                for record in list(org.store.everything(owner)):
                    org.store.delete(owner, record["Id"])

    def add(self, object_name: str, fields: JsonObject) -> str:
        """Create a record, dates of the system included where they are given; its id."""
        with self._using() as org:
            owner = _object(org, object_name)
            return org.store.insert(owner, org.store.typed(owner, exact_json.copy(fields), as_admin=True))

    def edit(self, object_name: str, record_id: str, fields: JsonObject) -> None:
        """Change a record, as somebody in the office does."""
        with self._using() as org:
            owner = _object(org, object_name)
            values = org.store.typed(owner, exact_json.copy(fields), as_admin=True)
            org.store.update(owner, _id(record_id), values)

    def remove(self, object_name: str, record_id: str) -> None:
        """Put a record into the bin."""
        with self._using() as org:
            org.store.delete(_object(org, object_name), _id(record_id))

    def records(self, object_name: str) -> list[JsonObject]:
        """Every live record of an object, whole, in the order of creation."""
        with self._using() as org:
            return list(org.store.everything(_object(org, object_name)))

    def record(self, object_name: str, record_id: str) -> JsonObject:
        """One record, whole."""
        with self._using() as org:
            owner = _object(org, object_name)
            found = org.store.find(owner, _id(record_id))
            if found is None:
                raise ControlError(f"there is no {owner.name} {record_id}")
            return org.store.document(owner, found)

    def summary(self) -> JsonObject:
        """Live records by object, and the requests used of those allowed."""
        with self._using() as org:
            counts = {owner.name: org.store.count(owner) for owner in org.store.schema}
            return {"records": counts, "used": org.used, "daily_limit": org.daily_limit}

    def hide(self, object_name: str, field: str = "") -> None:
        """Show the integration user an object, or one field, no more, as a missing permission does."""
        with self._using() as org:
            org.store.schema.hide(object_name, field)

    def show_all(self) -> None:
        """Hide nothing any more."""
        with self._using() as org:
            org.store.schema.show_all()

    def refuse(
        self,
        object_name: str,
        value: str,
        *,
        field: str = "Id",
        code: str = "FIELD_CUSTOM_VALIDATION_EXCEPTION",
        message: str = "A validation rule of the sandbox refuses this record.",
        times: int | None = None,
    ) -> None:
        """Refuse writes of records whose `field` holds `value`, `times` times or for ever."""
        with self._using() as org:
            owner = _object(org, object_name)
            if field.lower() not in owner.fields:
                raise ControlError(f"{owner.name} has no field {field}")
            spelled = owner.fields[field.lower()].name
            refusal = Refusal(owner.name, spelled, value, code, message, times)
            org.store.refusals.entries.append(refusal)

    def clear_refusals(self) -> None:
        """Refuse nothing any more."""
        with self._using() as org:
            org.store.refusals.entries.clear()

    def limit(self, daily: int, used: int | None = None) -> None:
        """Allow so many requests in 24 hours; `used` says how many there were already."""
        with self._using() as org:
            if daily < 0 or (used is not None and used < 0):
                raise ControlError("daily and used are at least 0")
            org.daily_limit = daily
            org.used = org.used if used is None else used

    def expire_locators(self) -> None:
        """Forget the rest of every query that was begun."""
        with self._using() as org:
            org.queries.expire_locators()

    def trust(self, public_key: str) -> None:
        """Let the owner of this RSA key log in with assertions."""
        with self._using() as org:
            org.oauth.trust(public_key)

    @contextmanager
    def _using(self) -> Iterator[Salesforce]:
        with self._lock:
            try:
                yield self._surface()
            except SalesforceError as error:
                raise ControlError(f"{error.code}: {error.message}") from None
            except TypeError as error:  # an amount that there is not
                raise ControlError(str(error)) from None


def _object(org: Salesforce, name: str) -> SObject:
    owner = org.store.schema.find(name)
    if owner is None:
        names = ", ".join(known.name for known in org.store.schema)
        raise ControlError(f"the org has no object {name!r}; there are: {names}")
    return owner


def _id(text: str) -> str:
    try:
        return full_id(text)
    except ValueError as error:
        raise ControlError(str(error)) from None
