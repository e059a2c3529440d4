"""Arguments and options that several commands share."""

from __future__ import annotations

from typing import Annotated

import typer

from nightshift_tools.cli.guard import remember_json

Json = Annotated[
    bool,
    typer.Option("--json", help="Print one JSON document.", is_eager=True, callback=remember_json),
]
Job = Annotated[str, typer.Argument(metavar="JOB", help="A job of the manifest.")]
AnyJob = Annotated[str | None, typer.Argument(metavar="[JOB]", help="A job of the manifest; all without.")]
JobOption = Annotated[str | None, typer.Option("--job", metavar="JOB", help="Of this job only.")]
Storefront = Annotated[
    str | None,
    typer.Option("--storefront", metavar="NAME", help="Which one, where the job has several."),
]
