"""Both places for files keep to what `nightshift.files.ports` promises: a folder, and S3 as moto has it."""

from __future__ import annotations

import tracemalloc
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import boto3
import pytest
from botocore.exceptions import ReadTimeoutError
from moto import mock_aws

from nightshift.errors import ConfigurationError, MissingFileError, TryLaterError
from nightshift.files import FileStore
from nightshift.files.s3 import PIECE, S3Files
from nightshift.runtime import bucket_files
from nightshift_tools.local.files import FolderFiles

BUCKET = "files-of-the-contract"


@pytest.fixture
def s3() -> Iterator[Any]:
    with mock_aws():
        client = boto3.client("s3", region_name="us-east-1")
        client.create_bucket(Bucket=BUCKET)
        yield client


@pytest.fixture(params=["folder", "s3"])
def store(request: pytest.FixtureRequest, tmp_path: Path) -> FileStore:
    if request.param == "folder":
        return FolderFiles(tmp_path / "files")
    request.getfixturevalue("s3")
    request.getfixturevalue("monkeypatch").setenv("AWS_DEFAULT_REGION", "us-east-1")
    files = bucket_files({"FILES_BUCKET": BUCKET})  # with the client that a function has
    assert files is not None
    return files


def content(store: FileStore, name: str) -> bytes:
    return b"".join(store.read(name))


def names(store: FileStore, prefix: str = "") -> list[str]:
    return [found.name for found in store.find(prefix)]


@pytest.mark.parametrize(
    "chunks",
    [
        [],
        [b""],
        [b"a"],
        [b"a", b"", b"bc"],
        [b"x" * PIECE],
        [b"x" * (PIECE - 1), b"yz"],
        [b"x" * (2 * PIECE + 5)],
        [b"line\n" * 1000] * 4000,
    ],
    ids=["none", "empty", "one", "three", "a piece", "across", "at once", "many"],
)
def test_what_is_written_is_read_again(store: FileStore, chunks: list[bytes]) -> None:
    written = store.write("reports/a.csv", iter(chunks), "text/csv")
    whole = b"".join(chunks)
    assert (written.name, written.bytes, written.link) == (
        "reports/a.csv",
        len(whole),
        store.link("reports/a.csv"),
    )
    assert content(store, "reports/a.csv") == whole
    assert list(store.find("reports/")) == [written]


def test_a_file_is_replaced_whole(store: FileStore) -> None:
    store.write("a", [b"long before"], "text/plain")
    store.write("a", [b"now"], "text/plain")
    assert content(store, "a") == b"now"


@pytest.mark.parametrize("good", [0, 1, 2 * PIECE], ids=["at once", "after a byte", "after some pieces"])
@pytest.mark.parametrize("error", [ValueError("row 7"), KeyboardInterrupt()], ids=["error", "interrupt"])
def test_a_write_that_fails_half_way_leaves_what_was(
    store: FileStore, good: int, error: BaseException, request: pytest.FixtureRequest, tmp_path: Path
) -> None:
    def chunks() -> Iterator[bytes]:
        yield b"x" * good
        raise error

    store.write("kept", [b"before"], "text/plain")
    for name in ("kept", "new"):
        with pytest.raises(type(error)):
            store.write(name, chunks(), "text/plain")
    assert content(store, "kept") == b"before"
    assert names(store) == ["kept"]
    if isinstance(store, FolderFiles):
        assert [path.name for path in (tmp_path / "files").iterdir()] == ["kept"]
    else:
        assert "Uploads" not in request.getfixturevalue("s3").list_multipart_uploads(Bucket=BUCKET)


def test_files_are_found_by_the_beginning_of_their_names_and_in_order(store: FileStore) -> None:
    for name in ("reports/b/1", "reports/a", "reports-old/a", "reports/a-b", "reports/B", "x"):
        store.write(name, [b"12"], "text/plain")
    assert names(store, "reports/") == ["reports/B", "reports/a", "reports/a-b", "reports/b/1"]
    assert names(store, "reports/a") == ["reports/a", "reports/a-b"]
    assert names(store, "nothing") == []
    assert [found.bytes for found in store.find("x")] == [2]


def test_more_files_than_one_answer_of_s3_holds_are_found(store: FileStore) -> None:
    for number in range(1001):
        store.write(f"many/{number:04}", [b""], "text/plain")
    assert len(names(store, "many/")) == 1001


