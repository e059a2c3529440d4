"""`nightshift demo`: what `make demo` runs."""

from __future__ import annotations

import typer


def demo() -> None:
    """Run the product sync three times against a sandbox shop, and tell what happened."""
    from nightshift_tools.demo import main

    raise typer.Exit(main())
