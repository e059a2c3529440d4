"""Work beside the main thread: one after the other, every outcome told, and no thread left behind."""

from __future__ import annotations

import threading
import time

import pytest

from nightshift.background import Background

NAME = "background-of-this-test"


def running(name: str) -> list[threading.Thread]:
    return [thread for thread in threading.enumerate() if thread.name == name]


def test_work_is_done_in_order_by_one_other_thread() -> None:
    background = Background(NAME)
    seen: list[tuple[int, int]] = []
    pending = [background.begin(lambda n=n: seen.append((n, threading.get_ident()))) for n in range(20)]
    for one in pending:
        one.result()
    assert [number for number, _ in seen] == list(range(20))
    (ident,) = {ident for _, ident in seen}
    assert ident != threading.get_ident()


def test_what_it_returns_or_raises_is_told_as_often_as_it_is_asked() -> None:
    background = Background(NAME)
    good, bad = background.begin(lambda: 7), background.begin(lambda: {}["missing"])
    assert (good.result(), good.result()) == (7, 7)
    for _ in range(2):
        with pytest.raises(KeyError, match="missing"):
            bad.result()
    assert background.begin(lambda: "and goes on").result() == "and goes on"


def test_it_begins_at_once_and_says_when_it_has_ended() -> None:
    background = Background(NAME)
    begun, go_on = threading.Event(), threading.Event()

    def work() -> bool:
        begun.set()
        return go_on.wait(5)

    pending = background.begin(work)
    assert begun.wait(5)
    assert not pending.has_ended
    go_on.set()
    assert pending.result()
    assert pending.has_ended


def test_the_thread_ends_with_its_object() -> None:
    background = Background("ends")
    background.begin(lambda: None).result()
    assert running("ends")
    del background
    patience = time.monotonic() + 5
    while running("ends") and time.monotonic() < patience:
        time.sleep(0.001)
    assert not running("ends")


def test_there_is_no_thread_before_there_is_work() -> None:
    background = Background("none")
    assert not running("none")
    del background


def test_after_an_exit_nothing_more_is_done() -> None:
    background = Background(NAME)
    done: list[str] = []

    def leave() -> None:
        raise SystemExit(3)

    pending = [background.begin(leave), background.begin(lambda: done.append("more"))]
    for one in pending:
        with pytest.raises(SystemExit):
            one.result()
    assert not done
