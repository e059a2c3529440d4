"""Random cron expressions, by a seed: most are right, some are to be refused."""

from __future__ import annotations

import random
from collections.abc import Sequence

WEEKDAYS = ("SUN", "MON", "TUE", "WED", "THU", "FRI", "SAT")
MONTHS = ("JAN", "FEB", "MAR", "APR", "MAY", "JUN", "JUL", "AUG", "SEP", "OCT", "NOV", "DEC")


def random_unix(chance: random.Random, *, month_ends: bool = False) -> str:
    """Five fields. `month_ends`: rare dates, such as the 31st or 29 February."""
    if month_ends:
        days = chance.choice(["28", "29", "30", "31", "28-31", "29,31", "*/30", "1,29-30"])
        months = chance.choice(["2", "FEB", "*", "*", "2,4", "1-3", "*/2", "4,6,9,11,12"])
        return (
            f"{chance.randrange(60)} {chance.randrange(24)} {days} {months} {chance.choice(['*', '*', '1'])}"
        )
    fields = (
        _field(chance, 0, 59),
        _field(chance, 0, 23),
        chance.choice(["*", "*", _field(chance, 1, 31)]),
        _field(chance, 1, 12, MONTHS),
        chance.choice(["*", "*", _field(chance, 0, 7, WEEKDAYS)]),
    )
    return " ".join(fields)


def random_quartz(chance: random.Random) -> str:
    """Six or seven fields, with all that Quartz knows."""
    if chance.random() < 0.5:
        special = ["L", "LW", f"{chance.randint(1, 28)}W", f"{chance.randint(1, 31)}W"]
        day, weekday = chance.choice([*special, "*", _quartz(chance, 1, 31), _quartz(chance, 1, 31)]), "?"
    else:
        number, name = chance.randint(1, 7), chance.choice(WEEKDAYS)
        special = [f"{number}L", f"{name}L", f"{number}#{chance.randint(1, 5)}", f"{name}#2", "L"]
        day, weekday = "?", chance.choice([*special, "*", _quartz(chance, 1, 7, WEEKDAYS)])
    month = chance.choice(["*", "*", _quartz(chance, 1, 12, MONTHS)])
    year = chance.choice(["", "", "", " *", " 2023-2040", " 2024,2028", " 2024/4"])
    return f"0 {_quartz(chance, 0, 59)} {_quartz(chance, 0, 23)} {day} {month} {weekday}{year}"


def _field(chance: random.Random, low: int, high: int, names: Sequence[str] = ()) -> str:
    first = chance.randint(low, high)
    last = chance.randint(first, high)
    forms = ["*", str(first), f"{first}-{last}", f"{first}-{last}/{chance.randint(1, max(1, last - first))}"]
    forms += [f"*/{chance.randint(1, high)}", f"{first},{last}", chance.choice(names) if names else "*"]
    return chance.choice(forms)


def _quartz(chance: random.Random, low: int, high: int, names: Sequence[str] = ()) -> str:
    items = [_quartz_item(chance, low, high, names) for _ in range(chance.choice([1, 1, 1, 2, 3]))]
    return ",".join(items)


def _quartz_item(chance: random.Random, low: int, high: int, names: Sequence[str]) -> str:
    first, last = chance.randint(low, high), chance.randint(low, high)  # a range may wrap
    step = chance.randint(1, max(1, (high - low) // 2))
    forms = ["*", str(first), f"{first}-{last}", f"{first}-{last}/{step}", f"{first}/{step}", f"*/{step}"]
    forms.append(f"{first:02d}")
    if names:
        forms += [
            chance.choice(names),
            chance.choice(names).lower(),
            f"{chance.choice(names)}-{chance.choice(names)}",
        ]
    return chance.choice(forms)
