"""Signature Version 4, against AWS's own example and against botocore's."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from types import SimpleNamespace
from typing import Any, cast

import botocore.auth
import pytest
from botocore.auth import SigV4Auth
from botocore.awsrequest import AWSRequest
from hypothesis import given
from hypothesis import strategies as st

from nightshift.signing import Keys, Signer

NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)
HEADERS = {"content-type": "application/x-amz-json-1.0", "x-amz-target": "DynamoDB_20120810.PutItem"}


def of_botocore(keys: Keys, host: str, region: str, body: bytes, now: datetime) -> dict[str, str]:
    given = SimpleNamespace(access_key=keys.access, secret_key=keys.secret, token=keys.token or None)
    request: Any = AWSRequest("POST", f"https://{host}/", headers=dict(HEADERS), data=body)
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(botocore.auth, "get_current_datetime", lambda: now)
        SigV4Auth(cast(Any, given), "dynamodb", region).add_auth(request)
    return {name.lower(): value for name, value in request.headers.items()}


def test_it_signs_the_example_of_aws_as_aws_does() -> None:
    # "post-vanilla" of the test suite that AWS published for the signature.
    keys = Keys("AKIDEXAMPLE", "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY")
    signer = Signer(keys, "example.amazonaws.com", "/", "service", "us-east-1")
    signed = signer.sign({}, b"", datetime(2015, 8, 30, 12, 36, tzinfo=UTC))
    assert signed["authorization"] == (
        "AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE/20150830/us-east-1/service/aws4_request, "
        "SignedHeaders=host;x-amz-date, "
        "Signature=5da7c1a2acd57cee7505fc6676e4e544621c30862966e37dddb68e92efbe5d6b"
    )


@given(
    keys=st.builds(
        Keys,
        st.text("ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789", min_size=16, max_size=20),
        st.text("abcXYZ019/+", min_size=1, max_size=40),
        st.text("abcXYZ019/+=", max_size=60),
    ),
    host=st.sampled_from(["dynamodb.eu-central-1.amazonaws.com", "127.0.0.1:8000", "[::1]:8000"]),
    region=st.sampled_from(["eu-central-1", "us-gov-west-1", "cn-north-1"]),
    body=st.binary(max_size=300),
    now=st.integers(-800_000_000, 2_000_000_000).map(lambda seconds: NOON + timedelta(seconds=seconds)),
)
def test_it_signs_as_botocore_does(keys: Keys, host: str, region: str, body: bytes, now: datetime) -> None:
    signed = Signer(keys, host, "/", "dynamodb", region).sign(HEADERS, body, now)
    assert signed.pop("host") == host
    assert signed == of_botocore(keys, host, region, body, now)


def test_a_key_is_that_of_its_day() -> None:
    keys = Keys("AKIDEXAMPLE", "secret", "token")
    signer = Signer(keys, "localhost", "/", "dynamodb", "eu-central-1")
    for now in (NOON, NOON + timedelta(days=1), NOON + timedelta(hours=11, minutes=59), NOON):
        signed = signer.sign(HEADERS, b"{}", now)
        expected = of_botocore(keys, "localhost", "eu-central-1", b"{}", now)
        assert signed["authorization"] == expected["authorization"]
