"""One trial of the payment jobs that are found: undisturbed ticks, then one matrix until its first breach.

`python -m support.payment_trial <matrix>` prints what both found as JSON. The tests start it on copies of the
package in which a rule is broken.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Callable, Iterator
from itertools import chain
from typing import TypeAlias

from support.fault_gate import STATE, kill_after
from support.fault_sqlite import SqliteBackend
from support.payment_faults import (
    LONG,
    ORG,
    RIVER,
    Counted,
    Months,
    asked_to_wait,
    ends,
    faults,
    opened,
    overtaken,
    undisturbed,
)
from support.payments import CHARGE, RAISE

Matrix: TypeAlias = Callable[[Months, Counted], Iterator[str]]

MATRICES: dict[str, Matrix] = {
    "answer lost": lambda till, counted: faults(till, CHARGE, RIVER, "answer lost", "once", counted),
    "asked to wait": lambda till, counted: asked_to_wait(till, counted),
    "ended": lambda till, counted: chain(
        ends(till, RAISE, ORG, kill_after, 1, counted), ends(till, CHARGE, RIVER, kill_after, 1, counted)
    ),
    "overtaken at the state": lambda till, counted: overtaken(till, CHARGE, STATE, LONG, counted),
    "overtaken at the provider": lambda till, counted: overtaken(till, CHARGE, RIVER, LONG, counted),
}


def trial(name: str) -> dict[str, str]:
    """What the undisturbed ticks and the first breach of a matrix say; empty texts where all holds."""
    backend = SqliteBackend()
    with opened(backend) as till:
        wrong = [*undisturbed(till, RAISE), *undisturbed(till, CHARGE)]
        breach = None if wrong else next(MATRICES[name](till, Counted()), None)
    backend.close()
    return {"undisturbed": "; ".join(wrong), "breach": breach or ""}


if __name__ == "__main__":
    print(json.dumps(trial(sys.argv[1])))
