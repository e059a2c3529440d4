"""Which names a job, a schedule and a storefront may have: they become keys, folders and resources."""

from __future__ import annotations

import keyword
import re
import sys

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
            f"write {_kebab(name)}"
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


def _kebab(name: str) -> str:
    spaced = re.sub(r"([a-z0-9])([A-Z])", r"\1-\2", name)
    kebab = "-".join(re.findall(r"[a-z0-9]+", spaced.lower())).lstrip("0123456789-")[:MAX_JOB].rstrip("-")
    return kebab or "a name such as sync-products"
