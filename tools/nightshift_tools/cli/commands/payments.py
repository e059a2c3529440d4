"""`nightshift payments`: the payment ledger, and what waits in it for a person."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from nightshift_tools.cli import options
from nightshift_tools.cli.aws import with_aws

if TYPE_CHECKING:
    from nightshift.state.ledger import Installment

app = typer.Typer(help="The payment ledger, and what waits in it for a person.", no_args_is_help=True)

_Installment = Annotated[
    str, typer.Argument(metavar="INSTALLMENT", help="As `payments list` has it: main:a06:2.")
]


@app.command("list")
@with_aws
def list_(
    storefront: options.Storefront = None,
    every: Annotated[bool, typer.Option("--all", help="Also those that a job will look at again.")] = False,
    as_json: options.Json = False,
) -> None:
    """List installments that wait for a person."""
    from nightshift.state.ledger import Standing
    from nightshift_tools.cli import texts
    from nightshift_tools.cli.output import plain, print_json, print_note, print_table
    from nightshift_tools.cli.session import open_local
    from nightshift_tools.local.payments import installments, storefronts_of

    standings = list(Standing) if every else [Standing.PARKED, Standing.FAILED]
    with open_local() as local:
        names = storefronts_of(local.manifest, storefront)
        found = list(installments(local.stores.state.ledger, names, standings))
    if as_json:
        print_json([_document(entry) for entry in found])
        return
    if not found:
        print_note("no installment is unpaid" if every else "no installment waits for a person")
        return
    rows = [
        (
            str(entry.key),
            entry.standing.value,
            str(entry.money),
            f"{entry.due_at:%Y-%m-%d}",
            texts.moment(entry.next_at) if entry.next_at else "",
            plain(entry.reason or ""),
        )
        for entry in found
    ]
    print_table(
        ("installment", "standing", "owed", "due", "next look (UTC)", "reason"), rows, right=("owed",)
    )


@app.command()
@with_aws
def show(installment: _Installment, as_json: options.Json = False) -> None:
    """Show one installment with every attempt.

    An installment that was paid is shown as well.
    """
    from nightshift_tools.cli.output import print_json
    from nightshift_tools.cli.session import open_local
    from nightshift_tools.local.payments import find

    with open_local() as local:
        entry = find(local.stores.state.ledger, installment)
    if as_json:
        print_json(_document(entry))
    else:
        _print(entry)


@app.command()
@with_aws
def resolve(
    installment: _Installment,
    outcome: Annotated[
        str,
        typer.Argument(metavar="OUTCOME", help="charge (anew), paid, or unpaid (given up)."),
    ],
    reason: Annotated[str, typer.Option("--reason", metavar="TEXT", help="Why; the ledger keeps it.")],
    order: Annotated[
        str | None, typer.Option("--order", metavar="ID", help="With `paid`: the order that has the money.")
    ] = None,
    as_json: options.Json = False,
) -> None:
    """Decide what becomes of an installment.

    Only what is parked or has failed is a person's to decide.
    """
    from nightshift_tools.cli.output import print_json, print_line
    from nightshift_tools.cli.session import open_local
    from nightshift_tools.local.payments import resolve as resolve_installment

    with open_local() as local:
        entry = resolve_installment(
            local.stores.state, installment, outcome, reason, order, local.clock.now()
        )
    if as_json:
        print_json(_document(entry))
        return
    meanings = {
        "charge": "is due again: the next run of charge-installments looks for its orders, then charges it",
        "paid": f"is taken as paid, by {order}",
        "unpaid": "is given up, and not charged any more",
    }
    print_line(f"{installment} {meanings[outcome]}")


def _print(entry: Installment) -> None:
    from nightshift_tools.cli import texts
    from nightshift_tools.cli.output import plain, print_fields, print_line, print_table

    next_at = f"{texts.moment(entry.next_at)} UTC" if entry.next_at else ""
    fields = [
        ("installment", str(entry.key)),
        ("standing", entry.standing.value),
        ("owed", str(entry.money)),
        ("due", f"{entry.due_at:%Y-%m-%d}"),
        ("next look", next_at),
        ("order", entry.order or ""),
        ("reason", entry.reason or ""),
        ("moved", f"{texts.moment(entry.at)} UTC, {entry.run}"),
        ("terms", ", ".join(f"{name} {value}" for name, value in entry.terms.items())),
    ]
    print_fields([(name, plain(value)) for name, value in fields if value])
    if entry.attempts:
        print_line()
        rows = [
            (
                str(each.number),
                texts.moment(each.sent_at),
                each.source or "",
                (each.outcome or "open"),
                each.code or "",
                each.order or "",
                each.run,
            )
            for each in entry.attempts
        ]
        print_table(("attempt", "sent (UTC)", "source", "outcome", "code", "order", "run"), rows)
    for decision in entry.decisions:
        print_line(f"{texts.moment(decision.at)} UTC: made {decision.standing}: {plain(decision.reason)}")


def _document(entry: Installment) -> dict[str, object]:
    from nightshift_tools.cli.documents import text

    return {
        "installment": str(entry.key),
        "storefront": entry.key.storefront,
        "subscription": entry.key.subscription,
        "number": entry.key.number,
        "standing": entry.standing.value,
        "amount": f"{entry.money.amount:f}",
        "currency": entry.currency,
        "minor_units": entry.amount,
        "due_at": text(entry.due_at),
        "next_at": text(entry.next_at),
        "order": entry.order,
        "reason": entry.reason,
        "terms": dict(entry.terms),
        "run": entry.run,
        "at": text(entry.at),
        "attempts": [
            {
                "number": each.number,
                "run": each.run,
                "sent_at": text(each.sent_at),
                "source": each.source,
                "outcome": each.outcome.value if each.outcome else None,
                "ended_at": text(each.ended_at),
                "code": each.code,
                "order": each.order,
            }
            for each in entry.attempts
        ],
        "decisions": [
            {"at": text(each.at), "standing": each.standing.value, "reason": each.reason}
            for each in entry.decisions
        ],
    }
