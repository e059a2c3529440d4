"""Medusa's customers, and the carts behind the routes that a shop adds."""

import pytest

from contract.sandbox.client import START, Client
from nightshift_tools.sandbox.clock import iso
from nightshift_tools.sandbox.errors import ControlError
from nightshift_tools.sandbox.server import Sandbox

CUSTOMERS, CARTS = "/admin/customers", "/admin/nightshift/carts"
SINCE = iso(START - 24 * 3600)


def listed(medusa: Client, since: str = SINCE, **query: object) -> dict[str, object]:
    given = "".join(f"&{name}={value}" for name, value in {"limit": 100, **query}.items())
    found: dict[str, object] = medusa.get(f"{CARTS}?untouched_since={since}{given}")
    return found


def ids(answer: dict[str, object]) -> list[str]:
    carts = answer["carts"]
    assert isinstance(carts, list)
    return [cart["id"] for cart in carts]


def test_customers_are_read_on_from_an_id(medusa: Client) -> None:
    first = medusa.get(f"{CUSTOMERS}?order=id&limit=5&fields=id,email")
    assert (first["count"], first["limit"], len(first["customers"])) == (12, 5, 5)
    assert set(first["customers"][0]) == {"id", "email"}
    last = first["customers"][-1]["id"]
    rest = medusa.get(f"{CUSTOMERS}?order=id&limit=100&id[$gt]={last}")
    assert (rest["count"], rest["customers"][0]["id"] > last) == (7, True)


def test_a_customer_is_read_changed_and_deleted(medusa: Client) -> None:
    made = medusa.post(CUSTOMERS, {"email": "new@shop.example", "metadata": {"a": 1, "b": 2}})["customer"]
    path = f"{CUSTOMERS}/{made['id']}"
    changed = medusa.post(path, {"metadata": {"newsletter_subscribed": False, "b": ""}})["customer"]
    assert changed["metadata"] == {"a": 1, "newsletter_subscribed": False}
    assert medusa.get(path)["customer"] == changed
    assert medusa("DELETE", path).status == 200
    missing = {"type": "not_found", "message": f"Customer with id: {made['id']} was not found"}
    assert medusa.refused("GET", path) == (404, missing)


def test_an_address_occurs_once(medusa: Client) -> None:
    medusa.post(CUSTOMERS, {"email": "new@shop.example"})
    status, body = medusa.refused("POST", CUSTOMERS, {"email": "new@shop.example"})
    told = "Customer with email: new@shop.example, has_account: false, already exists."
    assert (status, body["message"]) == (400, told)


def test_carts_are_listed_that_nobody_has_touched(sandbox: Sandbox, medusa: Client) -> None:
    everything = listed(medusa)
    assert (len(ids(everything)), everything["next"]) == (5, None)
    page = listed(medusa, limit=2)
    rest = listed(medusa, after=page["next"])
    assert ids(page) + ids(rest) == ids(everything)
    sandbox.medusa.touch(ids(everything)[0])
    assert ids(listed(medusa)) == ids(everything)[1:]


def test_a_cart_is_deleted_only_as_it_was_seen(sandbox: Sandbox, medusa: Client) -> None:
    carts = medusa.get(f"{CARTS}?untouched_since={SINCE}&limit=3")["carts"]
    sandbox.medusa.touch(carts[1]["id"])
    answer = medusa.post(f"{CARTS}/delete", {"carts": carts})
    kept = [{"id": carts[1]["id"], "reason": "touched"}]
    assert answer == {"deleted": [carts[0]["id"], carts[2]["id"]], "kept": kept}
    again = medusa.post(f"{CARTS}/delete", {"carts": [carts[0]]})
    assert again == {"deleted": [], "kept": [{"id": carts[0]["id"], "reason": "gone"}]}
    assert sandbox.medusa.deletions() == {carts[0]["id"]: 1, carts[2]["id"]: 1}


@pytest.mark.parametrize(
    ("columns", "reason"), [({"completed_at": SINCE}, "completed"), ({"has_payment": True}, "paid")]
)
def test_a_cart_that_became_an_order_or_holds_a_payment_is_kept(
    sandbox: Sandbox, medusa: Client, columns: dict[str, object], reason: str
) -> None:
    (cart,) = sandbox.medusa.seed(carts=[{"age_hours": 50, **columns}])["carts"]
    assert cart["id"] not in ids(listed(medusa))
    given = {"carts": [{"id": cart["id"], "touched_at": cart["touched_at"]}]}
    kept = [{"id": cart["id"], "reason": reason}]
    assert medusa.post(f"{CARTS}/delete", given) == {"deleted": [], "kept": kept}


@pytest.mark.parametrize(
    ("query", "told"),
    [
        ("untouched_since=yesterday&limit=1", "untouched_since must be an instant"),
        (f"untouched_since={SINCE}", "limit must be a whole number from 1 to 500"),
        (f"untouched_since={SINCE}&limit=501", "limit must be a whole number from 1 to 500"),
    ],
)
def test_a_list_of_carts_that_makes_no_sense_is_400(medusa: Client, query: str, told: str) -> None:
    status, body = medusa.refused("GET", f"{CARTS}?{query}")
    assert (status, told in body["message"]) == (400, True)


def test_without_the_routes_medusa_knows_no_such_path(sandbox: Sandbox, medusa: Client) -> None:
    sandbox.medusa.install_cart_routes(False)
    answer = medusa("GET", f"{CARTS}?untouched_since={SINCE}&limit=1")
    assert answer.status == 404
    assert f"Cannot GET {CARTS}".encode() in answer.data


@pytest.mark.parametrize("carts", [[{"colour": "red"}], ["cart"], [{"age_hours": "old"}]])
def test_what_is_seeded_in_no_shape_that_can_be_is_refused(sandbox: Sandbox, carts: list[object]) -> None:
    with pytest.raises(ControlError):
        sandbox.medusa.seed(carts=carts)  # type: ignore[arg-type]
