"""Imports point inward, and the way to a job's first line stays light."""

from __future__ import annotations

import ast
import os
import subprocess
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[3]
RUNTIME = ROOT / "layers" / "nightshift" / "nightshift"
FUNCTIONS = ROOT / "functions"
TOOLS = ROOT / "tools" / "nightshift_tools"

PUBLIC = {"archive", "errors", "files", "ledger", "mail", "money"}
"""Modules that a job may import beside the face of the package and the connectors."""

AWS = {"boto3", "botocore", "aws_lambda_powertools"}
RUNTIME_LIBRARIES = {"boto3", "botocore", "aws_lambda_powertools", "urllib3", "orjson"}
LAYERS = {"report_products": ("pygal",), "batch_api": ("aws_lambda_powertools", "pydantic")}
"""What a function has in a layer of its own, beside the one of all."""
BATCH_JOBS = {"batch_strategies", "run_batch_job", "batch_api"}
NOT_OF_A_SYNC = {
    *("nightshift." + name for name in ("archive", "batch_jobs", "batches", "files", "intents", "ledger")),
    *(
        "nightshift." + name
        for name in ("mail", "money", "schedule", "watch", "state.ledger", "state.watches")
    ),
    *(
        "nightshift.state.dynamodb." + name
        for name in ("archive", "batch_jobs", "intents", "ledger", "watch")
    ),
    *("nightshift.connectors." + name for name in ("digital_river", "salesforce")),
    *("nightshift.connectors.medusa." + name for name in ("carts", "catalogue", "customers", "drafts")),
    *("nightshift.connectors.medusa." + name for name in ("exports", "imports", "price_list")),
    *("boto3", "difflib", "secrets", "zoneinfo"),
}
TOO_HEAVY = {"pydantic", "yaml", "ruamel", "croniter", "typer", "rich", "jinja2", "requests"}


def modules(folder: Path) -> list[Path]:
    return sorted(folder.rglob("*.py"))


def imported(path: Path) -> Iterator[str]:
    """Modules that a file imports anywhere but for type checking."""
    tree = ast.parse(path.read_text())
    skipped: set[ast.AST] = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.If) and ast.unparse(node.test) == "TYPE_CHECKING":
            skipped.update(child for statement in node.body for child in ast.walk(statement))
        if node in skipped:
            continue
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            yield node.module


def top(module: str) -> str:
    return module.partition(".")[0]


def name_of(path: Path) -> str:
    return str(path.relative_to(ROOT))


@pytest.mark.parametrize("path", modules(RUNTIME), ids=name_of)
def test_the_runtime_package_imports_the_standard_library_and_four_libraries(path: Path) -> None:
    allowed = RUNTIME_LIBRARIES | {"nightshift"} | set(sys.stdlib_module_names)
    assert {top(module) for module in imported(path)} <= allowed


@pytest.mark.parametrize("path", modules(RUNTIME), ids=name_of)
def test_only_what_is_on_aws_and_the_composition_know_aws(path: Path) -> None:
    place = path.relative_to(RUNTIME)
    on_aws = (("state", "dynamodb"), ("files", "s3.py"), ("mail", "ses.py"), ("dynamodb_client.py",))
    if place.parts[:2] in on_aws or place.name == "runtime.py":
        return
    assert not {top(module) for module in imported(path)} & AWS


@pytest.mark.parametrize("path", modules(RUNTIME) + modules(FUNCTIONS), ids=name_of)
def test_nobody_but_the_composition_reads_the_clock_or_the_environment(path: Path) -> None:
    if path.name in ("runtime.py", "clock.py"):
        return
    text = path.read_text()
    for forbidden in ("datetime.now(", "time.time(", "time.sleep(", "os.environ", "os.getenv", "utcnow("):
        assert forbidden not in text, f"{path.name} uses {forbidden}"


@pytest.mark.parametrize("path", modules(RUNTIME / "connectors") + modules(FUNCTIONS), ids=name_of)
def test_jobs_and_connectors_say_what_they_say_through_the_run(path: Path) -> None:
    """`run.log` is redacted; what is printed, or logged elsewhere, is not."""
    assert not {"logging", "warnings"} & {top(module) for module in imported(path)}
    calls = [node.func for node in ast.walk(ast.parse(path.read_text())) if isinstance(node, ast.Call)]
    assert "print" not in [call.id for call in calls if isinstance(call, ast.Name)]


