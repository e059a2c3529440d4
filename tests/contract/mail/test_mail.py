"""Both ways for mails keep to `nightshift.mail.ports`: the outbox on a laptop, and SES as moto has it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default
from pathlib import Path
from typing import Any

import boto3
import pytest
from botocore.exceptions import (
    BotoCoreError,
    ClientError,
    ConnectionClosedError,
    EndpointConnectionError,
    NoCredentialsError,
    ReadTimeoutError,
)
from moto import mock_aws
from moto.core import DEFAULT_ACCOUNT_ID
from moto.ses import ses_backends

from nightshift.errors import ConfigurationError, NightshiftError, TryLaterError, UpstreamError
from nightshift.mail import Mail, Refused, Sent, ThrottledError, Unknown, check_address, check_sender
from nightshift.mail.ses import SesTransport
from nightshift_tools.local.outbox import Outbox
from support.shop import FakeClock

SENDER, ADDRESS = "Ünser Laden <news@shop.example>", "news@shop.example"
MAIL = Mail(
    "ada@example.org",
    "Grüße, und 20 % auf 🌙",
    "Liebe Ada,\nbis bald.\n",
    "<p>Liebe Ada, bis bald.</p>",
    {"List-Unsubscribe": "<mailto:news@shop.example?subject=unsubscribe>"},
)


@pytest.fixture
def ses() -> Iterator[Any]:
    with mock_aws():
        client = boto3.client("sesv2", region_name="us-east-1")
        client.create_email_identity(EmailIdentity=ADDRESS)
        yield client


def transport(client: Any) -> SesTransport:
    return SesTransport(*check_sender(SENDER), lambda: client)


def size(path: Path) -> int:
    return path.stat().st_size


def read(path: Path) -> EmailMessage:
    found = message_from_bytes(path.read_bytes(), policy=default)
    assert isinstance(found, EmailMessage)
    return found


def test_a_mail_in_the_outbox_is_a_mail(tmp_path: Path) -> None:
    outbox = Outbox(tmp_path / "outbox", SENDER, FakeClock())
    sent = [outbox.send(MAIL), outbox.send(MAIL)]
    files = sorted((tmp_path / "outbox").iterdir())
    assert [path.suffix for path in files] == [".eml", ".eml"]
    found = read(files[0])
    assert [found["From"], found["To"], found["Subject"]] == [SENDER, MAIL.to, MAIL.subject]
    assert found["List-Unsubscribe"] == MAIL.headers["List-Unsubscribe"]
    link = "<mailto:news@shop.example?subject=unsubscribe%20cus_01000000000000000000000001-and-more>"
    outbox.send(replace(MAIL, headers={"List-Unsubscribe": link}))
    assert (
        f"List-Unsubscribe: {link}\r\n".encode()
        in max((tmp_path / "outbox").iterdir(), key=size).read_bytes()
    )
    text, html = found.get_body(("plain",)), found.get_body(("html",))
    assert text is not None
    assert html is not None
    assert text.get_content().splitlines() == MAIL.text.splitlines()
    assert html.get_content().strip() == MAIL.html
    assert len({each.id for each in sent if isinstance(each, Sent)}) == 2


def test_a_mail_through_ses_has_the_same_parts(ses: Any) -> None:
    assert isinstance(transport(ses).send(MAIL), Sent)
    (sent,) = ses_backends[DEFAULT_ACCOUNT_ID]["us-east-1"].sent_messages
    assert sent.destinations["ToAddresses"] == [MAIL.to]
    assert (sent.subject, sent.body) == (MAIL.subject, MAIL.html)
    assert sent.source == check_sender(SENDER)[0]


def test_what_is_asked_of_ses(ses: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    asked: dict[str, Any] = {}
    monkeypatch.setattr(ses, "send_email", lambda **request: asked.update(request) or {"MessageId": "m"})
    assert transport(ses).send(MAIL) == Sent("m")
    content = asked["Content"]["Simple"]
    assert content["Headers"] == [{"Name": "List-Unsubscribe", "Value": MAIL.headers["List-Unsubscribe"]}]
    assert content["Body"]["Text"]["Data"] == MAIL.text
    assert asked["FromEmailAddress"].isascii()


def refusal(code: str, status: int = 400, message: str = "no") -> ClientError:
    answer: Any = {
        "Error": {"Code": code, "Message": message},
        "ResponseMetadata": {"HTTPStatusCode": status},
    }
    return ClientError(answer, "SendEmail")


@pytest.mark.parametrize(
    ("error", "expected"),
    [
        (refusal("MessageRejected", message="not verified: ada@example.org"), Refused),
        (refusal("BadRequestException"), Refused),
        (refusal("InternalFailure", 500), Unknown),
        (refusal("ServiceUnavailable", 503), Unknown),
        (ReadTimeoutError(endpoint_url="ses"), Unknown),
        (ConnectionClosedError(endpoint_url="ses"), Unknown),
        (refusal("TooManyRequestsException", 429), ThrottledError),
        (refusal("LimitExceededException"), ThrottledError),
        (EndpointConnectionError(endpoint_url="ses"), TryLaterError),
        (refusal("MessageRejected", message=f"not verified: {ADDRESS}"), ConfigurationError),
        (refusal("AccessDeniedException", 403), ConfigurationError),
        (refusal("SendingPausedException"), ConfigurationError),
        (NoCredentialsError(), ConfigurationError),
        (refusal("SomethingNew", 418), UpstreamError),
    ],
    ids=lambda value: getattr(value, "__name__", None) or str(value)[:60],
)
def test_what_an_answer_of_ses_means(
    ses: Any,
    monkeypatch: pytest.MonkeyPatch,
    error: ClientError | BotoCoreError,
    expected: type[Refused | Unknown | NightshiftError],
) -> None:
    def fail(**_: object) -> None:
        raise error

    monkeypatch.setattr(ses, "send_email", fail)
    if issubclass(expected, NightshiftError):
        with pytest.raises(expected) as raised:
            transport(ses).send(MAIL)
        assert type(raised.value) is expected
    else:
        assert type(transport(ses).send(MAIL)) is expected


def test_a_sender_that_ses_does_not_know_is_told_with_what_to_do() -> None:
    with mock_aws():
        client = boto3.client("sesv2", region_name="us-east-1")
        with pytest.raises(
            ConfigurationError, match=f"sender {ADDRESS} .*: verify the address, or its domain"
        ):
            transport(client).send(MAIL)


@pytest.mark.parametrize(
    ("text", "address"),
    [
        ("ada@example.org", "ada@example.org"),
        (" ada.l+news@mail.example.org ", "ada.l+news@mail.example.org"),
        ("o'neil@example.org", "o'neil@example.org"),
        ("ada@bücher.example", "ada@xn--bcher-kva.example"),
        ("a" * 64 + "@example.org", "a" * 64 + "@example.org"),
    ],
)
def test_an_address(text: str, address: str) -> None:
    assert check_address(text) == address


@pytest.mark.parametrize(
    "text",
    [
        *(None, "", "  ", "ada", "@example.org", "ada@", "ada@example", "ada@.org", "ada@example..org"),
        *("a da@example.org", ".ada@example.org", "ada.@example.org", "ädä@example.org", "ada@exa mple.org"),
        *("ada@example.org\nBcc: all@example.org", "ada@-a.org", "ada@1.2.3.4", "a" * 65 + "@example.org"),
        *(
            "ada@" + "a" * 64 + ".org",
            "ada@" + "abcdefg." * 40 + "org",
            "a@b@example.org",
            "ada@example.org,b@c.de",
        ),
    ],
)
def test_what_is_no_address_is_refused_without_quoting_it(text: str | None) -> None:
    with pytest.raises(ValueError, match=r"^it has no e-mail address|^its e-mail address") as raised:
        check_address(text)
    assert not text or len(text) < 8 or text not in str(raised.value)


def test_a_header_cannot_smuggle_in_another() -> None:
    with pytest.raises(ValueError, match="List-Unsubscribe"):
        Mail("a@b.de", "s", "t", "h", {"List-Unsubscribe": "<x>\r\nBcc: all@example.org"})


def test_an_outbox_that_cannot_be_is_told(tmp_path: Path) -> None:
    with pytest.raises(ConfigurationError, match="MAIL_FROM: its e-mail address has no @"):
        Outbox(tmp_path, "nobody", FakeClock())
    (tmp_path / "outbox").write_text("a file where the folder should be")
    with pytest.raises(ConfigurationError, match="a mail cannot be written into"):
        Outbox(tmp_path / "outbox", SENDER, FakeClock()).send(MAIL)


def test_a_subject_cannot_smuggle_in_a_header() -> None:
    with pytest.raises(ValueError, match="subject must be one line"):
        Mail("a@b.de", "a\nBcc: all@example.org", "t", "h")


def test_the_client_is_made_with_the_first_mail(ses: Any) -> None:
    made: list[Any] = []
    connect: Callable[[], Any] = lambda: made.append(ses) or ses  # noqa: E731
    lazy = SesTransport(*check_sender(SENDER), connect)
    assert made == []
    lazy.send(MAIL)
    assert made == [ses]
