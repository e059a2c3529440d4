"""Where files and mails of a run on this machine go: its own folders, or AWS where the variables say so."""

from __future__ import annotations

from pathlib import Path

import pytest

from nightshift.errors import ConfigurationError
from nightshift.files.s3 import S3Files
from nightshift.mail.ses import SesTransport
from nightshift_tools.local.clocks import JumpingClock
from nightshift_tools.local.files import FolderFiles, open_files
from nightshift_tools.local.outbox import Outbox, open_mail
from support.shop import START

CLOCK = JumpingClock(START)
SENDER = {"MAIL_FROM": "The Shop <news@shop.example>"}


def test_files_are_in_a_folder_until_a_bucket_is_named(tmp_path: Path) -> None:
    assert isinstance(open_files(tmp_path, {}), FolderFiles)
    assert isinstance(open_files(tmp_path, {"FILES_BUCKET": ""}), FolderFiles)
    bucket = open_files(tmp_path, {"FILES_BUCKET": "shop-files"})
    assert isinstance(bucket, S3Files)
    assert bucket.link("a") == "s3://shop-files/a"


def test_mails_are_in_the_outbox_until_the_state_is_on_aws(tmp_path: Path) -> None:
    """So that an intent says that a mail was sent only where it was."""
    assert isinstance(open_mail(tmp_path, SENDER, CLOCK), Outbox)
    on_aws = open_mail(tmp_path, SENDER | {"STATE_TABLE": "state"}, CLOCK)
    assert isinstance(on_aws, SesTransport)
    assert on_aws.sender == "news@shop.example"


@pytest.mark.parametrize("table", [{}, {"STATE_TABLE": "state"}], ids=["laptop", "aws"])
def test_without_a_sender_there_is_no_mail_and_a_wrong_one_is_told(
    tmp_path: Path, table: dict[str, str]
) -> None:
    assert open_mail(tmp_path, table, CLOCK) is None
    with pytest.raises(ConfigurationError, match="MAIL_FROM: its e-mail address has no @"):
        open_mail(tmp_path, table | {"MAIL_FROM": "The Shop"}, CLOCK)
