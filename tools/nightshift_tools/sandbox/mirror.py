"""What one surface of the shop knows of another: an org's orders and subscriptions are at Digital River."""

from collections.abc import Iterator

from nightshift_tools.sandbox.exact_json import JsonObject
from nightshift_tools.sandbox.salesforce.org import packaged
from nightshift_tools.sandbox.salesforce.store import Store


def submitted_orders(org: Store) -> Iterator[JsonObject]:
    """The org's orders that have an id at Digital River, as its account is seeded with them."""
    orders, items = org.schema.find("Order"), org.schema.find("OrderItem")
    if orders is None or items is None:
        return
    lines: dict[object, list[JsonObject]] = {}
    for item in org.everything(items):
        line = {
            "id": item[packaged("DR_Order_Item_Id")],
            "skuId": item["Product2Id"],
            "quantity": int(item["Quantity"]),
        }
        lines.setdefault(item["OrderId"], []).append(line)
    for order in org.everything(orders):
        remote_id = order[packaged("DR_Order_Id")]
        if remote_id and order["Id"] in lines:
            yield {"id": remote_id, "items": lines[order["Id"]]}


def renewable_subscriptions(org: Store) -> Iterator[tuple[JsonObject, JsonObject, JsonObject]]:
    """The org's subscriptions that have an id at Digital River: each as it is there, with its source and the
    SKU of its product."""
    subscriptions = org.schema.find(packaged("DR_Subscription"))
    if subscriptions is None:
        return
    for record in org.everything(subscriptions):
        remote_id, source = record[packaged("DR_Subscription_Id")], record[packaged("DR_Source_Id")]
        if remote_id and source and record[packaged("Product")]:
            subscription = {
                "id": remote_id,
                "customerId": record[packaged("DR_Customer_Id")],
                "sourceId": source,
                "billingAgreementId": record[packaged("DR_Billing_Agreement_Id")],
                "currency": record["CurrencyIsoCode"],
            }
            yield subscription, {"id": source}, {"id": record[packaged("Product")]}
