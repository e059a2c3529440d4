"""The customers and carts that a new sandbox has, so that every job finds something to do."""

from nightshift_tools.sandbox.exact_json import JsonObject

_NAMES = (
    "Ada Lovelace", "Grace Hopper", "Alan Turing", "Katherine Johnson", "Edsger Dijkstra", "Barbara Liskov",
    "Donald Knuth", "Margaret Hamilton", "Tony Hoare", "Frances Allen", "Niklaus Wirth", "Radia Perlman",
)  # fmt: skip


def customers() -> list[JsonObject]:
    """Twelve; every third has not subscribed."""
    found: list[JsonObject] = []
    for place, name in enumerate(_NAMES):
        first, last = name.split()
        email = f"{first}.{last}@customers.example".lower()
        columns: JsonObject = {"first_name": first, "last_name": last, "email": email, "has_account": True}
        found.append(columns | {"subscribed": place % 3 != 2})
    return found


def carts() -> list[JsonObject]:
    """Eight: five that nobody has touched for days, a fresh one, a completed one, and one that is paid."""
    old: list[JsonObject] = [{"age_hours": 24 * days} for days in range(2, 7)]
    paid: JsonObject = {"age_hours": 50, "has_payment": True}
    completed: JsonObject = {"age_hours": 60, "completed_at": "2026-01-01T00:00:00.000Z"}
    return [*old, {"age_hours": 1}, completed, paid]
