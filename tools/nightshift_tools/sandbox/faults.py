"""Faults on demand: what goes wrong, at which request, and how often."""

import struct
import zlib
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from enum import StrEnum
from functools import lru_cache

from nightshift_tools.sandbox import exact_json
from nightshift_tools.sandbox.message import Pace, Request, Response, html_response, json_response
from nightshift_tools.sandbox.ports import Surface

_GZIP_HEAD = b"\x1f\x8b\x08" + bytes(6) + b"\xff"

# Answers every request with a redirect to itself.
LOOP_PATH = "/_sandbox/loop"


class Kind(StrEnum):
    """What goes wrong. "Effect" is what the request does to the shop's data."""

    STATUS = "status"  # an error instead of the effect
    STATUS_AFTER = "status_after"  # an error after the effect: the outcome is unknown to the client
    DROP_BEFORE = "drop_before"  # the connection ends with no answer, and no effect
    DROP_AFTER = "drop_after"  # the same, after the effect
    LATE_COMMIT = "late_commit"  # an error at once, and the effect only after `seconds`
    SLOW = "slow"  # the effect at once, the answer after `seconds`
    DRIP = "drip"  # the answer at `bytes_per_second`
    CUT = "cut"  # half of the body, with the length of the whole
    HTML = "html"  # 200 with a page of HTML, no effect
    WRONG_JSON = "wrong_json"  # 200 with the JSON given as `body`, no effect
    EMPTY = "empty"  # the list that was asked for, as if nothing were in it
    GZIP_BOMB = "gzip_bomb"  # 200 with a small body that unpacks to `megabytes`, no effect
    REDIRECT_LOOP = "redirect_loop"  # a redirect that leads nowhere, no effect
    EXPIRE_TOKENS = "expire_tokens"  # every token given out so far is refused, this request's too


@dataclass(frozen=True, slots=True)
class Fault:
    """One fault. It counts the requests that match it from when it is set.

    It fires at the `nth` of them (1-based) and at those after it, `times` times in all; None means always.
    `path` is a path without the surface's prefix, a route such as `/products/{id}`, or, with a `*` at its
    end, the beginning of a path. No method or no path matches every one.
    """

    surface: str
    kind: Kind
    method: str | None = None
    path: str | None = None
    nth: int = 1
    times: int | None = 1
    status: int = 503
    body: object = None
    headers: tuple[tuple[str, str], ...] = ()
    seconds: float = 1.0
    bytes_per_second: int = 1000
    megabytes: int = 256

    def matches(self, surface: str, method: str, path: str, route: str) -> bool:
        """Whether a request counts for this fault."""
        if surface != self.surface or self.method not in (None, method):
            return False
        if self.path is None or self.path in (path, route):
            return True
        return self.path.endswith("*") and path.startswith(self.path[:-1])


@dataclass(slots=True)
class Armed:
    """A fault in force, and how far it has come."""

    fault: Fault
    seen: int = 0
    fired: int = 0

    @property
    def due(self) -> bool:
        """Whether it fires at the request last seen."""
        is_left = self.fault.times is None or self.fired < self.fault.times
        return is_left and self.seen >= self.fault.nth


@dataclass(slots=True)
class FaultBook:
    """The faults in force, in the order in which they were set."""

    armed: list[Armed] = field(default_factory=list)

    def take(self, surface: str, method: str, path: str, route: str) -> Fault | None:
        """The fault that this request meets, if any; of several the first."""
        matching = [armed for armed in self.armed if armed.fault.matches(surface, method, path, route)]
        for armed in matching:
            armed.seen += 1
        due = next((armed for armed in matching if armed.due), None)
        if due is None:
            return None
        due.fired += 1
        return due.fault


def prepare(fault: Fault) -> None:
    """Do now what would keep the first client that meets the fault waiting."""
    if fault.kind is Kind.GZIP_BOMB:
        _packed_spaces(fault.megabytes)


def answer_with(fault: Fault, surface: Surface, request: Request) -> Response:
    """The answer to a request that met a fault."""
    if fault.kind in _INSTEAD:
        return _INSTEAD[fault.kind](fault, surface)
    if fault.kind is Kind.EXPIRE_TOKENS:
        surface.expire_tokens()
    response = surface.answer(request)
    return _CHANGED[fault.kind](fault, surface, response)


def _status(fault: Fault, surface: Surface) -> Response:
    response = surface.failure(fault.status)
    if fault.body is not None:
        response = json_response(fault.status, fault.body)
    return response.with_headers(*fault.headers)


def _dropped(*_: object) -> Response:
    return Response(0, pace=Pace(dropped=True), close=True)


def _html(*_: object) -> Response:
    return html_response(200, "The shop is being improved. Please come back later.")


def _wrong_json(fault: Fault, _: Surface) -> Response:
    return Response(200, exact_json.dumps(fault.body)).with_headers(*fault.headers)


def _redirect(*_: object) -> Response:
    return Response(302, headers=(("Location", LOOP_PATH),))


def _bomb(fault: Fault, _: Surface) -> Response:
    return Response(200, _packed_spaces(fault.megabytes), (("Content-Encoding", "gzip"),))


@lru_cache(maxsize=2)
def _packed_spaces(megabytes: int) -> bytes:
    """Valid JSON, were it ever read to its end: an empty object behind megabytes of spaces.

    One megabyte is packed, and its block repeated; what takes time is the checksum alone.
    """
    spaces = b" " * (1 << 20)
    packer = zlib.compressobj(level=9, wbits=-zlib.MAX_WBITS)
    block = packer.compress(spaces) + packer.flush(zlib.Z_FULL_FLUSH)
    last = packer.compress(b"{}") + packer.flush()
    checksum = 0
    for _ in range(megabytes):
        checksum = zlib.crc32(spaces, checksum)
    checksum = zlib.crc32(b"{}", checksum)
    size = (megabytes << 20) + len(b"{}")
    return _GZIP_HEAD + block * megabytes + last + struct.pack("<II", checksum, size & 0xFFFFFFFF)


def _slow(fault: Fault, _: Surface, response: Response) -> Response:
    return replace(response, pace=Pace(wait=fault.seconds))


def _drip(fault: Fault, _: Surface, response: Response) -> Response:
    return replace(response, pace=Pace(bytes_per_second=fault.bytes_per_second))


def _cut(_: Fault, __: Surface, response: Response) -> Response:
    return replace(response, pace=Pace(cut=True), close=True)


def _empty(_: Fault, surface: Surface, response: Response) -> Response:
    return surface.empty_list(response) if response.status == 200 else response


_INSTEAD: dict[Kind, Callable[[Fault, Surface], Response]] = {
    Kind.STATUS: _status,
    Kind.LATE_COMMIT: _status,
    Kind.DROP_BEFORE: _dropped,
    Kind.HTML: _html,
    Kind.WRONG_JSON: _wrong_json,
    Kind.REDIRECT_LOOP: _redirect,
    Kind.GZIP_BOMB: _bomb,
}
_CHANGED: dict[Kind, Callable[[Fault, Surface, Response], Response]] = {
    Kind.STATUS_AFTER: lambda fault, surface, _: _status(fault, surface),
    Kind.DROP_AFTER: _dropped,
    Kind.SLOW: _slow,
    Kind.DRIP: _drip,
    Kind.CUT: _cut,
    Kind.EMPTY: _empty,
    Kind.EXPIRE_TOKENS: lambda _fault, _surface, response: response,
}
