"""send-newsletter against the sandbox shop: who is mailed, who is not, and what is said of both."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from nightshift.errors import ConfigurationError
from nightshift.state.models import Status
from nightshift.times import to_text
from nightshift_tools.sandbox.message import Request, Response
from send_newsletter import letter
from support.newsletter import MISHAPS, WEEK, Shop
from support.shop import Plans


def test_every_subscriber_gets_the_weeks_issue(shop: Shop) -> None:
    shop.seed(3, first_name="Ada")
    shop.seed(2, subscribed=False)
    ended = shop.job.tick()
    assert (ended.record.status, ended.record.counts.created) == (Status.SUCCEEDED, 3)
    assert ended.record.results == {"issue": "2026-W47", "unknown": 0}
    assert [mail.to for mail in shop.post.sent] == [f"{number}@customers.example" for number in range(3)]
    mail = shop.post.sent[0]
    assert "Hello Ada" in mail.text
    assert "Hello Ada" in mail.html
    assert mail.headers["List-Unsubscribe"].startswith("<mailto:news@shop.example?subject=unsubscribe%20cus_")


@pytest.mark.parametrize("value", [True, "true", " True "])
def test_who_opted_in_is_mailed(shop: Shop, value: object) -> None:
    shop.seed(1, subscribed=value)
    shop.job.tick()
    assert len(shop.post.sent) == 1


@pytest.mark.parametrize("value", [False, None, "false", "", 1, "yes", ["true"]])
def test_who_has_not_plainly_opted_in_is_not_mailed(shop: Shop, value: object) -> None:
    shop.seed(1, subscribed=value)
    shop.seed(1, subscribed=True, metadata=None)
    shop.job.tick()
    assert [mail.to for mail in shop.post.sent] == ["1@customers.example"]


def test_who_opts_out_between_listing_and_sending_is_not_mailed(shop: Shop) -> None:
    """The list is one page; the second customer leaves while the first is mailed."""
    first, second, third = shop.seed(3)
    deliver = shop.post.befall

    def leave(office: object, mail: object) -> object:
        shop.sandbox.medusa.edit_customer(second, subscribed=False)
        return deliver(office, mail)  # type: ignore[arg-type]

    shop.post.befall = leave  # type: ignore[assignment]
    ended = shop.job.tick()
    assert shop.mailed() == {first: 1, third: 1}
    assert ended.record.counts.unchanged == 1


def test_who_is_deleted_between_listing_and_sending_is_not_mailed(shop: Shop) -> None:
    first, second = shop.seed(2)
    deliver = shop.post.befall

    def leave(office: object, mail: object) -> object:
        shop.sandbox.shop.admin(lambda medusa: medusa.store.customers.delete(second))
        return deliver(office, mail)  # type: ignore[arg-type]

    shop.post.befall = leave  # type: ignore[assignment]
    assert shop.job.tick().record.counts.unchanged == 1
    assert shop.mailed() == {first: 1}


def test_the_customer_is_read_at_once_before_each_mail(shop: Shop) -> None:
    """Nothing is asked of Medusa between the look at the opt-out and the mail."""
    shop.seed(2)
    order: list[str] = []
    answer = shop.sandbox.shop.answer

    def watched(request: Request) -> Response:
        order.append(request.path)
        return answer(request)

    deliver = shop.post.befall
    shop.sandbox.shop.answer = watched  # type: ignore[method-assign]
    shop.post.befall = lambda office, mail: (order.append("mail"), deliver(office, mail))[1]  # type: ignore[func-returns-value]
    shop.job.tick()
    mails = [place for place, what in enumerate(order) if what == "mail"]
    assert len(mails) == 2
    for place in mails:
        assert order[place - 1].startswith("/medusa/admin/customers/cus_")


def test_an_issue_is_mailed_once_whoever_runs_it(shop: Shop) -> None:
    shop.seed(3)
    shop.job.tick()
    shop.seed(1)
    ended = shop.job.by_hand()
    assert (ended.record.counts.created, ended.record.counts.unchanged) == (1, 3)
    shop.check_once(reported=False)


def test_the_next_week_has_an_issue_of_its_own(shop: Shop) -> None:
    shop.seed(2)
    shop.job.tick()
    shop.clock.advance(WEEK)
    ended = shop.job.by_hand()
    assert (ended.record.results["issue"], ended.record.counts.created) == ("2026-W48", 2)
    assert set(shop.mailed().values()) == {2}


def test_a_late_tick_sends_the_issue_of_its_own_week(shop: Shop) -> None:
    shop.seed(1)
    shop.clock.advance(3 * WEEK)
    event = {"job": "send-newsletter", "schedule": "default", "scheduled_time": "2026-11-22T00:00:00Z"}
    assert shop.job.handle(event).record.results["issue"] == "2026-W47"
    assert shop.job.by_hand().record.results["issue"] == "2026-W50"


def test_a_dry_run_says_whom_it_would_mail_and_mails_nobody(shop: Shop) -> None:
    ids = shop.seed(2)
    (bad,) = shop.seed(1, email="nobody")
    plans = Plans()
    shop.job.observer = plans
    shop.job.by_hand(dry_run=True)
    assert plans.plan == [("created", ids[0]), ("created", ids[1]), ("quarantined", bad)]
    assert (shop.post.asked, shop.job.quarantine()) == (0, {})
    shop.job.tick()
    assert len(shop.post.sent) == 2


@pytest.mark.parametrize(
    ("email", "told"),
    [
        (None, "it has no e-mail address; correct it in Medusa"),
        ("", "it has no e-mail address"),
        ("nobody", "its e-mail address has no @"),
        ("no body@shop.example", "malformed before the @"),
        ("nobody@shop", "malformed after the @"),
        ("nobody@shop.example\nBcc: all@shop.example", "malformed"),
    ],
)
def test_a_customer_with_no_address_is_set_aside_until_it_is_corrected(
    shop: Shop, email: str | None, told: str
) -> None:
    (bad,) = shop.seed(1, email=email)
    good = shop.seed(3)
    ended = shop.job.tick()
    assert (ended.record.status, ended.record.counts.quarantined) == (Status.SUCCEEDED, 1)
    assert told in shop.job.quarantine()[bad].reason
    shop.sandbox.medusa.edit_customer(bad, email="somebody@shop.example")
    shop.job.by_hand()
    assert shop.mailed() == dict.fromkeys([bad, *good], 1)
    assert shop.job.quarantine() == {}


def test_who_was_set_aside_is_tried_again_with_the_next_issue(shop: Shop) -> None:
    shop.seed(3)
    shop.post.befall = MISHAPS["unknown, not sent"]
    shop.job.with_params(shop_name="A shop")
    for _ in range(5):
        shop.job.by_hand()
    assert (shop.post.asked, len(shop.job.quarantine())) == (3, 3)
    shop.clock.advance(WEEK)
    shop.post.befall = type(shop.post).deliver
    shop.job.by_hand()
    shop.check_once(reported=False)


def test_what_nobody_knows_is_reported_and_not_sent_again(shop: Shop) -> None:
    (customer, *_) = shop.seed(3)
    befall = iter([MISHAPS["unknown, sent"]])
    deliver = shop.post.befall
    shop.post.befall = lambda office, mail: next(befall, deliver)(office, mail)
    ended = shop.job.tick()
    assert (ended.record.results["unknown"], ended.record.counts.created) == (1, 2)
    told = shop.job.quarantine()[customer].reason
    assert told == (
        "nobody knows whether the mail of 2026-W47 was sent (SES gave no whole answer); it is not sent again"
    )
    for _ in range(4):
        shop.job.by_hand()
    shop.check_once(reported=False)


def test_an_issue_of_many_goes_on_where_its_time_was_up(shop: Shop) -> None:
    shop.seed(120)
    deliver = shop.post.befall

    def slow(office: object, mail: object) -> object:
        shop.clock.advance(1.5)
        return deliver(office, mail)  # type: ignore[arg-type]

    shop.post.befall = slow  # type: ignore[assignment]
    time = shop.clock.now().replace(second=0, microsecond=0)
    event = {"job": "send-newsletter", "schedule": "default", "scheduled_time": to_text(time)}
    statuses = [shop.job.handle(event, 100).record.status for _ in range(3)]
    assert statuses == [Status.INCOMPLETE, Status.INCOMPLETE, Status.SUCCEEDED]
    shop.check_once(reported=False)


def test_a_letter_that_cannot_be_rendered_stops_the_run_before_the_first_mail(
    shop: Shop, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    for name in letter.PARTS:
        (tmp_path / name).write_text("one line with $unsubscribe")
    (tmp_path / "letter.html").write_text("<p>\nHello $frist_name, $unsubscribe")
    monkeypatch.setattr(letter, "FOLDER", tmp_path)
    shop.seed(1)
    ended = shop.job.tick()
    assert isinstance(ended.error, ConfigurationError)
    assert "letter.html:2: $frist_name is no placeholder; there are: $first_name, " in str(ended.error)
    assert shop.post.asked == 0


def test_without_a_sender_the_run_fails_and_says_what_to_set(shop: Shop) -> None:
    shop.job.mail = None
    ended = shop.job.tick()
    assert isinstance(ended.error, ConfigurationError)
    assert "MAIL_FROM is not set" in str(ended.error)


def test_no_address_is_in_logs_records_or_intents(shop: Shop) -> None:
    shop.seed(1, email="canary-8413@customers.example")
    shop.seed(1, email="canary-8413@")
    shop.job.tick()
    database = shop.state.database
    for table in ("state", "log"):
        assert "canary-8413" not in str(database.rows(f"SELECT pk, sk, body FROM {table}"))


def test_a_thousand_customers_are_read_page_by_page(shop: Shop) -> None:
    customers = [{"email": None, "subscribed": False} for _ in range(2500)]
    shop.sandbox.medusa.seed(customers=customers)
    shop.seed(1)
    assert shop.job.tick().record.counts.created == 1
    assert shop.sandbox.count(surface="medusa", method="GET", route="/admin/customers") == 3


def test_a_medusa_that_ignores_the_filter_of_ids_stops_the_run_instead_of_reading_for_ever(
    shop: Shop,
) -> None:
    shop.sandbox.medusa.seed(customers=[{"email": None} for _ in range(1001)])
    answer = shop.sandbox.shop.answer

    def deaf(request: Request) -> Response:
        return answer(replace(request, query=request.query.partition("&id%5B%24gt%5D")[0]))

    shop.sandbox.shop.answer = deaf  # type: ignore[method-assign]
    assert "this Medusa ignores the filter id[$gt]" in str(shop.job.tick().error)
