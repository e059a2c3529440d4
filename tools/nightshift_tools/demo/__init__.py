"""The product sync three times against a sandbox shop, and what happened: `make demo`."""

from nightshift_tools.demo.story import main

__all__ = ["main"]
