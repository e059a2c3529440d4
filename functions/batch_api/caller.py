"""Who calls: a role of the account, or the subject of a token; no session, and never what a body says."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping
from typing import Any

from nightshift.batch_jobs.desk import Caller

OPERATE = "batch-jobs:operate"
"""The scope of a token that sees and moves what is not its own."""

_SESSION = re.compile(r"arn:(?P<partition>[\w-]+):sts::(?P<account>\d+):assumed-role/(?P<role>[^/]+)/.*")
_ROLE = re.compile(r"arn:[\w-]+:iam::\d+:role/(?:.*/)?(?P<role>[^/]+)")


class NobodyError(Exception):
    """The request has no identity: API Gateway's authoriser was taken away."""


def caller_of(context: Mapping[str, Any], operators: Collection[str]) -> Caller:
    """The caller by the request context of an HTTP API (payload 2.0). `operators` are names of roles.

    NobodyError where there is none.
    """
    authorizer = context.get("authorizer") or {}
    iam, jwt = authorizer.get("iam"), authorizer.get("jwt")
    if isinstance(iam, Mapping) and isinstance(iam.get("userArn"), str):
        return _by_role(iam["userArn"], operators)
    if isinstance(jwt, Mapping) and isinstance(jwt.get("claims"), Mapping):
        return _by_token(jwt["claims"], jwt.get("scopes"))
    raise NobodyError


def _by_role(arn: str, operators: Collection[str]) -> Caller:
    """A session of a role is the role: whoever comes back tomorrow finds what is his."""
    session = _SESSION.fullmatch(arn)
    if session is None:
        role = _ROLE.fullmatch(arn)
        return Caller(arn, is_operator=role is not None and role["role"] in operators)
    owner = f"arn:{session['partition']}:iam::{session['account']}:role/{session['role']}"
    return Caller(owner, is_operator=session["role"] in operators)


def _by_token(claims: Mapping[str, Any], scopes: object) -> Caller:
    subject, issuer = claims.get("sub"), claims.get("iss")
    if not isinstance(subject, str) or not isinstance(issuer, str):
        raise NobodyError
    given = scopes if isinstance(scopes, list) else str(claims.get("scope", "")).split()
    return Caller(f"{issuer}|{subject}", is_operator=OPERATE in given)
