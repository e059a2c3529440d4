"""`python -m nightshift_tools.sandbox`: the sandbox shop as a process of its own."""

import argparse
import sys
from pathlib import Path

from nightshift_tools.sandbox.errors import SandboxError
from nightshift_tools.sandbox.server import (
    DEFAULT_PORT,
    DEFAULT_PRODUCTS,
    DEFAULT_SEED,
    environment,
    print_environment,
    serve,
    url_of,
)


def main() -> int:
    """Serve until interrupted, or print the variables; 2 for wrong use, as everywhere."""
    parser = argparse.ArgumentParser(prog="python -m nightshift_tools.sandbox", description=__doc__)
    parser.add_argument("--port", type=int, default=DEFAULT_PORT, help="0 takes any free port")
    parser.add_argument("--products", type=int, default=DEFAULT_PRODUCTS, help="how many to generate")
    parser.add_argument("--catalogue", type=Path, help="a file in DummyJSON's shape instead")
    parser.add_argument("--seed", type=int, default=DEFAULT_SEED)
    parser.add_argument(
        "--rate-limit", action="store_true", help="limit requests as DummyJSON and Digital River do"
    )
    parser.add_argument("--print-env", action="store_true", help="print the variables and end")
    given = parser.parse_args()
    if given.print_env:
        print_environment(environment(url_of(given.port)))
        return 0
    try:
        serve(given.catalogue, given.products, given.port, given.seed, rate_limit=given.rate_limit)
    except SandboxError as error:
        print(error, file=sys.stderr)
        return 2
    return 0


if __name__ == "__main__":
    sys.exit(main())
