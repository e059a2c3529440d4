"""The shop without its sockets: surfaces under prefixes, faults, the journal, and one lock around all."""

import copy
import threading
import traceback
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from typing import TypeVar

from nightshift_tools.sandbox.clock import Clock, ShopClock
from nightshift_tools.sandbox.digital_river.desk import Desk
from nightshift_tools.sandbox.digital_river.surface import DigitalRiver
from nightshift_tools.sandbox.dummyjson.catalogue import Catalogue, Changed, Source
from nightshift_tools.sandbox.dummyjson.surface import DummyJson
from nightshift_tools.sandbox.exact_json import JsonObject
from nightshift_tools.sandbox.faults import Armed, Fault, FaultBook, Kind, answer_with, prepare
from nightshift_tools.sandbox.journal import Journal
from nightshift_tools.sandbox.medusa import people
from nightshift_tools.sandbox.medusa.counter import Counter
from nightshift_tools.sandbox.medusa.refusals import Refusal
from nightshift_tools.sandbox.medusa.store import TargetProduct
from nightshift_tools.sandbox.medusa.surface import Medusa
from nightshift_tools.sandbox.message import Request, Response, html_response, json_response
from nightshift_tools.sandbox.mirror import renewable_subscriptions, submitted_orders
from nightshift_tools.sandbox.ports import Surface
from nightshift_tools.sandbox.salesforce.knobs import Knobs
from nightshift_tools.sandbox.salesforce.surface import Salesforce

T = TypeVar("T")

SURFACES = ("dummyjson", "medusa", "salesforce", "digital-river")


@dataclass(frozen=True, slots=True)
class State:
    """Source and target in numbers; `duplicates` are external ids that several products carry."""

    source_products: int
    source_categories: int
    target_products: int
    target_categories: int
    target_without_external_id: int
    duplicates: dict[str, list[str]]


@dataclass(frozen=True, slots=True)
class _Late:
    """A request whose effect is still to come."""

    due: float
    surface: Surface
    request: Request


