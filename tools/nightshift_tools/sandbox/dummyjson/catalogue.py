"""The catalogue as it stands now: a source, and what was edited, added and removed since."""

from bisect import bisect_left
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Protocol

from nightshift_tools.sandbox import exact_json
from nightshift_tools.sandbox.clock import Clock, iso
from nightshift_tools.sandbox.dummyjson.generated import product_document
from nightshift_tools.sandbox.errors import CatalogueError
from nightshift_tools.sandbox.exact_json import JsonObject


class Source(Protocol):
    """Where the products come from that nobody has touched."""

    ids: Sequence[int]

    def product(self, product_id: int) -> bytes: ...

    def categories(self) -> list[str]: ...


@dataclass(frozen=True, slots=True)
class Changed:
    """What one change did to the catalogue."""

    edited: tuple[int, ...]
    added: tuple[int, ...]
    removed: tuple[int, ...]
    total: int


class Catalogue:
    """Products by id, in the order in which DummyJSON stores them."""

    def __init__(self, source: Source, *, seed: int, clock: Clock) -> None:
        self._source = source
        self._seed = seed
        self._clock = clock
        self._view: tuple[object, Sequence[int]] | None = None
        self._changed: dict[int, bytes] = {}
        self._known = frozenset(source.ids) if not isinstance(source.ids, range) else source.ids
        self._removed: set[int] = set()
        self.ids: Sequence[int] = source.ids

    def __contains__(self, product_id: int) -> bool:
        if product_id in self._changed:
            return True
        return product_id in self._known and product_id not in self._removed

    def product(self, product_id: int) -> bytes:
        """The product's JSON."""
        return self._changed.get(product_id) or self._source.product(product_id)

    def document(self, product_id: int) -> JsonObject:
        """The product, parsed."""
        parsed: JsonObject = exact_json.loads(self.product(product_id))
        return parsed

    def categories(self) -> list[str]:
        """Every category, in the order in which it appeared."""
        changed = (exact_json.loads(product).get("category") for product in self._changed.values())
        names = [name for name in changed if isinstance(name, str)]
        return list(dict.fromkeys([*self._source.categories(), *names]))

    def view(self, key: object, select: Callable[[Iterable[JsonObject]], list[int]]) -> Sequence[int]:
        """The ids that `select` makes of all products; the last view is kept, as paging asks for it again."""
        if self._view is None or self._view[0] != key:
            self._view = (key, select(self.document(product_id) for product_id in self.ids))
        return self._view[1]

    def change(
        self,
        *,
        edit: Iterable[JsonObject] = (),
        add: Iterable[JsonObject] = (),
        remove: Iterable[int] = (),
        touch_updated_at: bool = False,
    ) -> Changed:
        """Edit, add and remove products, all or none; raises CatalogueError.

        An edit names its product by `id` and gives fields to set and, under `unset`, fields to take away. An
        added product is a generated one with the given fields laid over it; without an `id` it gets the next.
        `touch_updated_at` moves `meta.updatedAt` of what was edited, which DummyJSON itself never does.
        """
        edits, additions, removed = list(edit), list(add), list(dict.fromkeys(remove))
        for product_id in [*(changes.get("id") for changes in edits), *removed]:
            if not isinstance(product_id, int) or product_id not in self:
                raise CatalogueError(f"there is no product {product_id!r} to change")
        added = self._new_ids(additions)
        for changes in edits:
            self._edit(changes, touch_updated_at=touch_updated_at)
        for product_id, fields in zip(added, additions, strict=True):
            self._add(product_id, fields)
        self._remove(removed)
        self._view = None
        edited = tuple(changes["id"] for changes in edits)
        return Changed(edited, tuple(added), tuple(removed), len(self.ids))

    def _new_ids(self, additions: list[JsonObject]) -> list[int]:
        following = max(self.ids, default=0) + 1
        ids: list[int] = []
        for fields in additions:
            product_id = fields.get("id", following)
            if not isinstance(product_id, int) or product_id in self or product_id in ids:
                raise CatalogueError(f"a product with the id {product_id!r} cannot be added: not new")
            following = max(following, product_id + 1)
            ids.append(product_id)
        return ids

    def _edit(self, changes: JsonObject, *, touch_updated_at: bool) -> None:
        document = _overlaid(self.document(changes["id"]), changes)
        if touch_updated_at and isinstance(document.get("meta"), dict):
            document["meta"]["updatedAt"] = iso(self._clock())
        self._changed[changes["id"]] = exact_json.kept(document)

    def _add(self, product_id: int, fields: JsonObject) -> None:
        document = _overlaid(product_document(product_id, self._seed), fields) | {"id": product_id}
        self._changed[product_id] = exact_json.kept(document)
        self._removed.discard(product_id)
        ids = list(self.ids)
        ids.insert(bisect_left(ids, product_id), product_id)
        self.ids = ids

    def _remove(self, ids: list[int]) -> None:
        for product_id in ids:
            self._changed.pop(product_id, None)
        self._removed.update(ids)
        gone = set(ids)
        if gone:
            self.ids = [product_id for product_id in self.ids if product_id not in gone]


def _overlaid(document: JsonObject, fields: JsonObject) -> JsonObject:
    unset = fields.get("unset", ())
    laid = document | {name: value for name, value in fields.items() if name != "unset"}
    return {name: value for name, value in laid.items() if name not in unset}
