"""Serve a stack until interrupted."""

from __future__ import annotations

import argparse
import os
import sys
import time
from contextlib import suppress

from nightshift_tools.testing.deployed.stack import deployed


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m nightshift_tools.testing.deployed")
    parser.add_argument("--stack", default="nightshift-dev", help="its name")
    parser.add_argument("--port", type=int, default=0, help="of moto's server; 0 takes any free port")
    parser.add_argument(
        "--parameter", metavar="NAME=VALUE", action="append", default=[], help="of the template"
    )
    given = parser.parse_args()
    parameters = dict(each.split("=", 1) for each in given.parameter)
    with deployed(given.stack, parameters, port=given.port, environment=os.environ) as stack:
        for name, value in stack.variables.items():
            print(f"export {name}={value}", flush=True)
        print(
            f"{given.stack} is deployed; Ctrl-C ends it, and forgets everything", file=sys.stderr, flush=True
        )
        with suppress(KeyboardInterrupt):
            while True:
                time.sleep(3600)
    return 0


if __name__ == "__main__":
    sys.exit(main())
