"""`nightshift restore`: records of a backup, brought back into a deployed stack."""

from __future__ import annotations

from dataclasses import asdict
from typing import Annotated

import typer

from nightshift_tools.cli import options
from nightshift_tools.cli.aws import with_aws


@with_aws
def restore(
    table: Annotated[str, typer.Argument(metavar="TABLE", help="The table that a backup was restored into.")],
    as_json: options.Json = False,
) -> None:
    """Bring records of a backup back into a stack.

    Only those that the stack's own table lacks; what stands there stays. Its schedules must be off.
    """
    from nightshift.errors import ConfigurationError
    from nightshift_tools.cli.output import print_json, print_line
    from nightshift_tools.cli.session import open_local

    with open_local() as local:
        if local.stack is None:
            raise ConfigurationError("there are backups only on AWS: add --aws, and --stack")
        from nightshift_tools.aws.restoring import restore as bring_back

        found = bring_back(local.stack, table, local.clock.now())
    if as_json:
        print_json(asdict(found))
    else:
        print_line(
            f"{found.copied} records brought back; {found.kept} stood there already, {found.expired} had "
            "expired"
        )
