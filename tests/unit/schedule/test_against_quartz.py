"""Thousands of Quartz expressions fire as the Quartz library has them, where Java and its jar are there."""

from __future__ import annotations

import random
import shutil
import subprocess
from datetime import UTC, datetime, timedelta
from itertools import islice
from pathlib import Path

import pytest

from nightshift_tools.schedule import ScheduleError, from_quartz
from support.expressions import random_quartz

EVALUATOR = Path(__file__).with_name("Firings.java")
JARS = [Path("/usr/share/java") / name for name in ("quartz2.jar", "slf4j-api.jar")]
EPOCH = datetime(2023, 1, 1, tzinfo=UTC)
COUNT = 8


@pytest.fixture(scope="module")
def quartz(tmp_path_factory: pytest.TempPathFactory) -> list[str]:
    """The command that runs the evaluator."""
    java, compiler = shutil.which("java"), shutil.which("javac")
    if java is None or compiler is None or not all(jar.exists() for jar in JARS):
        pytest.skip("needs java, javac and the Debian package libquartz2-java")
    folder = tmp_path_factory.mktemp("quartz")
    path = ":".join([*map(str, JARS), str(folder)])
    subprocess.run([compiler, "-cp", path, "-d", str(folder), str(EVALUATOR)], check=True, timeout=120)
    return [java, "-cp", path, "Firings"]


@pytest.mark.slow
@pytest.mark.parametrize("seed", range(3))
def test_firings_are_those_of_quartz(quartz: list[str], seed: int) -> None:
    chance = random.Random(seed)
    cases = []
    while len(cases) < 2000:
        expression = random_quartz(chance)
        try:
            schedule = from_quartz(expression, this_year=2023)
        except ScheduleError:
            continue
        start = EPOCH + timedelta(minutes=chance.randrange(6 * 365 * 24 * 60))
        cases.append((expression, schedule, start))
    lines = "".join(f"{text}\t{start.timestamp():.0f}\t{COUNT}\n" for text, _, start in cases)
    run = subprocess.run(quartz, input=lines, capture_output=True, text=True, check=True, timeout=300)
    answers = run.stdout.split("\n")
    for (expression, schedule, start), answer in zip(cases, answers, strict=False):
        ours = [f"{instant.timestamp():.0f}" for instant in islice(schedule.firings(start), COUNT)]
        # Quartz gives up a hundred years ahead of today.
        assert answer != "error", expression
        assert ours[: len(answer.split())] == answer.split(), (expression, start)
        assert answer or not ours or "2#5" in expression, (expression, start)
