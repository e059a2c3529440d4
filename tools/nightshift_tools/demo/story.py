"""What the demo plays, tells and expects.

All that it shows is measured: counts from the run records, requests as the sandbox counted them.
"""

from __future__ import annotations

import os
import sys
import tempfile
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from nightshift_tools.cli import texts
from nightshift_tools.cli.output import plain, print_error, print_line, print_table
from nightshift_tools.demo.processes import Nightshift, Shop, open_shop
from nightshift_tools.local import Project

JOB = "sync-products"
PRODUCTS = 194

_COUNTS = ("read", "created", "updated", "unchanged", "quarantined")
_REFUSED = "A product that Medusa refuses"


@dataclass(frozen=True, slots=True)
class Act:
    """One run: what was changed before it, and what must come of it. A count that is not named is 0."""

    before: str
    expected: Mapping[str, int]
    change: Mapping[str, object] | None = None
    refused: str | None = None
    max_requests: int | None = None


@dataclass(frozen=True, slots=True)
class Played:
    """An act with its run record, and the requests for products that Medusa had."""

    number: int
    act: Act
    run: Mapping[str, Any]
    requests: int


ACTS = (
    Act("Medusa is empty", {"read": PRODUCTS, "created": PRODUCTS}),
    Act("nothing has changed", {"read": PRODUCTS, "unchanged": PRODUCTS}, max_requests=0),
    Act(
        "3 products were edited, 2 added, and Medusa refuses one of those",
        {"read": PRODUCTS + 2, "created": 1, "updated": 3, "unchanged": PRODUCTS - 3, "quarantined": 1},
        change={
            "edit": [
                {"id": 1, "title": "A new title"},
                {"id": 60, "price": 12.34},
                {"id": 150, "description": "A new description"},
            ],
            "add": [{"title": "A new product"}, {"title": _REFUSED}],
        },
        refused=_REFUSED,
    ),
)


def main() -> int:
    """Play and tell it; 1 where something came out otherwise than promised."""
    project = Project.find(Path.cwd(), os.environ)
    print_line(f"{JOB} runs three times against a sandbox shop on this machine:")
    for number, act in enumerate(ACTS, 1):
        print_line(f"  run {number}  {act.before}")
    print_line()
    with tempfile.TemporaryDirectory(prefix="nightshift-demo-") as home, open_shop(PRODUCTS) as shop:
        nightshift = Nightshift(project.root, Path(home), shop)
        played = [_play(number, act, shop, nightshift) for number, act in enumerate(ACTS, 1)]
        set_aside = nightshift("quarantine", "list", JOB)
    _print_table(played)
    for record in set_aside:
        print_line(f"  set aside  product {record['record']}: {plain(record['reason'])}")
    wrong = [line for one in played for line in unexpected(one)]
    for line in wrong:
        print_error(line)
    _print_what_next(project)
    return 1 if wrong else 0


def unexpected(played: Played) -> Iterator[str]:
    """What came out otherwise than promised."""
    act, run, name = played.act, played.run, f"run {played.number}"
    if run["status"] != "succeeded":
        yield f"{name} {run['status']}: {(run['failure'] or {}).get('message')}"
    for count in _COUNTS:
        expected = act.expected.get(count, 0)
        if run["counts"][count] != expected:
            yield f"{name}: {count} is {run['counts'][count]}, and {expected} was promised"
    if act.max_requests is not None and played.requests > act.max_requests:
        yield f"{name}: Medusa had {played.requests} requests, and {act.max_requests} were promised"


def _play(number: int, act: Act, shop: Shop, nightshift: Nightshift) -> Played:
    if act.change is not None:
        shop.change(act.change)
    if act.refused is not None:
        shop.refuse(act.refused)
    shop.forget_requests()
    run = nightshift("run", JOB)
    return Played(number, act, run, shop.medusa_requests())


def _print_table(played: list[Played]) -> None:
    rows = [
        (
            str(one.number),
            one.run["status"],
            *(str(one.run["counts"][count]) for count in _COUNTS),
            str(one.requests),
            texts.duration(one.run["duration_ms"]),
        )
        for one in played
    ]
    print_table(
        ("run", "status", *_COUNTS, "requests to Medusa", "took"),
        rows,
        right=(*_COUNTS, "requests to Medusa", "took"),
    )


def _print_what_next(project: Project) -> None:
    own = Path(sys.prefix)
    activate = f". {own.relative_to(project.root)}/bin/activate" if own.is_relative_to(project.root) else ""
    lines = [
        (activate, "put `nightshift` on the path"),
        ("nightshift sandbox", "a shop of your own; go on in another shell"),
        ('eval "$(nightshift sandbox --print-env)"', "point the jobs at it"),
        (f"nightshift run {JOB} --dry-run", "what a run would do, record by record"),
        (f"nightshift run {JOB}", "do it"),
        ("nightshift dev", "follow the schedule; Ctrl-C stops"),
        ("nightshift status", "how every job stands; also: runs, show, logs, quarantine"),
    ]
    print_line()
    print_line("What to do next:")
    for command, what in lines:
        if command:
            print_line(f"  {command:<42}{what}")
