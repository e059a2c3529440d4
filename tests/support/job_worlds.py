"""Right jobs of every shape, each with its world: a list with a cursor, mails, a clean-up, a scan."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from nightshift import Outcome, Run, job
from nightshift.handler import Handler
from nightshift.manifest import JobEntry
from nightshift.state.models import Cursor
from nightshift_tools.testing import JobWorld
from support.shop import ItemPage, Shop


@dataclass(frozen=True)
class Letter:
    """A record of a source that knows the order of its changes."""

    key: str
    value: str
    number: int


class Letters(JobWorld):
    """A job over a list with a cursor: copies letters in the order in which they were written."""

    entry = JobEntry("copy-letters", handler="", batch_size=2, max_failed_ratio=1.0)

    def prepare(self) -> None:
        self.letters: dict[str, Letter] = {}
        self.target: dict[str, str] = {}
        self.refused: set[str] = set()
        self.written: Counter[str] = Counter()
        self.number = 0
        self.handler = job(self.entry.name)(self.run)
        for key in "abcdef":
            self.put(key, "first")

    def run(self, run: Run[Any]) -> None:
        due = self.due(int(run.cursor.get("after") or 0))
        for batch in run.batches(due, lambda letter: letter.key, digest=self.digest, cursor=self.cursor(run)):
            run.commit(batch, self.write(batch.records, dry_run=run.dry_run))

    def put(self, key: str, value: str) -> None:
        self.number += 1
        self.letters[key] = Letter(key, value, self.number)

    def due(self, after: int) -> list[Letter]:
        """What was written since, and what was refused before, as a service would list it."""
        return self.reach(
            "GET /letters",
            lambda: sorted(
                (each for each in self.letters.values() if each.number > after or each.key in self.refused),
                key=lambda letter: letter.number,
            ),
        )

    def cursor(self, run: Run[Any]) -> Callable[[Letter], Cursor]:
        return lambda letter: {"after": max(letter.number, int(run.cursor.get("after") or 0))}

    def digest(self, letter: Letter) -> str:
        return letter.value

    def write(self, letters: Sequence[Letter], *, dry_run: bool) -> Outcome:
        good = [letter for letter in letters if letter.value != "bad"]
        failed = {letter.key: "bad is no value" for letter in letters if letter.value == "bad"}
        if not dry_run:
            self.reach("POST /letters", lambda: self.take(letters))
        created = [letter.key for letter in good if self.written[letter.key] <= (not dry_run)]
        updated = [letter.key for letter in good if letter.key not in created]
        return Outcome(created, updated, failed=failed)

    def take(self, letters: Sequence[Letter]) -> None:
        """What the target does with them."""
        for letter in letters:
            if letter.value == "bad":
                self.refused.add(letter.key)
                continue
            self.refused.discard(letter.key)
            self.target[letter.key] = letter.value
            self.written[letter.key] += 1

    def differences(self) -> Mapping[str, str]:
        return {
            key: f"{self.target.get(key)!r} in the target, {letter.value!r} in the source"
            for key, letter in self.letters.items()
            if self.target.get(key) != letter.value
        }

    def effects(self) -> Mapping[str, int]:
        return self.written

    def change(self) -> None:
        self.put("b", f"changed {self.number}")
        self.put(f"new {self.number}", "first")

    def poison(self) -> Collection[str]:
        self.put("c", "bad")
        return ["c"]

    def cure(self) -> None:
        self.put("c", "good")

    def place(self, cursor: Cursor) -> tuple[object, ...] | None:
        return (int(cursor["after"] or 0),)


class Mails(JobWorld):
    """A job that sends each customer one mail: what was begun is looked up before it is sent again."""

    entry = JobEntry("send-mails", handler="", batch_size=2, max_failed_ratio=1.0)
    sends_once = True

    def prepare(self) -> None:
        self.customers = dict.fromkeys("abcde", "fine")
        self.sent: Counter[str] = Counter()
        self.handler = job(self.entry.name)(self.run)

    def run(self, run: Run[Any]) -> None:
        due = self.reach("GET /customers", lambda: list(self.customers))
        for batch in run.batches(due, str, digest=lambda name: self.customers[name]):
            run.commit(batch, self.send_all(run, batch.records))

    def send_all(self, run: Run[Any], names: Sequence[str]) -> Outcome:
        outcome = Outcome()
        for name in names:
            if self.customers[name] == "bad":
                outcome += Outcome(failed={name: "no such address"})
            else:
                outcome += Outcome(created=[name]) if self.send(run, name) else Outcome(unchanged=[name])
        return outcome

    def send(self, run: Run[Any], name: str) -> bool:
        """Send a mail, unless it was; whether it was sent now."""
        intent = run.intents.find("mail", name)
        if intent is not None and intent.state == "sent":
            return False
        if run.dry_run:
            return True
        if intent is None:
            intent = run.intents.begin("mail", name, "sending", {})
        elif self.reach(f"GET /mails/{name}", lambda: self.sent[name]):
            run.intents.move(intent, "sent")
            return False
        if intent is None:
            return False
        self.post(name)
        run.intents.move(intent, "sent")
        return True

    def post(self, name: str) -> None:
        self.reach(f"POST /mails/{name}", lambda: self.sent.update([name]))

    def differences(self) -> Mapping[str, str]:
        return {name: "got no mail" for name in self.customers if not self.sent[name]}

    def effects(self) -> Mapping[str, int]:
        return +self.sent

    def change(self) -> None:
        self.customers[f"new {len(self.customers)}"] = "fine"

    def poison(self) -> Collection[str]:
        self.customers["c"] = "bad"
        return ["c"]

    def cure(self) -> None:
        self.customers["c"] = "fine again"


class CleanUp(JobWorld):
    """A job without a source: removes what has expired."""

    entry = JobEntry("clean-up", handler="", batch_size=2)

    def prepare(self) -> None:
        self.carts = {f"cart {number}": number % 2 == 0 for number in range(10)}
        self.removed: Counter[str] = Counter()
        self.handler = job(self.entry.name)(self.run)

    def run(self, run: Run[Any]) -> None:
        expired = self.reach("GET /carts", lambda: [key for key, is_old in self.carts.items() if is_old])
        for batch in run.batches(expired, str):
            if not run.dry_run:
                self.reach("DELETE /carts", lambda keys=batch.records: self.drop(keys))  # type: ignore[misc]
            run.commit(batch, Outcome(removed=batch.keys))

    def drop(self, keys: Sequence[str]) -> None:
        for key in keys:
            if self.carts.pop(key, False):
                self.removed[key] += 1

    def differences(self) -> Mapping[str, str]:
        return {key: "has expired, and is there" for key, is_old in self.carts.items() if is_old}

    def effects(self) -> Mapping[str, int]:
        return self.removed

    def change(self) -> None:
        self.carts[f"cart {len(self.carts)} {self.removed.total()}"] = True


class Scan(JobWorld):
    """A job that scans a source which cannot say what changed."""

    def prepare(self) -> None:
        self.shop = Shop(dict.fromkeys("abcdef", "first"), page_size=2, on_missing="delete")
        self.shop.unmappable.add("bad")
        self.shop.refuses.add("worse")
        self.entry = JobEntry("copy-items", handler="", batch_size=2, max_failed_ratio=1.0)
        self.removed: Counter[str] = Counter()
        self.changes = 0
        self.handler = self.job()

    def job(self) -> Handler[Any]:
        shop = self.shop

        @job("copy-items")
        def copy(run: Run[Any]) -> None:
            for batch in run.changed(self.pages, shop.to_item):
                run.commit(batch, self.write(run, batch.records, compare=batch.compare))
            for gone in run.missing(confirm=shop.gone, candidates=lambda: list(shop.target)):
                if not run.dry_run:
                    self.reach("DELETE /items", lambda keys=gone.keys: self.remove(keys))  # type: ignore[misc]
                run.commit(gone, Outcome(removed=gone.keys))

        return copy

    def pages(self, start: int) -> Iterator[ItemPage]:
        pages = self.shop.pages(start)
        while page := self.reach("GET /items", lambda: next(pages, None)):
            yield page

    def write(self, run: Run[Any], items: Sequence[Any], *, compare: bool) -> Outcome:
        if not run.dry_run:
            return self.reach("POST /items", lambda: self.shop.upsert(items, compare=compare))
        created = [item.key for item in items if item.key not in self.shop.target]
        return Outcome(created, [item.key for item in items if item.key not in created])

    def remove(self, keys: Sequence[str]) -> None:
        self.removed.update(key for key in keys if key in self.shop.target)
        self.shop.remove(keys)

    def differences(self) -> Mapping[str, str]:
        source, target = self.shop.source, self.shop.target
        return {
            key: f"{target.get(key)!r} in the target, {source.get(key)!r} in the source"
            for key in source.keys() | target.keys()
            if source.get(key) != target.get(key)
        }

    def effects(self) -> Mapping[str, int]:
        return Counter(self.shop.writes) + self.removed

    def change(self) -> None:
        self.changes += 1
        self.shop.source["b"] = f"changed {self.changes}"
        self.shop.source[f"new {self.changes}"] = "first"
        self.shop.source.pop(list(self.shop.source)[3])

    def poison(self) -> Collection[str]:
        self.shop.source |= {"a": "bad", "d": "worse"}
        return ["a", "d"]

    def cure(self) -> None:
        self.shop.source |= {"a": "good", "d": "good"}


RIGHT: Sequence[type[JobWorld]] = (Letters, Mails, CleanUp, Scan)
