"""A catalogue of 100,000 products streams: memory does not grow with it."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

from support.commands import environment
from support.sync import ROOT

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(not Path("/proc/self/status").exists(), reason="no /proc to read the memory from"),
]

PRODUCTS = 100_000
MOST_ABOVE_BOTO3 = 150 * 1024  # KiB

# Of the process itself: `ru_maxrss` begins with what its parent had, which is more than any run takes.
PEAK = "print(next(line.split()[1] for line in open('/proc/self/status') if line.startswith('VmHWM')))"
BARE = f"import boto3; boto3.client('dynamodb', region_name='us-east-1'); {PEAK}"
RUN = (
    "import sys; from nightshift_tools.cli import main\n"
    "sys.argv = ['nightshift', 'run', {job!r}, '--json', '--batch-size', {size!r}]\n"
    f"try: main()\nexcept SystemExit: pass\n{PEAK}"
)
SYNC, REPORT = RUN.format(job="sync-products", size="100"), RUN.format(job="report-products", size="1000")


def output_of(code: str, env: dict[str, str]) -> list[str]:
    done = subprocess.run(
        (sys.executable, "-c", code), cwd=ROOT, env=env, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    return done.stdout.splitlines()


def test_memory_stays_flat_on_first_and_unchanged_runs_and_in_reports(tmp_path: Path) -> None:
    command = (sys.executable, "-m", "nightshift_tools.sandbox", "--port", "0", "--products", str(PRODUCTS))
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True) as shop:
        try:
            assert shop.stdout is not None
            variables = {}
            while "MEDUSA_PASSWORD" not in variables:
                name, _, value = shop.stdout.readline().strip().partition("=")
                if value:
                    variables[name] = value
            env = environment(tmp_path, variables)
            (bare,) = output_of(BARE, env)
            for expected in ("created", "unchanged"):
                *record, peak = output_of(SYNC, env)
                counts = json.loads("\n".join(record))["counts"]
                assert counts[expected] == PRODUCTS
                print(f"{expected}: {int(peak) - int(bare)} KiB above a bare boto3")
                assert int(peak) - int(bare) <= MOST_ABOVE_BOTO3
            for changes in (None, 0):
                *record, peak = output_of(REPORT, env)
                results = json.loads("\n".join(record))["results"]
                assert (results["products"], results.get("changes")) == (PRODUCTS, changes)
                print(f"report: {int(peak) - int(bare)} KiB above a bare boto3")
                assert int(peak) - int(bare) <= MOST_ABOVE_BOTO3
        finally:
            shop.terminate()
