"""report-products keeps the contract of every job: what it writes to is files."""

from __future__ import annotations

import json
import tempfile
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from pathlib import Path

from nightshift.files import FileStore, StoredFile
from nightshift.services import Services
from nightshift_tools.local.files import FolderFiles
from nightshift_tools.sandbox.server import Sandbox
from nightshift_tools.testing import JobContract, JobWorld, entry_of
from report_products.app import lambda_handler
from support.reporting import Shop
from support.sync import ROOT


class Shelves(JobWorld):
    """Six products; a report that is younger than the last change must have them all.

    Nothing is poisoned: a product that cannot be read is a Medusa that is broken.
    """

    handler = lambda_handler
    entry = entry_of("report-products", ROOT, batch_size=2)

    def prepare(self) -> None:
        self.sandbox = Sandbox(products=1, clock=lambda: self.clock.now().timestamp())
        self.sandbox.__enter__()
        self.environment = self.sandbox.environment()
        self.temporary = tempfile.TemporaryDirectory()
        self.files = FolderFiles(Path(self.temporary.name))
        self.written: Counter[str] = Counter()
        self.shop = Shop(self.sandbox, self.clock, Path(self.temporary.name))
        self.ids = [self.shop.add("1") for _ in range(6)]

    def close(self) -> None:
        self.sandbox.__exit__(None, None, None)
        self.temporary.cleanup()

    def adapt(self, services: Services) -> Services:
        return replace(services, files=_Reached(self))

    def change(self) -> None:
        self.ids.append(self.shop.add("2"))
        self.shop.remove(self.ids.pop(0))

    def differences(self) -> Mapping[str, str]:
        reports = [file.name for file in self.files.find("reports/") if file.name.endswith(".html")]
        if not reports:
            return {"report": "there is none"}
        data = reports[-1].replace(".html", ".json")
        return dict.fromkeys(self.told(data) ^ set(self.ids), f"differs in {data}")

    def told(self, name: str) -> set[str]:
        """The products that a report's JSON names."""
        path = Path(self.temporary.name) / name
        if path.suffix != ".json" or not path.exists():
            return set()
        return {product["id"] for product in json.loads(path.read_bytes())["products"]}

    def effects(self) -> Mapping[str, int]:
        """Every tick has a report of its own; one that is written anew must say the same of the shop."""
        return {"reports of one tick": max(self.written.values())} if self.written else {}

    def place(self, cursor: Mapping[str, object]) -> tuple[object, ...] | None:
        names = (str(cursor.get(name) or "") for name in ("last", "reading"))
        return (*names, int(str(cursor.get("end") or 0)))


class _Reached:
    """The files as one process reaches them: each write may be its last."""

    def __init__(self, world: Shelves) -> None:
        self._world = world
        self._files: FileStore = world.files

    def read(self, name: str, start: int = 0) -> Iterator[bytes]:
        return self._files.read(name)

    def write(self, name: str, chunks: Iterable[bytes], media_type: str) -> StoredFile:
        def put() -> StoredFile:
            before = self._world.told(name)
            written = self._files.write(name, chunks, media_type)
            self._world.written[name] += self._world.told(name) != before
            return written

        return self._world.reach(f"PutObject {name.rpartition('.')[2]}", put)

    def find(self, prefix: str) -> Iterator[StoredFile]:
        return self._files.find(prefix)

    def link(self, name: str) -> str:
        return self._files.link(name)


class TestReportProducts(JobContract):
    world = Shelves
