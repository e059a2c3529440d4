"""The built function under AWS's own runtime: layer, handler name, bytecode, event files, endpoint."""

from __future__ import annotations

import subprocess
from collections.abc import Iterator
from pathlib import Path
from uuid import uuid4

import pytest

from nightshift_tools.sandbox.server import Sandbox
from nightshift_tools.testing.dynamodb_local import client
from nightshift_tools.testing.emulator import Emulated, UnavailableError, emulated
from nightshift_tools.testing.tables import create_tables
from support.sync import ROOT, read_event

pytestmark = pytest.mark.slow

SAM = ROOT / ".venv-sam" / "bin" / "sam"


@pytest.fixture(scope="module")
def build(tmp_path_factory: pytest.TempPathFactory) -> Path:
    if not SAM.exists():
        pytest.skip("no SAM CLI: `make test-slow` installs it into .venv-sam")
    folder = tmp_path_factory.mktemp("build")
    command = [str(SAM), "build", "--build-dir", str(folder), "--cache-dir", str(folder / "cache")]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return folder


@pytest.fixture(scope="module")
def shop() -> Iterator[Sandbox]:
    with Sandbox(products=194) as sandbox:
        yield sandbox


@pytest.fixture(scope="module")
def function(build: Path, shop: Sandbox, dynamodb_endpoint: str) -> Iterator[Emulated]:
    tables = create_tables(client(dynamodb_endpoint), f"emulated-{uuid4().hex[:8]}")
    environment = {
        **shop.environment(),
        "STATE_TABLE": tables.state,
        "LOG_TABLE": tables.log,
        "AWS_ENDPOINT_URL_DYNAMODB": dynamodb_endpoint,
        "POWERTOOLS_METRICS_NAMESPACE": "Nightshift",
    }
    code = build / "SyncProductsFunction"
    try:
        with emulated(
            code, [build / "NightshiftLayer"], "sync_products.app.lambda_handler", environment
        ) as found:
            yield found
    except UnavailableError as error:
        pytest.skip(str(error))


def test_the_event_files_run_the_built_function_once_per_tick(function: Emulated, shop: Sandbox) -> None:
    first = function.invoke(read_event("sync-products-scheduled"))
    assert first.error is None, function.log.read_text()
    assert first.value == {
        "run": first.value["run"],  # type: ignore[index]
        "status": "succeeded",
        "counts": {
            "read": 194,
            "created": 194,
            "updated": 0,
            "unchanged": 0,
            "quarantined": 0,
            "removed": 0,
            "pages": 2,
            "batches": 13,
        },
    }
    assert shop.state().target_products == 194
    again = function.invoke(read_event("sync-products-scheduled")).value
    assert again["status"] == "skipped"  # type: ignore[index]
    raw = function.invoke(read_event("sync-products-raw")).value
    assert raw["counts"]["unchanged"] == 194  # type: ignore[index]
    by_hand = function.invoke(read_event("sync-products-by-hand")).value
    assert by_hand["counts"]["unchanged"] == 194  # type: ignore[index]
    dry = function.invoke(read_event("sync-products-dry-run")).value
    assert dry["status"] == "succeeded"  # type: ignore[index]


def test_a_run_that_fails_fails_the_invocation(function: Emulated, shop: Sandbox) -> None:
    shop.fault("dummyjson", "status", status=404, times=None)
    try:
        answer = function.invoke({"job": "sync-products"})
    finally:
        shop.clear_faults()
    assert answer.error is not None
    assert "404" in answer.error


def test_an_event_of_another_job_is_refused_by_name(function: Emulated) -> None:
    assert "names job 'sync-skus'" in str(function.invoke({"job": "sync-skus"}).error)


def test_the_function_logs_one_structured_line_per_change_of_state(function: Emulated) -> None:
    function.invoke({"job": "sync-products", "full": True})
    log = function.log.read_text()
    assert '"message":"run succeeded"' in log