@pytest.mark.parametrize("path", modules(FUNCTIONS), ids=name_of)
def test_a_job_imports_the_public_face_the_connectors_and_itself(path: Path) -> None:
    own = path.relative_to(FUNCTIONS).parts[0]
    shared = {folder.name for folder in FUNCTIONS.iterdir() if not (folder / "app.py").exists()}
    for module in imported(path):
        if top(module) == "nightshift":
            is_public = module == "nightshift" or module.removeprefix("nightshift.") in PUBLIC
            # Strategies, their worker and their API work on batch jobs, not on runs.
            is_public = is_public or (own in BATCH_JOBS and module.startswith("nightshift.batch_jobs"))
            # The watchdog is a function and no job: it is of the engine.
            is_the_engines = own == "watchdog" and module == "nightshift.watch.runtime"
            assert is_public or is_the_engines or module.startswith("nightshift.connectors")
        else:
            assert top(module) in {own, *shared, "orjson", *LAYERS.get(own, ())} | sys.stdlib_module_names


@pytest.mark.parametrize(
    ("package", "may_not"),
    [
        ("connectors", ("engine", "execution", "journal", "services", "state", "runtime", "job", "changes")),
        ("schedule", ("engine", "run", "state", "connectors", "http", "services", "runtime")),
        ("schedule", ("watch",)),
        ("watch", ("engine", "execution", "run", "job", "connectors", "http")),
        ("batch_jobs", ("connectors", "watch", "changes", "fingerprints")),
        ("state", ("watch", "engine", "run", "journal", "services", "connectors", "http", "runtime")),
        ("http", ("engine", "run", "state", "connectors", "services", "runtime")),
        ("fingerprints", ("engine", "run", "connectors", "http", "services", "runtime")),
    ],
)
def test_inner_parts_do_not_know_outer_ones(package: str, may_not: tuple[str, ...]) -> None:
    for path in modules(RUNTIME / package):
        for module in imported(path):
            parts = module.split(".")
            if parts[0] == "nightshift" and len(parts) > 1:
                assert parts[1] not in may_not, f"{path.name} imports {module}"


def modules_after(statement: str) -> set[str]:
    return {top(module) for module in all_modules_after(statement)}


def all_modules_after(statement: str, environment: Mapping[str, str] | None = None) -> set[str]:
    code = f"import sys; sys.path.insert(0, {str(FUNCTIONS)!r}); {statement}; print(*sys.modules)"
    done = subprocess.run(
        [sys.executable, "-c", code],
        env={**os.environ, **(environment or {})},
        capture_output=True,
        text=True,
        check=True,
    )
    return set(done.stdout.split())


def test_importing_a_job_and_the_services_of_lambda_loads_nothing_heavy() -> None:
    loaded = modules_after("import sync_products.app, nightshift.runtime")
    assert not loaded & TOO_HEAVY
    assert "nightshift_tools" not in loaded


def test_a_scheduled_sync_loads_nothing_that_it_does_not_use() -> None:
    """What its first call imports, with all that the template gives every function."""
    loaded = all_modules_after(
        "import sync_products.app; from nightshift import runtime; from nightshift.connectors import medusa; "
        "medusa.Store; runtime.lambda_services('sync-products')",
        {
            "AWS_DEFAULT_REGION": "eu-central-1",
            "FILES_BUCKET": "files",
            "LAMBDA_TASK_ROOT": str(FUNCTIONS),
            "LOG_TABLE": "log",
            "STATE_TABLE": "state",
        },
    )
    assert "nightshift.connectors.medusa.store" in loaded
    assert sorted(loaded & NOT_OF_A_SYNC) == []


def test_importing_the_worker_of_batch_jobs_loads_nothing_heavy() -> None:
    assert not modules_after("import run_batch_job.app, nightshift.runtime") & TOO_HEAVY
    assert not modules_after("import run_batch_job.app") & AWS


def test_importing_the_watchdog_loads_nothing_heavy() -> None:
    loaded = modules_after("import watchdog.app")
    assert not loaded & TOO_HEAVY
    assert "nightshift_tools" not in loaded


def test_importing_a_job_alone_does_not_load_aws() -> None:
    assert not modules_after("import sync_products.app") & AWS
