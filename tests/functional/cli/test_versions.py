"""Every record that commands and runs leave behind says of which version it is."""

from __future__ import annotations

import json
import sqlite3

from nightshift.state.codec import VERSION
from nightshift_tools.sandbox.server import Sandbox
from support.cli import Cli

JOB = "sync-products"


def test_every_record_carries_its_version(cli: Cli, sandbox: Sandbox) -> None:
    sandbox.add(title="Poison")
    sandbox.refuse(title="Poison")
    run = cli.json("run", JOB)["id"]
    cli.ok("hold", "add", run, "--reason", "audit")
    cli.ok("pause", JOB, "--reason", "closed")
    database = sqlite3.connect(cli.home / "state.db")
    found = [
        (pk, sk, json.loads(body))
        for table in ("state", "log")
        for pk, sk, body in database.execute(f"SELECT pk, sk, body FROM {table}")
    ]
    database.close()
    kinds = {sk.partition("#")[0] for pk, sk, _ in found if not pk.startswith("RUN#")}
    assert kinds == {"CONTROL", "RUN", "QUARANTINE", "FINGERPRINT", "GLOBAL"}
    assert any(pk.startswith("RUN#") for pk, _, _ in found)
    assert [(pk, sk) for pk, sk, body in found if body.get("version") != VERSION] == []


def test_a_state_of_another_version_stops_each_command_and_stays(cli: Cli) -> None:
    cli.json("run", JOB)
    database = sqlite3.connect(cli.home / "state.db")
    with database:
        database.execute("UPDATE state SET body = json_set(body, '$.version', 2) WHERE sk = 'CONTROL'")
    before = database.execute("SELECT * FROM state").fetchall()
    for command in (
        ("status",),
        ("run", JOB),
        ("pause", JOB, "--reason", "x"),
        ("cursor", "reset", JOB),
        ("set", JOB, "batch_size=20"),
    ):
        assert "has version 2, and this release reads version 1" in cli.refused(*command, code=1)
    assert database.execute("SELECT * FROM state").fetchall() == before
    database.close()
