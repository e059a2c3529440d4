"""What the package's trigger on products does, whoever writes: it marks those that are to be synchronised."""

from typing import Final

from nightshift_tools.sandbox.salesforce.org import packaged
from nightshift_tools.sandbox.salesforce.schema import SObject
from nightshift_tools.sandbox.salesforce.values import Stored

_GROUP: Final = packaged("DR_SKU_Group")
_FOUR: Final = tuple(map(packaged, ("DR_ECCN", "DR_Product_Country_Origin", "DR_TAXGROUP", "DR_TAXTYPE")))
_WATCHED: Final = (
    *_FOUR,
    _GROUP,
    *map(
        packaged,
        (
            "DR_HS_Code", "DR_Part_Number", "DR_Product_Weight", "DR_Unit_of_Weight",
            "DR_Managed_Fulfillment", "DR_Manufacturer_Id",
        ),
    ),
)  # fmt: skip
_SYNCED: Final = packaged("Date_Last_Synced_to_DR")
_DIRTY: Final = packaged("Sync_Product_to_DR")

Values = dict[str, Stored]


def before_insert(owner: SObject, record: Values) -> None:
    """A new product that is complete is to be synchronised."""
    if owner.name == "Product2" and _is_complete(record):
        record[_DIRTY] = 1


def before_update(owner: SObject, before: Values, after: Values) -> None:
    """A complete product becomes dirty by a change of what is watched, or by taking away its date; an
    incomplete one is never dirty. A changed name is not watched."""
    if owner.name != "Product2":
        return
    if not _is_complete(after):
        after[_DIRTY] = 0
    elif any(before[name] != after[name] for name in _WATCHED) or (before[_SYNCED] and not after[_SYNCED]):
        after[_DIRTY] = 1


def _is_complete(record: Values) -> bool:
    return bool(record.get(_GROUP)) or all(record.get(name) for name in _FOUR)
