"""Log records and exceptions of a run, as they leave it."""

from __future__ import annotations

import logging
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from typing import Any

from nightshift.redact import HIDDEN, Redactor
from nightshift.services import RunLogger

_STANDARD = frozenset(vars(logging.makeLogRecord({}))) | {"message", "asctime", "taskName"}
_DEEPEST = 8
_LONGEST_CHAIN = 20


@contextmanager
def redacting(logger: RunLogger, redactor: Redactor) -> Iterator[None]:
    """For the length of the block, each record of the logger is cleaned before any handler sees it."""
    cleaning = _Cleaning(redactor)
    logger.addFilter(cleaning)
    try:
        yield
    finally:
        logger.removeFilter(cleaning)


class _Cleaning(logging.Filter):
    """Cleans a record in place: its message, what was added to it, its exception."""

    def __init__(self, redactor: Redactor) -> None:
        super().__init__()
        self._redactor = redactor

    def filter(self, record: logging.LogRecord) -> bool:
        record.msg, record.args = self._value(_message(record), 0), None
        for name in record.__dict__.keys() - _STANDARD:
            record.__dict__[name] = self._value(record.__dict__[name], 0)
        if record.exc_info and record.exc_info[1] is not None:
            error = clean_error(record.exc_info[1], self._redactor)
            record.exc_info, record.exc_text = (type(error), error, error.__traceback__), None
        if record.stack_info:
            record.stack_info = "\n".join(map(self._redactor.text, record.stack_info.splitlines()))
        return True

    def _value(self, value: object, depth: int) -> object:
        if value is None or isinstance(value, bool | int | float):
            return value
        if depth > _DEEPEST:
            return HIDDEN
        if isinstance(value, Mapping):
            return {
                self._redactor.text(str(key)): self._value(item, depth + 1) for key, item in value.items()
            }
        if isinstance(value, list | tuple | set | frozenset):
            return [self._value(item, depth + 1) for item in value]
        return self._redactor.text(str(value))


def _message(record: logging.LogRecord) -> object:
    """What is logged; a message whose arguments do not fit it costs the arguments, and not the run."""
    if not record.args:
        return record.msg
    try:
        return record.getMessage()
    except (TypeError, ValueError):
        return record.msg


def clean_error(error: BaseException, redactor: Redactor) -> BaseException:
    """The error itself where nothing in its text, or in those it came from, is to be hidden.

    Otherwise one of the same class with cleaned text and the same traceback; where its class cannot be made
    to say something else, one of the same name.
    """
    if all(_is_clean(each, redactor) for each in _chain(error)):
        return error
    return _cleaned(error, redactor, _LONGEST_CHAIN)


def _chain(error: BaseException) -> Iterator[BaseException]:
    """An error, what it came from, and what it groups."""
    waiting, seen = [error], set[int]()
    while waiting:
        each = waiting.pop()
        if id(each) in seen:
            continue
        seen.add(id(each))
        yield each
        inner = each.exceptions if isinstance(each, BaseExceptionGroup) else ()
        waiting += [found for found in (each.__cause__, each.__context__, *inner) if found is not None]


def _is_clean(error: BaseException, redactor: Redactor) -> bool:
    texts = (_text(error), *getattr(error, "__notes__", ()))
    return all(redactor.text(text) == text for text in texts)


def _cleaned(error: BaseException, redactor: Redactor, left: int) -> BaseException:
    copy = _copy_of_group(error, redactor, left) if isinstance(error, BaseExceptionGroup) else None
    copy = copy or _copy(error, redactor)
    copy.__traceback__ = error.__traceback__
    if left:
        cause, context = error.__cause__, error.__context__
        copy.__cause__ = None if cause is None else _cleaned(cause, redactor, left - 1)
        copy.__context__ = None if context is None else _cleaned(context, redactor, left - 1)
        copy.__suppress_context__ = error.__suppress_context__
    return copy


def _copy_of_group(
    group: BaseExceptionGroup[BaseException], redactor: Redactor, left: int
) -> BaseException | None:
    """None where groups are nested too deeply to be told one by one."""
    if not left:
        return None
    inner = [_cleaned(each, redactor, left - 1) for each in group.exceptions]
    return BaseExceptionGroup(redactor.text(group.message), inner)


def _copy(error: BaseException, redactor: Redactor) -> BaseException:
    """The error once more with clean texts: of its class, or a stand-in of the same name."""
    kind = type(error)
    with suppress(Exception):  # a class may have a mind of its own: the stand-in says the same
        args = _clean_all(error.args, redactor)
        copy = kind.__new__(kind, *args)
        copy.args = args
        copy.__dict__.update(zip(error.__dict__, _clean_all(error.__dict__.values(), redactor), strict=True))
        copy.__dict__.pop("__notes__", None)
        for note in getattr(error, "__notes__", ()):
            copy.add_note(redactor.text(note))
        if redactor.text(str(copy)) == str(copy):
            return copy
    body = {"__module__": kind.__module__, "__qualname__": kind.__qualname__}
    stand_in: type[Exception] = type(kind.__name__, (Exception,), body)
    return stand_in(redactor.text(_text(error)))


def _clean_all(values: Any, redactor: Redactor) -> tuple[object, ...]:
    return tuple(redactor.text(value) if isinstance(value, str) else value for value in values)


def _text(error: BaseException) -> str:
    try:
        return str(error)
    except Exception:
        return type(error).__name__
