"""Creating once: Powertools Idempotency over the State table, and an id that follows from the key.

Powertools alone has a gap: where it fails behind the effect it forgets the key, and a repetition is done
anew. So the id of a batch job follows from caller and key: whatever Powertools forgets, the id is taken.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from aws_lambda_powertools.utilities.idempotency import (
    DynamoDBPersistenceLayer,
    IdempotencyConfig,
    idempotent_function,
)

from nightshift.batch_jobs.desk import ONCE_FOR, Caller, Desk, NewBatchJob, id_of
from nightshift.batch_jobs.documents import batch_job_document

PARTITION = "IDEMPOTENCY"
"""Where in the State table keys are remembered."""


class Creation:
    """Creates batch jobs, each key of a caller once in 48 hours; with another request it is refused."""

    def __init__(self, desk: Desk, state_table: str) -> None:
        self._desk = desk
        self._config = IdempotencyConfig(
            event_key_jmespath="key",
            payload_validation_jmespath="request",
            raise_on_no_idempotency_key=True,
            expires_after_seconds=int(ONCE_FOR.total_seconds()),
            hash_function="sha256",
        )
        store = DynamoDBPersistenceLayer(
            table_name=state_table,
            key_attr="pk",
            static_pk_value=PARTITION,
            sort_key_attr="sk",
            expiry_attr="expires_at",
        )
        self._once: Callable[..., dict[str, Any]] = idempotent_function(
            data_keyword_argument="asked", config=self._config, persistence_store=store
        )(self._create)

    def create(self, caller: Caller, key: str, request: NewBatchJob, context: Any) -> dict[str, Any]:
        """The batch job as it was created, now or before. `context` is Lambda's: a creation that is killed
        holds its key no longer than its function may run."""
        self._config.register_lambda_context(context)
        wanted = {"type": request.type, "context": dict(request.context), "dry_run": request.dry_run}
        return self._once(asked={"key": f"{caller.owner}\n{key}", "request": wanted}, caller=caller, key=key)

    def _create(self, *, asked: dict[str, Any], caller: Caller, key: str) -> dict[str, Any]:
        job = self._desk.create(NewBatchJob(**asked["request"]), caller, id_of("api", caller.owner, key))
        return batch_job_document(job)
