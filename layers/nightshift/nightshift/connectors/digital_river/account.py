"""The account that is written to."""

from __future__ import annotations

from nightshift.connectors import Host
from nightshift.connectors.digital_river.api import Api
from nightshift.connectors.digital_river.auth import find_key
from nightshift.connectors.digital_river.charges import Charges
from nightshift.connectors.digital_river.checkouts import Checkouts
from nightshift.connectors.digital_river.events import Events
from nightshift.connectors.digital_river.fulfillments import Fulfillments
from nightshift.connectors.digital_river.invoices import Invoices
from nightshift.connectors.digital_river.orders import Orders
from nightshift.connectors.digital_river.skus import Skus
from nightshift.connectors.digital_river.subscriptions import Subscriptions
from nightshift.errors import ConfigurationError

SERVICE = "Digital River"
VARIABLE = "DIGITAL_RIVER_URL"
BUDGET = "digital-river"


class Account:
    """One account of Digital River. Nothing is requested before it is needed.

    Reads raise what stops the run: TryLaterError, UpstreamError, DeadlineError; and RecordError where the one
    document cannot be read. Writes answer with a `Result`, or raise what stops the run: TryLaterError and
    DeadlineError out of a POST say that nothing was done; after any other, the outcome is as unknown as after
    a kill.
    """

    def __init__(self, api: Api) -> None:
        self.skus = Skus(api)
        self.fulfillments = Fulfillments(api)
        self.orders = Orders(api)
        self.charges = Charges(api)
        self.checkouts = Checkouts(api)
        self.subscriptions = Subscriptions(api)
        self.invoices = Invoices(api)
        self.events = Events(api)

    @classmethod
    def connect(cls, run: Host, *, budget: str = BUDGET) -> Account:
        """The account at `DIGITAL_RIVER_URL`; ConfigurationError names a variable that is missing.

        `budget` is the manifest's name for the limit of the key; a job with a key of its own has another.
        """
        url = run.environment.get(VARIABLE, "").strip()
        if not url:
            raise ConfigurationError(
                f"{VARIABLE} is not set: it is the base URL of Digital River's API, "
                "https://api.digitalriver.com; `nightshift sandbox --print-env` prints values for a local "
                "shop"
            )
        key = find_key(run)
        client = run.http(SERVICE, url, budget=budget, variable=VARIABLE)
        return cls(Api(client, key, dry_run=run.dry_run))
