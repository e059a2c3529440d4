"""The sandbox shop as a server: inside a test as a context manager, or as a process of its own."""

import threading
import time
from collections.abc import Iterable, Mapping
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from nightshift_tools.sandbox import exact_json
from nightshift_tools.sandbox.clock import Clock
from nightshift_tools.sandbox.control import PREFIX, Control
from nightshift_tools.sandbox.digital_river.desk import Desk
from nightshift_tools.sandbox.digital_river.surface import API_KEY
from nightshift_tools.sandbox.dummyjson.catalogue import Source
from nightshift_tools.sandbox.dummyjson.from_file import FromFile
from nightshift_tools.sandbox.dummyjson.generated import Generated
from nightshift_tools.sandbox.errors import ControlError, SandboxError
from nightshift_tools.sandbox.fault_form import make_fault
from nightshift_tools.sandbox.journal import Count, Entry
from nightshift_tools.sandbox.listener import HOST, Listener
from nightshift_tools.sandbox.medusa.counter import Counter
from nightshift_tools.sandbox.medusa.credentials import EMAIL, PASSWORD
from nightshift_tools.sandbox.medusa.refusals import REFUSABLE
from nightshift_tools.sandbox.medusa.store import TargetProduct
from nightshift_tools.sandbox.message import Request, Response
from nightshift_tools.sandbox.salesforce.knobs import Knobs
from nightshift_tools.sandbox.salesforce.oauth import CLIENT_ID, CLIENT_SECRET
from nightshift_tools.sandbox.shop import Shop, State

DEFAULT_PORT = 8818
DEFAULT_PRODUCTS = 194
DEFAULT_SEED = 20251121
SENDER = "The Sandbox Shop <news@sandbox.example>"


def environment(url: str) -> dict[str, str]:
    """The variables that point every job at a sandbox; what `--print-env` prints."""
    return {
        "DUMMYJSON_URL": f"{url}/dummyjson",
        "SALESFORCE_URL": f"{url}/salesforce",
        "SALESFORCE_CLIENT_ID": CLIENT_ID,
        "SALESFORCE_CLIENT_SECRET": CLIENT_SECRET,
        "MEDUSA_URL": f"{url}/medusa",
        "MEDUSA_EMAIL": EMAIL,
        "MEDUSA_PASSWORD": PASSWORD,
        "DIGITAL_RIVER_URL": f"{url}/digital-river",
        "DIGITAL_RIVER_API_KEY": API_KEY,
        "MAIL_FROM": SENDER,
    }


def url_of(port: int) -> str:
    """Where a sandbox on that port is."""
    return f"http://{HOST}:{port}"


