"""Weeks of a stack, another for each seed: a clock change, troubles, pauses, deploys; then some calm days."""

from __future__ import annotations

import random
from collections.abc import Iterator
from datetime import UTC, datetime

from nightshift.state.models import JobKey
from support.watch_world import CALM, DAY, HOUR, MINUTE, World

START = datetime(2026, 3, 22, 10, 1, tzinfo=UTC)
"""Berlin's clocks skip 02:30 on 29 March."""

DAYS, CALM_DAYS = 17, 3

OFTEN = """
  sync-products: {schedule: '*/2 * * * *'}"""
HOURLY = """
  clean-carts: {schedule: {hourly: 15}}"""
DAILY = """
  report: {timezone: Europe/Berlin, schedule: {daily: '02:30'}}"""
REST = """
  bill: {storefronts: [main, outlet], schedule: {hourly: 0}}
  fulfill:
    schedules:
      - {name: often, every_minutes: 20}
      - {name: every 4 hours, cron: '7 */4 * * *'}
      - {name: six times a day, cron: '0 1-21/4 * * *'}  # always in a minute of the first
  import-prices: {schedule: {every_minutes: 30, not_after: 2026-03-27}}
  limited: {max_executions: 40, schedule: '7 * * * *'}
  office: {schedule: '*/20 8-17 * * 1-5'}
  quiet: {enabled: false, schedule: '*/5 * * * *'}"""

DEPLOYS = (
    (0, OFTEN + HOURLY + DAILY + REST),
    (2.3, OFTEN.replace("*/2", "5-59/10") + HOURLY.replace("15", "45") + DAILY + REST),  # expressions change
    # One is removed, one enabled.
    (4.9, OFTEN.replace("/2", "/15") + DAILY + REST.replace("enabled: false, ", "")),
    (8.1, HOURLY + DAILY.replace("{timezone", "{enabled: false, timezone") + REST),  # back, gone, disabled
    (10.7, OFTEN.replace("/2", "/12") + HOURLY + DAILY + REST),
)


def weeks(seed: int) -> World:
    """The whole story of a seed, told to its end."""
    *_, world = days(seed, DAYS)
    return world


def days(seed: int, days: int) -> Iterator[World]:
    """The story of a seed, with the deploys of so many days; the stack as it is after each."""
    world, chance = World(START, seed), random.Random(seed)
    end, trouble = START + days * DAY, days - CALM_DAYS
    deploys = [(START + day * DAY, jobs) for day, jobs in DEPLOYS if day < trouble]
    untils = [*(since for since, _ in deploys[1:]), end]
    for (since, jobs), until in zip(deploys, untils, strict=True):
        world.deploy(since, until, f"version: 1\njobs:{jobs}\n")
    world.watch(START + 2 * MINUTE, end)
    for key, longest in (
        (JobKey("sync-products"), 3),
        (JobKey("bill", "outlet"), 30),
        (JobKey("report"), 40),
    ):
        for third in range(3):
            since = START + (third + chance.random() * 0.6) * trouble / 3 * DAY
            world.pause(key, since, since + chance.uniform(0.01, longest) * HOUR)
    for watched in (
        "sync-products default",
        "clean-carts default",
        "bill@main default",
        "fulfill every 4 hours",
        "limited default",
    ):
        for _ in range(3):
            since = START + chance.random() * trouble * DAY
            world.outages[watched].append((since, since + chance.uniform(0.1, 9) * HOUR))
    for _ in range(5):
        since = START + chance.random() * trouble * DAY
        world.down.append((since, since + chance.uniform(0.2, 3) * HOUR))
    for key in (JobKey("fulfill"), JobKey("report"), JobKey("bill", "main")):
        world.by_hand(key, START + chance.random() * trouble * DAY)
    for day in range(1, days + 1):
        world.chances = world.chances if day <= trouble else CALM
        world.run(START + day * DAY)
        yield world
