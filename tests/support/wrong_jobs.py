"""Jobs that each break one promise, for the contract to find."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from nightshift import Outcome, Run, RunError, TryLaterError
from nightshift.execution import Ended
from nightshift.handler import Handler
from nightshift.services import Services
from nightshift_tools.embedded import SqliteState
from support.job_worlds import CleanUp, Letter, Letters, Mails


class NothingToDo(Letters):
    def prepare(self) -> None:
        super().prepare()
        self.letters.clear()


class WritesEachTime(Letters):
    def due(self, after: int) -> list[Letter]:
        return super().due(0)


class CommitsBeforeItWrites(Letters):
    def run(self, run: Run[Any]) -> None:
        due = self.due(int(run.cursor.get("after") or 0))
        for batch in run.batches(due, lambda letter: letter.key, cursor=self.cursor(run)):
            run.commit(batch, self.write(batch.records, dry_run=True))
            self.write(batch.records, dry_run=run.dry_run)


class RemembersInMemory(Letters):
    """A list of what is to be done, kept from one run to the next in a global, as a warm Lambda has it."""

    def due(self, after: int) -> list[Letter]:
        found = super().due(after)
        self.number_seen = max([getattr(self, "number_seen", 0), *(letter.number for letter in found)])
        return [letter for letter in found if letter.number > getattr(self, "number_done", 0)]

    def write(self, letters: Sequence[Letter], *, dry_run: bool) -> Outcome:
        self.number_done = self.number_seen
        return super().write(letters, dry_run=dry_run)


class GoesOnWhenKilled(Letters):
    def write(self, letters: Sequence[Letter], *, dry_run: bool) -> Outcome:
        try:
            return super().write(letters, dry_run=dry_run)
        except BaseException:
            self.reach("POST /sorry", lambda: None)
            raise


class SendsWithoutLooking(Mails):
    """Its intent says that a mail was begun, and it is sent again all the same."""

    def send(self, run: Run[Any], name: str) -> bool:
        intent = run.intents.find("mail", name)
        if intent is not None and intent.state == "sent":
            return False
        if run.dry_run:
            return True
        intent = intent or run.intents.begin("mail", name, "sending", {})
        assert intent is not None
        self.post(name)
        run.intents.move(intent, "sent")
        return True


class SendsAgainWithoutAnAnswer(Mails):
    def post(self, name: str) -> None:
        try:
            super().post(name)
        except TryLaterError:
            super().post(name)


class WritesInDryRuns(Letters):
    def write(self, letters: Sequence[Letter], *, dry_run: bool) -> Outcome:
        return super().write(letters, dry_run=False)


class WritesStateInDryRuns(Letters):
    def due(self, after: int) -> list[Letter]:
        self.state.control.override(self.key, "last_look", "now")
        return super().due(after)


class SaysNothingInDryRuns(Letters):
    def run(self, run: Run[Any]) -> None:
        if not run.dry_run:
            super().run(run)


class KnowsNoDeadline(Letters):
    """All is sent before the first batch is asked for."""

    def run(self, run: Run[Any]) -> None:
        due = self.due(int(run.cursor.get("after") or 0))
        outcomes = {letter.key: self.write([letter], dry_run=run.dry_run) for letter in due}
        for batch in run.batches(due, lambda letter: letter.key, cursor=self.cursor(run)):
            run.commit(batch, sum((outcomes[key] for key in batch.keys), Outcome()))


class NeverGetsThrough(Letters):
    """It keeps no cursor while it works: a run that is short of time leaves nothing for the next."""

    def run(self, run: Run[Any]) -> None:
        after = int(run.cursor.get("after") or 0)
        due = self.due(after)
        for batch in run.batches(due, lambda letter: letter.key, digest=self.digest):
            run.commit(batch, self.write(batch.records, dry_run=run.dry_run))
        if run.has_time():
            run.advance({"after": max([after, *(letter.number for letter in due)])})


class GoesBack(Letters):
    """Its list is not in the order of its cursor."""

    def due(self, after: int) -> list[Letter]:
        return super().due(after)[::-1]

    def cursor(self, run: Run[Any]) -> Any:
        return lambda letter: {"after": letter.number}


class StopsAtPoison(Letters):
    def write(self, letters: Sequence[Letter], *, dry_run: bool) -> Outcome:
        if any(letter.value == "bad" for letter in letters):
            raise RunError("the target refused the batch")
        return super().write(letters, dry_run=dry_run)


class SwallowsPoison(Letters):
    def write(self, letters: Sequence[Letter], *, dry_run: bool) -> Outcome:
        done = super().write(letters, dry_run=dry_run)
        return Outcome(done.created, done.updated, [*done.failed])


class GivesNoReason(Letters):
    def write(self, letters: Sequence[Letter], *, dry_run: bool) -> Outcome:
        done = super().write(letters, dry_run=dry_run)
        return Outcome(done.created, done.updated, failed=dict.fromkeys(done.failed, ""))


class NeverSeesTheCure(Letters):
    def digest(self, letter: Letter) -> str:
        return ""


class RunsBesideItself(CleanUp):
    """A handler that makes each event a job of its own, so that none finds the other's lease."""

    def prepare(self) -> None:
        super().prepare()
        self.handler = _Anywhere(self.handler.spec)


class _Anywhere(Handler[Any]):
    def handle(self, event: object, services: Services, seconds_left: float | None) -> Ended:
        assert isinstance(event, dict)
        by_hand = {key: value for key, value in event.items() if key not in ("schedule", "scheduled_time")}
        return super().handle(by_hand, _with_its_own_state(services), seconds_left)


def _with_its_own_state(services: Services) -> Services:
    return replace(services, state=SqliteState.in_memory())