class Sandbox:
    """A sandbox shop that runs in this process between `with` and its end, answering on loopback.

    Its catalogue is a file in DummyJSON's shape, or `products` generated ones. Raises SandboxError for a
    file that is not in that shape and for a port that cannot be had. What is done through these methods
    and what is done through the routes under `/_sandbox` is the same.
    """

    def __init__(
        self,
        catalogue: Path | None = None,
        products: int = DEFAULT_PRODUCTS,
        port: int = 0,
        seed: int = DEFAULT_SEED,
        *,
        rate_limit: bool = False,
        clock: Clock = time.time,
    ) -> None:
        self.shop = Shop(_source(catalogue, products, seed), seed=seed, clock=clock, rate_limit=rate_limit)
        self.digital_river = Desk(self.shop.river)
        self.medusa = Counter(self.shop.admin)
        self._control = Control(self.shop)
        self._port = port
        self._listener: Listener | None = None

    def __enter__(self) -> Self:
        self._listener = Listener(self._port, self._answer)
        serving = threading.Thread(
            target=self._listener.serve_forever, args=(0.02,), name="sandbox", daemon=True
        )
        serving.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._listener is not None:
            self._listener.stop()
            self._listener = None
            self.shop.close()

    @property
    def url(self) -> str:
        """Where it is, without a slash at the end."""
        if self._listener is None:
            raise SandboxError("the sandbox is not running; use it in a with statement")
        return url_of(self._listener.port)

    @property
    def api_key(self) -> str:
        """Medusa's secret key, for `MEDUSA_API_KEY`."""
        return self.shop.medusa.credentials.api_key

    @property
    def salesforce(self) -> Knobs:
        """Salesforce's org: fill it, change it, break it, look at it."""
        return self.shop.knobs

    def environment(self) -> dict[str, str]:
        """The variables that point every job at this sandbox."""
        return environment(self.url)

    def fault(self, surface: str, kind: str, **options: Any) -> None:
        """Let something go wrong; `make_fault` lists the options, `Kind` what can."""
        self.shop.set_fault(make_fault(surface, kind, **options))

    def clear_faults(self) -> None:
        """Nothing goes wrong any more."""
        self.shop.clear_faults()

    def refuse(self, *, message: str | None = None, **named: str) -> None:
        """Make Medusa refuse the product with this `external_id`, `handle` or `title`."""
        if len(named) != 1 or not named.keys() <= set(REFUSABLE):
            raise ControlError(f"name the product by one of: {', '.join(REFUSABLE)}")
        ((field, value),) = named.items()
        self.shop.refuse(field, value, message)

    def clear_refusals(self) -> None:
        """Medusa refuses no product any more."""
        self.shop.clear_refusals()

    def edit(
        self, product_id: int, *, unset: Iterable[str] = (), touch_updated_at: bool = False, **fields: object
    ) -> None:
        """Change fields of a product of the catalogue, and take away those named in `unset`."""
        change = {"id": product_id, "unset": list(unset), **_exact(fields)}
        self.shop.change_catalogue(edit=[change], touch_updated_at=touch_updated_at)

    def add(self, *, unset: Iterable[str] = (), **fields: object) -> int:
        """Add a generated product with these fields laid over it; returns its id."""
        return self.shop.change_catalogue(add=[{"unset": list(unset), **_exact(fields)}]).added[0]

    def remove(self, *product_ids: int) -> None:
        """Take products out of the catalogue."""
        self.shop.change_catalogue(remove=product_ids)

    def requests(self) -> list[Entry]:
        """The last requests, oldest first."""
        return list(self.shop.journal().entries)

    def counts(self) -> list[Count]:
        """How many requests each route had."""
        return self.shop.journal().counts()

    def count(
        self, *, surface: str | None = None, method: str | None = None, route: str | None = None
    ) -> int:
        """How many requests had this surface, method and route; None stands for any."""
        return self.shop.journal().count(surface=surface, method=method, route=route)

    def clear_requests(self) -> None:
        """Count from zero."""
        self.shop.clear_journal()

    def target(self) -> dict[str, TargetProduct]:
        """Medusa's products by external id."""
        return self.shop.target()

    def state(self) -> State:
        """Source and target in numbers."""
        return self.shop.state()

    def limit_rate(self, enabled: bool) -> None:
        """Switch the rate limits of DummyJSON and Digital River on or off."""
        self.shop.limit_rate(enabled)

    def reset(self) -> None:
        """Back to the beginning: catalogue, target, org, account, tokens, faults, refusals and journal."""
        self.shop.reset()

    def _answer(self, request: Request) -> Response:
        if request.path.startswith(f"{PREFIX}/"):
            return self._control.answer(request)
        return self.shop.answer(request)


def serve(
    catalogue: Path | None = None,
    products: int = DEFAULT_PRODUCTS,
    port: int = DEFAULT_PORT,
    seed: int = DEFAULT_SEED,
    *,
    rate_limit: bool = False,
) -> None:
    """Run a sandbox until it is interrupted; prints where it is and the variables that point at it."""
    try:
        with Sandbox(catalogue, products, port, seed, rate_limit=rate_limit) as sandbox:
            print(f"# The sandbox shop, a test double, answers at {sandbox.url}", flush=True)
            print_environment(sandbox.environment())
            threading.Event().wait()
    except KeyboardInterrupt:
        print("# The sandbox shop is closed.", flush=True)


def print_environment(variables: Mapping[str, str]) -> None:
    """Variables, one a line, in the form that shells and `--env-file` read."""
    print("\n".join(f"{name}={value}" for name, value in variables.items()), flush=True)


def _source(catalogue: Path | None, products: int, seed: int) -> Source:
    if catalogue is not None:
        return FromFile(Path(catalogue))
    if products < 0:
        raise SandboxError(f"products is {products}; it is at least 0")
    return Generated(products, seed)


def _exact(fields: dict[str, object]) -> dict[str, object]:
    """Fields given in Python, as JSON would carry them."""
    exact: dict[str, object] = exact_json.copy(fields)
    return exact
