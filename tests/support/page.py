"""A page of docs that is followed word by word: its files written, its commands run, one after the other."""

from __future__ import annotations

import os
import re
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path

_FENCED = re.compile(r"^(`{3,})(\w+)\n(.*?)^\1$", re.MULTILINE | re.DOTALL)
_PLACE = re.compile(r"(?:# |<!-- )([\w./-]+\.\w+)(.*?)(?: -->)?\n")

_PATIENCE = 1200
"""Looks, a twentieth of a second apart."""


@dataclass(frozen=True)
class Block:
    """One block of code. `place` is the file that its first line names, and `where` what that says of it."""

    language: str
    text: str
    place: str = ""
    where: str = ""


def blocks(page: str) -> Iterator[Block]:
    for _, language, text in _FENCED.findall(page):
        named = _PLACE.match(text) if language not in ("sh", "text") else None
        if named is None:
            yield Block(language, text)
        else:
            yield Block(language, text[named.end() :], named[1], named[2].strip(", "))


@dataclass
class Reader:
    """Somebody who follows a page in a copy of the project.

    `instead` is what is read in place of the page's own words, such as ports that are free; at `ports` the
    second shell must answer before the page goes on.
    """

    folder: Path
    instead: dict[str, str]
    ports: tuple[str, ...]
    env: dict[str, str] = field(default_factory=dict)
    said: list[tuple[str, str]] = field(default_factory=list)

    def __post_init__(self) -> None:
        here = Path(sys.executable).parent
        kept = {name: value for name, value in os.environ.items() if name in ("HOME", "LANG", "TMPDIR")}
        self.env = {**kept, "PATH": f"{here}:{os.environ['PATH']}", "PYTHONDONTWRITEBYTECODE": "1"}

    def run(self, commands: str) -> str:
        """Run commands in a shell that goes on where the last one ended; they must succeed."""
        script = f"set -e\n{self._moved(commands)}\nenv -0 > {self.folder}/.env\n"
        done = subprocess.run(
            ("bash", "-c", script), cwd=self.folder, env=self.env, capture_output=True, text=True
        )
        output = done.stdout + done.stderr
        assert done.returncode == 0, f"{commands}\n{output}"
        state = (self.folder / ".env").read_text().split("\0")
        self.env = dict(pair.split("=", 1) for pair in state if "=" in pair)
        self.said.append((commands, output))
        return output

    @contextmanager
    def second_shell(self, commands: str) -> Iterator[None]:
        """Commands that serve until the page has been read; the next block finds them ready."""
        process = subprocess.Popen(
            ("bash", "-c", self._moved(commands)),
            cwd=self.folder,
            env=self.env,
            stdout=subprocess.DEVNULL,
            start_new_session=True,
        )
        try:
            for port in self.ports:
                _wait_for(int(port), process)
            yield
        finally:
            with suppress(ProcessLookupError):
                os.killpg(process.pid, signal.SIGTERM)
            process.wait(timeout=20)

    def _moved(self, commands: str) -> str:
        for words, others in self.instead.items():
            commands = commands.replace(words, others)
        return commands


def free_port() -> str:
    with socket.create_server(("127.0.0.1", 0)) as server:
        return str(server.getsockname()[1])


def _wait_for(port: int, process: subprocess.Popen[bytes]) -> None:
    for _ in range(_PATIENCE):
        with suppress(OSError), socket.create_connection(("127.0.0.1", port), timeout=1):
            return
        assert process.poll() is None, "the second shell has ended"
        time.sleep(0.05)
    raise AssertionError(f"nothing answers at port {port}")
