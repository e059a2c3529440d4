"""`sam validate` and `sam build` with the real SAM CLI, on a machine that has any Python from 3.11 on."""

from __future__ import annotations

import os
import subprocess
from dataclasses import dataclass
from pathlib import Path

import pytest

from nightshift_tools.testing.emulator import UnavailableError, find_python
from support.templates import ROOT

SAM = ROOT / ".venv-sam" / "bin" / "sam"

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(not SAM.exists(), reason="no SAM CLI: `make test-slow` installs it into .venv-sam"),
]


@dataclass(frozen=True)
class Build:
    folder: Path
    output: str

    @property
    def site(self) -> Path:
        return self.folder / "NightshiftLayer" / "python"


def sam(*arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
    inherited = {name: value for name, value in os.environ.items() if not name.startswith("AWS_")}
    return subprocess.run(
        [str(SAM), *arguments],
        cwd=ROOT,
        env={**inherited, "SAM_CLI_TELEMETRY": "0", **environment},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        check=False,
    )


def build(folder: Path, *arguments: str, **environment: str) -> Build:
    done = sam("build", "--build-dir", str(folder), *arguments, **environment)
    assert done.returncode == 0, done.stdout
    return Build(folder, done.stdout)


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Build:
    return build(tmp_path_factory.mktemp("build"))


@pytest.fixture(scope="module")
def built_with_one_python(tmp_path_factory: pytest.TempPathFactory) -> Build:
    """For x86_64, where the only Python is the one that SAM itself runs on."""
    path = f"{SAM.parent}:/usr/bin:/bin"
    return build(
        tmp_path_factory.mktemp("build"),
        "--parameter-overrides",
        "Architecture=x86_64",
        PATH=path,
        PYENV_ROOT="/nowhere",
        NIGHTSHIFT_RUNTIME_PYTHON="/nowhere/python3.13",
    )


def test_the_template_is_valid() -> None:
    done = sam("validate", "--lint")
    assert done.returncode == 0, done.stdout
    assert "is a valid SAM Template" in done.stdout


def test_the_layer_of_the_charts_has_what_draws_them_and_serves_both_architectures(built: Build) -> None:
    site = built.folder / "ChartsLayer" / "python"
    assert {"pygal", "importlib_metadata", "zipp"} <= {path.name for path in site.iterdir()}
    assert not list(site.rglob("*.so"))
    assert sum(path.stat().st_size for path in site.rglob("*")) < 2_000_000


def test_the_api_has_pydantic_in_a_layer_of_its_own_for_both_architectures(built: Build) -> None:
    site = built.folder / "BatchApiLayer" / "python"
    assert (site / "pydantic" / "__init__.py").exists()
    modules = {path.name for path in (site / "pydantic_core").glob("*.so")}
    assert {name.split("-")[2] for name in modules} == {"aarch64", "x86_64"}
    assert not (site / "boto3").exists()


def test_the_layer_has_the_package_and_what_it_imports(built: Build) -> None:
    for name in ("nightshift/__init__.py", "nightshift/schedule/model.py", "boto3", "orjson", "urllib3"):
        assert (built.site / name).exists(), name
    for name in ("pydantic", "ruamel", "typer", "croniter", "nightshift_tools", "bin"):
        assert not (built.site / name).exists(), name


def test_the_layer_serves_both_architectures(built: Build) -> None:
    found = sorted(path.name for path in (built.site / "orjson").glob("*.so"))
    assert found == [f"orjson.cpython-313-{machine}-linux-gnu.so" for machine in ("aarch64", "x86_64")]


def test_the_layer_has_the_services_that_jobs_call_and_is_lean(built: Build) -> None:
    services = {path.name for path in (built.site / "botocore" / "data").iterdir() if path.is_dir()}
    assert {"dynamodb", "secretsmanager", "sqs", "sts", "s3", "sesv2", "lambda", "events"} <= services
    assert "ec2" not in services
    size = sum(path.stat().st_size for path in built.site.rglob("*") if path.is_file())
    assert size < 25_000_000


def test_the_functions_are_the_packages_and_the_compiled_manifest(built: Build) -> None:
    function = built.folder / "SyncProductsFunction"
    assert (function / "manifest.json").read_bytes() == (ROOT / "functions" / "manifest.json").read_bytes()
    assert (function / "sync_products" / "app.py").exists()
    assert not list(function.rglob("requirements*.txt"))


def test_bytecode_is_compiled_where_the_runtimes_python_is_found(built: Build) -> None:
    try:
        find_python()
    except UnavailableError as error:
        pytest.skip(str(error))
    assert "bytecode compiled with Python 3.13" in built.output
    source = built.site / "nightshift" / "engine.py"
    compiled = source.parent / "__pycache__" / "engine.cpython-313.pyc"
    # PEP 552: flags 1 = checked by hash, and 0b10 not set = never compared with the source.
    assert compiled.read_bytes()[4:8] == b"\x01\0\0\0"
    assert b"/opt/python/nightshift/engine.py" in compiled.read_bytes()


def test_any_python_will_do(built_with_one_python: Build) -> None:
    assert "ships without bytecode" in built_with_one_python.output
    assert (built_with_one_python.site / "nightshift" / "engine.py").exists()
    assert not list(built_with_one_python.site.rglob("*.pyc"))


def test_the_architecture_is_a_parameter(built: Build, built_with_one_python: Build) -> None:
    assert "architecture: arm64" in built.output
    assert "architecture: x86_64" in built_with_one_python.output
