"""The OpenAPI description of the HTTP API of batch jobs, as its function's code and the manifest have it."""

from __future__ import annotations

import importlib
import json
import sys
from pathlib import Path
from typing import Any

from nightshift_tools.manifest import Manifest
from nightshift_tools.template.batch_jobs import has_batch_jobs
from nightshift_tools.template.errors import TemplateError

OPENAPI = "functions/batch_api/openapi.json"

_MODULE = "batch_api.app"
_DESCRIPTION = (
    "Imports and exports beside the shop: create a batch job, follow it, confirm its plan, cancel it. "
    "Times are UTC. A batch job is seen by whoever created it, and by operators."
)


def describe_api(root: Path, manifest: Manifest) -> str | None:
    """The description as JSON; None where the project has no API of batch jobs.

    TemplateError where its code cannot be imported.
    """
    is_there = (root / "functions" / "batch_api" / "app.py").exists()
    if not is_there or not any(map(has_batch_jobs, manifest.jobs.values())):
        return None
    if str(root / "functions") not in sys.path:
        sys.path.insert(0, str(root / "functions"))
    try:
        app: Any = importlib.import_module(_MODULE).app
    except Exception as error:
        raise TemplateError(f"functions/batch_api/app.py cannot be imported: {error}") from error
    text = app.get_openapi_json_schema(title="Batch jobs", version="1", description=_DESCRIPTION)
    document = json.loads(text)
    document["servers"] = [{"url": "https://{api}.execute-api.{region}.amazonaws.com", "variables": {
        "api": {"default": "api"}, "region": {"default": "eu-central-1"},
    }}]  # fmt: skip
    name, scheme = _security(manifest)
    document["components"]["securitySchemes"] = {name: scheme}
    document["security"] = [{name: []}]
    return json.dumps(document, indent=2, ensure_ascii=False, sort_keys=True) + "\n"


def _security(manifest: Manifest) -> tuple[str, dict[str, str]]:
    if manifest.api.has_tokens:
        where = f"a token of {manifest.api.issuer} for {', '.join(manifest.api.audience)}"
        return "token", {"type": "http", "scheme": "bearer", "bearerFormat": "JWT", "description": where}
    signed = "AWS Signature Version 4, service execute-api"
    return "sigv4", {"type": "apiKey", "name": "Authorization", "in": "header", "description": signed}
