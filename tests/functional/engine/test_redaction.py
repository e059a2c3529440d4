"""All ways by which text leaves a run: each is redacted, and errors stay what they are."""

from __future__ import annotations

import traceback
from collections.abc import Callable
from typing import Any

import orjson
import pytest
from botocore.exceptions import ClientError

from nightshift import ConfigurationError, Outcome, Run, RunError, job
from nightshift.manifest import JobEntry
from nightshift.redact import Redactor
from nightshift.redacted import clean_error
from support.canaries import Secrets, Traces, found_in

SECRET = "CANARY-4f1c9a72-77c3"
ENTRY = JobEntry("tell", handler="", batch_size=2, max_failed_ratio=1.0)


class OwnMindError(Exception):
    """An error whose text no argument decides."""

    def __str__(self) -> str:
        return f"it is {SECRET}"


def raises(error: BaseException) -> Callable[[Run[Any]], None]:
    def body(_: Run[Any]) -> None:
        raise error

    return body


def raises_from(run: Run[Any]) -> None:
    try:
        raise KeyError(SECRET)
    except KeyError as error:
        error.add_note(f"with {SECRET}")
        raise RunError("the shop is closed") from error


def logs(run: Run[Any]) -> None:
    run.log.warning(f"it said {SECRET}", extra={"record": SECRET, "asked": {"headers": [SECRET, 1]}})
    try:
        raise ValueError(f"no {SECRET}")
    except ValueError as error:
        run.log.error("it failed", exc_info=error)


def sets_aside(run: Run[Any]) -> None:
    for batch in run.batches("ab", str):
        run.commit(batch, Outcome(failed=dict.fromkeys(batch.keys, f"refused with {SECRET}")))


def reports(run: Run[Any]) -> None:
    run.report(page=f"https://x.example/{SECRET}", pages=3)


TELLERS: dict[str, Callable[[Run[Any]], None]] = {
    "an error of ours": raises(RunError(f"the shop said {SECRET}")),
    "an error of anybody": raises(ValueError("it said", {"authorization": SECRET})),
    "an error of the system": raises(OSError(5, f"cannot read {SECRET}")),
    "an error of boto": raises(ClientError({"Error": {"Code": "X", "Message": SECRET}}, "PutItem")),
    "an error of its own mind": raises(OwnMindError()),
    "a group of errors": raises(ExceptionGroup("two", [ValueError(SECRET), ValueError("no")])),
    "where an error came from": raises_from,
    "a log line": logs,
    "a reason": sets_aside,
    "a result": reports,
}


def traces_of(tell: Callable[[Run[Any]], None]) -> Traces:
    @job("tell")
    def handler(run: Run[Any]) -> None:
        run.secret("shop")
        tell(run)

    return Traces(handler, ENTRY, {}, Secrets(api_key=SECRET))


@pytest.mark.parametrize("tell", TELLERS.values(), ids=TELLERS)
def test_a_secret_leaves_a_run_on_no_way(
    tell: Callable[[Run[Any]], None], capfd: pytest.CaptureFixture[str]
) -> None:
    traces = traces_of(tell)
    traces.run()
    traces.run(dry_run=True)
    assert "…" in traces.texts()
    assert not found_in(traces.texts() + "".join(capfd.readouterr()), SECRET)


@pytest.mark.parametrize("tell", TELLERS.values(), ids=TELLERS)
def test_without_redaction_each_way_would_tell_it(
    tell: Callable[[Run[Any]], None], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Redactor, "text", lambda _, text: text)
    traces = traces_of(tell)
    traces.run()
    assert found_in(traces.texts(), SECRET)


def test_a_log_line_keeps_what_is_no_secret() -> None:
    traces = traces_of(logs)
    traces.run()
    lines = [orjson.loads(line) for line in traces.output.getvalue().splitlines()]
    said = next(line for line in lines if line["message"] == "it said …")
    assert said["asked"] == {"headers": ["…", 1]}
    failed = next(line for line in lines if line["message"] == "it failed")
    assert failed["exception_name"] == "ValueError"
    assert failed["exception"].endswith("ValueError: no …")
    assert failed["stack_trace"]["frames"][-1]["function"] == "logs"


def test_a_wrong_number_of_arguments_costs_a_line_and_not_the_run() -> None:
    def body(run: Run[Any]) -> None:
        run.log._logger.info("%s and %s", "one")  # type: ignore[attr-defined]

    traces = traces_of(body)
    traces.run()
    assert traces.ended is not None
    assert traces.ended.error is None


def cleaned(error: BaseException) -> BaseException:
    redactor = Redactor()
    redactor.hide(SECRET)
    return clean_error(error, redactor)


def test_an_error_without_a_secret_is_left_as_it_is() -> None:
    error = ConfigurationError("MEDUSA_URL is not a URL")
    assert cleaned(error) is error


def test_a_cleaned_error_is_of_the_same_class_and_comes_from_the_same_place() -> None:
    with pytest.raises(RunError) as raised:
        raise RunError(f"the shop said {SECRET}")
    clean = cleaned(raised.value)
    assert type(clean) is RunError
    assert str(clean) == "the shop said …"
    assert clean.__traceback__ is raised.value.__traceback__
    assert SECRET in str(raised.value)


def test_an_error_that_cannot_be_told_otherwise_keeps_its_name() -> None:
    clean = cleaned(OwnMindError())
    assert traceback.format_exception_only(clean) == [f"{__name__}.OwnMindError: it is …\n"]


def test_errors_that_came_from_each_other_in_a_circle_are_cleaned() -> None:
    first, second = ValueError(SECRET), ValueError("no")
    first.__context__, second.__context__ = second, first
    assert SECRET not in "".join(traceback.format_exception(cleaned(first)))
