"""What importers make of other schedulers' files: whole files, and single lines."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from nightshift_tools.importers import apex, celery, crontab, medusa, serverless
from nightshift_tools.importers.commands import name_of_command
from nightshift_tools.importers.files import read_text
from nightshift_tools.importers.jobs import to_jobs
from nightshift_tools.importers.model import Findings
from nightshift_tools.importers.render import render
from nightshift_tools.manifest import Manifest, parse
from nightshift_tools.manifest.values import Plain

HERE = Path(__file__).parent
FILES, EXPECTED = HERE / "files", HERE / "expected"

Reader = Callable[[str, str], Findings]


def read_crontab(text: str, file: str) -> Findings:
    return crontab.read(text, file, has_user=False)


WHOLE: list[tuple[str, Reader, list[str]]] = [
    ("crontab", read_crontab, ["crontab.txt"]),
    ("medusa", medusa.read, ["sync-products.ts", "daily_report.ts", "interval.js", "made.ts"]),
    ("apex", apex.read, ["jobs.apex"]),
    ("celery", celery.read, ["celeryconfig.txt"]),
    ("serverless", serverless.read, ["serverless.yml"]),
]


@pytest.mark.parametrize(("name", "read", "files"), WHOLE, ids=[case[0] for case in WHOLE])
def test_a_whole_file_becomes_this_manifest(name: str, read: Reader, files: list[str]) -> None:
    findings = [read(read_text(FILES / file), file) for file in files]
    found = [each for one in findings for each in one.found]
    general = list(dict.fromkeys(remark for one in findings for remark in one.remarks))
    text = render(to_jobs(found, None), general)
    assert text == (EXPECTED / f"{name}.yaml").read_text("utf-8")
    manifest = parse(text, {}, "schedules.yaml")
    translated = sum(len(job.schedules) for job in manifest.jobs.values())
    assert translated + text.count("# NOT TRANSLATED: ") == len(found)


def imported(read: Reader, text: str, file: str = "f") -> tuple[Manifest, str]:
    findings = read(text, file)
    rendered = render(to_jobs(findings.found, None), findings.remarks)
    return parse(rendered, {}, "schedules.yaml"), rendered


def schedules(read: Reader, text: str, file: str = "f") -> dict[str, list[str]]:
    """The jobs of an import, each with its schedules as the manifest has them."""
    manifest, _ = imported(read, text, file)
    return {name: [entry.source for entry in job.schedules] for name, job in manifest.jobs.items()}


def refusal(read: Reader, text: str, file: str = "f") -> str:
    """The reason why the only schedule was not translated."""
    manifest, rendered = imported(read, text, file)
    assert not manifest.jobs, rendered
    (line,) = [line for line in rendered.splitlines() if "NOT TRANSLATED" in line]
    return line.partition("NOT TRANSLATED: ")[2]


@pytest.mark.parametrize(
    ("config", "job", "source"),
    [
        ("export const config = { name: 'a-b', schedule: '*/5 * * * *' }", "a-b", "*/5 * * * *"),
        ('export const config = { "name": "aB", "schedule": "0 2 * * *", };', "a-b", "0 2 * * *"),
        ("export const config: X<{ a: 1 }> = { schedule: `0 2 * * *`, name: `n` }", "n", "0 2 * * *"),
        ("const config = { name: 'n', schedule: '0 2 * * *' }\nexport { config }", "n", "0 2 * * *"),
        ("export const config = ({ name: 'n', schedule: '0 2 * * *' }) as const", "n", "0 2 * * *"),
        ("const EVERY = '0 3 * * *'\nexport const config = { name: 'n', schedule: EVERY }", "n", "0 3 * * *"),
        ("export const config = { name: 'n', schedule: { interval: 60_000 * 60 } }", "n", "rate: 60 minutes"),
        ("export const config = { name: 'n', schedule: { interval: 60000 } }", "n", "rate: 1 minute"),
        ("export const config = { name: 'n', schedule: { cron: '0 4 * * *' } }", "n", "0 4 * * *"),
        ("exports.config = { name: 'n', schedule: '0 2 * * *' }", "n", "0 2 * * *"),
        (
            "export const config = { name: 'n', schedule: process.env.N_SCHEDULE ?? '0 2 * * *' }",
            "n",
            "0 2 * * *",
        ),
        ("export const config = { schedule: '0 2 * * *' }", "my-job", "0 2 * * *"),
        ("export const config = { name: 'x\\u0041', schedule: '0 2 * * *' }", "x-a", "0 2 * * *"),
        ("let a = b / 2; // '\nexport const config = { name: 'n', schedule: '0 2 * * *' }", "n", "0 2 * * *"),
    ],
)
def test_the_spellings_of_a_medusa_config(config: str, job: str, source: str) -> None:
    assert schedules(medusa.read, config, "myJob.ts") == {job: [source]}


@pytest.mark.parametrize(
    ("config", "reason"),
    [
        ("export default async function () {}", "exports no `config"),
        ("// export const config = { schedule: '0 2 * * *' }", "exports no `config"),
        ("const text = `export const config = { schedule: '0 2 * * *' }`", "exports no `config"),
        ("export const config = { name: 'n' }", "no schedule"),
        ("export const config = { name: 'n', schedule: make() }", "made when the program runs"),
        ("export const config = { name: 'n', schedule: process.env.X }", "in the variable X alone"),
        ("export const config = { name: 'n', schedule: `*/${n} * * * *` }", "made when the program runs"),
        ("export const config = { name: 'n', schedule: '30 0 2 * * *' }", "6 fields"),
        ("export const config = { name: 'n', schedule: '61 * * * *' }", "'61' is out of range"),
        ("export const config = { name: 'n', schedule: '${X:-5} * * * *' }", "has a variable"),
        ("export const config = { name: 'n', schedule: { interval: 1500 } }", "1.5 seconds"),
    ],
)
def test_a_medusa_config_that_cannot_be_translated_says_why(config: str, reason: str) -> None:
    assert reason in refusal(medusa.read, config)


@pytest.mark.parametrize(("number", "limit"), [("3", 3), ("1", 1)])
def test_number_of_executions_becomes_max_executions(number: str, limit: int) -> None:
    config = f"export const config = {{ name: 'n', schedule: '0 2 * * *', numberOfExecutions: {number} }}"
    manifest, text = imported(medusa.read, config)
    assert manifest.jobs["n"].schedules[0].max_executions == limit
    assert "survives deployments" in text


HOURLY = "System.schedule('J ' + i, '0 ' + i + ' * * * ?', new J());"


@pytest.mark.parametrize(
    ("script", "found"),
    [
        (f"for (Integer i = 0; i < 60; i += 5) {{ {HOURLY} }}", {"j": ["every_minutes: 5"]}),
        (f"for (Integer i = 0; i <= 45; i = i + 15) {HOURLY}", {"j": ["every_minutes: 15"]}),
        (f"for (Integer i : new List<Integer>{{0, 20, 40}}) {{ {HOURLY} }}", {"j": ["every_minutes: 20"]}),
        (f"for (Integer i = 5; i < 60; i += 30) {{ {HOURLY} }}", {"j": ['quartz: "0 5,35 * * * ?"']}),
        (f"for (Integer i = 0; i < 60; i += 45) {{ {HOURLY} }}", {"j": ['quartz: "0 0,45 * * * ?"']}),
        (
            "for (Integer i = 0; i < 12; i++) System.schedule('J ', '0 ' + (i * 5) + ' * * * ?', new J());",
            {"j": ["every_minutes: 5"]},
        ),
        ("System.Schedule('N', '0 0 2 * * ?', new ns.Nightly());", {"nightly": ['quartz: "0 0 2 * * ?"']}),
        (
            "String s = '0 0 2 * * ?'; J x = new J(); system.schedule('N', s, x);",
            {"j": ['quartz: "0 0 2 * * ?"']},
        ),
        ("XScheduler.Purge.scheduleDaily(2, 5);", {"purge": ['daily: "02:05"']}),
        ("x.XScheduler.Purge.withSize(50).hourly(5);", {"purge": ["hourly: 5"]}),
        ("XScheduler.Purge.scheduleEveryXMinutes(45);", {"purge": ["0,45 * * * *"]}),
        ("XScheduler.Purge.scheduleEveryXMinutes(90);", {"purge": ["0 * * * *"]}),
        ("XScheduler.Purge.scheduleWeekly('MON');", {"purge": ['quartz: "0 0 0 ? * MON *"']}),
        ("XScheduler.Purge.scheduleMonthly('L');", {"purge": ['quartz: "0 0 0 L * ? *"']}),
        (
            "XScheduler.Purge.schedule('0', '5', '2', '?', '*', '*', '*');",
            {"purge": ['quartz: "0 5 2 ? * * *"']},
        ),
        ("XScheduler.Purge.cron('n', '0 0 2 * * ?');", {"purge": ['quartz: "0 0 2 * * ?"']}),
        ("// System.schedule('N', '0 0 2 * * ?', new J());\nString s = 'System.schedule(';", {}),
    ],
)
def test_apex_scripts(script: str, found: dict[str, list[str]]) -> None:
    assert schedules(apex.read, script) == found


@pytest.mark.parametrize(
    ("script", "reason"),
    [
        ("System.schedule('N', make(), new J());", "made when the script runs"),
        ("System.schedule('N', '20 30 8 10 2 ?', new J());", "second: '20'"),
        ("System.schedule('N', '0 0 2 * * *', new J());", "'?'"),
        ("while (x) { System.schedule('N', '0 0 2 * * ?', new J()); }", "a loop or a branch"),
        ("System.scheduleBatch(new J(), 'N', 10);", "runs once"),
        ("XScheduler.Purge.scheduleEveryXMinutes(0);", "never ends"),
        ("XScheduler.Purge.withSize(n).hourly(0);", "withSize"),
        ("XScheduler.Purge.withSize(0).hourly(0);", "the least is 1"),
        ("XScheduler.Purge.hourly(75);", "0 to 59"),
        ("XScheduler.Purge.daily(25, 0);", "no time of day"),
    ],
)
def test_an_apex_schedule_that_cannot_be_translated_says_why(script: str, reason: str) -> None:
    assert reason in refusal(apex.read, script)


def test_the_size_of_the_facade_is_the_batch_size_of_that_schedule() -> None:
    manifest, _ = imported(apex.read, "S.XScheduler.A.withSize(50).hourly(1); S.XScheduler.A.hourly(2);")
    assert [entry.batch_size for entry in manifest.jobs["a"].schedules] == [50, None]


@pytest.mark.parametrize(
    ("line", "job", "expression", "zone"),
    [
        ("0 2 * * * /opt/report.sh", "report", "0 2 * * *", "UTC"),
        ("0\t2  *  * *\t/opt/report.sh", "report", "0 2 * * *", "UTC"),
        ("CRON_TZ=Europe/Berlin\n0 2 * * * x", "x", "0 2 * * *", "Europe/Berlin"),
        ("A=b\n  # comment\n\n@hourly x", "x", "@hourly", "UTC"),
        ("0 2 * * mon-fri x", "x", "0 2 * * mon-fri", "UTC"),
    ],
)
def test_lines_of_a_crontab(line: str, job: str, expression: str, zone: str) -> None:
    manifest, _ = imported(read_crontab, line + "\n")
    (entry,) = manifest.jobs[job].schedules
    assert (entry.source, entry.zone) == (expression, zone)


@pytest.mark.parametrize(
    ("line", "reason"),
    [
        ("@reboot x", "alias '@reboot'"),
        ("@every 5m x", "alias '@every'"),
        ("0 0 13 * */2 x", "day of month and day of week"),
        ("0~59 2 * * * x", "minute"),
        ("*/5 * * * *", "and then a command"),
        ("${X:-5} * * * * x", "has a variable"),
        ("CRON_TZ=Nowhere\n0 2 * * * x", "no time zone"),
    ],
)
def test_a_line_of_a_crontab_that_cannot_be_translated_says_why(line: str, reason: str) -> None:
    assert reason in refusal(read_crontab, line)


def test_the_user_s_column_is_no_command() -> None:
    findings = crontab.read("0 2 * * *  root  /opt/report.sh\n", "crontab", has_user=True)
    (found,) = findings.found
    assert (found.job, found.description) == ("report", "Was: /opt/report.sh")
    assert "the user root" in found.notes[0]


@pytest.mark.parametrize(
    ("command", "name"),
    [
        ("/usr/bin/php /srv/artisan orders:sync >/dev/null 2>&1", "artisan orders:sync"),
        ("cd /srv && FOO=1 nice -n 10 python3 -u manage.py clear_carts", "manage clear_carts"),
        ("flock -n /tmp/x.lock timeout 5m /opt/backup.sh", "backup"),
        ("python -m shop.tasks.sync", "shop.tasks.sync"),
        ("[ -f /x ] && /opt/y.sh", "y"),
        ("npm run report", "npm report"),
        ("echo 'not closed", "echo"),
        ("backup", "backup"),
    ],
)
def test_a_job_is_named_after_what_its_command_is_about(command: str, name: str) -> None:
    assert name_of_command(command) == name


@pytest.mark.parametrize(
    ("entry", "source"),
    [
        ("crontab()", "* * * * *"),
        ("crontab(minute='*/15')", "*/15 * * * *"),
        ("crontab(minute=0, hour='0,12', day_of_month='1')", "0 0,12 1 * *"),
        ("celery.schedules.crontab(hour={3}, minute=[0, 30])", "0,30 3 * * *"),
        ("crontab(5, 2)", "5 2 * * *"),
        ("300", "rate: 5 minutes"),
        ("60.0 * 60", "rate: 60 minutes"),
        ("timedelta(hours=1)", "rate: 60 minutes"),
        ("timedelta(1)", "rate: 1440 minutes"),
        ("schedule(run_every=timedelta(minutes=1))", "rate: 1 minute"),
    ],
)
def test_schedules_of_celery(entry: str, source: str) -> None:
    text = f"beat_schedule = {{'a task': {{'task': 't', 'schedule': {entry}}}}}"
    assert schedules(celery.read, text) == {"a-task": [source]}


@pytest.mark.parametrize(
    ("entry", "reason"),
    [
        ("30", "30 seconds"),
        ("-60", "-60 seconds"),
        ("make()", "made when the program runs"),
        ("solar('sunset', 1, 2)", "sunrise and sunset"),
        ("crontab(day_of_month=13, day_of_week=5)", "both day fields"),
        ("crontab(0, 0, 1)", "name them all"),
        ("crontab(nowfun=f)", "nowfun"),
        ("crontab(hour=HOUR)", "hour is made"),
        ("crontab(minute=61)", "'61' is out of range"),
        ("crontab(day_of_week='fri-mon')", "day of week"),
    ],
)
def test_a_celery_schedule_that_cannot_be_translated_says_why(entry: str, reason: str) -> None:
    text = f"CELERY_BEAT_SCHEDULE = {{'n': {{'task': 't', 'schedule': {entry}}}}}"
    assert reason in refusal(celery.read, text)


def test_nothing_of_a_celery_file_is_run(tmp_path: Path) -> None:
    trace = tmp_path / "ran"
    text = f"open({str(trace)!r}, 'w').close()\nbeat_schedule = {{'a': {{'schedule': 60}}}}"
    assert schedules(celery.read, text) == {"a": ["rate: 1 minute"]}
    assert not trace.exists()


@pytest.mark.parametrize(
    ("event", "source"),
    [
        ("- schedule: rate(1 hour)", 'aws: "rate(1 hour)"'),
        ("- schedule: {rate: cron(0 2 * * ? *), timezone: Europe/Berlin}", 'aws: "cron(0 2 * * ? *)"'),
        ("- eventBridge: {schedule: rate(5 minutes)}", 'aws: "rate(5 minutes)"'),
        ("- schedule: {rate: [rate(5 minutes)], enabled: true}", 'aws: "rate(5 minutes)"'),
    ],
)
def test_events_of_serverless(event: str, source: str) -> None:
    text = f"functions:\n  aJob:\n    events:\n      {event}\n"
    assert schedules(serverless.read, text) == {"a-job": [source]}


def test_what_is_off_in_serverless_is_off_here() -> None:
    text = "functions: {a: {events: [{schedule: {rate: rate(1 hour), enabled: false}}]}}"
    manifest, _ = imported(serverless.read, text)
    assert manifest.jobs["a"].schedules[0].enabled is False


@pytest.mark.parametrize(
    ("words", "name"),
    [
        (["Daily Report", "daily report"], ["daily-report", "daily-report-2"]),
        (["logging"], ["logging-records"]),
        (["2nd job"], ["nd-job"]),
        (["Größe"], ["gr-e"]),
        (["***"], ["job"]),
        (["x" * 100, "x" * 99], ["x" * 48, "x" * 44 + "-2"]),
    ],
)
def test_names_are_in_kebab_case_and_unlike_each_other(words: list[str], name: list[str]) -> None:
    table = ", ".join(f"{word!r}: {{'schedule': 60}}" for word in words)
    assert list(schedules(celery.read, f"beat_schedule = {{{table}}}")) == name


def test_a_zone_for_all_is_given_to_what_says_none() -> None:
    text = "CRON_TZ=Asia/Kolkata\n0 1 * * * a\nCRON_TZ=\n0 1 * * * b\n"
    jobs = to_jobs(read_crontab(text, "f").found, "Europe/Berlin")
    zones: list[Plain] = [job.schedules[0][0].get("timezone") for job in jobs]
    assert zones == ["Asia/Kolkata", "Europe/Berlin"]
