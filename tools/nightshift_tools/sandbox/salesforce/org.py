"""The org's objects: Salesforce's own, those of Digital River's package, and what a shop adds for Nightshift.

Names, types and choices of the package are those of the Lightning app. Subscriptions, which only the older
app has and whose names are not published, follow its words.
"""

from typing import Final

from nightshift_tools.sandbox.salesforce.schema import Field, Kind, SObject

NAMESPACE: Final = "digitalriverv3"

ORDER_STATES: Final = (
    "pending_payment", "in_review", "accepted", "blocked", "cancelled", "fulfilled", "complete", "returned",
    "salesforce_failure", "cancelled_by_sf", "cancelled_by_dr",
)  # fmt: skip
ITEM_STATES: Final = ("created", "fulfilled", "cancelled", "partially_fulfilled", "partially_cancelled")
ROW_STATES: Final = ("Open", "Reprocess", "Completed", "Failed")
TAX_GROUPS: Final = (
    "Downloadable Goods (Non-Software)", "Food, Beverage & Household", "Physical Goods",
    "Services & Miscellaneous", "Software (Downloadable & Physical)", "Warranties",
)  # fmt: skip
INTERVALS: Final = ("day", "week", "month", "year")
SUBSCRIPTION_STATES: Final = ("Active", "Past Due", "Cancelled", "Completed")


def packaged(name: str) -> str:
    """The name of an object or a field of the package in an org that has it installed."""
    return f"{NAMESPACE}__{name}__c"


def _text(
    name: str, length: int = 255, *, required: bool = False, unique: bool = False, external_id: bool = False
) -> Field:
    return Field(name, Kind.TEXT, length, required=required, unique=unique, external_id=external_id)


def _choice(name: str, *choices: str, default: str | None = None, required: bool = False) -> Field:
    return Field(name, Kind.CHOICE, 255, choices=choices, default=default, required=required)


def _number(name: str, scale: int = 2, default: float | None = None) -> Field:
    return Field(name, Kind.NUMBER, scale=scale, default=default)


def _flag(name: str) -> Field:
    return Field(name, Kind.FLAG, default=False)


def _lookup(name: str, target: str, *, required: bool = False) -> Field:
    return Field(name, Kind.LOOKUP, 18, target=target, required=required)


_FULFILLMENT, _ROW = packaged("DR_Fulfillment"), packaged("DR_Line_Item_Fulfillment")
_REQUEST = packaged("DR_Fulfillment_Request_Log")
_ECCN = packaged("DR_ECCN_Lookup")

