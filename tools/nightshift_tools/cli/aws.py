"""`--aws` and what goes with it, for any command that opens the project by `open_local`."""

from __future__ import annotations

import inspect
from collections.abc import Callable
from contextvars import ContextVar
from functools import wraps
from typing import TYPE_CHECKING, Annotated, Any

import typer

if TYPE_CHECKING:
    from nightshift_tools.aws.place import Place

_AWS = Annotated[bool, typer.Option("--aws", help="Work on a deployed stack, not on this machine.")]
_STACK = Annotated[
    str | None, typer.Option("--stack", metavar="NAME", help="With --aws: the stack; else NIGHTSHIFT_STACK.")
]
_PROFILE = Annotated[
    str | None, typer.Option("--profile", metavar="NAME", help="With --aws: the profile of AWS credentials.")
]
_REGION = Annotated[
    str | None, typer.Option("--region", metavar="NAME", help="With --aws: the Region, else the profile's.")
]
_OPTIONS: dict[str, tuple[Any, object]] = {
    "on_aws": (_AWS, False),
    "aws_stack": (_STACK, None),
    "aws_profile": (_PROFILE, None),
    "aws_region": (_REGION, None),
}

_place: ContextVar[Place | None] = ContextVar("place", default=None)


def place() -> Place | None:
    """The stack that the command at work was given; None for this machine."""
    return _place.get()


def command(words: str) -> str:
    """A command to be typed next, in backticks, with the options that lead to the same place."""
    there = place()
    if there is None:
        return f"`nightshift {words}`"
    said = {"--stack": there.stack, "--profile": there.profile, "--region": there.region}
    options = "".join(f" {name} {value}" for name, value in said.items() if value is not None)
    return f"`nightshift {words} --aws{options}`"


def with_aws(body: Callable[..., None]) -> Callable[..., None]:
    """The command, with `--aws`, `--stack`, `--profile` and `--region`: `open_local` goes by them."""

    @wraps(body)
    def there(
        *args: Any,
        on_aws: bool,
        aws_stack: str | None,
        aws_profile: str | None,
        aws_region: str | None,
        **given: Any,
    ) -> None:
        said = {"--stack": aws_stack, "--profile": aws_profile, "--region": aws_region}
        if not on_aws:
            _refuse(said)
            return body(*args, **given)
        from nightshift_tools.aws.place import Place

        token = _place.set(Place(aws_stack, aws_profile, aws_region))
        try:
            return body(*args, **given)
        finally:
            _place.reset(token)

    added = [
        inspect.Parameter(name, inspect.Parameter.KEYWORD_ONLY, default=default, annotation=annotation)
        for name, (annotation, default) in _OPTIONS.items()
    ]
    own = inspect.signature(body, eval_str=True)
    there.__signature__ = own.replace(parameters=[*own.parameters.values(), *added])  # type: ignore[attr-defined]
    return there


def _refuse(said: dict[str, str | None]) -> None:
    from nightshift.errors import ConfigurationError

    for option, value in said.items():
        if value is not None:
            raise ConfigurationError(
                f"{option} {value} says which stack is meant: add --aws, or leave it out"
            )
