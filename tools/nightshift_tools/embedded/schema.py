"""The tables of the embedded database: the same records as in DynamoDB, and the same two tables.

`body` is the record's flat attributes as JSON. What a query orders or filters by is generated from it, so
that it cannot differ from it.
"""

from __future__ import annotations

SCHEMA_VERSION = 2

APPLICATION_ID = 0x4E536846
"""Marks the file as Nightshift's (SQLite's header field `application_id`)."""

SCHEMA = (
    """
    CREATE TABLE state (
        pk TEXT NOT NULL,
        sk TEXT NOT NULL,
        body TEXT NOT NULL,
        open TEXT AS (json_extract(body, '$.open')),
        started_at TEXT AS (json_extract(body, '$.started_at')),
        shelf TEXT AS (json_extract(body, '$.shelf')),
        shelf_at TEXT AS (json_extract(body, '$.shelf_at')),
        expires_at INTEGER AS (json_extract(body, '$.expires_at')),
        PRIMARY KEY (pk, sk)
    )
    """,
    "CREATE INDEX state_open ON state (open, started_at) WHERE open IS NOT NULL",
    "CREATE INDEX state_ledger ON state (shelf, shelf_at, pk) WHERE shelf IS NOT NULL",
    "CREATE INDEX state_expiry ON state (expires_at) WHERE expires_at IS NOT NULL",
    """
    CREATE TABLE log (
        pk TEXT NOT NULL,
        sk TEXT NOT NULL,
        body TEXT NOT NULL,
        job TEXT AS (json_extract(body, '$.job')),
        storefront TEXT AS (json_extract(body, '$.storefront')),
        level TEXT AS (json_extract(body, '$.level')),
        expires_at INTEGER AS (json_extract(body, '$.expires_at')),
        PRIMARY KEY (pk, sk)
    )
    """,
    "CREATE INDEX log_troubles ON log (job, storefront, sk, pk) WHERE level IN ('WARNING', 'ERROR')",
    "CREATE INDEX log_expiry ON log (expires_at) WHERE expires_at IS NOT NULL",
    f"PRAGMA application_id = {APPLICATION_ID}",
    f"PRAGMA user_version = {SCHEMA_VERSION}",
)
