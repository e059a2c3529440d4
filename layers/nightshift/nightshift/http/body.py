"""Reading a body whole: never more than the cap, never less than was announced."""

from __future__ import annotations

import zlib

from urllib3 import BaseHTTPResponse
from urllib3.exceptions import DecodeError, ProtocolError

MAX_BODY = 32 * 1024 * 1024
"""Bytes, decoded. A page of 100 products has 0.2 MB."""

_GZIP = 16 + zlib.MAX_WBITS


class TooLargeError(Exception):
    """The body is longer than `MAX_BODY`; it was not read to its end."""


def read_body(raw: BaseHTTPResponse) -> bytes:
    """The decoded body. ProtocolError where it ends early, DecodeError where it is no gzip, TooLargeError."""
    encoding = raw.headers.get("content-encoding", "identity").strip().lower()
    try:
        body = _read(raw)
        if encoding in ("identity", ""):
            return body
        if encoding in ("gzip", "x-gzip"):
            return _gunzip(body)
        raise DecodeError(f"content-encoding {encoding[:20]!r} was not asked for")
    except TooLargeError:
        raw.close()
        raise
    finally:
        raw.release_conn()


def _read(raw: BaseHTTPResponse) -> bytes:
    announced = raw.length_remaining
    if announced is not None:
        if announced > MAX_BODY:
            raise TooLargeError
        return raw.read(decode_content=False)
    parts, size = [], 0
    while part := raw.read(65536, decode_content=False):
        parts.append(part)
        size += len(part)
        if size > MAX_BODY:
            raise TooLargeError
    return b"".join(parts)


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
