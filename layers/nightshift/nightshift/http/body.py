"""Reading a body whole: never more than the cap, never less than was announced."""

from __future__ import annotations

import zlib
from collections.abc import Mapping
from http.client import HTTPResponse

from urllib3.exceptions import DecodeError, ProtocolError

MAX_BODY = 32 * 1024 * 1024
"""Bytes, decoded. A page of 100 products has 0.2 MB."""

_GZIP = 16 + zlib.MAX_WBITS


class TooLargeError(Exception):
    """The body is longer than `MAX_BODY`; it was not read to its end."""


def read_whole(response: HTTPResponse, headers: Mapping[str, str]) -> bytes:
    """The body as it was sent. IncompleteRead where it ends early, ProtocolError where two lengths are
    announced, TooLargeError."""
    if len({length.strip() for length in headers.get("content-length", "").split(",")}) > 1:
        raise ProtocolError("the answer announces two lengths")
    announced = response.length
    if announced is not None:
        if announced > MAX_BODY:
            raise TooLargeError
        return response.read()
    parts, size = [], 0
    while part := response.read(65536):
        parts.append(part)
        size += len(part)
        if size > MAX_BODY:
            raise TooLargeError
    return b"".join(parts)


def unpack(body: bytes, headers: Mapping[str, str]) -> bytes:
    """The body decoded. ProtocolError where it ends early, DecodeError where it is no gzip, TooLargeError."""
    encoding = headers.get("content-encoding", "identity").strip().lower()
    if encoding in ("identity", ""):
        return body
    if encoding in ("gzip", "x-gzip"):
        return _gunzip(body)
    raise DecodeError(f"content-encoding {encoding[:20]!r} was not asked for")


def _gunzip(packed: bytes) -> bytes:
    parts: list[bytes] = []
    room = MAX_BODY + 1
    while packed:
        member = zlib.decompressobj(_GZIP)
        try:
            part = member.decompress(packed, room)
        except zlib.error as error:
            raise DecodeError("the body is not the gzip it says it is") from error
        room -= len(part)
        if room <= 0:
            raise TooLargeError
        if not member.eof:
            raise ProtocolError("the gzip body ends early")
        parts.append(part)
        packed = member.unused_data
    return b"".join(parts)