class Shop:
    """All surfaces, what is set to go wrong, and what was asked of them. Safe to use from many threads."""

    def __init__(self, source: Source, *, seed: int, clock: Clock, rate_limit: bool) -> None:
        self._source = source
        self._seed = seed
        self._clock = ShopClock(clock)
        self._rate_limited = rate_limit
        self._lock = threading.RLock()
        self._salesforce: Salesforce | None = None
        self.knobs = Knobs(self._lock, lambda: self.salesforce, self._mirror)
        self.reset()

    def reset(self) -> None:
        """Back to the beginning: catalogue, target, org, account, tokens, faults, refusals and journal."""
        with self._lock:
            self.catalogue = Catalogue(self._source, seed=self._seed, clock=self._clock)
            self.dummyjson = DummyJson(self.catalogue, clock=self._clock, is_limited=self._rate_limited)
            self.medusa = Medusa(seed=self._seed, clock=self._clock)
            self.digital_river = DigitalRiver(clock=self._clock, is_limited=self._rate_limited)
            surfaces: tuple[Surface, ...] = (self.dummyjson, self.medusa, self.digital_river)
            self._surfaces = {surface.name: surface for surface in surfaces}
            self._faults = FaultBook()
            self._late: list[_Late] = []
            self._journal = Journal(self._clock)
            Counter(self.admin).seed(customers=people.customers(), carts=people.carts())
            self.close()

    def close(self) -> None:
        """Give back what the org holds; it is made anew when it is asked for."""
        with self._lock:
            if self._salesforce is not None:
                self._salesforce.store.close()
            self._salesforce = None

    @property
    def salesforce(self) -> Salesforce:
        """The org, made when it is first needed: most jobs never ask for it."""
        with self._lock:
            if self._salesforce is None:
                self._salesforce = Salesforce(seed=self._seed, clock=self._clock)
                self._mirror()
            return self._salesforce

    def _mirror(self) -> None:
        """Digital River has every order and every subscription of the org that has an id there."""
        books, desk = self.digital_river.books, Desk(self.river)
        for order in submitted_orders(self.salesforce.store):
            if str(order["id"]) not in books.effects.lines:
                desk.seed(orders=[order])
        for subscription, source, sku in renewable_subscriptions(self.salesforce.store):
            if str(subscription["id"]) not in books.subscriptions.documents:
                is_known = str(sku["id"]) in books.skus.documents
                desk.seed(
                    subscriptions=[subscription],
                    sources=[source] if source["id"] not in books.sources.by_id else [],
                    skus=[] if is_known else [sku],
                )

    def save(self) -> Mapping[str, object]:
        """Source and target as they stand now, to go back to with `restore` as often as one likes.

        The org and the account are not among them.
        """
        kept = ("_lock", "_salesforce", "knobs")
        with self._lock:
            return self._copied({name: value for name, value in vars(self).items() if name not in kept})

    def restore(self, saved: Mapping[str, object]) -> None:
        """Back to what was saved."""
        with self._lock:
            vars(self).update(self._copied(saved))

    def answer(self, request: Request) -> Response:
        """Answer a request whose path still has its surface's prefix."""
        name, slash, path = request.path.removeprefix("/").partition("/")
        with self._lock:
            surface = self.salesforce if name == "salesforce" else self._surfaces.get(name)
            if surface is None:
                return html_response(
                    404, f"The sandbox has {', '.join(SURFACES)}; {request.path} is none of them."
                )
            return self._exchange(surface, replace(request, path=slash + path or "/", prefix=f"/{name}"))

    def set_fault(self, fault: Fault) -> None:
        """Put a fault in force."""
        prepare(fault)
        with self._lock:
            self._faults.armed.append(Armed(fault))

    def faults(self) -> list[Armed]:
        """The faults in force, and how often each fired."""
        with self._lock:
            return [replace(armed) for armed in self._faults.armed]

    def clear_faults(self) -> None:
        """Nothing goes wrong any more."""
        with self._lock:
            self._faults.armed.clear()

    def refuse(self, field: str, value: str, message: str | None = None) -> Refusal:
        """Make Medusa refuse whatever contains such a product."""
        with self._lock:
            return self.medusa.store.products.refusals.add(field, value, message)

    def clear_refusals(self) -> None:
        """Medusa refuses no product any more."""
        with self._lock:
            self.medusa.store.products.refusals.clear()

    def seed_orders(self, count: int) -> list[JsonObject]:
        """More orders in Medusa."""
        with self._lock:
            return self.medusa.store.orders.seed(count)

    def change_catalogue(
        self,
        *,
        edit: Iterable[JsonObject] = (),
        add: Iterable[JsonObject] = (),
        remove: Iterable[int] = (),
        touch_updated_at: bool = False,
    ) -> Changed:
        """Change the source; see `Catalogue.change`. Raises CatalogueError, and then nothing is changed."""
        with self._lock:
            return self.catalogue.change(edit=edit, add=add, remove=remove, touch_updated_at=touch_updated_at)

    def limit_rate(self, enabled: bool) -> None:
        """Switch the rate limits of DummyJSON and Digital River on or off."""
        with self._lock:
            self.dummyjson.rate_limit.enabled = self.digital_river.rate_limit.enabled = enabled

    def journal(self) -> Journal:
        """What was asked since the last reset, as it is now."""
        with self._lock:
            return self._journal.copy()

    def clear_journal(self) -> None:
        """Count from zero."""
        with self._lock:
            self._journal.reset()

    def target(self) -> dict[str, TargetProduct]:
        """Medusa's products by external id."""
        with self._lock:
            self._commit_late()
            return self.medusa.store.target()

    def admin(self, act: Callable[[Medusa], T]) -> T:
        """Do something to Medusa, behind its API, when all is done that is due."""
        with self._lock:
            self._commit_late()
            return act(self.medusa)

    def river(self, act: Callable[[DigitalRiver], T]) -> T:
        """Do something to Digital River's account, behind its API, when all is done that is due."""
        with self._lock:
            self._commit_late()
            self.digital_river.settle()
            return act(self.digital_river)

    def state(self) -> State:
        """Source and target in numbers."""
        with self._lock:
            self._commit_late()
            store = self.medusa.store
            by_external_id = store.rows.external_ids()
            return State(
                source_products=len(self.catalogue.ids),
                source_categories=len(self.catalogue.categories()),
                target_products=len(store.rows),
                target_categories=len(store.categories),
                target_without_external_id=len(store.rows) - sum(map(len, by_external_id.values())),
                duplicates={key: ids for key, ids in by_external_id.items() if len(ids) > 1},
            )

    def _copied(self, saved: Mapping[str, object]) -> Mapping[str, object]:
        shared: dict[int, object] = {
            id(each): each for each in (self._source, self._clock, self.digital_river)
        }
        return copy.deepcopy(saved, shared)

    def _exchange(self, surface: Surface, request: Request) -> Response:
        self._commit_late()
        route = surface.route(request.method, request.path)
        fault = self._faults.take(surface.name, request.method, request.path, route)
        if fault and fault.kind is Kind.LATE_COMMIT:
            self._late.append(_Late(self._clock() + fault.seconds, surface, request))
        try:
            response = answer_with(fault, surface, request) if fault else surface.answer(request)
        except Exception as error:
            traceback.print_exc()
            response = json_response(500, {"message": f"the sandbox itself failed: {error!r}"})
        self._journal.write(
            surface.name,
            request.method,
            route,
            path=request.path,
            query=request.query,
            status=response.status,
            fault=fault.kind if fault else None,
        )
        return response

    def _commit_late(self) -> None:
        """Let the late requests take effect whose time has come, in their order. Nobody hears the answers."""
        now = self._clock()
        due = [late for late in self._late if late.due <= now]
        self._late = [late for late in self._late if late.due > now]
        for late in due:
            with self._clock.turned_to(late.due):
                late.surface.answer(late.request)
