"""The manifest of a run on this machine: compiled from `schedules.yaml`, so that an edit holds.

Reading YAML and checking it takes longer than most commands do, so the compiled manifest is kept beside the
state, under a name that changes with all it depends on: the file, the variables it names, and our own code.
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterator, Mapping
from contextlib import suppress
from hashlib import blake2b
from pathlib import Path

import orjson

import nightshift
from nightshift.errors import ConfigurationError
from nightshift.manifest import CompiledManifest, parse_manifest
from nightshift_tools.local.project import Project

_KEPT = "compiled-"
_VARIABLE = re.compile(rb"\$\{([A-Za-z_][A-Za-z0-9_]*)")
_TOOLS, _RUNTIME = Path(__file__).parents[1], Path(nightshift.__file__).parent
_COMPILERS = (_TOOLS / "manifest", _TOOLS / "schedule", _RUNTIME / "schedule")
"""The packages whose code decides what a manifest is compiled to."""


def read_compiled(project: Project, environment: Mapping[str, str]) -> CompiledManifest:
    """ManifestError, with all its problems, where the manifest cannot be used."""
    kept = project.home / f"{_KEPT}{_fingerprint(project.manifest, environment)}.json"
    with suppress(OSError, ValueError, ConfigurationError):
        return parse_manifest(orjson.loads(kept.read_bytes()), str(project.manifest))
    from nightshift_tools.manifest import compile_manifest, load  # pydantic and YAML weigh

    compiled = compile_manifest(load(project.manifest, environment))
    _keep(kept, orjson.dumps(compiled))
    return parse_manifest(compiled, str(project.manifest))


def _keep(path: Path, compiled: bytes) -> None:
    """Keep it in place of what was kept before, where there is a home; without it all works as well."""
    with suppress(OSError):
        for old in path.parent.glob(f"{_KEPT}*"):
            old.unlink(missing_ok=True)
        scratch = path.with_suffix(f".{os.getpid()}")
        scratch.touch(mode=0o600)  # variables that stand in a manifest are nobody else's
        scratch.write_bytes(compiled)
        scratch.replace(path)


def _fingerprint(manifest: Path, environment: Mapping[str, str]) -> str:
    hashed = blake2b(digest_size=12)
    with suppress(OSError):  # what is wrong with the file, who compiles it says
        text = manifest.read_bytes()
        names = sorted(set(_VARIABLE.findall(text)))
        hashed.update(text)
        hashed.update(orjson.dumps([(name.decode(), environment.get(name.decode())) for name in names]))
    hashed.update(orjson.dumps(list(_own_code())))
    return hashed.hexdigest()


def _own_code() -> Iterator[tuple[str, int, int]]:
    for package in _COMPILERS:
        with os.scandir(package) as files:
            for file in sorted(files, key=lambda file: file.name):
                status = file.stat()
                yield file.path, status.st_mtime_ns, status.st_size
