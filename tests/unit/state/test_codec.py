"""Records as flat attributes: what goes in comes out, through the codec and through both adapters' forms."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nightshift.errors import StateVersionError
from nightshift.logs.codec import log_sort_key
from nightshift.logs.packing import to_items, unpack
from nightshift.logs.records import Level, LogRecord
from nightshift.state.codec import (
    Attributes,
    decode_control,
    decode_quarantined,
    decode_run,
    encode_control,
    encode_quarantined,
    encode_run,
    well_formed,
)
from nightshift.state.dynamodb import table
from nightshift.state.models import (
    Control,
    Counts,
    JobKey,
    Pause,
    Quarantined,
    RunFailure,
    RunId,
    RunRecord,
    Slot,
    Status,
    Usage,
)
from nightshift_tools.embedded import items

KEY = JobKey("sync-products", "main")

texts = st.text(st.characters(exclude_categories=["Cs"]), max_size=30)
names = texts.filter(bool)
runs = names.filter(lambda text: text != "none").map(RunId)
counts = st.builds(Counts, *[st.integers(0, 10**9)] * 8)
numbers = st.integers(0, 2**53)
seconds = st.integers(0, 4 * 10**9).map(lambda second: datetime.fromtimestamp(second, UTC))
instants = st.builds(lambda second, late: second + timedelta(milliseconds=late), seconds, st.integers(0, 999))
slots = st.builds(Slot, names, seconds)
cursors = st.dictionaries(names, st.one_of(texts, st.integers(-(2**53), 2**53), st.booleans(), st.none()))
controls = st.builds(
    Control,
    fence=numbers,
    owner=st.none() | runs,
    lease_until=st.none() | instants,
    run=st.none() | runs,
    run_slot=st.none() | slots,
    previous_run=st.none() | runs,
    cursor=cursors,
    slots=st.dictionaries(names, seconds),
    done=st.dictionaries(names, seconds),
    executions=st.dictionaries(names, numbers),
    pause=st.none() | st.builds(Pause, texts, instants),
    resumed_at=st.none() | instants,
    overrides=st.dictionaries(names, texts),
    progress=counts,
    quarantined=numbers,
    rechecks=st.integers(0, 9),
    rechecked=st.integers(0, 9),
    idle_runs=numbers,
    last_idle_at=st.none() | instants,
    last_run=st.none() | runs,
    last_status=st.none() | st.sampled_from(Status),
    last_ended_at=st.none() | instants,
)
run_records = st.builds(
    RunRecord,
    id=runs,
    key=st.just(KEY),
    trigger=names,
    status=st.sampled_from(Status),
    started_at=instants,
    slot=st.none() | slots,
    fence=numbers,
    ended_at=st.none() | instants,
    reason=st.none() | texts,
    blocked_by=st.none() | runs,
    counts=counts,
    cursor_before=cursors,
    cursor_after=cursors,
    batch_size=numbers,
    full=st.booleans(),
    idle=st.booleans(),
    requests=st.dictionaries(names, numbers),
    state=st.none() | st.builds(Usage, st.dictionaries(names, numbers), st.just(0.5), st.just(7.0)),
    failure=st.none() | st.builds(RunFailure, names, texts),
    expires_at=st.none() | seconds,
)
quarantined = st.builds(Quarantined, names, texts, numbers, instants, instants, texts, runs)
logs = st.builds(
    LogRecord,
    run=runs,
    key=st.builds(JobKey, names, st.none() | names),
    at=instants,
    sequence=st.integers(0, 10**8 - 1),
    level=st.sampled_from(Level),
    message=texts,
    batch=st.none() | numbers,
    record=st.none() | texts,
    status=st.none() | numbers,
    error_kind=st.none() | texts,
    error_message=st.none() | texts,
    error_stack=st.none() | texts,
)

Form = Callable[[Attributes], Attributes]
FORMS = pytest.mark.parametrize(
    "stored",
    [
        lambda attributes: items.load(items.dump(attributes)),
        lambda attributes: table.decode(table.encode(attributes)),
    ],
    ids=["sqlite", "dynamodb"],
)


@FORMS
@given(control=controls)
def test_a_control_record_comes_back_as_it_went(stored: Form, control: Control) -> None:
    assert decode_control(stored(encode_control(control)), KEY) == control


@FORMS
@given(record=run_records)
def test_a_run_record_comes_back_as_it_went(stored: Form, record: RunRecord) -> None:
    assert decode_run(stored(encode_run(record)), KEY) == record


@FORMS
@given(record=quarantined)
def test_a_quarantined_record_comes_back_as_it_went(stored: Form, record: Quarantined) -> None:
    assert decode_quarantined(stored(encode_quarantined(record)), KEY) == record


@FORMS
@given(record=logs)
def test_a_log_record_comes_back_as_it_went(stored: Form, record: LogRecord) -> None:
    ((sort_key, item),) = to_items([record], record.at)
    assert sort_key == log_sort_key(record)
    assert unpack(stored(item)) == [record]


@FORMS
@given(body=st.binary())
def test_bytes_come_back_as_they_went(stored: Form, body: bytes) -> None:
    assert stored({"fence": 1, "body": body}) == {"fence": 1, "body": body}


@given(first=logs, second=logs)
def test_the_keys_of_log_records_sort_as_the_records_do(first: LogRecord, second: LogRecord) -> None:
    assert (log_sort_key(first) < log_sort_key(second)) == (
        (first.at, first.sequence) < (second.at, second.sequence)
    )


@given(text=st.text())
def test_text_that_is_unicode_is_kept_and_any_other_can_be_stored(text: str) -> None:
    attributes = well_formed({"text": text})
    assert items.load(items.dump(attributes)) == attributes
    if not any("\ud800" <= character <= "\udfff" for character in text):
        assert attributes == {"text": text}


def test_an_attribute_without_value_is_absent() -> None:
    assert set(encode_control(Control())) == {"version", "fence", "progress", "quarantined", "idle_runs"}


@pytest.mark.parametrize("version", [0, 2, "1"])
def test_a_version_that_is_not_known_is_refused_with_the_way_out(version: int | str) -> None:
    attributes = {**encode_control(Control()), "version": version}
    with pytest.raises(StateVersionError, match=f"sync-products@main has version {version}.*deploy"):
        decode_control(attributes, KEY)


def test_a_count_that_a_later_release_adds_is_passed_over() -> None:
    attributes = {**encode_control(Control()), "progress": "[3,0,0,0,0,0,0,0,1]"}
    assert decode_control(attributes, KEY).progress == Counts(read=3)


def test_what_is_no_attribute_is_no_body() -> None:
    with pytest.raises(TypeError):
        items.dump({"x": object()})  # type: ignore[dict-item]
