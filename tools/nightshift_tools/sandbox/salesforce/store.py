"""The org's records in SQLite, in memory: one table per object, one column per field."""

import sqlite3
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import UTC, datetime

from nightshift_tools.sandbox.clock import Clock
from nightshift_tools.sandbox.exact_json import JsonObject
from nightshift_tools.sandbox.salesforce import triggers
from nightshift_tools.sandbox.salesforce.errors import SalesforceError
from nightshift_tools.sandbox.salesforce.ids import make_id
from nightshift_tools.sandbox.salesforce.refusals import Refusals
from nightshift_tools.sandbox.salesforce.schema import Field, Kind, Schema, SObject
from nightshift_tools.sandbox.salesforce.soql.sql import count_children
from nightshift_tools.sandbox.salesforce.values import Stored, shown, stored, stored_instant

Values = dict[str, Stored]
"""Fields as they are kept, by their own spelling."""

_COLUMN = {Kind.NUMBER: "REAL", Kind.MONEY: "REAL", Kind.FLAG: "INTEGER"}
_STAMPS = ("CreatedDate", "LastModifiedDate", "SystemModstamp")


class Store:
    """Reads and writes records; SalesforceError for whatever Salesforce would refuse."""

    def __init__(self, schema: Schema, clock: Clock) -> None:
        self.schema = schema
        self.refusals = Refusals()
        self._clock = clock
        self._numbers: dict[str, int] = {}
        # The shop's lock is around every request, whichever thread it comes from.
        self.database = sqlite3.connect(":memory:", isolation_level=None, check_same_thread=False)
        for owner in schema:
            columns = ", ".join(
                _column(known) for known in owner.fields.values() if known.kind is not Kind.COUNT
            )
            self.database.execute(f'CREATE TABLE "{owner.name}" ({columns})')
            for known in owner.fields.values():
                if known.kind is Kind.LOOKUP or known.unique or known.external_id:
                    self.database.execute(
                        f'CREATE INDEX "{owner.name}.{known.name}" ON "{owner.name}" ("{known.name}")'
                    )

    def close(self) -> None:
        """Give the memory back."""
        self.database.close()

    def typed(self, owner: SObject, given: JsonObject, *, as_admin: bool = False) -> Values:
        """Given fields as they are kept. An admin may set the dates of the system too."""
        values: Values = {}
        for name, value in given.items():
            if name == "attributes":
                continue
            known = self.schema.field(owner, name)
            if known is None:
                message = f"No such column '{name}' on sobject of type {owner.name}"
                raise SalesforceError("INVALID_FIELD", message)
            if not known.is_writable and not (as_admin and known.name in _STAMPS):
                message = (
                    f"Unable to create/update fields: {known.name}. Please check the security settings of "
                    "this field and verify that it is read/write for your profile or permission set."
                )
                raise SalesforceError("INVALID_FIELD_FOR_INSERT_UPDATE", message, (known.name,))
            values[known.name] = stored(known, value)
        return values

    def insert(self, owner: SObject, values: Values) -> str:
        """Create a record; its id."""
        with self._all_or_nothing():
            record = {known.name: self._default(known) for known in owner.own if known.kind is not Kind.COUNT}
            record |= {name: value for name, value in values.items() if value is not None}
            number = self._numbers.get(owner.name, 0) + 1
            if owner.numbered:
                name = "OrderNumber" if "ordernumber" in owner.fields else "Name"
                record[name] = record[name] or owner.numbered.format(number)
            triggers.before_insert(owner, record)
            self._check(owner, record, None)
            record["Id"] = make_id(owner.prefix, number)
            self.refusals.meet(owner.name, record)
            record = self._stamps(_STAMPS) | {"IsDeleted": 0} | record
            listed, marks = ", ".join(f'"{name}"' for name in record), ", ".join("?" * len(record))
            self.database.execute(
                f'INSERT INTO "{owner.name}" ({listed}) VALUES ({marks})',  # noqa: S608 - the schema's names
                tuple(record.values()),
            )
            self._numbers[owner.name] = number
        return str(record["Id"])

    def update(self, owner: SObject, record_id: str, values: Values) -> None:
        """Change a record."""
        with self._all_or_nothing():
            before = self.find(owner, record_id)
            if before is None:
                raise SalesforceError("INVALID_CROSS_REFERENCE_KEY", "invalid cross reference id")
            if before["IsDeleted"]:
                raise SalesforceError("ENTITY_IS_DELETED", "entity is deleted")
            self.refusals.meet(owner.name, before)
            after = before | values
            triggers.before_update(owner, before, after)
            self._check(owner, after, record_id)
            changed = {name: after[name] for name in after if after[name] != before[name]}
            changed = self._stamps(_STAMPS[1:]) | changed
            settings = ", ".join(f'"{name}" = ?' for name in changed)
            self.database.execute(
                f'UPDATE "{owner.name}" SET {settings} WHERE "Id" = ?',  # noqa: S608 - the schema's names
                (*changed.values(), record_id),
            )

    def delete(self, owner: SObject, record_id: str) -> None:
        """Put a record into the bin: queries do not find it, and updates say that it is deleted."""
        self.database.execute(
            f'UPDATE "{owner.name}" SET "IsDeleted" = 1, "SystemModstamp" = ? WHERE "Id" = ?',  # noqa: S608
            (self.now(), record_id),
        )

    def find(self, owner: SObject, record_id: str) -> Values | None:
        """A record as it is kept, deleted or not."""
        return next(self._read(owner, '"Id" = ?', record_id), None)

    def find_by(self, owner: SObject, known: Field, value: Stored) -> list[Values]:
        """The live records with this value."""
        return list(self._read(owner, f'"{known.name}" = ? AND "IsDeleted" = 0', value))

    def everything(self, owner: SObject) -> Iterator[JsonObject]:
        """Every live record with all of its fields, as JSON has them, in the order of creation."""
        for record in self._read(owner, '"IsDeleted" = ?', 0):
            yield self.document(owner, record)

    def document(self, owner: SObject, record: Mapping[str, Stored]) -> JsonObject:
        """A record as JSON has it, with the fields that the org shows."""
        return {
            known.name: self._count(owner, known, record["Id"])
            if known.kind is Kind.COUNT
            else shown(known, record[known.name])
            for known in self.schema.shown(owner)
        }

    def count(self, owner: SObject) -> int:
        """How many live records an object has."""
        sql = f'SELECT COUNT(*) FROM "{owner.name}" WHERE "IsDeleted" = 0'  # noqa: S608
        return int(self.database.execute(sql).fetchone()[0])

    def now(self) -> str:
        """The present instant in whole seconds, as Salesforce keeps it."""
        return stored_instant(datetime.fromtimestamp(int(self._clock()), UTC))

    def _stamps(self, names: tuple[str, ...]) -> Values:
        now = self.now()
        return dict.fromkeys(names, now)

    @contextmanager
    def _all_or_nothing(self) -> Iterator[None]:
        self.database.execute("SAVEPOINT record")
        try:
            yield
        except BaseException:
            self.database.execute("ROLLBACK TO record")
            raise
        finally:
            self.database.execute("RELEASE record")

    def _read(self, owner: SObject, where: str, *values: Stored) -> Iterator[Values]:
        sql = f'SELECT * FROM "{owner.name}" WHERE {where} ORDER BY rowid'  # noqa: S608 - the schema's names
        found = self.database.execute(sql, values)
        names = [column[0] for column in found.description]
        for row in found:
            yield dict(zip(names, row, strict=True))

    def _default(self, known: Field) -> Stored:
        return None if known.default is None else stored(known, known.default)

    def _count(self, owner: SObject, known: Field, record_id: Stored) -> object:
        sql = f'SELECT {count_children("p", known)} FROM "{owner.name}" p WHERE p."Id" = ?'  # noqa: S608
        return self.database.execute(sql, (record_id,)).fetchone()[0]

    def _check(self, owner: SObject, record: Values, record_id: str | None) -> None:
        """What is required is there, what is unique is free, and what a look-up names exists."""
        missing = [known.name for known in owner.own if known.required and record[known.name] is None]
        if missing:
            message = f"Required fields are missing: [{', '.join(missing)}]"
            raise SalesforceError("REQUIRED_FIELD_MISSING", message, tuple(missing))
        for known in owner.own:
            value = record.get(known.name)
            if value is None:
                continue
            if known.unique:
                self._check_unique(owner, known, value, record_id)
            if known.kind is Kind.LOOKUP:
                self._check_lookup(known, value)

    def _check_unique(self, owner: SObject, known: Field, value: Stored, record_id: str | None) -> None:
        taken = [row["Id"] for row in self.find_by(owner, known, value) if row["Id"] != record_id]
        if taken:
            message = f"duplicate value found: {known.name} duplicates value on record with id: {taken[0]}"
            raise SalesforceError("DUPLICATE_VALUE", message)

    def _check_lookup(self, known: Field, value: Stored) -> None:
        target = self.schema.find(known.target)
        found = self.find(target, str(value)) if target else None
        if found is None:
            message = f"invalid cross reference id: {value}"
            raise SalesforceError("INVALID_CROSS_REFERENCE_KEY", message, (known.name,))


def _column(known: Field) -> str:
    """Text is compared without its case, ids with it."""
    if known.kind in (Kind.TEXT, Kind.CHOICE):
        return f'"{known.name}" TEXT COLLATE NOCASE'
    key = " PRIMARY KEY" if known.kind is Kind.ID else ""
    return f'"{known.name}" {_COLUMN.get(known.kind, "TEXT")}{key}'
