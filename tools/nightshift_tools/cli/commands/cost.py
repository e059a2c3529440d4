"""`nightshift cost`: what the manifest costs a month on AWS, with what that rests on."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from nightshift_tools.cli import options

if TYPE_CHECKING:
    from nightshift_tools.cost import Bill, JobCost


def cost(
    changed: Annotated[
        int, typer.Option("--changed", metavar="N", min=0, help="Records of each job that change in a day.")
    ] = 100,
    customer_key: Annotated[
        bool, typer.Option("--customer-key", help="With the parameter CustomerKey=ENABLED.")
    ] = False,
    as_json: options.Json = False,
) -> None:
    """Estimate a month's dollars on AWS, per job.

    What is assumed is printed with it. List prices; no free tier is taken off.
    """
    import os
    from dataclasses import asdict
    from pathlib import Path

    from nightshift.clock import SystemClock
    from nightshift_tools.cli.output import print_json, print_line, print_table
    from nightshift_tools.cost import PRICES, Assumptions
    from nightshift_tools.cost import cost as cost_of
    from nightshift_tools.local import Project
    from nightshift_tools.manifest import load
    from nightshift_tools.template.needs import needs_of

    project = Project.find(Path.cwd(), os.environ)
    manifest = load(project.manifest, dict(os.environ))
    assumed = Assumptions(changed_a_day=changed)
    needs = needs_of(project.root, manifest)
    bill = cost_of(manifest, needs, SystemClock().now(), PRICES, assumed, customer_key=customer_key)
    if as_json:
        print_json(
            {
                "jobs": {job.job: _document(job) for job in bill.jobs},
                "watchdog": _document(bill.watchdog),
                "shared": round(bill.shared, 4),
                "total": round(bill.total, 4),
                "assumptions": asdict(assumed),
                "prices": asdict(PRICES),
            }
        )
        return
    print_table(_HEADERS, _rows(bill), right=_HEADERS[1:])
    print_line()
    print_line("Dollars in an average month; runs, GB-seconds and DynamoDB's units likewise.")
    print_line(f"Prices: {PRICES.as_of}, {PRICES.region}: {PRICES.source}.")
    print_line("Not counted: free tiers, storage, data transfer, taxes, and what the upstreams charge.")
    print_line("Assumed:")
    for line in assumed.lines:
        print_line(f"  {line}")


_HEADERS = ("job", "runs", "GB-s", "writes", "reads", "compute", "state", "logs", "watching", "total")


def _rows(bill: Bill) -> list[tuple[str, ...]]:
    rows = [_row(job) for job in (*bill.jobs, bill.watchdog)]
    rows.append(("shared", *[""] * 8, _dollars(bill.shared)))
    rows.append(("total", *[""] * 8, _dollars(bill.total)))
    return rows


def _row(job: JobCost) -> tuple[str, ...]:
    used = job.usage
    counts = (used.runs, used.gb_seconds, used.write_units, used.read_units)
    dollars = (job.compute, job.state, job.logs, job.watching, job.total)
    return (job.job, *(f"{count:,.0f}" for count in counts), *(_dollars(sum_) for sum_ in dollars))


def _dollars(amount: float) -> str:
    return f"{amount:.2f}"


def _document(job: JobCost) -> dict[str, object]:
    used = job.usage
    return {
        "runs": round(used.runs, 1),
        "busy_runs": round(used.busy_runs, 1),
        "gb_seconds": round(used.gb_seconds, 1),
        "write_units": round(used.write_units, 1),
        "read_units": round(used.read_units, 1),
        "log_bytes": round(used.log_bytes),
        "compute": round(job.compute, 4),
        "state": round(job.state, 4),
        "logs": round(job.logs, 4),
        "watching": round(job.watching, 4),
        "total": round(job.total, 4),
    }
