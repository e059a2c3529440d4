"""send-newsletter: mail the week's issue to every customer who has subscribed, once."""

from __future__ import annotations

from nightshift import Run, job
from nightshift.connectors import medusa
from send_newsletter import rules
from send_newsletter.letter import Letter
from send_newsletter.params import Params
from send_newsletter.sending import Sending


@job("send-newsletter", params=Params)
def lambda_handler(run: Run[Params]) -> None:
    issue = rules.issue_of(run.slot.minute if run.slot else run.now())
    customers, letter = medusa.Customers.connect(run), Letter.read(issue)
    sending = Sending(run, customers, letter, issue)
    listed = run.batches(
        filter(rules.is_subscribed, customers.after(rules.start_of(run.cursor, issue))),
        lambda customer: customer.id,
        digest=lambda customer: rules.digest_of(issue, customer),
        cursor=lambda customer: rules.cursor_behind(issue, customer),
    )
    for batch in listed:
        run.commit(batch, sending.send_all(batch.records))
    if not run.is_stopped:
        run.advance({})  # the next run looks at everybody again: who was not mailed may be by then
    run.report(issue=issue, unknown=sending.unknown)
