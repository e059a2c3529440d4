"""A run keeps to its job's share of a request budget, with all of its clients together."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from nightshift import Run, job
from nightshift.errors import ConfigurationError
from nightshift.execution import Ended
from nightshift.manifest import Budget, CompiledManifest
from nightshift.state.models import Status
from support.scripted_server import ScriptedServer, answer, serving
from support.shop import START, Bench, Shop


def run_with(bench: Bench, body: Callable[[Run[object]], None], **shares: float) -> Ended:
    river = Budget(10, {name.replace("_", "-"): share for name, share in shares.items()})
    services = bench.services()
    budgeted = CompiledManifest(services.manifest.jobs, {"river": river})
    return job("copy-items")(body).handle(bench.event(1), replace(services, manifest=budgeted), 300)  # type: ignore[arg-type]


def ask_twice(server: ScriptedServer, budget: str | None) -> Callable[[Run[object]], None]:
    """A job that asks with two clients, twice each."""

    def body(run: Run[object]) -> None:
        for name in ("Orders", "Charges"):
            client = run.http(name, server.url, budget=budget)
            for _ in range(2):
                client.request("GET", "/x")

    return body


def seconds_taken(bench: Bench) -> float:
    return round((bench.clock.instant - START).total_seconds(), 6)


def test_all_clients_of_a_run_share_one_pace() -> None:
    bench = Bench(Shop({}))
    with serving(answer()) as server:
        ended = run_with(bench, ask_twice(server, "river"), copy_items=0.5)
    assert ended.record.status is Status.SUCCEEDED
    assert seconds_taken(bench) == 0.6


def test_another_budget_or_none_does_not_slow_it_down() -> None:
    for budget in (None, "lake"):
        bench = Bench(Shop({}))
        with serving(answer()) as server:
            run_with(bench, ask_twice(server, budget), copy_items=0.5)
        assert seconds_taken(bench) == 0


def test_a_job_without_a_share_fails_before_it_asks() -> None:
    with serving(answer()) as server:
        ended = run_with(Bench(Shop({})), ask_twice(server, "river"), other_job=0.5)
        assert server.asked == []
    assert isinstance(ended.error, ConfigurationError)
    assert "budgets.river.shares" in str(ended.error)
