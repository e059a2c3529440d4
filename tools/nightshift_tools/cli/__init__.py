"""The command line, `nightshift`: the only part of the product that prints.

Modules import what they need inside their commands, and only the command that is asked for is put together,
so that each answers at once.
"""

from __future__ import annotations

import sys


def main() -> None:
    """The console script."""
    from nightshift_tools.cli.app import COMMANDS, build

    first = "".join(sys.argv[1:2])
    build([first] if first in COMMANDS else COMMANDS)()
