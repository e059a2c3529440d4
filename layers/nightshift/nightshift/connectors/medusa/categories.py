"""Categories in Medusa, by handle; those of the source are created where they are missing."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from nightshift.connectors import Log
from nightshift.connectors.medusa.listing import read_list
from nightshift.connectors.medusa.model import SourceCategory
from nightshift.connectors.medusa.session import Session
from nightshift.http import Response

_PATH = "/admin/product-categories"
_FIELDS = ("fields", "id,handle")
_REFUSED = frozenset({400, 422})


class CategoryError(Exception):
    """Medusa refused to create a category, for the reason in the text."""


class Categories:
    """Ids of categories. Nothing is read before the first is asked for, and nothing written in a dry run."""

    def __init__(
        self, session: Session, source: Callable[[], Sequence[SourceCategory]], log: Log, *, dry_run: bool
    ) -> None:
        self._session = session
        self._source = source
        self._log = log
        self._dry_run = dry_run
        self._names: dict[str, str] | None = None
        self._ids: dict[str, str] | None = None
        self._refused: dict[str, str] = {}

    def id_of(self, handle: str) -> str:
        """The id of the category with this handle. When the first one is missing, it is created with all
        others of the source that are missing; CategoryError where Medusa refuses it."""
        if self._ids is None:
            self._ids = self._read()
        if handle not in self._ids and handle not in self._refused:
            for missing in dict.fromkeys([*self.source_names(), handle]):
                if missing not in self._ids:
                    self._create(missing, self._ids)
        if handle in self._refused:
            raise CategoryError(f"category {handle}: {self._refused[handle]}")
        return self._ids[handle]

    def source_names(self) -> dict[str, str]:
        """The names of the source's categories by handle."""
        if self._names is None:
            self._names = {category.slug: category.name for category in self._source()}
        return self._names

    def forget(self) -> None:
        """Ids may have changed: read them again when the next is asked for."""
        self._ids = None
        self._refused.clear()

    def _read(self) -> dict[str, str]:
        listed = read_list(self._session, _PATH, "product_categories", [_FIELDS])
        return {
            str(document["handle"]): str(document["id"]) for document, _ in listed if "handle" in document
        }

    def _create(self, handle: str, ids: dict[str, str]) -> None:
        if self._dry_run:
            ids[handle] = ""
            return
        answer = self._post(handle)
        if answer.status in _REFUSED:
            # It may be there: created by somebody else, or by a try whose answer was lost.
            ids.update(self._read())
            if handle not in ids:
                self._refused[handle] = answer.message()
            return
        ids[handle] = _id_in(answer)
        self._log.info(f"category {handle} created in Medusa")

    def _post(self, handle: str) -> Response:
        """Repeating is harmless: handles are unique, so that at most one try creates the category."""
        name = self.source_names().get(handle) or handle.replace("-", " ").title()
        body = {"name": name, "handle": handle, "is_active": True, "is_internal": False}
        answer = self._session.request("POST", _PATH, query=[_FIELDS], json=body, idempotent=True)
        if answer.status != 200 and answer.status not in _REFUSED:
            raise answer.refusal()
        return answer


def _id_in(answer: Response) -> str:
    envelope: object = answer.json()
    category = envelope.get("product_category") if isinstance(envelope, dict) else None
    identity = category.get("id") if isinstance(category, dict) else None
    if not isinstance(identity, str):
        raise answer.error("no category after it was created")
    return identity
