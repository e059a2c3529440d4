"""The shop that is written to."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

import orjson

from nightshift.background import Background, Pending
from nightshift.batch import Outcome
from nightshift.connectors import Host, Log
from nightshift.connectors.medusa.batch_write import BatchWrite, Change, Kind, Plan, Written
from nightshift.connectors.medusa.bodies import create_body, differs, update_body
from nightshift.connectors.medusa.categories import Categories, CategoryError
from nightshift.connectors.medusa.connecting import open_session
from nightshift.connectors.medusa.found import FOR_COMPARISON, FOR_REMOVAL, FOR_UPDATE, Found
from nightshift.connectors.medusa.lookup import Lookup
from nightshift.connectors.medusa.model import Product, SourceCategory
from nightshift.connectors.medusa.session import Session


@dataclass(frozen=True, slots=True)
class _Ahead:
    """A look-up that was begun: of which products, by key their handle, and what comes of it."""

    fields: str
    handles: dict[str, str]
    looking: Pending[dict[str, Found]]

    def covers(self, handles: Mapping[str, str], fields: str) -> bool:
        """It tells all that is asked for, and perhaps more."""
        return self.fields in (fields, FOR_COMPARISON) and handles.items() <= self.handles.items()

    def take(self, handles: Mapping[str, str]) -> dict[str, Found]:
        """What was found of these products. It tells of each only once: after that it may be old."""
        found = self.looking.result()
        for key in handles:
            del self.handles[key]
        return {key: found[key] for key in handles if key in found}


class Store:
    """Writes products to one Medusa. Nothing is requested, not even a log-in, before it is needed."""

    def __init__(
        self,
        session: Session,
        categories: Callable[[], Sequence[SourceCategory]],
        log: Log,
        *,
        source: str,
        dry_run: bool,
    ) -> None:
        self._session = session
        self._lookup = Lookup(session, log)
        self._categories = Categories(session, categories, log, dry_run=dry_run)
        self._source = source
        self._dry_run = dry_run
        self._background = Background("look-up")
        self._ahead: list[_Ahead] = []

    @classmethod
    def connect(
        cls, run: Host, categories: Callable[[], Sequence[SourceCategory]], *, source: str = "dummyjson"
    ) -> Store:
        """The Medusa at `MEDUSA_URL`; ConfigurationError names a variable that is missing.

        `categories` gives the source's categories when one is missing in Medusa. `source` is the
        `metadata.source` by which products written here are known as ours.
        """
        return cls(open_session(run), categories, run.log, source=source, dry_run=run.dry_run)

    def upsert_products(
        self,
        products: Sequence[Product],
        *,
        compare: bool = False,
        meanwhile: Callable[[], None] = lambda: None,
    ) -> Outcome:
        """Create the products that Medusa does not have, by `external_id`, and update the others.

        With `compare`, a product that Medusa holds as it would be written is left alone. `meanwhile` is
        called while Medusa works on them, once for each hundred. Products that Medusa refuses are in
        `failed`, with its message. Raises what stops the run.
        """
        wanted = {product.key: product for product in products}
        written = BatchWrite(
            self._session,
            lambda keys, again: self._plan_upsert([wanted[k] for k in keys], compare, again),
            meanwhile=meanwhile,
        ).run(list(wanted), dry_run=self._dry_run)
        return Outcome(
            created=_done(written, "create"),
            updated=_done(written, "update"),
            unchanged=written.needless,
            failed=written.failed,
        )

    def look_ahead(self, products: Sequence[Product], compare: bool) -> None:
        """Begin to look up products that are written next, in one batch or in several. With `compare`, those
        may compare."""
        handles, fields = _handles(products), _fields(compare)
        look_up = self._lookup.by_external_id
        looking = self._background.begin(lambda: look_up(dict(handles), fields))
        self._ahead = [ahead for ahead in self._ahead if ahead.handles]
        self._ahead.append(_Ahead(fields, handles, looking))

    def remove_products(self, keys: Sequence[str], how: Literal["draft", "delete"]) -> Outcome:
        """Make drafts of products that are ours, or delete them. `removed` has what was gone before, too: a
        run that was killed may have done it."""
        written = BatchWrite(self._session, lambda some, _: self._plan_removal(some, how)).run(
            list(dict.fromkeys(keys)), dry_run=self._dry_run
        )
        return Outcome(removed=[*written.done, *written.needless], failed=written.failed)

    def synced_keys(self) -> Iterator[str]:
        """The external ids of all products in Medusa that came from the source, read as they are used."""
        return self._lookup.of_source(self._source)

    def _plan_upsert(self, products: Sequence[Product], compare: bool, again: bool) -> Plan:
        """`again`: after a refusal or a lost answer. Then nothing less than a full comparison tells what was
        done, because Medusa rolls a batch back in steps; a product with our handle but without an external id
        is taken over, because it is what keeps ours from being created; and categories may have changed."""
        handles, fields = _handles(products), _fields(compare or again)
        ahead = None if again else next((a for a in self._ahead if a.covers(handles, fields)), None)
        found = ahead.take(handles) if ahead else self._lookup.by_external_id(handles, fields)
        if again:
            self._categories.forget()
            absent = {product.handle: product.key for product in products if product.key not in found}
            for handle, orphan in self._lookup.by_handle(absent, fields).items():
                if not orphan.external_id:
                    found[absent[handle]] = orphan
        changes, failed = [], {}
        for product in products:
            existing = found.get(product.key)
            if existing and (compare or again) and not differs(product, existing):
                continue
            try:
                changes.append(self._change(product, existing))
            except CategoryError as error:
                failed[product.key] = str(error)
        return Plan(changes, failed)

    def _change(self, product: Product, existing: Found | None) -> Change:
        if existing is None:
            category_id = None if product.category is None else self._categories.id_of(product.category)
            return Change(product.key, "create", "", orjson.dumps(create_body(product, category_id)))
        body = update_body(product, existing, self._new_categories(product, existing))
        return Change(product.key, "update", existing.id, orjson.dumps(body))

    def _new_categories(self, product: Product, existing: Found) -> list[str] | None:
        """The categories after an update: ours and those people have added; None where ours is there."""
        if product.category is None or product.category in existing.category_handles:
            return None
        ours = self._categories.source_names()
        return [self._categories.id_of(product.category), *existing.category_ids(without=ours)]

    def _plan_removal(self, keys: Sequence[str], how: Literal["draft", "delete"]) -> Plan:
        found = self._lookup.by_external_id(dict.fromkeys(keys), FOR_REMOVAL)
        ours = {k: product for k, product in found.items() if product.metadata.get("source") == self._source}
        if how == "delete":
            return Plan([Change(k, "delete", p.id, orjson.dumps(p.id)) for k, p in ours.items()])
        draft = {k: orjson.dumps({"id": p.id, "status": "draft"}) for k, p in ours.items() if not p.is_draft}
        return Plan([Change(key, "update", ours[key].id, item) for key, item in draft.items()])


def _handles(products: Sequence[Product]) -> dict[str, str]:
    return {product.key: product.handle for product in products}


def _fields(compare: bool) -> str:
    return FOR_COMPARISON if compare else FOR_UPDATE


def _done(written: Written, kind: Kind) -> list[str]:
    return [key for key, done in written.done.items() if done == kind]