OBJECTS: Final = (
    SObject("Account", "001", (_text("Name", required=True), _text(packaged("DR_Customer_Id")))),
    SObject(
        "Product2",
        "01t",
        (
            _text("Name", required=True),
            _text("ProductCode"),
            _text("StockKeepingUnit", 180, unique=True),
            Field("Description", Kind.LONG_TEXT, 4000),
            _flag("IsActive"),
            _lookup(packaged("DR_ECCN"), _ECCN),
            _choice(packaged("DR_Product_Country_Origin")),
            _choice(packaged("DR_TAXGROUP"), *TAX_GROUPS),
            _choice(packaged("DR_TAXTYPE")),
            _choice(packaged("DR_SKU_Group")),
            _text(packaged("DR_HS_Code")),
            _text(packaged("DR_Part_Number")),
            _text(packaged("DR_Manufacturer_Id")),
            _number(packaged("DR_Product_Weight"), 4),
            _choice(packaged("DR_Unit_of_Weight"), "oz", "lb", "g", "kg"),
            _choice(packaged("DR_Managed_Fulfillment"), "DRGlobalFulfillment"),
            _flag(packaged("DR_IS_DIGITAL_PRODUCT")),
            Field(packaged("Date_Last_Synced_to_DR"), Kind.INSTANT),
            _flag(packaged("Sync_Product_to_DR")),
            Field("Nightshift_Sync_Error__c", Kind.LONG_TEXT, 32768),
            _number("Nightshift_Sync_Attempts__c", 0),
        ),
    ),
    SObject(_ECCN, "a01", (_text("Name", 80), _text(packaged("DR_Description")))),
    SObject(
        packaged("Digital_River_Tax_Mapping"),
        "a02",
        (
            _text("Name", 80),
            _text(packaged("DR_Tax_Group")),
            _text(packaged("DR_Tax_Type")),
            _text(packaged("DR_Tax_Code")),
            _choice(packaged("DR_Product_Type"), "Digital", "Physical"),
        ),
    ),
    SObject(
        "Order",
        "801",
        (
            _text("OrderNumber", 30),
            _lookup("AccountId", "Account"),
            _choice("Status", "Draft", "Activated", default="Draft"),
            _text(packaged("DR_Order_Id"), 128, unique=True, external_id=True),
            _choice(packaged("DR_Order_State"), *ORDER_STATES),
        ),
        numbered="{:08}",
    ),
    SObject(
        "OrderItem",
        "802",
        (
            _lookup("OrderId", "Order", required=True),
            _lookup("Product2Id", "Product2"),
            _number("Quantity"),
            Field("UnitPrice", Kind.MONEY, scale=2),
            _text(packaged("DR_Order_Item_Id"), 128),
            _choice(packaged("DR_Order_Item_State"), *ITEM_STATES),
            _number(packaged("DR_Open_Quantity")),
            _number(packaged("DR_Fulfilled_Quantity")),
            _number(packaged("DR_Cancelled_Quantity")),
            _text(packaged("DR_Billing_Agreement_Id")),
            _flag(packaged("Recurring_Line_Item")),
            _text(packaged("Subscription_Id")),
        ),
    ),
    SObject(
        _REQUEST,
        "a03",
        (
            _text("Name", 80),
            _text(packaged("OrderId"), 128),
            _text(packaged("OrderItem_Id"), 128, required=True),
            _number(packaged("Fulfill_Quantity"), default=0.0),
            _number(packaged("Cancel_Quantity"), default=0.0),
            _text(packaged("DR_Order_Id"), 128),
            _text(packaged("DR_Order_State"), 128),
            _text(packaged("DR_OrderItem_Id"), 128),
        ),
        numbered="FRL-{:06}",
    ),
    SObject(
        _FULFILLMENT,
        "a04",
        (
            _text("Name", 80),
            _text(packaged("DR_Order_Id"), 128, required=True, external_id=True),
            _text(packaged("Order_Id"), 128),
            _text(packaged("DR_Order_State"), 128),
            _choice(packaged("DR_Fulfillment_Status"), *ROW_STATES, "Pending", default="Open"),
            _flag(packaged("Eligible_For_Fulfillment")),
            _flag(packaged("Is_Fulfillment_Completed")),
            _flag(packaged("Order_Cancelled")),
            Field(packaged("Message"), Kind.LONG_TEXT, 32768),
            _number(packaged("Retry_Attempts_Made"), 0, default=0.0),
            Field(
                packaged("Num_Of_Line_Item_Records_To_Process"),
                Kind.COUNT,
                children=(
                    _ROW,
                    packaged("DR_Order_Fulfillment"),
                    packaged("Fulfillment_OrderItem_Status"),
                    ("Open", "Reprocess"),
                ),
            ),
        ),
        numbered="OF-{:06}",
    ),
    SObject(
        _ROW,
        "a05",
        (
            _text("Name", 80),
            _lookup(packaged("DR_Order_Fulfillment"), _FULFILLMENT, required=True),
            _lookup(packaged("DR_Fulfillment_Request_Log"), _REQUEST),
            _lookup(packaged("SF_OrderItem_Id"), "OrderItem"),
            _text(packaged("Digital_River_OrderItem_Id"), 128),
            _number(packaged("Fulfill_Quantity"), default=0.0),
            _number(packaged("Cancel_Quantity"), default=0.0),
            _choice(packaged("Fulfillment_OrderItem_Status"), *ROW_STATES, default="Open", required=True),
            Field(packaged("Message"), Kind.LONG_TEXT, 32768),
            _number(packaged("Retry_Attempts_Made"), 0, default=0.0),
            _text("Nightshift_Key__c", unique=True, external_id=True),
        ),
        numbered="FLI-{:06}",
    ),
    SObject(
        packaged("DR_Subscription"),
        "a06",
        (
            _text("Name", 80),
            _text(packaged("Storefront"), 80, required=True),
            _choice(packaged("Subscription_Type"), "RECURR_INSTALL", default="RECURR_INSTALL"),
            _choice(packaged("Status"), *SUBSCRIPTION_STATES, default="Active"),
            _lookup(packaged("Account"), "Account"),
            _lookup(packaged("Product"), "Product2"),
            _lookup(packaged("Parent_Order"), "Order"),
            _number(packaged("Quantity"), 0, default=1.0),
            Field(packaged("Installment_Amount"), Kind.MONEY, scale=4),
            _text("CurrencyIsoCode", 3),
            _number(packaged("Installment_Count"), 0, default=0.0),
            _number(packaged("Installments_Total"), 0),
            Field(packaged("Installment_Next_Run_Date"), Kind.DAY),
            _choice(packaged("Interval"), *INTERVALS, default="month"),
            _number(packaged("Interval_Count"), 0, default=1.0),
            _text(packaged("DR_Customer_Id"), 128),
            _text(packaged("DR_Source_Id"), 128),
            _text(packaged("DR_Billing_Agreement_Id"), 128),
            _text(packaged("DR_Subscription_Id"), 128),
            _number("Nightshift_Billing_Day__c", 0),
        ),
        numbered="SUB-{:06}",
    ),
)
