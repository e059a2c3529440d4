"""The first call of a fresh process: the function that `sam build` has built, under AWS's runtime client and
emulator, beside a handler that only makes a boto3 client and sends one UpdateItem. Both have the same layer,
with its bytecode. `nothing changed` is a tick of 194 products, two pages of which are read; `duplicate` one
that has run before."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from uuid import uuid4

from bench.contenders import AWS
from bench.markdown import table
from bench.measuring import ROOT, BrokenRunError, Measured
from bench.ours import tick
from bench.race import Race, rotated
from bench.shops import open_shops
from nightshift_tools.testing import dynamodb_local
from nightshift_tools.testing.emulator import emulated
from nightshift_tools.testing.tables import create_tables

PRODUCTS = 194
_BUILD = ROOT / ".aws-sam" / "build"
_SAM = ROOT / ".venv-sam" / "bin" / "sam"
_BARE = "boto3 and one UpdateItem"


@dataclass(slots=True)
class Function:
    """A function as it is deployed, and the events that it is called with, one after the other."""

    name: str
    code: Path
    handler: str
    events: Callable[[], object]
    status: str
    environment: Mapping[str, str] = field(default_factory=dict)

    def call(self, layer: Path, environment: Mapping[str, str]) -> Measured:
        """Start a process, call it once, and give how long that took."""
        with emulated(self.code, [layer], self.handler, {**environment, **self.environment}) as process:
            answer = process.invoke(self.events())
        said = answer.value if isinstance(answer.value, dict) else {}
        if answer.error is not None or said.get("status") != self.status:
            raise BrokenRunError(f"{self.name} answered {answer.error or answer.value}")
        return Measured(answer.seconds, 0, 0)


def compare(endpoint: str, repetitions: int, tell: Callable[[str], None]) -> Race:
    """First calls of all functions, in turn."""
    _build()
    tables = create_tables(dynamodb_local.client(endpoint), f"cold-{uuid4().hex[:8]}")
    race = Race()
    with open_shops(PRODUCTS) as shops:
        environment = {
            **AWS,
            **shops.environment("cold"),
            "AWS_ENDPOINT_URL_DYNAMODB": endpoint,
            "STATE_TABLE": tables.state,
            "LOG_TABLE": tables.log,
        }
        functions = _functions()
        functions[1].call(_BUILD / "NightshiftLayer", environment)  # the first sync, and disks that are warm
        for repetition in range(repetitions):
            tell(f"cold start, {repetition + 1} of {repetitions}")
            race.add(
                {
                    f.name: f.call(_BUILD / "NightshiftLayer", environment)
                    for f in rotated(functions, repetition)
                }
            )
    return race


def section(race: Race) -> str:
    """The part of the results page."""
    rows = [
        [
            name,
            race.spread(name, lambda m: m.wall * 1000).text(0),
            race.ratio(name, _BARE, lambda m: m.wall).text(),
        ]
        for name in sorted(race.repetitions[0])
    ]
    head = ["first call of", "milliseconds", "of the bare handler"]
    return f"{__doc__}\n\n{len(race.repetitions)} processes each.\n\n{table(head, rows)}\n"


def _functions() -> list[Function]:
    minutes = iter(range(0, 10_000, 2))
    code, handler = _BUILD / "SyncProductsFunction", "sync_products.app.lambda_handler"

    return [
        Function(_BARE, Path(__file__).parent / "bare", "app.lambda_handler", dict, "succeeded"),
        Function("nothing changed", code, handler, lambda: tick(next(minutes)), "succeeded"),
        Function("duplicate", code, handler, lambda: tick(0), "skipped"),
    ]


def _build() -> None:
    # Not with the paths of this process: functions/ has packages named as SAM's own requirements are.
    environment = {name: value for name, value in os.environ.items() if name != "PYTHONPATH"}
    done = subprocess.run(
        [str(_SAM), "build"], cwd=ROOT, env=environment, capture_output=True, text=True, check=False
    )
    if done.returncode != 0:
        raise BrokenRunError(f"sam build failed:\n{done.stderr[-2000:]}")
