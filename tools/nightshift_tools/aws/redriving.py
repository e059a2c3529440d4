"""Sending a failed event again: the same event, so with its original slot, to the function it was for."""

from __future__ import annotations

from enum import StrEnum

from nightshift.errors import ConfigurationError
from nightshift.state.claiming import judge
from nightshift.state.models import ClaimRequest, Control, Refusal, Refused
from nightshift_tools.aws.invoking import hand_over
from nightshift_tools.aws.letters import Letter
from nightshift_tools.aws.queues import Queues
from nightshift_tools.aws.running import NOBODY
from nightshift_tools.aws.stack import Stack
from nightshift_tools.local.composition import Local

_OVER = (Refusal.DUPLICATE, Refusal.TOO_LATE)


class Redriven(StrEnum):
    """What became of a letter."""

    SENT = "sent again"
    OVER = "over"  # its slot, or a later one, has succeeded; or a look of the watchdog, and others follow


def choose(letters: list[Letter], names: list[str], *, every: bool) -> list[Letter]:
    """The letters whose ids begin so, or all that are not foreign.

    ConfigurationError, and nothing is sent, for an id that is none, that is several, or that is foreign.
    """
    if every == bool(names):
        raise ConfigurationError("name the letters, or all of them with --all: one of the two")
    if every:
        return [letter for letter in letters if not letter.is_foreign]
    return list({letter.id: letter for letter in (find(letters, name) for name in names)}.values())


def find(letters: list[Letter], name: str) -> Letter:
    """The one letter with an id that begins so; ConfigurationError where there is none, or several."""
    found = [letter for letter in letters if any(message.id.startswith(name) for message in letter.messages)]
    if len(found) == 1:
        return found[0]
    raise ConfigurationError(
        f"{name!r} could be {len(found)} letters: give more of the id"
        if found
        else f"there is no letter {name!r}; `nightshift dead-letters list` shows which there are"
    )


def refuse_foreign(letters: list[Letter]) -> None:
    """ConfigurationError where one is foreign: nobody knows where to send it."""
    for letter in letters:
        if letter.is_foreign:
            raise ConfigurationError(
                f"{letter.id} is foreign, so it is neither sent again nor removed: {letter.why}; nothing "
                "was sent"
            )


def redrive(local: Local, stack: Stack, queues: Queues, letter: Letter) -> Redriven:
    """Send a letter's event again, then take its messages out of their queues.

    In this order: where it ends in between, the event is there twice, and the claim runs its slot once.
    """
    over = letter.entry is None or _is_over(local, letter)
    if letter.entry is not None and not over:
        hand_over(stack, letter.entry, letter.event)
    for message in letter.messages:
        queues.remove(message)
    return Redriven.OVER if over else Redriven.SENT


def _is_over(local: Local, letter: Letter) -> bool:
    trigger = letter.trigger
    if trigger is None or trigger.slot is None:
        return False
    now = local.clock.now()
    control = local.stores.state.control.read(trigger.key) or Control()
    verdict = judge(control, ClaimRequest(trigger.key, NOBODY, now, now, trigger.slot))
    return isinstance(verdict, Refused) and verdict.refusal in _OVER
