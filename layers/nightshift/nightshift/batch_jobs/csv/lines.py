"""Lines of a file that may be anything: bounded, counted, decoded, whatever pieces they come in."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from nightshift.batch_jobs.errors import FileError

MAX_LINE = 1024 * 1024
"""Bytes of one line. A product has less than half of that, so a longer one is no line of a table."""

_STEP = 256 * 1024
_BOM = b"\xef\xbb\xbf"
_SNIFFED = 4096
_NO_CSV = (
    (b"PK\x03\x04", "a ZIP archive, as Excel workbooks are too: unpack it, or save the sheet as CSV"),
    (b"\x1f\x8b", "compressed with gzip: unpack it"),
    (b"%PDF", "a PDF: export the table as CSV"),
    (b"\xd0\xcf\x11\xe0", "an old Excel workbook: save the sheet as CSV"),
    (b"\xff\xfe", "UTF-16: save it as UTF-8"),
    (b"\xfe\xff", "UTF-16: save it as UTF-8"),
)


class Lines:
    """The lines of a file as texts with their ends. `offset` and `number` are those behind the last one.

    `is_broken` is set by a line that is not UTF-8; its wrong bytes are then lone surrogates. FileError for
    what is no text, and for a line that does not end.
    """

    def __init__(self, chunks: Iterable[bytes], name: str, *, offset: int = 0, number: int = 0) -> None:
        self.offset = offset
        self.number = number
        self.is_broken = False
        self._chunks = chunks
        self._name = name

    def __iter__(self) -> Iterator[str]:
        for line in self._split():
            self.offset += len(line)
            self.number += 1
            try:
                text = line.decode()
            except UnicodeDecodeError:
                self.is_broken = True
                text = line.decode("utf-8", "surrogateescape")
            yield text

    def _split(self) -> Iterator[bytes]:
        rest = b""
        is_first = self.offset == 0
        for piece in self._pieces():
            block = rest + piece
            if is_first:
                if len(block) < _SNIFFED and b"\n" not in block:
                    rest = block
                    continue
                block, is_first = self._begin(block), False
            *whole, rest = block.split(b"\n")
            for line in whole:
                if len(line) > MAX_LINE:
                    self._refuse_long()
                yield line + b"\n"
            if len(rest) > MAX_LINE:
                self._refuse_long()
        if is_first:
            rest = self._begin(rest)
        if rest:
            yield rest

    def _pieces(self) -> Iterator[bytes]:
        for chunk in self._chunks:
            for start in range(0, len(chunk), _STEP):
                yield chunk[start : start + _STEP]

    def _begin(self, block: bytes) -> bytes:
        """The first block without its byte-order mark; FileError where it is no text."""
        for magic, what in _NO_CSV:
            if block.startswith(magic):
                raise FileError(f"{self._name} is no CSV file but {what}")
        if b"\0" in block[:_SNIFFED]:
            raise FileError(
                f"{self._name} is no CSV file: it has zero bytes, as no text has; save it as UTF-8"
            )
        if block.startswith(_BOM):
            self.offset += len(_BOM)
            return block[len(_BOM) :]
        return block

    def _refuse_long(self) -> None:
        raise FileError(
            f"{self._name}: line {self.number + 1} has more than {MAX_LINE:,} bytes and no end: this is no "
            "table of products or prices, or its line ends are missing"
        )
