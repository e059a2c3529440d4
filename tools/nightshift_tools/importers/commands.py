"""What a command line of a crontab is about, in a word or two: the words of a job's name."""

from __future__ import annotations

import re
import shlex

_WRAPPERS = {
    "nice",
    "ionice",
    "chronic",
    "timeout",
    "flock",
    "env",
    "sudo",
    "exec",
    "nohup",
    "time",
    "cronlock",
}
_WITH_A_VALUE = {"flock"}
_NUMBER = re.compile(r"[0-9]+[smhd]?")
_INTERPRETERS = re.compile(
    r"(python|php|ruby|perl|node|bash|sh|zsh|java|deno|npx|bundle|poetry|uv|pipenv)[0-9.]*"
)
_RUNNERS = {"manage", "artisan", "console", "rake", "npm", "yarn", "pnpm", "make", "wp", "drush", "magento"}
_EXTENSION = re.compile(r"\.(sh|py|php|rb|pl|js|ts|jar|exe|mjs)$")
_NOT_PROGRAMS = {"run", "exec", "-m", "cd", "test", "[", "[["}


def name_of_command(command: str) -> str:
    """`cd /srv && /usr/bin/php artisan orders:sync >/dev/null 2>&1` -> `artisan orders:sync`."""
    parts = [part.strip() for part in re.split(r"&&|\|\||;|\||%", command)]
    told = [part for part in parts if part and _first(part) not in _NOT_PROGRAMS]
    words = _words(re.split(r"\s[0-9&]?>", told[0] if told else command)[0])
    has_value = False
    while words and (has_value or _is_around(words[0])):
        is_option = words[0].startswith("-") or _NUMBER.fullmatch(words[0]) is not None
        has_value = _base(words[0]) in _WITH_A_VALUE or (has_value and is_option)
        words = words[1:]
    while words and (_INTERPRETERS.fullmatch(_base(words[0])) or words[0] in _NOT_PROGRAMS):
        rest = [word for word in words[1:] if not word.startswith("-")]
        if not rest:
            break
        words = rest
    if not words:
        return command
    name = _base(words[0])
    more = [word for word in words[1:] if not word.startswith("-") and word != "run"]
    return f"{name} {more[0]}" if name in _RUNNERS and more else name


def _words(text: str) -> list[str]:
    try:
        return shlex.split(text)
    except ValueError:  # a quote that is not closed
        return text.split()


def _first(text: str) -> str:
    return (text.split() or [""])[0]


def _base(word: str) -> str:
    return _EXTENSION.sub("", word.rstrip("/").rpartition("/")[2]) or word


def _is_around(word: str) -> bool:
    """What stands before a command and is none: `FOO=1`, `nice`, `-n`, `10`."""
    is_option = word.startswith("-") or _NUMBER.fullmatch(word) is not None
    return _is_setting(word) or is_option or _base(word) in _WRAPPERS


def _is_setting(word: str) -> bool:
    return re.match(r"[A-Za-z_][A-Za-z0-9_]*=", word) is not None
