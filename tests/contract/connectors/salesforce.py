"""What the tests of the Salesforce connector share: names of the org, and queries they ask often."""

from __future__ import annotations

from datetime import UTC, datetime

from nightshift.connectors.salesforce import Org, soql
from nightshift_tools.sandbox.salesforce.knobs import Knobs
from nightshift_tools.sandbox.salesforce.org import packaged

QUERY = "/services/data/{version}/query"
MORE = "/services/data/{version}/query/{locator}"
COLLECTION = "/services/data/{version}/composite/sobjects"
COMPOSITE = "/services/data/{version}/composite"
TOKEN = "/services/oauth2/token"

FLAG, SYNCED = packaged("Sync_Product_to_DR"), packaged("Date_Last_Synced_to_DR")
ROW = packaged("DR_Line_Item_Fulfillment")
KEY = "Nightshift_Key__c"
SYNCED_AT = datetime(2026, 11, 20, 22, 0, 7, 250_000, tzinfo=UTC)
DONE = {FLAG: False, SYNCED: SYNCED_AT}
"""What a job writes back to a product, and how it reads afterwards."""

PRODUCTS = soql.select("Product2", ["Id", "Name", "LastModifiedDate", FLAG], order_by=["Id"])


def fill(org: Knobs, count: int, **amounts: object) -> list[str]:
    """An org with nothing but so many products, all to be synchronised; their ids."""
    org.clear()
    return org.seed(products=count, **amounts)["Product2"]


def seen(org: Org) -> dict[str, datetime]:
    """When each product was last changed, as a job reads it."""
    stamps = {record.id: record.instant("LastModifiedDate") for record in org.query(PRODUCTS)}
    return {key: stamp for key, stamp in stamps.items() if stamp is not None}


def flagged(org: Knobs) -> list[str]:
    """The products that are still to be synchronised."""
    return [record["Id"] for record in org.records("Product2") if record[FLAG]]
