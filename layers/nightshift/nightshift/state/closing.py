"""What a run's own end will be charged, so that the record that is written says what the whole run used."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace

from nightshift.state.capacity import OPEN, write_units
from nightshift.state.codec import CONTROL, Attributes, encode_control, encode_run, partition, run_sort_key
from nightshift.state.models import Control, RunRecord, Usage


def with_usage(
    record: RunRecord, used: Usage | None, written: RunRecord | None, control: Control
) -> RunRecord:
    """The last record of a run with all that the run uses: so far, for this record, and for its release.

    `written` is the record as it stands in the state, None where it does not yet. None of `used` says that
    nothing is charged. What is repeated from here on is not foreseen.
    """
    if used is None:
        return record
    requests = Counter(used.requests) + Counter(PutItem=1, UpdateItem=1)
    released = replace(control, cursor=record.cursor_after, progress=record.counts)
    release = write_units({}, {"pk": partition(record.key), "sk": CONTROL, **encode_control(released)})
    before = _item(written) if written else {}
    # The record tells of its own write as well: what that costs depends on the size that it then has.
    units = used.write_units + release + 1
    for _ in range(2):
        found = replace(record, state=Usage(dict(sorted(requests.items())), used.read_units, units))
        units = used.write_units + release + write_units(before, _item(found), OPEN)
    return replace(record, state=Usage(dict(sorted(requests.items())), used.read_units, units))


def _item(record: RunRecord) -> Attributes:
    return {"pk": partition(record.key), "sk": run_sort_key(record.id), **encode_run(record)}