def test_a_file_that_is_not_there(store: FileStore) -> None:
    store.write("folder/a", [b""], "text/plain")
    for name in ("other", "folder"):
        with pytest.raises(MissingFileError, match=f"there is no file {name} in "):
            content(store, name)


@pytest.mark.parametrize(
    "name", ["", "/a", "a/", "a//b", "../a", "a/../b", ".hidden", "a/.b", "a b", "a\n", "ä", "x" * 513]
)
def test_what_is_no_name_is_refused_and_nothing_written(store: FileStore, name: str) -> None:
    uses: list[Callable[[], object]] = [
        lambda: content(store, name),
        lambda: store.write(name, [b"x"], "text/plain"),
        lambda: store.link(name),
    ]
    for use in uses:
        with pytest.raises(ConfigurationError, match="is no name of a file"):
            use()
    assert names(store) == []


def test_a_large_file_takes_no_more_memory_than_its_pieces(store: FileStore) -> None:
    if isinstance(store, S3Files):
        pytest.skip("moto keeps the file itself in this process")
    chunk = b"x" * 100_000
    tracemalloc.start()
    try:
        store.write("large", (chunk for _ in range(1000)), "text/plain")
        assert sum(len(piece) for piece in store.read("large")) == 100_000_000
        assert tracemalloc.get_traced_memory()[1] < 8_000_000
    finally:
        tracemalloc.stop()


def test_the_media_type_is_told_to_s3(s3: Any) -> None:
    S3Files(BUCKET, lambda: s3).write("report.html", [b"<p>"], "text/html; charset=utf-8")
    assert s3.head_object(Bucket=BUCKET, Key="report.html")["ContentType"] == "text/html; charset=utf-8"


def test_a_large_file_goes_to_s3_in_pieces_however_small_its_chunks_are(s3: Any) -> None:
    S3Files(BUCKET, lambda: s3).write("large", [b"x" * 5000] * 4000, "text/plain")
    assert s3.head_object(Bucket=BUCKET, Key="large")["ETag"].endswith('-3"')


def test_a_file_that_is_replaced_while_it_is_read_is_not_mixed(s3: Any) -> None:
    store = S3Files(BUCKET, lambda: s3)
    store.write("large", [b"a" * (PIECE + 1)], "text/plain")
    pieces = store.read("large")
    next(pieces)
    store.write("large", [b"b" * (PIECE + 1)], "text/plain")
    with pytest.raises(TryLaterError, match=r"large in the bucket .* was replaced while it was read"):
        next(pieces)


def test_a_bucket_that_is_missing_is_told(s3: Any) -> None:
    store = S3Files("no-such-bucket", lambda: s3)
    uses: list[Callable[[], object]] = [
        lambda: content(store, "a"),
        lambda: store.write("a", [b"x"], "text/plain"),
        lambda: store.write("a", [b"x" * (PIECE + 1)], "text/plain"),
        lambda: names(store),
    ]
    for use in uses:
        with pytest.raises(
            ConfigurationError, match="'no-such-bucket': there is no such bucket; deploy the stack"
        ):
            use()


def test_a_bucket_that_does_not_answer_may_answer_later(s3: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    def silent(**_: object) -> None:
        raise ReadTimeoutError(endpoint_url="s3")

    monkeypatch.setattr(s3, "get_object", silent)
    monkeypatch.setattr(s3, "put_object", silent)
    store = S3Files(BUCKET, lambda: s3)
    with pytest.raises(TryLaterError, match="cannot be reached"):
        content(store, "a")
    with pytest.raises(TryLaterError, match="cannot be reached"):
        store.write("a", [b"x"], "text/plain")


def test_a_folder_that_cannot_be_written_is_told(tmp_path: Path) -> None:
    (tmp_path / "files").write_bytes(b"a file where the folder should be")
    with pytest.raises(ConfigurationError, match="the file a cannot be written in "):
        FolderFiles(tmp_path / "files").write("a", [b"x"], "text/plain")


def test_the_client_is_made_with_the_first_use() -> None:
    def connect() -> Any:
        raise AssertionError("nothing was read or written")

    assert S3Files(BUCKET, connect).link("a") == f"s3://{BUCKET}/a"


@pytest.mark.parametrize("start", [0, 1, PIECE, PIECE + 4, PIECE + 5, PIECE + 99])
def test_a_file_is_read_from_a_byte_on(store: FileStore, start: int) -> None:
    whole = b"x" * PIECE + b"tail!"
    store.write("a.bin", [whole], "text/plain")
    assert b"".join(store.read("a.bin", start)) == whole[start:]
