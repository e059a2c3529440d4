"""`python -m bench` measures everything and writes bench/RESULTS.md; `--quick` less, within two minutes."""

from __future__ import annotations

import argparse
import os
import platform
import sys
import time
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

from bench import coldstart, csv_rows, memory, startup, sync, units
from bench.contenders import warm
from bench.measuring import BrokenRunError
from nightshift_tools.testing import dynamodb_local
from nightshift_tools.testing.dynamodb_local import UnavailableError as NoDynamoDB
from nightshift_tools.testing.emulator import UnavailableError as NoEmulator

_BEGAN = time.monotonic()
RESULTS = Path(__file__).with_name("RESULTS.md")

_WHOLE = (
    sync.Setup(194, 0, 7),
    sync.Setup(194, 0.02, 3),
    sync.Setup(2_000, 0.02, 5),
    sync.Setup(10_000, 0, 5),
    sync.Setup(10_000, 0.02, 1),
    sync.Setup(100_000, 0, 2),
)
_WARM_SECONDS = 40.0
_QUICK = (sync.Setup(194, 0.02, 1), sync.Setup(2_000, 0, 3))
_SECTIONS = ("sync", "memory", "csv", "cold-start", "units", "command-line")


def main() -> int:
    """Measure, and write the page; 1 where something cannot be measured here or a run was wrong."""
    parser = argparse.ArgumentParser(prog="python -m bench", description=__doc__)
    parser.add_argument("--quick", action="store_true", help="small setups, few repetitions, no cold start")
    parser.add_argument("--only", choices=_SECTIONS, action="append", help="this part; may be repeated")
    parser.add_argument("--out", type=Path, default=RESULTS, help="where the page goes")
    given = parser.parse_args()
    try:
        with dynamodb_local.running(for_long=True) as endpoint:
            _tell("warming DynamoDB Local")
            warm(endpoint, _WARM_SECONDS / 10 if given.quick else _WARM_SECONDS)
            parts = [part(endpoint) for part in _parts(given.quick, given.only or _SECTIONS)]
    except (BrokenRunError, NoDynamoDB, NoEmulator) as error:
        print(error, file=sys.stderr)
        return 1
    command = f"make bench BENCH='{' '.join(sys.argv[1:])}'" if sys.argv[1:] else "make bench"
    page = "\n".join([_head(command, time.monotonic() - _BEGAN), *parts])
    given.out.write_text(page.rstrip() + "\n")
    print(f"written: {given.out}")
    return 0


def _parts(quick: bool, wanted: tuple[str, ...] | list[str]) -> list[Callable[[str], str]]:
    streamed = 20_000 if quick else 1_000_000
    parts: dict[str, Callable[[str], str]] = {
        "sync": lambda endpoint: _titled(
            "Syncing",
            sync.section([sync.compare(setup, endpoint, _tell) for setup in (_QUICK if quick else _WHOLE)]),
        ),
        "memory": lambda endpoint: _titled(
            "Memory", memory.section(streamed, memory.stream(streamed, endpoint, _tell))
        ),
        "csv": lambda _: _titled("CSV files", csv_rows.section(streamed, csv_rows.read(streamed, _tell))),
        "cold-start": lambda endpoint: _titled(
            "Cold start", coldstart.section(coldstart.compare(endpoint, 11, _tell))
        ),
        "units": lambda endpoint: _titled(
            "DynamoDB requests and units",
            units.section(units.meter(endpoint, with_purge=not quick, tell=_tell)),
        ),
        "command-line": lambda _: _titled(
            "Command line", startup.section(startup.compare(3 if quick else 11, _tell))
        ),
    }
    if quick:
        parts.pop("cold-start")
    return [part for name, part in parts.items() if name in wanted]


def _head(command: str, seconds: float) -> str:
    machine = f"{platform.system()} {platform.machine()}, {_processor()}, {os.cpu_count()} cores"
    return f"""# Results

Printed by `{command}` on {datetime.now(UTC):%Y-%m-%d}, in {seconds / 60:.0f} minutes, on
{machine}, Python {platform.python_version()}.

Figures are medians, with the least and the most in brackets. Contenders run one after the other, in rotating
order; a ratio is taken within one repetition, so that a machine that changes its pace does not change it. The
limit is a bare loop that makes exactly the calls a first sync needs and keeps no books (`bench/limit.py`).
After every run that writes, the target is compared with the source.
"""


def _titled(title: str, text: str) -> str:
    return f"## {title}\n\n{text}"


def _processor() -> str:
    try:
        lines = Path("/proc/cpuinfo").read_text().splitlines()
    except OSError:
        return platform.processor() or "an unknown processor"
    names = (line.partition(":")[2].strip() for line in lines if line.startswith("model name"))
    return next(names, platform.processor() or "an unknown processor")


def _tell(text: str) -> None:
    print(f"{time.monotonic() - _BEGAN:4.0f} s  {text}", file=sys.stderr, flush=True)


if __name__ == "__main__":
    sys.exit(main())
