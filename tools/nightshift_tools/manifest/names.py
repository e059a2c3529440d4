"""Which names a job, a schedule and a storefront may have: they become keys, folders and resources."""

from __future__ import annotations

import keyword
import re
import sys
from collections.abc import Container
from itertools import count

MAX_JOB, MAX_SCHEDULE, MAX_STOREFRONT = 48, 64, 64

_IN_THE_LAYER = {
    "nightshift",
    "boto3",
    "botocore",
    "urllib3",
    "orjson",
    "jmespath",
    "six",
    "dateutil",
    "s3transfer",
}


def check_job(name: str) -> None:
    """ValueError with the reason and what to write instead."""
    if not re.fullmatch(r"[a-z][a-z0-9]*(-[a-z0-9]+)*", name) or len(name) > MAX_JOB:
        raise ValueError(
            f"a job's name is in kebab-case, up to {MAX_JOB} of a-z, 0-9 and single '-', a letter first; "
            f"write {kebab_case(name) or 'a name such as sync-products'}"
        )
    package = name.replace("-", "_")
    if keyword.iskeyword(package) or package in sys.stdlib_module_names or package in _IN_THE_LAYER:
        raise ValueError(
            f"its folder functions/{package} would hide another package; write, say, {name}-records"
        )


def check_schedule(name: str) -> None:
    """ValueError with the reason and what to write instead."""
    if not name or len(name) > MAX_SCHEDULE or not name.isprintable() or name != name.strip():
        raise ValueError(
            f"a schedule's name has 1 to {MAX_SCHEDULE} printable characters and no blanks around"
        )
    found = re.search(r'[<>"\\]', name)
    if found:
        raise ValueError(f"a schedule's name is in event templates; take {found[0]!r} away")


def check_storefront(name: str) -> None:
    """ValueError with the reason and what to write instead."""
    if not re.fullmatch(r"[A-Za-z0-9][A-Za-z0-9_-]*", name) or len(name) > MAX_STOREFRONT:
        raise ValueError(
            f"a storefront's name is part of keys: up to {MAX_STOREFRONT} of A-Z, a-z, 0-9, '_' and '-', "
            "a letter or digit first"
        )


def job_name(words: str, taken: Container[str] = ()) -> str:
    """A name that `check_job` accepts, made of any words, and unlike all that are taken."""
    kebab = kebab_case(words) or "job"
    try:
        check_job(kebab)
    except ValueError:
        kebab = f"{kebab[: MAX_JOB - 8].rstrip('-')}-records"
    return free_name(kebab, taken, MAX_JOB)


def free_name(name: str, taken: Container[str], longest: int = MAX_SCHEDULE) -> str:
    """The name itself, or with the first number behind it that makes it unlike all that are taken."""
    if name not in taken:
        return name
    numbered = (f"{name[: longest - 4].rstrip('-')}-{number}" for number in count(2))
    return next(found for found in numbered if found not in taken)


def kebab_case(words: str) -> str:
    """`DailyReport v2` -> `daily-report-v2`; empty where nothing is left."""
    spaced = re.sub(r"([a-z0-9])([A-Z])|([A-Z])(?=[A-Z][a-z])", r"\1\3-\2", words)
    return "-".join(re.findall(r"[a-z0-9]+", spaced.lower())).lstrip("0123456789-")[:MAX_JOB].rstrip("-")
