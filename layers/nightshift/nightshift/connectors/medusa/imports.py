"""Writing drafts of products to Medusa."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Self

import orjson

from nightshift.connectors import Host
from nightshift.connectors.medusa.batch_write import BatchWrite, Change, Plan
from nightshift.connectors.medusa.connecting import open_session
from nightshift.connectors.medusa.drafts import FOR_DRAFTS, DraftError, ProductDraft, change, creation
from nightshift.connectors.medusa.found import Found
from nightshift.connectors.medusa.listing import read_list
from nightshift.connectors.medusa.lookup import Lookup
from nightshift.connectors.medusa.model import MAX_PRODUCT_BYTES
from nightshift.connectors.medusa.session import Session

_IDS = "id,handle"


@dataclass(frozen=True, slots=True)
class Imported:
    """What became of drafts, by handle."""

    created: Sequence[str] = ()
    updated: Sequence[str] = ()
    unchanged: Sequence[str] = ()
    failed: Mapping[str, str] = field(default_factory=dict)


class Imports:
    """Products that somebody has written down, in one Medusa."""

    def __init__(self, session: Session, lookup: Lookup) -> None:
        self._session = session
        self._lookup = lookup
        self._categories: dict[str, str] | None = None

    @classmethod
    def connect(cls, run: Host) -> Self:
        """ConfigurationError names a variable that is missing."""
        session = open_session(run)
        return cls(session, Lookup(session, run.log))

    def upsert(self, drafts: Sequence[ProductDraft]) -> Imported:
        """Make every product as its draft says, each handle once; what is so already is left alone.

        A product that cannot be written is in `failed` with the reason, and the others go through. Raises
        what stops all of them.
        """
        wanted = {draft.handle: draft for draft in drafts}
        assert len(wanted) == len(drafts)
        writing = BatchWrite(self._session, lambda keys, _: self._plan([wanted[k] for k in keys]), "handle")
        written = writing.run(list(wanted), dry_run=False)
        return Imported(
            [handle for handle, kind in written.done.items() if kind == "create"],
            [handle for handle, kind in written.done.items() if kind == "update"],
            written.needless,
            written.failed,
        )

    def count_known(self, drafts: Sequence[ProductDraft]) -> int:
        """How many of these products Medusa has."""
        return len(self._find(drafts, _IDS))

    def _plan(self, drafts: Sequence[ProductDraft]) -> Plan:
        found = self._find(drafts, FOR_DRAFTS)
        changes: list[Change] = []
        failed: dict[str, str] = {}
        for draft in drafts:
            try:
                planned = self._change(draft, found.get(draft.handle))
                if planned is not None and planned.target in {c.target for c in changes if c.target}:
                    raise DraftError("its Product Id is that of another product of the same file")
            except DraftError as error:
                failed[draft.handle] = str(error)
                continue
            if planned is not None:
                changes.append(planned)
        return Plan(changes, failed)

    def _change(self, draft: ProductDraft, found: Found | None) -> Change | None:
        category_ids = self._category_ids() if draft.categories else {}
        if found is None:
            return _as_change(draft.handle, "", creation(draft, category_ids))
        body = change(draft, found, category_ids)
        return None if body is None else _as_change(draft.handle, found.id, body)

    def _find(self, drafts: Sequence[ProductDraft], fields: str) -> dict[str, Found]:
        """The products that are meant, by the draft's handle: by their id, else by their handle."""
        by_id = self._lookup.by_id((draft.id for draft in drafts if draft.id), fields)
        found = {draft.handle: by_id[draft.id] for draft in drafts if draft.id in by_id}
        others: Iterable[str] = (draft.handle for draft in drafts if draft.handle not in found)
        return found | self._lookup.by_handle(others, fields)

    def _category_ids(self) -> Mapping[str, str]:
        if self._categories is None:
            listed = read_list(
                self._session, "/admin/product-categories", "product_categories", [("fields", _IDS)]
            )
            self._categories = {str(found.get("handle")): str(found["id"]) for found, _ in listed}
        return self._categories


def _as_change(handle: str, target: str, body: Mapping[str, object]) -> Change:
    item = orjson.dumps(body)
    if len(item) > MAX_PRODUCT_BYTES:
        raise DraftError(f"the product has {len(item):,} bytes, and may have {MAX_PRODUCT_BYTES:,}")
    return Change(handle, "update" if target else "create", target, item)
