"""Files in one S3 bucket. The one place that calls S3 and tells its errors by class."""

from __future__ import annotations

import io
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from functools import cached_property
from typing import TYPE_CHECKING

from botocore.exceptions import BotoCoreError, ClientError, NoCredentialsError, PartialCredentialsError

from nightshift.errors import ConfigurationError, MissingFileError, TryLaterError, UpstreamError
from nightshift.files.model import StoredFile, UploadForm, check_name

if TYPE_CHECKING:
    from _typeshed import WriteableBuffer
    from mypy_boto3_s3.client import S3Client
    from mypy_boto3_s3.type_defs import GetObjectRequestTypeDef

PIECE = 8 * 1024 * 1024
"""Bytes that are read and sent at a time; a smaller file goes in one request."""

_REFUSED_FOR_GOOD = {
    "NoSuchBucket": "there is no such bucket; deploy the stack, or set FILES_BUCKET to the stack's output",
    "AccessDenied": "the credentials do not allow it, or there is no such file and they may not list",
    "403": "the credentials do not allow it",
    "InvalidAccessKeyId": "the credentials are not valid",
    "SignatureDoesNotMatch": "the credentials are not valid",
    "ExpiredToken": "the credentials have expired",
    "PermanentRedirect": "the bucket is in another region",
}


class S3Files:
    """The files of a bucket. The client is made with the first use: most runs have no file."""

    def __init__(self, bucket: str, connect: Callable[[], S3Client]) -> None:
        self._bucket = bucket
        self._connect = connect

    @cached_property
    def _client(self) -> S3Client:
        return self._connect()

    def read(self, name: str, start: int = 0) -> Iterator[bytes]:
        """In one request per piece: a reader may take its time, and S3 closes a connection that waits."""
        check_name(name)
        size, seen = start + 1, ""
        while start < size:
            request: GetObjectRequestTypeDef = {
                "Bucket": self._bucket,
                "Key": name,
                "Range": f"bytes={start}-{start + PIECE - 1}",
            }
            if seen:
                request["IfMatch"] = seen
            with self._telling("GetObject", name):
                try:
                    answer = self._client.get_object(**request)
                except ClientError as error:
                    if error.response["Error"]["Code"] == "InvalidRange":
                        return  # there is no byte there
                    raise
                piece = answer["Body"].read()
            size, seen = int(answer["ContentRange"].rpartition("/")[2]), answer["ETag"]
            start += len(piece)
            yield piece

    def write(self, name: str, chunks: Iterable[bytes], media_type: str) -> StoredFile:
        from boto3.s3.transfer import TransferConfig  # threads and queues that only a writer pays for

        # One thread: what `chunks` raises comes out as it is, and one piece at a time is in memory.
        config = TransferConfig(multipart_threshold=PIECE, multipart_chunksize=PIECE, use_threads=False)
        stream = _Stream(chunks)
        with self._telling("PutObject", check_name(name)):
            self._client.upload_fileobj(
                io.BufferedReader(stream, PIECE),
                self._bucket,
                name,
                ExtraArgs={"ContentType": media_type},
                Config=config,
            )
        return StoredFile(name, stream.size, self.link(name))

    def find(self, prefix: str) -> Iterator[StoredFile]:
        with self._telling("ListObjectsV2", prefix):
            pages = self._client.get_paginator("list_objects_v2").paginate(Bucket=self._bucket, Prefix=prefix)
            for page in pages:
                for found in page.get("Contents", ()):
                    yield StoredFile(found["Key"], found["Size"], self.link(found["Key"]))

    def link(self, name: str) -> str:
        return f"s3://{self._bucket}/{check_name(name)}"

    def upload_form(self, name: str, media_type: str, most_bytes: int, seconds: int) -> UploadForm:
        with self._telling("PostObject", check_name(name)):
            made = self._client.generate_presigned_post(
                self._bucket,
                name,
                Fields={"Content-Type": media_type},
                Conditions=[{"Content-Type": media_type}, ["content-length-range", 1, most_bytes]],
                ExpiresIn=seconds,
            )
        return UploadForm(made["url"], made["fields"])

    def download_link(self, name: str, seconds: int) -> str:
        with self._telling("GetObject", check_name(name)):
            request = {"Bucket": self._bucket, "Key": name}
            return self._client.generate_presigned_url("get_object", Params=request, ExpiresIn=seconds)

    @contextmanager
    def _telling(self, operation: str, name: str) -> Iterator[None]:
        try:
            yield
        except ClientError as error:
            raise self._told(operation, name, error) from error
        except (NoCredentialsError, PartialCredentialsError) as error:
            raise ConfigurationError(
                f"no AWS credentials to reach the bucket {self._bucket}: set AWS_PROFILE, or "
                "AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY; without FILES_BUCKET files are kept on this "
                "machine"
            ) from error
        except BotoCoreError as error:
            raise TryLaterError(
                f"the bucket {self._bucket} cannot be reached ({operation} of {name}): {error}"
            ) from error

    def _told(self, operation: str, name: str, error: ClientError) -> Exception:
        code = error.response["Error"]["Code"]
        if code in ("NoSuchKey", "404"):
            return MissingFileError(f"there is no file {name} in the bucket {self._bucket}")
        if code in _REFUSED_FOR_GOOD:
            cure = _REFUSED_FOR_GOOD[code]
            return ConfigurationError(
                f"S3 refused {operation} of {name} in the bucket {self._bucket!r}: {cure} ({code})"
            )
        if code == "PreconditionFailed":
            return TryLaterError(f"{name} in the bucket {self._bucket} was replaced while it was read")
        status = error.response.get("ResponseMetadata", {}).get("HTTPStatusCode", 500)
        kind = TryLaterError if status >= 500 or code in ("SlowDown", "RequestTimeout") else UpstreamError
        return kind(f"S3 {operation} of {name} in the bucket {self._bucket} failed with {code}")


class _Stream(io.RawIOBase):
    """Pieces of any size as the file that S3's uploader reads; `size` says how many bytes went through."""

    def __init__(self, chunks: Iterable[bytes]) -> None:
        self._chunks = iter(chunks)
        self._rest = memoryview(b"")
        self.size = 0

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: WriteableBuffer) -> int:
        space = memoryview(buffer).cast("B")
        while not self._rest:
            chunk = next(self._chunks, None)
            if chunk is None:
                return 0
            self._rest = memoryview(chunk)
        taken = min(len(space), len(self._rest))
        space[:taken] = self._rest[:taken]
        self._rest = self._rest[taken:]
        self.size += taken
        return taken
