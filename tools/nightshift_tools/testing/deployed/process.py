"""One call of a function: its handler, its time, its request's id; the event on stdin, the answer on stdout.

Ends with 0 and the answer, or with 1 and the error in the form that Lambda gives it.
"""

from __future__ import annotations

import importlib
import json
import sys
import time


class Context:
    """The part of Lambda's context that handlers read."""

    def __init__(self, seconds: int, request: str) -> None:
        self._until = time.monotonic() + seconds
        self.aws_request_id = request

    def get_remaining_time_in_millis(self) -> int:
        return max(0, round((self._until - time.monotonic()) * 1000))


def main() -> int:
    handler, seconds, request = sys.argv[1:]
    module, _, name = handler.rpartition(".")
    try:
        answer = getattr(importlib.import_module(module), name)(
            json.load(sys.stdin), Context(int(seconds), request)
        )
    except Exception as error:
        print(json.dumps({"errorType": type(error).__name__, "errorMessage": str(error)}), end="")
        return 1
    print(json.dumps(answer), end="")
    return 0


if __name__ == "__main__":
    sys.exit(main())
