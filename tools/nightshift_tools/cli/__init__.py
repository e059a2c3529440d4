"""The command line, `nightshift`: the only part of the product that prints.

Modules import what they need inside their commands, so that `nightshift --help` answers at once.
"""

from __future__ import annotations


def main() -> None:
    """The console script."""
    from nightshift_tools.cli.app import app

    app()
