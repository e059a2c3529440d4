"""`nightshift sandbox`: a shop to try jobs against, on this machine."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from nightshift_tools.cli import options

_PORT, _PRODUCTS = 8818, 194


def sandbox(
    port: Annotated[
        int, typer.Option("--port", metavar="N", min=0, max=65535, help="0 takes any that is free.")
    ] = _PORT,
    products: Annotated[
        int, typer.Option("--products", metavar="N", min=0, help="How many products to generate.")
    ] = _PRODUCTS,
    catalogue: Annotated[
        Path | None,
        typer.Option("--catalogue", metavar="FILE", help="A file in DummyJSON's shape instead."),
    ] = None,
    rate_limit: Annotated[
        bool, typer.Option("--rate-limit", help="Limit requests as DummyJSON and Digital River do.")
    ] = False,
    print_env: Annotated[
        bool, typer.Option("--print-env", help="Print the variables that point every job at it, and end.")
    ] = False,
    as_json: options.Json = False,
) -> None:
    """Serve a shop to try jobs against.

    It serves DummyJSON, Medusa, Salesforce and Digital River, as test doubles, on loopback until Ctrl-C. In
    another shell, `eval "$(nightshift sandbox --print-env)"` points the jobs at it.
    """
    import threading

    from nightshift.errors import ConfigurationError
    from nightshift_tools.cli.output import print_note
    from nightshift_tools.sandbox.errors import SandboxError
    from nightshift_tools.sandbox.server import Sandbox, environment, url_of

    if print_env:
        if port == 0:
            raise ConfigurationError("--print-env needs the port that the sandbox has, and --port 0 is any")
        _print_variables(environment(url_of(port)), as_json=as_json)
        return
    try:
        with Sandbox(catalogue, products, port, rate_limit=rate_limit) as shop:
            print_note(f"the sandbox shop, a test double, answers at {shop.url}; Ctrl-C ends it")
            _print_variables(shop.environment(), as_json=as_json)
            threading.Event().wait()
    except SandboxError as error:
        raise ConfigurationError(str(error)) from None
    except KeyboardInterrupt:
        print_note("the sandbox shop is closed")


def _print_variables(variables: dict[str, str], *, as_json: bool) -> None:
    """As lines that a shell evaluates, or as one object on one line."""
    from shlex import quote

    from nightshift_tools.cli.output import print_json, print_line

    if as_json:
        print_json(variables, indent=None)
        return
    for name, value in variables.items():
        print_line(f"export {name}={quote(value)}")
