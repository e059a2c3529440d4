"""What an org has: objects, their fields, and what a field takes."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from nightshift_tools.sandbox.salesforce.errors import SalesforceError


class Kind(StrEnum):
    """Types of fields, by Salesforce's names for them."""

    ID = "id"
    TEXT = "string"
    LONG_TEXT = "textarea"
    CHOICE = "picklist"
    LOOKUP = "reference"
    NUMBER = "double"
    MONEY = "currency"
    FLAG = "boolean"
    INSTANT = "datetime"
    DAY = "date"
    COUNT = "summary"  # children that match, counted when it is read; describe says double


@dataclass(frozen=True, slots=True)
class Field:
    """`choices` are the values of a restricted choice, `target` the object of a look-up, `default` the value
    of a new record. `children` counts, for a COUNT: object, look-up, choice and its values."""

    name: str
    kind: Kind
    length: int = 0
    scale: int = 0
    required: bool = False
    unique: bool = False
    external_id: bool = False
    choices: tuple[str, ...] = ()
    target: str = ""
    default: object = None
    children: tuple[str, str, str, tuple[str, ...]] | None = None
    is_system: bool = False

    @property
    def relation(self) -> str:
        """How a query names the record that a look-up leads to: `Order` for `OrderId`, `X__r` for `X__c`."""
        return f"{self.name[:-3]}__r" if self.name.endswith("__c") else self.name.removesuffix("Id")

    @property
    def is_writable(self) -> bool:
        """Clients may set it."""
        return not self.is_system and self.kind not in (Kind.ID, Kind.COUNT)


_SYSTEM = (
    Field("Id", Kind.ID, 18, is_system=True),
    Field("CreatedDate", Kind.INSTANT, is_system=True),
    Field("LastModifiedDate", Kind.INSTANT, is_system=True),
    Field("SystemModstamp", Kind.INSTANT, is_system=True),
    Field("IsDeleted", Kind.FLAG, is_system=True, default=False),
)


@dataclass(frozen=True, slots=True)
class SObject:
    """One object. `prefix` begins its ids; `numbered` is the form of automatic names: `FLI-{:06}`."""

    name: str
    prefix: str
    own: tuple[Field, ...]
    numbered: str = ""
    fields: Mapping[str, Field] = field(init=False)
    relations: Mapping[str, Field] = field(init=False)

    def __post_init__(self) -> None:
        fields = (*_SYSTEM, *self.own)
        object.__setattr__(self, "fields", {known.name.lower(): known for known in fields})
        lookups = [known for known in fields if known.kind is Kind.LOOKUP]
        object.__setattr__(self, "relations", {known.relation.lower(): known for known in lookups})


class Schema:
    """The objects that an org shows, each by a name whose case does not matter; some may be hidden."""

    def __init__(self, objects: Iterable[SObject]) -> None:
        self._objects = {known.name.lower(): known for known in objects}
        self._hidden: set[tuple[str, str]] = set()

    def __iter__(self) -> Iterator[SObject]:
        return iter(self._objects.values())

    def find(self, name: str) -> SObject | None:
        """The object, if the org shows it."""
        return None if (name.lower(), "") in self._hidden else self._objects.get(name.lower())

    def field(self, owner: SObject, name: str) -> Field | None:
        """A field of the object, if the org shows it."""
        is_hidden = (owner.name.lower(), name.lower()) in self._hidden
        return None if is_hidden else owner.fields.get(name.lower())

    def relation(self, owner: SObject, name: str) -> Field | None:
        """The look-up behind a relation, if the org shows it."""
        lookup = owner.relations.get(name.lower())
        return lookup and self.field(owner, lookup.name)

    def shown(self, owner: SObject) -> list[Field]:
        """The object's fields that the org shows."""
        return [known for known in owner.fields.values() if self.field(owner, known.name)]

    def hide(self, name: str, field_name: str = "") -> None:
        """Show the object, or one of its fields, no more; SalesforceError where there is none."""
        owner = self._objects.get(name.lower())
        if owner is None or (field_name and field_name.lower() not in owner.fields):
            raise SalesforceError("NOT_FOUND", f"the org has no {'.'.join(filter(None, (name, field_name)))}")
        self._hidden.add((name.lower(), field_name.lower()))

    def show_all(self) -> None:
        """Hide nothing any more."""
        self._hidden.clear()
