"""What a job must keep to, and what usually breaks it."""

from __future__ import annotations

from nightshift_tools.testing.contract.findings import Promise

FAIR_WORLD = Promise(
    "the world gives the job something to do",
    "let `prepare` make work, `differences` name it by key, and `effects` count what the target did",
)
REPEATING = Promise(
    "repeating is harmless",
    "compare with the target before you write, or commit what was written, so that the next run knows it",
)
KILLS = Promise(
    "a kill at any write converges within two clean ticks",
    "write to the target first and commit the batch after it; keep nothing that matters in memory or in "
    "files; begin in run.intents what cannot be done twice, and look it up before it is sent again",
)
LOST_ANSWERS = Promise(
    "an answer that is lost is made good",
    "do not repeat what may have had its effect: first look at the target, or at what run.intents has begun",
)
DRY_RUNS = Promise(
    "a dry run writes nothing and says what it would do",
    "look at run.dry_run before each write to the target; commit the batch with what would become of it",
)
DEADLINES = Promise(
    "the deadline is honoured",
    "work in batches of run.changed or run.batches, send with run.http, ask run.has_time() before anything "
    "long, and let the cursor say where the next run goes on",
)
CURSORS = Promise(
    "the cursor never goes back",
    "give run.batches its records in the order of the cursor, and run.advance only what lies ahead",
)
POISON = Promise(
    "a poisoned record is set aside, and holds up nobody",
    "raise RecordError for it, or name it in Outcome.failed with the reason, and go on with the others",
)
CURES = Promise(
    "a record that was set aside goes through once it is good again",
    "give run.batches a `digest` of the payload, so that a change of it is seen",
)
OVERLAPS = Promise(
    "ticks that overlap run once",
    "leave the claim to the engine: hand it the event as it came, and run nothing beside it",
)
